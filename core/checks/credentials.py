"""Checks of what proves identity: certificates, key path, passwords, the API's user.

A message about a secret never repeats it, and no fix is offered for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from core import certificates
from core.checks.characters import quoted, tidied
from core.errors import AppError
from core.findings import Finding, Fix, Severity, rule
from core.text import Text

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

CERTIFICATE_FORM = rule(
    "certificate-form",
    Severity.ERROR,
    cause=Text("The value is not a certificate in PEM form, base64 of it, or DER."),
    cure=Text("Paste the certificate from its BEGIN CERTIFICATE to its END CERTIFICATE line."),
    source="F4",
)
CERTIFICATE_HOLDS_KEY = rule(
    "certificate-holds-key",
    Severity.ERROR,
    cause=Text("A private key was pasted along; the profile must not hold one."),
    cure=Text("Remove the key here and name its file, or enter it as a secret."),
)
CERTIFICATE_EXPIRED = rule(
    "certificate-expired",
    Severity.ERROR,
    cause=Text("The certificate's time has run out; every connection that checks it fails."),
    cure=Text("Use a certificate that is still valid."),
    source="F4",
)
CERTIFICATE_EARLY = rule(
    "certificate-not-yet-valid",
    Severity.WARNING,
    cause=Text("The certificate's time has not begun, or this computer's clock is wrong."),
    cure=Text("Check the clocks of this computer, the hosts and the vCenter."),
    source="F4",
)
CERTIFICATE_ENDS = rule(
    "certificate-expires-soon",
    Severity.WARNING,
    cause=Text(
        "When the CA expires the Supervisor loses the load balancer; replacing it means a new "
        "deployment."
    ),
    cure=Text("Use a CA that is valid for years."),
    source="F17",
)
NOT_A_CA = rule(
    "ca-not-authority",
    Severity.ERROR,
    cause=Text(
        "The appliance signs its server certificate with this one. Clients refuse that unless "
        "it is marked as a certificate authority (CA:TRUE)."
    ),
    cure=Text("Give the CA's own certificate, not that of a server."),
    source="F4, F8",
)
CA_USAGE = rule(
    "ca-key-usage",
    Severity.WARNING,
    cause=Text("The certificate's key usage does not allow signing certificates."),
    cure=Text("Use a CA certificate with key usage Certificate Sign."),
    source="F4",
)
CHAIN_ORDER = rule(
    "ca-chain-order",
    Severity.WARNING,
    cause=Text("In a chain each certificate is to be followed by that of its issuer."),
    cure=Text("Put the CA that has the key first, then its issuers up to the root."),
    source="F4",
)
CA_LARGE = rule(
    "ca-large",
    Severity.ERROR,
    cause=Text("The appliance's property takes up to 65535 characters."),
    cure=Text("Keep the CA and its issuers only."),
    source="F4",
)
KEY_PASTED = rule(
    "key-pasted",
    Severity.ERROR,
    cause=Text("A private key stands where the path of its file belongs; it would be saved."),
    cure=Text("Enter the path of the key file, or enter the key as a secret."),
)
KEY_FORM = rule(
    "key-form",
    Severity.ERROR,
    cause=Text("The private key cannot be read, or is neither RSA nor EC."),
    cure=Text("Give an RSA or EC key in PEM form."),
    source="F4",
)
KEY_ENCRYPTED = rule(
    "key-encrypted",
    Severity.ERROR,
    cause=Text("The appliance cannot ask for a passphrase, so it has to get the key decrypted."),
    cure=Text(
        "Have it decrypted into the keyring: in the window below the field, or with "
        "haproxy-setup password set PROFILE ca-key; appliance.ca_key_file is empty then."
    ),
    source="F4",
)
PASSWORD_SHORT = rule(
    "password-short",
    Severity.ERROR,
    cause=Text("The appliance's passwords have 6 to 128 characters."),
    cure=Text("Choose a password of at least 6 characters."),
    source="guide",
)
PASSWORD_LONG = rule(
    "password-long",
    Severity.ERROR,
    cause=Text("The appliance's passwords have 6 to 128 characters."),
    cure=Text("Choose a password of at most 128 characters."),
    source="guide",
)
PASSWORD_DASH = rule(
    "password-leading-dash",
    Severity.ERROR,
    cause=Text(
        "The first boot hands the password to a program that takes a leading - for an option "
        "and fails; the boot stops before user, port, CA and virtual IPs are set."
    ),
    cure=Text("Choose a password that starts with another character."),
    source="F3",
)
PASSWORD_CONTROL = rule(
    "password-invisible-characters",
    Severity.ERROR,
    cause=Text(
        "Line breaks, tabs and other invisible characters get lost on the way or cannot be typed."
    ),
    cure=Text("Use letters, digits, spaces and the punctuation of a US keyboard."),
    source="F3",
)
PASSWORD_FOREIGN = rule(
    "password-not-ascii",
    Severity.WARNING,
    cause=Text(
        "Letters beyond ASCII are hashed as UTF-8: the appliance's console (US keyboard) "
        "cannot type them, and clients may send them in another encoding."
    ),
    cure=Text("Use letters, digits, spaces and the punctuation of a US keyboard."),
    source="F3",
)
PASSWORD_SPACE = rule(
    "password-outer-space",
    Severity.WARNING,
    cause=Text("A space at the start or end is part of the password; often it was pasted along."),
    cure=Text("Remove it unless it is meant."),
    source="F3",
)
USER_FORM = rule(
    "user-form",
    Severity.ERROR,
    cause=Text(
        "The first boot writes the user into a line of haproxy.cfg unescaped: spaces break the "
        "line, other characters are eaten or expanded."
    ),
    cure=Text("Use letters, digits, dot, underscore and hyphen only, such as admin."),
    source="F3",
)

SHORTEST_PASSWORD = 6
LONGEST_PASSWORD = 128
# openssl passwd cuts off what is longer; 128 characters can take 512 bytes.
LONGEST_HASHED = 256
LONGEST_PROPERTY = 65535
SOON = timedelta(days=90)

_USER = re.compile(r"[A-Za-z0-9_.-]+")


def check_ca_certificate(key: str, value: Any) -> Iterator[Finding]:
    """The CA certificate if it was pasted; a path is looked at with the whole profile."""
    text = str(value)
    if certificates.looks_like_content(text):
        if certificates.holds_key(text):
            yield holds_key(key)
        yield from check_authority(key, text)
    elif "\n" in text.strip():
        yield _read_problem(key, Text("The text is not a certificate."))


def check_authority(key: str, data: str | bytes) -> Iterator[Finding]:
    """The content of a CA certificate: authority, dates, chain, size."""
    found, problem = _read(key, data)
    if problem:
        yield problem
    if not found:
        return
    yield from _check_basic_constraints(key, found[0])
    yield from _check_dates(key, found[0])
    for issued, issuer in pairwise(found):
        if issued.issuer != issuer.subject:
            yield CHAIN_ORDER.found(
                key,
                what=Text(
                    "After {issued} comes {next}, which did not issue it.",
                    issued=name_of(issued),
                    next=name_of(issuer),
                ),
            )
            break
    size = len(certificates.certificate_pem(data))
    if size > LONGEST_PROPERTY:
        yield CA_LARGE.found(key, what=Text("The certificates take {size} characters.", size=size))


def check_key_path(key: str, value: Any) -> Iterator[Finding]:
    """The path of the CA's key; never the key."""
    text = str(value)
    if certificates.looks_like_content(text) or "\n" in text.strip():
        yield KEY_PASTED.found(key, what=Text("The key itself stands in the field for its path."))


