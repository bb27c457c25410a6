"""Which of the profiles opened lately are still there; a network share may never answer."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable

from core.jobs import JobContext

PATIENCE_S = 3.0
_TICK_S = 0.05


def find_missing(
    ctx: JobContext, paths: Iterable[str], *, patience_s: float = PATIENCE_S
) -> frozenset[str]:
    """The paths behind which there is no file, as far as is known within ``patience_s``.

    Each is asked for in a thread of its own, which is left behind when it does not come back: a
    share that is gone holds the caller for minutes. What did not answer, or may not be looked at,
    is not called missing.

    Raises:
        Cancelled: the user asked to stop.
    """
    looks = [_look_at(path) for path in dict.fromkeys(paths)]
    end = time.monotonic() + patience_s
    while any(look.is_alive() for look in looks) and time.monotonic() < end:
        ctx.check()
        for look in looks:
            look.join(_TICK_S)
    return frozenset(look.path for look in looks if look.is_missing)


class _Look(threading.Thread):
    """Asks whether there is a file."""

    def __init__(self, path: str) -> None:
        super().__init__(name="recent-file", daemon=True)
        self.path = path
        self.is_missing = False

    def run(self) -> None:
        try:
            os.stat(self.path)
        except (FileNotFoundError, NotADirectoryError):
            self.is_missing = True
        except (OSError, ValueError):
            pass


_looks: dict[str, _Look] = {}


def _look_at(path: str) -> _Look:
    """One that is still out is not asked again: a share that is gone would collect threads."""
    look = _looks.get(path)
    if look is None or not look.is_alive():
        look = _looks[path] = _Look(path)
        look.start()
    return look
