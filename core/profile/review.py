"""All that can be said about an open profile offline: how it is written, and what it says."""

from __future__ import annotations

from core.findings import Finding
from core.profile.document import ProfileDocument
from core.profile.model import FIELDS, Secrets


def check_document(document: ProfileDocument, secrets: Secrets | None = None) -> list[Finding]:
    """The findings of reading the file and of ``core.checks.profile``, each thing said once."""
    from core.checks.profile import check_profile

    unread = _unread_fields(document)
    checked = check_profile(document.profile, secrets)
    return [*document.findings, *(f for f in checked if not unread.intersection(f.fields))]


def _unread_fields(document: ProfileDocument) -> set[str]:
    """Fields whose value could not be used: what the checks say is about the default there."""
    return {
        key
        for finding in document.findings
        if finding.is_error
        for key in finding.fields
        if key in FIELDS and document.profile.value(key) == FIELDS[key].default
    }
