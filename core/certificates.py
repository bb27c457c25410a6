"""Certificates and private keys: reading them in whatever form they come, and what they say.

``cryptography`` is imported inside the functions: the forms are shown without it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from core.errors import AppError, FileError
from core.pem import blocks, certificate_ders, plain
from core.structs import Discreet
from core.text import Text

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.x509 import Certificate

    from core.profile.model import Profile, Secrets

    AuthorityKey = RSAPrivateKey | EllipticCurvePrivateKey

LARGEST_FILE = 1 << 20


class CertificateError(AppError):
    """A certificate or key cannot be read, or is not what it should be."""

    code = "certificate"


class KeyEncrypted(CertificateError):
    """A private key is encrypted and the passphrase is missing or wrong."""

    code = "key-encrypted"


class KeyMismatch(CertificateError):
    """A private key belongs to another certificate."""

    code = "key-mismatch"


class AuthorityIncomplete(CertificateError):
    """Only one of CA certificate and key is there."""

    code = "authority-incomplete"


class CertificateSummary(Struct, frozen=True):
    """What a person compares before trusting a certificate. Times are UTC."""

    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    sha256: str


class Authority(Discreet, Struct, frozen=True):
    """A CA certificate (PEM, whole chain) and its key as unencrypted PKCS#8 PEM."""

    certificate: str
    key: str


def looks_like_content(value: str) -> bool:
    """Whether a value is a certificate or key itself rather than the path of a file."""
    if "-----BEGIN" in value:
        return True
    compact = "".join(value.split())
    # No path is that long, and a base64 text is; a DER certificate starts with MI, PEM with LS0t.
    return len(compact) > 200 and compact.startswith(("MI", "LS0t"))


def holds_key(text: str | bytes) -> bool:
    """Whether a private key stands in a text that should hold certificates."""
    return any(label.endswith("PRIVATE KEY") for label, _ in blocks(plain(text)))


def read_certificates(data: str | bytes) -> tuple[Certificate, ...]:
    """The certificates in PEM, base64 of PEM or DER, or DER, in their order.

    Raises:
        CertificateError: there is none, or one cannot be read.
    """
    found = []
    for one in read_each(data):
        if isinstance(one, CertificateError):
            raise one
        found.append(one)
    return tuple(found)


def read_each(data: str | bytes) -> tuple[Certificate | CertificateError, ...]:
    """As ``read_certificates``, but with the error in the place of one that cannot be read."""
    ders = certificate_ders(data)
    if not ders:
        nothing = CertificateError(
            Text("No certificate was found in the text or file."),
            Text("Give the CA certificate in PEM form: it starts with BEGIN CERTIFICATE."),
        )
        return (nothing,)
    return tuple(_loaded(der, number, len(ders)) for number, der in enumerate(ders, 1))


def are_authorities_in_force(pem: str, now: float) -> bool:
    """Whether these are nothing but CA certificates whose time has begun and not run out.

    ``now`` is in seconds since 1970. ``ssl`` says so by itself, and is needed to connect anyway:
    loading ``cryptography`` takes longer than logging in. Of other certificates than a CA's it
    says nothing: False.
    """
    import ssl

    if not pem.isascii():
        return False
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=pem)
    except ssl.SSLError:
        return False
    found = context.get_ca_certs()
    if len(found) != pem.count("-----BEGIN"):
        return False

    def moment(certificate: Mapping[str, object], at: str) -> float:
        return ssl.cert_time_to_seconds(str(certificate[at]))

    return all(moment(one, "notBefore") <= now <= moment(one, "notAfter") for one in found)


def certificate_pem(data: str | bytes) -> str:
    """The certificates of any form as plain PEM, one after the other.

    Raises:
        CertificateError: there is none, or one cannot be read.
    """
    from cryptography.hazmat.primitives.serialization import Encoding

    return "".join(
        certificate.public_bytes(Encoding.PEM).decode("ascii")
        for certificate in read_certificates(data)
    )


def read_key(data: str | bytes, passphrase: str = "", *, thorough: bool = True) -> AuthorityKey:
    """The private key in PEM (PKCS#1, SEC1, PKCS#8, OpenSSH), base64 of it, or DER.

    ``thorough`` has the numbers of an RSA key checked, which takes 60 ms: too long for a check
    at each keystroke, and done before a deployment (``read_authority``).

    Raises:
        KeyEncrypted: a passphrase is needed, or the one given is wrong.
        CertificateError: there is no key, it is damaged, or neither RSA nor EC.
    """
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    key = _load_key(plain(data), passphrase.encode("utf-8") or None, thorough)
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise CertificateError(
            Text("The private key is neither RSA nor EC."),
            Text("The appliance signs with RSA or EC keys only; use a CA with such a key."),
        )
    return key


def private_key_pem(data: str | bytes, passphrase: str = "") -> str:
    """The private key as unencrypted PKCS#8 PEM, the one form the first boot leaves whole (F4).

    Raises:
        KeyEncrypted: a passphrase is needed, or the one given is wrong.
        CertificateError: there is no key, it is damaged, or neither RSA nor EC.
    """
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    key = read_key(data, passphrase)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def key_fits(certificate: str | bytes, key: str | bytes, passphrase: str = "") -> bool:
    """Whether the key belongs to the first certificate.

    Raises:
        CertificateError: one of them cannot be read.
    """
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    public = read_key(key, passphrase, thorough=False).public_key().public_bytes(*form)
    return read_certificates(certificate)[0].public_key().public_bytes(*form) == public


