"""Unsaved work kept through a crash, and the settings file: both written in the background."""

from __future__ import annotations

import atexit
import contextlib
import itertools
import json
import logging
import re
import threading
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from msgspec import Struct

from core import paths
from core.file_lock import lock
from core.jobs import JobContext

if TYPE_CHECKING:
    from core.profile.document import ProfileDocument
    from core.settings import Settings

log = logging.getLogger(__name__)

_SUFFIX = ".draft.yaml"
_RUN = uuid.uuid4().hex[:12]
"""This run of the program: what it keeps is told from what another one kept of the same file."""


class Draft(Struct, frozen=True):
    """Unsaved work that was found.

    ``path`` is the file it belongs to, "" for a new profile; ``before`` the text it was made
    from, "" if the version that wrote the draft did not keep that. ``file`` is where the draft is,
    ``kept`` when it was written (ISO 8601, UTC).
    """

    path: str
    text: str
    before: str = ""
    file: str = ""
    kept: str = ""


class _Presence:
    """A lock that says that this run is there, until it ends in whatever way."""

    def __init__(self) -> None:
        self._stream: BinaryIO | None = None
        self._folder: Path | None = None
        self._mutex = threading.Lock()

    def show(self, folder: Path) -> None:
        """Hold the lock in a folder; where that is impossible, drafts look like a dead run's."""
        with self._mutex:
            if self._folder == folder:
                return
            self._end()
            try:
                self._stream = _lock_path(folder, _RUN).open("wb", buffering=0)
                lock(self._stream)
            except OSError as error:
                log.info("Drafts of this run are not seen as such: %s", error.strerror)
            self._folder = folder

    def end(self) -> None:
        """Give it back, and leave no file of it."""
        with self._mutex:
            self._end()

    def _end(self) -> None:
        if self._stream is not None and self._folder is not None:
            self._stream.close()
            with contextlib.suppress(OSError):
                _lock_path(self._folder, _RUN).unlink()
        self._stream = self._folder = None


_PRESENCE = _Presence()
atexit.register(_PRESENCE.end)


def drafts_folder() -> Path:
    """Where drafts are kept."""
    return paths.state_folder() / "drafts"


class DraftPlace:
    """Where one window keeps its unsaved work, a draft for each profile.

    Another window, or another run, has another place: the same file may be open there, and what a
    crash left may not have been asked about yet. Jobs overtake each other, and what was asked for
    last counts: whoever asks takes a turn first.
    """

    _numbers = itertools.count(1)

    def __init__(self) -> None:
        self._name = f"{_RUN}-{next(self._numbers)}"
        self._turns = itertools.count(1)
        self._done: dict[str, int] = {}
        self._mutex = threading.Lock()

    def take_turn(self) -> int:
        """A number for what is asked for now."""
        return next(self._turns)

    def file_of(self, profile_id: str) -> Path:
        """Where the draft of a profile is."""
        return drafts_folder() / f"{profile_id}.{self._name}{_SUFFIX}"

    def keep(self, ctx: JobContext, document: ProfileDocument, turn: int) -> None:
        """Write the text of a document as a draft; no secret can be in it, as in no profile.

        Raises:
            FileError: it cannot be written.
        """
        from core.profile.disk import write_atomically

        ctx.check()
        _PRESENCE.show(paths.ensure_folder(drafts_folder()))
        about = {"path": str(document.path or ""), "run": _RUN, "before": document.text_before}
        text = f"# {json.dumps(about)}\n{document.text}"
        with self._mutex:
            if self._is_next(document.profile.id, turn):
                write_atomically(self.file_of(document.profile.id), text.encode("utf-8"))

    def drop(self, _ctx: JobContext, profile_id: str, turn: int) -> None:
        """Remove the draft of a profile, also while the program ends; there may be none."""
        with self._mutex, contextlib.suppress(OSError):
            if self._is_next(profile_id, turn):
                self.file_of(profile_id).unlink()

    def adopt(self, ctx: JobContext, document: ProfileDocument, draft: Draft, turn: int) -> None:
        """Keep what was recovered from a draft here, instead of where it was found.

        Raises:
            FileError: it cannot be written; the one that was found stays.
        """
        if document.is_changed:
            self.keep(ctx, document, turn)
        if Path(draft.file) != self.file_of(document.profile.id):
            discard_draft(ctx, draft)

    def _is_next(self, profile_id: str, turn: int) -> bool:
        if turn < self._done.get(profile_id, 0):
            return False
        self._done[profile_id] = turn
        return True


def discard_draft(_ctx: JobContext, draft: Draft) -> None:
    """Remove one that was found, also while the program ends."""
    with contextlib.suppress(OSError):
        Path(draft.file).unlink()


def find_drafts(ctx: JobContext) -> tuple[Draft, ...]:
    """Drafts whose program has ended, the oldest first."""
    found = []
    for file in drafts_folder().glob(f"*{_SUFFIX}"):
        ctx.check()
        try:
            head, _, text = file.read_text(encoding="utf-8").partition("\n")
            about = json.loads(head.removeprefix("# "))
            kept = datetime.fromtimestamp(file.stat().st_mtime, UTC).isoformat()
        except (OSError, ValueError, RecursionError):
            continue
        if not isinstance(about, dict) or _is_running(str(about.get("run", ""))):
            continue
        path, before = str(about.get("path", "")), str(about.get("before", ""))
        found.append(Draft(path, text, before, str(file), kept))
    return tuple(sorted(found, key=lambda draft: draft.kept))


def write_settings(ctx: JobContext, settings: Settings) -> None:
    """Write the settings of the application.

    Raises:
        FileError: they cannot be written.
    """
    from core.settings import write_settings as write

    ctx.check()
    write(settings)


def _lock_path(folder: Path, run: str) -> Path:
    return folder / f"{run}.lock"


def _is_running(run: str) -> bool:
    """Whether a run is there still; its process number could be another program's by now."""
    if run == _RUN or not re.fullmatch(r"[0-9a-f]+", run):
        return run == _RUN
    path = _lock_path(drafts_folder(), run)
    try:
        with path.open("r+b", buffering=0) as stream:
            lock(stream)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    with contextlib.suppress(OSError):
        path.unlink()
    return False
