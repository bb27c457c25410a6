"""Rules over the user's own CA: certificate and key belong together."""

from __future__ import annotations

from collections.abc import Iterator

from core import certificates
from core.checks.credentials import (
    KEY_ENCRYPTED,
    KEY_FORM,
    check_authority,
)
from core.errors import AppError, FileError
from core.findings import Finding, Severity, rule
from core.profile.model import Profile, Secrets
from core.text import Text

CA_INCOMPLETE = rule(
    "ca-incomplete",
    Severity.ERROR,
    cause=Text("With only one of CA certificate and key the appliance silently makes its own CA."),
    cure=Text("Give both, or neither."),
    source="F4",
)
KEY_MISMATCH = rule(
    "key-mismatch",
    Severity.ERROR,
    cause=Text("The private key belongs to another certificate; the appliance cannot sign."),
    cure=Text("Give the key of the first certificate."),
    source="F4",
)
FILE_UNREADABLE = rule(
    "file-unreadable",
    Severity.ERROR,
    cause=Text("A file that the profile names is not there or cannot be read."),
    cure=Text("Check the path; relative paths start at the profile's folder."),
)

CERTIFICATE, KEY_FILE, KEY_SECRET = (
    "appliance.ca_certificate",
    "appliance.ca_key_file",
    "secrets.ca_key",
)


def check_own_authority(profile: Profile, secrets: Secrets | None) -> Iterator[Finding]:
    """Findings about the CA: both or neither, readable, the key fits.

    Without ``secrets`` a key that is not in a file may still be in the secret store, so only a
    key without a certificate is a finding then.
    """
    stored = secrets is not None and bool(secrets.ca_key.strip())
    key_field = KEY_SECRET if stored else KEY_FILE
    has_key = stored or bool(profile.appliance.ca_key_file.strip())
    has_certificate = bool(profile.appliance.ca_certificate.strip())
    if has_key and not has_certificate:
        yield CA_INCOMPLETE.found(
            CERTIFICATE, key_field, what=Text("There is a CA key but no CA certificate.")
        )
    if has_certificate and not has_key and secrets is not None:
        yield CA_INCOMPLETE.found(
            KEY_FILE, CERTIFICATE, what=Text("There is a CA certificate but no key for it.")
        )
    certificate: str | bytes = ""
    if has_certificate:
        try:
            certificate = certificates.certificate_data(profile)
        except FileError as error:
            yield FILE_UNREADABLE.found(CERTIFICATE, what=error.what, advice=error.advice)
        # A pasted one has been looked at as a value.
        if isinstance(certificate, bytes):
            yield from check_authority(CERTIFICATE, certificate)
    if has_key:
        yield from _check_key(profile, secrets, key_field, certificate)


def _check_key(
    profile: Profile, secrets: Secrets | None, key_field: str, certificate: str | bytes
) -> Iterator[Finding]:
    try:
        data = certificates.key_data(profile, secrets)
        certificates.read_key(data, thorough=False)
    except FileError as error:
        yield FILE_UNREADABLE.found(key_field, what=error.what, advice=error.advice)
        return
    except certificates.KeyEncrypted as error:
        yield KEY_ENCRYPTED.found(key_field, what=error.what)
        return
    except AppError as error:
        yield KEY_FORM.found(key_field, what=error.what, advice=error.advice)
        return
    if not certificate:
        return
    try:
        fits = certificates.key_fits(certificate, data)
    except AppError:
        # The certificate has its finding already.
        return
    if not fits:
        yield KEY_MISMATCH.found(
            key_field,
            CERTIFICATE,
            what=Text("The private key does not belong to the CA certificate."),
        )