def summary(pem: str | bytes) -> CertificateSummary:
    """What the (first) certificate says, for the dialog that asks for trust.

    Raises:
        CertificateError: it cannot be read.
    """
    from cryptography.hazmat.primitives.hashes import SHA256

    certificate = read_certificates(pem)[0]
    return CertificateSummary(
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        sha256=certificate.fingerprint(SHA256()).hex(":").upper(),
    )


def read_small_file(path: str | Path) -> bytes:
    """The content of a certificate or key file.

    Raises:
        FileError: it is not there, cannot be read, or is far too large to be one.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        raise FileError(
            Text("The file {path} cannot be read.", path=path),
            Text("Check the path; relative paths start at the profile's folder."),
            details=str(error),
        ) from error
    if len(data) > LARGEST_FILE:
        raise FileError(
            Text("The file {path} is too large for a certificate or key.", path=path),
            Text("Choose the PEM or DER file."),
        )
    return data


def certificate_data(profile: Profile) -> str | bytes:
    """The CA certificate as given in the profile: its text, or the content of the file it names.

    Raises:
        FileError: the file cannot be read.
    """
    value = profile.appliance.ca_certificate.strip()
    if not value or looks_like_content(value):
        return value
    return read_small_file(profile.path(value))


def key_data(profile: Profile, secrets: Secrets | None) -> str | bytes:
    """The CA key: the stored one if there is one, else the content of the file named.

    Raises:
        FileError: the file cannot be read.
    """
    if secrets is not None and secrets.ca_key.strip():
        return secrets.ca_key
    path = profile.appliance.ca_key_file.strip()
    return read_small_file(profile.path(path)) if path else ""


def read_authority(
    profile: Profile, secrets: Secrets | None = None, passphrase: str = ""
) -> Authority | None:
    """The user's own CA as the appliance is to get it; ``None`` if it shall make its own.

    Raises:
        FileError: a file cannot be read.
        AuthorityIncomplete: only one of certificate and key is there.
        KeyEncrypted: the key needs a (another) passphrase.
        KeyMismatch: the key is not the certificate's.
        CertificateError: one of them cannot be read.
    """
    return normalised_authority(certificate_data(profile), key_data(profile, secrets), passphrase)


def normalised_authority(
    certificate: str | bytes, key: str | bytes, passphrase: str = ""
) -> Authority | None:
    """CA certificate and key of any form in the form the appliance gets; ``None`` without both.

    Raises:
        AuthorityIncomplete: only one of certificate and key is there.
        KeyEncrypted: the key needs a (another) passphrase.
        KeyMismatch: the key is not the certificate's.
        CertificateError: one of them cannot be read.
    """
    if not certificate and not key:
        return None
    if not certificate or not key:
        raise AuthorityIncomplete(
            Text("Only one of CA certificate and key is given."),
            Text("Give both, or neither: then the appliance makes its own CA."),
        )
    authority = Authority(certificate_pem(certificate), private_key_pem(key, passphrase))
    if not key_fits(authority.certificate, authority.key):
        raise KeyMismatch(
            Text("The private key does not belong to the CA certificate."),
            Text("Give the key of the first certificate in the file."),
        )
    return authority


def _loaded(der: bytes, number: int, count: int) -> Certificate | CertificateError:
    from cryptography import x509

    try:
        return x509.load_der_x509_certificate(der)
    except ValueError as error:
        what = Text("The certificate is damaged and cannot be read.")
        if count > 1:
            what = Text(
                "Certificate {number} of {count} is damaged and cannot be read.",
                number=number,
                count=count,
            )
        return CertificateError(
            what,
            Text("Copy or export it again, from the BEGIN line to the END line."),
            details=str(error),
        )


def _load_key(raw: bytes, passphrase: bytes | None, thorough: bool) -> object:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    load: Callable[..., object]
    found = [block for block in blocks(raw) if block[0].endswith("PRIVATE KEY")]
    if found:
        label, body = found[0]
        data = _rewrapped(label, body)
        load = (
            serialization.load_ssh_private_key
            if label == "OPENSSH PRIVATE KEY"
            else serialization.load_pem_private_key
        )
        encrypted = "ENCRYPTED" in label or "ENCRYPTED" in body
    elif raw.startswith(b"\x30"):
        data, load, encrypted = raw, serialization.load_der_private_key, False
    else:
        raise CertificateError(
            Text("No private key was found in the text or file."),
            Text("Give the key in PEM form: it starts with BEGIN PRIVATE KEY."),
        )
    load = partial(load, unsafe_skip_rsa_key_validation=not thorough)
    try:
        try:
            return load(data, passphrase)
        except TypeError:
            # A passphrase for a key that has none, or none for one that needs it.
            if passphrase is None:
                raise
            return load(data, None)
    except TypeError as error:
        raise KeyEncrypted(
            Text("The private key is encrypted."),
            Text("Have it decrypted into the keyring: haproxy-setup password set PROFILE ca-key."),
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        if passphrase is not None and encrypted:
            raise KeyEncrypted(
                Text("The passphrase does not open the private key."),
                Text("Enter the passphrase the key was encrypted with."),
            ) from error
        raise CertificateError(
            Text("The private key is damaged or of an unknown form."),
            Text("Export it again as PEM: RSA or EC, PKCS#1, SEC1 or PKCS#8."),
            details=type(error).__name__,
        ) from error


def _rewrapped(label: str, body: str) -> bytes:
    """A PEM block with proper lines: pasting often turns the line breaks into spaces."""
    if ":" not in body:
        compact = "".join(body.split())
        lines = [compact[start : start + 64] for start in range(0, len(compact), 64)]
        body = "\n" + "\n".join(lines) + "\n"
    return f"-----BEGIN {label}-----{body}-----END {label}-----\n".encode("latin-1")
