"""Why a certificate is not believed, in our own words: OpenSSL's are English only."""

from __future__ import annotations

import ssl

from core.text import Text

OTHER_NAME = (62, 64)
"""The certificate is not for the name or address that was asked for; the chain may be wrong too."""
OUT_OF_TIME = (9, 10)
"""OpenSSL looks at that last: who has signed the certificate is believed."""
_REASONS = {
    9: Text("it is not valid yet"),
    10: Text("it has expired"),
    18: Text("it is self-signed"),
    19: Text("the CA at the end of its chain is not known to this computer"),
    20: Text("its issuer is not known to this computer"),
    21: Text("its issuer is not known to this computer"),
    23: Text("it has been revoked"),
    26: Text("it is not meant for servers"),
    62: Text("it is for another name"),
    64: Text("it is for another address"),
    66: Text("its key is too short"),
    67: Text("its key is too short"),
    68: Text("it is signed in a way that is too weak"),
    79: Text("its issuer is no CA"),
}
"""By OpenSSL's numbers (X509_V_ERR_...), which stay the same while its texts change."""


_REASONS_OF_A_CA = {
    9: Text("the certificate of a CA above it is not valid yet"),
    10: Text("the certificate of a CA above it has expired"),
}


def of_a_ca(error: ssl.SSLCertVerificationError) -> Text:
    """The same where the time of a CA above the certificate is the reason."""
    return _REASONS_OF_A_CA[error.verify_code]


def reason_of(error: ssl.SSLCertVerificationError) -> Text | str:
    """The reason, for the end of a sentence; OpenSSL's own where it is a rare one."""
    known = _REASONS.get(getattr(error, "verify_code", 0))
    return known or (error.verify_message or error.reason or "").rstrip(".")
