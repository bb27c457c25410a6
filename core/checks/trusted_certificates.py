"""Checks of the certificates a vCenter is pinned to: one that is right is enough to connect."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from core import certificates
from core.certificates import CertificateError
from core.checks.credentials import CERTIFICATE_FORM, find_time_problem, holds_key
from core.findings import Finding, Severity, rule
from core.text import Text

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

USELESS = rule(
    "trusted-certificate-useless",
    Severity.NOTE,
    cause=Text(
        "Several certificates are trusted for the vCenter, and this one cannot be used. Another "
        "one is enough if it is the vCenter's own, or has signed it."
    ),
    cure=Text("Remove it, or put one that is valid in its place."),
)


def check_trusted_certificates(key: str, value: Any) -> Iterator[Finding]:
    """The certificates a vCenter is pinned to; nothing is an error where one may still serve."""
    text = str(value)
    if certificates.holds_key(text):
        yield holds_key(key)
    if certificates.are_authorities_in_force(text, datetime.now(UTC).timestamp()):
        return
    problems = [_find_problem(key, one) for one in certificates.read_each(text)]
    serves = None in problems
    # One whose time has not begun (no error) will serve once this computer's clock is right.
    may_serve = serves or not all(problem.is_error for problem in problems if problem)
    for problem in filter(None, problems):
        if serves or (may_serve and problem.is_error):
            yield USELESS.found(key, what=problem.what)
        else:
            yield problem


def _find_problem(key: str, one: Certificate | CertificateError) -> Finding | None:
    if isinstance(one, CertificateError):
        return CERTIFICATE_FORM.found(key, what=one.what, advice=one.advice)
    return find_time_problem(key, one)
