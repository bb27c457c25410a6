"""Whether other profiles use the same vCenter account; a network share may never answer."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from core.jobs import JobContext
from core.profile.model import Profile
from core.secrets import SecretRef, ref_for

PATIENCE_S = 3.0
_TICK_S = 0.05


def is_shared(
    ctx: JobContext, profile: Profile, others: Iterable[Path], *, patience_s: float = PATIENCE_S
) -> bool:
    """Whether one of the files is a profile with the same vCenter password.

    Each is read in a thread of its own, which is left behind when it does not come back. What
    cannot be read, or does not answer within ``patience_s``, is not known to have it.

    Raises:
        Cancelled: the user asked to stop.
    """
    wanted = _account_of(profile)
    if wanted is None:
        return False
    readers = [_Reader(path) for path in dict.fromkeys(others)]
    for reader in readers:
        reader.start()
    end = time.monotonic() + patience_s
    while any(reader.is_alive() for reader in readers) and time.monotonic() < end:
        ctx.check()
        for reader in readers:
            reader.join(_TICK_S)
    return any(reader.account == wanted for reader in readers)


class _Reader(threading.Thread):
    """Finds out which account a profile file is for."""

    def __init__(self, path: Path) -> None:
        super().__init__(name="account-of-profile", daemon=True)
        self.path = path
        self.account: SecretRef | None = None

    def run(self) -> None:
        from core.errors import FileError
        from core.profile.document import load_profile

        with contextlib.suppress(FileError, OSError, ValueError):
            self.account = _account_of(load_profile(self.path).profile)


def _account_of(profile: Profile) -> SecretRef | None:
    return ref_for(profile, "vcenter_password") if profile.vcenter.address else None
