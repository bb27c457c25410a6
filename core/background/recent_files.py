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
    missing: dict[str, bool] = {}
    looks = [
        threading.Thread(target=_look, args=(path, missing), name="recent-file", daemon=True)
        for path in dict.fromkeys(paths)
    ]
    for look in looks:
        look.start()
    end = time.monotonic() + patience_s
    while any(look.is_alive() for look in looks) and time.monotonic() < end:
        ctx.check()
        for look in looks:
            look.join(_TICK_S)
    return frozenset(path for path, is_missing in dict(missing).items() if is_missing)


def _look(path: str, missing: dict[str, bool]) -> None:
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        missing[path] = True
    except (OSError, ValueError):
        missing[path] = False
