"""One run at a time for one machine of one vCenter: the second is told who the first is.

The operating system holds the lock and drops it with the process, so that nothing a dead run left
behind is ever in the way.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import logging
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from core import paths
from core.errors import AppError
from core.file_lock import lock, unlock
from core.journal.entry import now
from core.profile.model import Profile
from core.text import Text

log = logging.getLogger(__name__)


class AlreadyRunning(AppError):
    """Another run works on the same machine; ``holder`` is what it said of itself."""

    code = "already-running"

    def __init__(self, name: str, holder: dict[str, Any]) -> None:
        self.holder = holder
        super().__init__(
            Text(
                "Another run is working on {name}: {doing} since {since}, process {pid} on {host}.",
                name=name,
                doing=holder.get("doing") or "?",
                since=holder.get("since") or "?",
                pid=holder.get("pid") or "?",
                host=holder.get("host") or "?",
            ),
            Text("Wait for its end, or stop it. Nothing was changed by this one."),
        )


@contextlib.contextmanager
def only_run(profile: Profile, doing: str) -> Iterator[None]:
    """Hold the lock of the profile's machine for the block.

    Where the state folder cannot be written there is no lock, and a line in the log.

    Args:
        profile: names vCenter and machine.
        doing: the command, for whoever is refused: "deploy", "undo".

    Raises:
        AlreadyRunning: another process, or another window of this one, holds it.
    """
    stream = _opened(lock_path(profile))
    if stream is None:
        yield
        return
    with stream:
        try:
            lock(stream)
        except OSError as error:
            if error.errno in {errno.EAGAIN, errno.EACCES, errno.EDEADLK}:
                raise AlreadyRunning(profile.vm.name, _holder(stream)) from None
            log.info("Two runs at once are not noticed: %s", error.strerror)  # a file system's "no"
        _say_who(stream, {"pid": os.getpid(), "host": socket.gethostname(), "since": now(),
                          "doing": doing, "profile": profile.id})  # fmt: skip
        try:
            yield
        finally:
            _say_who(stream, {})
            with contextlib.suppress(OSError):
                unlock(stream)


def lock_path(profile: Profile) -> Path:
    """The lock's file; it is never deleted, or two runs could lock two files of one name."""
    vcenter = profile.vcenter
    target = f"{vcenter.address.casefold()}:{vcenter.port}/{profile.vm.folder}/{profile.vm.name}"
    name = hashlib.sha256(target.encode()).hexdigest()[:16]
    return paths.state_folder() / "locks" / f"{name}.lock"


def _opened(path: Path) -> BinaryIO | None:
    try:
        paths.ensure_folder(path.parent)
        return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b", buffering=0)
    except OSError as error:
        log.info("Two runs at once are not noticed: %s: %s", path, error.strerror)
        return None


def _say_who(stream: BinaryIO, values: dict[str, Any]) -> None:
    """Best effort: the lock counts, not what is written in it."""
    with contextlib.suppress(OSError):
        stream.seek(0)
        stream.truncate()
        stream.write(json.dumps(values).encode() if values else b"")


def _holder(stream: BinaryIO) -> dict[str, Any]:
    try:
        stream.seek(0)
        found = json.loads(stream.read(4096))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
