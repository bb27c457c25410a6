"""Which certificate of a chain it is whose time is over: the vCenter's own, or one above it.

OpenSSL says that one of them has expired, but ``ssl`` not which. It is looked for as OpenSSL builds
the chain: from the vCenter's own up, what is trusted before what the vCenter sends along.
"""

from __future__ import annotations

import ssl
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from core.certificates import read_each
from core.text import Text
from core.vsphere.distrust import of_a_ca

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


def shown_chain(tls: ssl.SSLSocket) -> tuple[bytes, ...]:
    """What the other side has sent, as DER: its own certificate, then those above it.

    Where this Python does not tell those, its own alone.
    """
    own = tls.getpeercert(binary_form=True) or b""
    if sys.version_info >= (3, 13):
        return tuple(tls.get_unverified_chain()) or (own,)
    try:  # the same without a public name: Python has it since 3.10
        found = tls._sslobj.get_unverified_chain()  # type: ignore[attr-defined]
        return tuple(ssl.PEM_cert_to_DER_cert(one.public_bytes()) for one in found or ()) or (own,)
    except (AttributeError, TypeError):
        return (own,)


def reason_above(
    error: ssl.SSLCertVerificationError, chain: tuple[bytes, ...], trusted: Iterable[bytes]
) -> Text | None:
    """Whose time it is not, where that is a CA above ``chain``'s first: for a sentence's end.

    None where it is that of the first one itself.
    """
    shown, known = _read(chain), _read(trusted)
    if not shown or not _is_in_time(shown[0]):
        return None
    link, passed = shown[0], {shown[0]}
    while True:
        above = _issuer(link, known) or (None if link in known else _issuer(link, shown))
        if above is None or above in passed:
            return of_a_ca(error)
        if not _is_in_time(above):
            return _said_of(above)
        link = above
        passed.add(link)


def _read(ders: Iterable[bytes]) -> list[Certificate]:
    from cryptography.x509 import Certificate

    return [one for der in ders for one in read_each(der) if isinstance(one, Certificate)]


def _issuer(link: Certificate, among: list[Certificate]) -> Certificate | None:
    """Who signed it; of the same CA's certificates rather one whose time it is, as OpenSSL does."""
    signed = [one for one in among if one.subject == link.issuer and _has_signed(one, link)]
    return max(signed, key=_is_in_time, default=None)


def _has_signed(issuer: Certificate, certificate: Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError):
        return False
    except (UnsupportedAlgorithm, TypeError):
        return True  # what OpenSSL can verify is more than this: the name has to do
    return True


def _is_in_time(certificate: Certificate) -> bool:
    now = datetime.now(UTC)
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def _said_of(certificate: Certificate) -> Text:
    name = certificate.subject.rfc4514_string() or f"{certificate.serial_number:x}"
    if certificate.not_valid_after_utc < datetime.now(UTC):
        return Text(
            "the CA {name} above it expired on {date}",
            name=name,
            date=f"{certificate.not_valid_after_utc:%Y-%m-%d}",
        )
    return Text(
        "the CA {name} above it is valid from {date} on",
        name=name,
        date=f"{certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC",
    )
