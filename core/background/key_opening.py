"""The CA key that is encrypted: opened once with its passphrase, which is kept nowhere (F4)."""

from __future__ import annotations

from core.jobs import JobContext
from core.profile.model import Profile, Secrets


def open_key(ctx: JobContext, profile: Profile, secrets: Secrets, passphrase: str) -> str:
    """The profile's CA key as unencrypted PKCS#8, for the secret store and no file.

    Raises:
        KeyEncrypted: the passphrase does not open it.
        CertificateError: it is damaged, or neither RSA nor EC.
        FileError: its file cannot be read.
    """
    from core.certificates import key_data, private_key_pem
    from core.redaction import REDACTOR

    ctx.check()
    key = private_key_pem(key_data(profile, secrets), passphrase)
    REDACTOR.hide([key])
    return key
