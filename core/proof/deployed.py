"""The checks of a profile that still matter once it has been deployed."""

from __future__ import annotations

from core.checks.profile import check_profile
from core.errors import InvalidInput
from core.profile.model import Profile

_ONLY_TO_DEPLOY = frozenset({"appliance.ca_certificate", "appliance.ca_key_file", "ova.file"})
"""Files that were needed on that day and that computer; they may be locked away since."""


def require_valid(profile: Profile) -> None:
    """Stop if values of a deployed profile are wrong.

    Raises:
        InvalidInput: some are; all of them.
    """
    errors = [
        finding
        for finding in check_profile(profile)
        if finding.is_error and not set(finding.fields) <= _ONLY_TO_DEPLOY
    ]
    if errors:
        raise InvalidInput(errors)
