"""A lock on an open file, which the operating system drops with the process that holds it."""

from __future__ import annotations

import os
from typing import BinaryIO

_FAR = 1 << 30  # Windows locks bytes against reading: one that is never written

if os.name == "nt":  # pragma: no cover
    import msvcrt

    def lock(stream: BinaryIO) -> None:
        """Take it, or raise ``OSError`` at once: EAGAIN, EACCES or EDEADLK if somebody has it."""
        stream.seek(_FAR)
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]

    def unlock(stream: BinaryIO) -> None:
        """Give it back; ``OSError`` if that is not possible."""
        stream.seek(_FAR)
        msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined]

else:
    import fcntl

    def lock(stream: BinaryIO) -> None:
        """Take it, or raise ``OSError`` at once: EAGAIN, EACCES or EDEADLK if somebody has it."""
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def unlock(stream: BinaryIO) -> None:
        """Give it back; ``OSError`` if that is not possible."""
        fcntl.flock(stream, fcntl.LOCK_UN)