def check_password(key: str, value: Any) -> Iterator[Finding]:
    """A password of the appliance. Printable ASCII survives every step of the first boot."""
    text = str(value)
    if len(text) < SHORTEST_PASSWORD:
        yield PASSWORD_SHORT.found(
            key,
            what=Text(
                "The password has only {count} character.",
                "The password has only {count} characters.",
                count=len(text),
            ),
        )
    if len(text) > LONGEST_PASSWORD:
        yield PASSWORD_LONG.found(
            key,
            what=Text(
                "The password has {count} character.",
                "The password has {count} characters.",
                count=len(text),
            ),
        )
    elif len(text.encode("utf-8", "replace")) > LONGEST_HASHED:
        yield PASSWORD_LONG.found(
            key,
            what=Text("The password takes more than {count} bytes.", count=LONGEST_HASHED),
        )
    if text.startswith("-"):
        yield PASSWORD_DASH.found(key, what=Text("The password starts with a hyphen."))
    if not text.isprintable():
        yield PASSWORD_CONTROL.found(
            key, what=Text("The password contains a line break or another invisible character.")
        )
    elif not text.isascii():
        yield PASSWORD_FOREIGN.found(
            key, what=Text("The password contains characters beyond ASCII.")
        )
    if text != text.strip(" "):
        yield PASSWORD_SPACE.found(key, what=Text("The password starts or ends with a space."))


def check_dataplane_user(key: str, value: Any) -> Iterator[Finding]:
    """The user the Supervisor logs in with."""
    text = str(value)
    # The first boot takes the word null for an empty value, and makes the user admin.
    if _USER.fullmatch(text) and text != "null":
        return
    clean = tidied(text)
    fix = Fix(key, clean) if _USER.fullmatch(clean) and clean not in (text, "null") else None
    yield USER_FORM.found(
        key,
        what=Text("{value} cannot be the name of the API's user.", value=quoted(text)),
        fix=fix,
    )


def name_of(certificate: Certificate) -> str:
    """The subject of a certificate as people know it."""
    return certificate.subject.rfc4514_string() or f"{certificate.serial_number:x}"


def _read(key: str, data: str | bytes) -> tuple[tuple[Certificate, ...], Finding | None]:
    try:
        return certificates.read_certificates(data), None
    except AppError as error:
        return (), _read_problem(key, error.what, error.advice)


def _read_problem(key: str, what: Text, advice: Text | None = None) -> Finding:
    return CERTIFICATE_FORM.found(key, what=what, advice=advice)


def holds_key(key: str) -> Finding:
    """That a private key was pasted along with a certificate."""
    return CERTIFICATE_HOLDS_KEY.found(
        key, what=Text("The text contains a private key besides the certificate.")
    )


def find_time_problem(key: str, certificate: Certificate) -> Finding | None:
    """A finding if the time of a certificate is over or has not begun."""
    now = datetime.now(UTC)
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    name = name_of(certificate)
    if end < now:
        what = Text("{name} expired on {date}.", name=name, date=f"{end:%Y-%m-%d}")
        return CERTIFICATE_EXPIRED.found(key, what=what)
    if start > now:
        begins = f"{start:%Y-%m-%d %H:%M} UTC"
        what = Text("{name} is valid from {date} on.", name=name, date=begins)
        return CERTIFICATE_EARLY.found(key, what=what)
    return None


def _check_dates(key: str, certificate: Certificate) -> Iterator[Finding]:
    now, end = datetime.now(UTC), certificate.not_valid_after_utc
    if now <= end < now + SOON:
        what = Text("{name} expires on {date}.", name=name_of(certificate), date=f"{end:%Y-%m-%d}")
        yield CERTIFICATE_ENDS.found(key, what=what)
    problem = find_time_problem(key, certificate)
    if problem is not None:
        yield problem


def _check_basic_constraints(key: str, certificate: Certificate) -> Iterator[Finding]:
    from cryptography import x509

    try:
        extensions = certificate.extensions
    except ValueError:
        yield _read_problem(key, Text("The extensions of the certificate cannot be read."))
        return
    try:
        authority = extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        authority = False
    if not authority:
        yield NOT_A_CA.found(
            key,
            what=Text("{name} is not marked as a CA.", name=name_of(certificate)),
        )
        return
    try:
        signs = extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound:
        signs = True
    if not signs:
        yield CA_USAGE.found(
            key,
            what=Text("{name} may not sign certificates.", name=name_of(certificate)),
        )
