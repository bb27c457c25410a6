"""Journals as files: read with suspicion, written in one piece, never in the way."""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import structs

from core import paths
from core.errors import AppError
from core.journal.claim import OWNER, MovedOrCopied, claim_on, file_mark, said_of_missing
from core.journal.entry import MACHINE
from core.journal.journal import SCHEMA, Journal, deployment_id, new_journal, read_journal
from core.profile.disk import write_atomically
from core.profile.model import Profile
from core.text import Text

log = logging.getLogger(__name__)

_SIZE_LIMIT = 4 << 20


class JournalStore:
    """The file of one journal. Nothing here raises: a full disk must not stop a deployment.

    ``remark`` is what a person should hear about the file, if anything.
    """

    def __init__(self, profile: Profile, vcenter: str, path: str = "") -> None:
        self._file: Path | None = journal_path(profile, vcenter)
        self._is_silent = False
        self.remark: Text | None = None
        fresh = new_journal(profile, vcenter, path)
        found = self._read()
        if found is not None and found.vcenter != vcenter:
            found = None  # a copy of another deployment's: ids mean nothing here
        self.was_there = found is not None
        self.journal = found or fresh
        asks = structs.replace(fresh.origin, mark=file_mark(path) if path else "")
        self._claim = claim_on(self.journal, asks)
        known = self.journal.origin
        if not path:
            asks = structs.replace(asks, path=known.path, mark=known.mark)
        self._asks = asks
        self._is_noted = (known.path, known.mark) == (asks.path, asks.mark) or not any(
            not entry.removed for entry in self.journal.entries
        )
        if self._claim.is_owner:
            self.journal.origin = asks
        self.journal.address = fresh.address

    def refuse_copy(self, *, is_moved: bool = False) -> None:
        """Make sure that the journal is this profile's, not that of a file it was copied from.

        Where the file is and what it is known by is noted at once, even if this is no more than a
        look: if it is moved next, or copied, that tells the two apart.

        Args:
            is_moved: a person says that this is the file of the deployment, moved.

        Raises:
            CopiedProfile: that file is there still, with the same id.
            MovedOrCopied: it cannot be known which of the two this file is, and nobody said so.
        """
        refusal = self._claim.refusal
        if refusal is not None and not (is_moved and isinstance(refusal, MovedOrCopied)):
            raise refusal
        if is_moved or self._claim.is_owner:
            self.take_over()

    def refuse_stranger(self) -> None:
        """Make sure that what is to be removed was deployed with this file, as far as can be known.

        Raises:
            CopiedProfile: it is another file's, which is there still.
            MovedOrCopied: it was another file's, and this one says something else.
        """
        self.refuse_copy()
        known = self.journal.origin
        if not self._claim.is_owner and self._asks.sha256 != known.sha256:
            raise MovedOrCopied(self._asks.path, known.path, said_of_missing(known.path))

    def take_over(self) -> None:
        """What was deployed is this file's from now on: a deployment is being made with it."""
        self._claim, self.journal.origin = OWNER, self._asks
        if self.was_there and not self._is_noted:
            self._is_noted = True
            self.save()

    def save(self) -> None:
        """Write the journal; a failure is logged once and kept quiet about after that."""
        if self._file is None:
            return
        content = _as_bytes(self.journal)
        try:
            paths.ensure_folder(self._file.parent)
            write_atomically(self._file, content, is_rewritten_often=True)
        except (AppError, OSError) as error:
            if not self._is_silent:
                log.info("The journal is not kept, the deployment goes on without: %s", error)
                self.remark = Text(
                    "The journal of this deployment cannot be written: {path}.", path=self._file
                )
            self._is_silent = True

    def _read(self) -> Journal | None:
        file = self._file
        if file is None:
            return None
        try:
            data = json.loads(_content(file))
            if isinstance(data, dict) and _is_newer(data.get("schema")):
                log.info("The journal %s was written by a newer version.", self._file)
                self.remark = Text(
                    "The journal {path} was written by a newer version and is left alone.",
                    path=self._file,
                )
                self._file = None
                return None
            return read_journal(data)
        except FileNotFoundError:
            return None
        except OSError as error:
            log.info("The journal %s cannot be read: %s", self._file, error.strerror)
            return None
        except (ValueError, RecursionError):
            self._set_aside(file)
            return None

    def _set_aside(self, file: Path) -> None:
        """A damaged journal is kept for a person to look at, under another name."""
        date = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        aside = file.with_name(f"{file.name}.bad-{date}")
        try:
            file.replace(aside)
        except OSError as error:
            log.info("The damaged journal %s cannot be moved: %s", file, error.strerror)
            self._file = None
            return
        log.info("The journal was damaged and is now %s.", aside)
        self.remark = Text(
            "The journal of this deployment was damaged; it is now {path}.", path=aside
        )


def journal_path(profile: Profile, vcenter: str) -> Path:
    """Where the journal of a profile in a vCenter is."""
    return paths.state_folder() / "journals" / f"{deployment_id(profile, vcenter)}.json"


def follow_rename(profile_id: str, old: str, new: str) -> None:
    """Note in the journals of a profile that this program itself gave its file another name.

    Best effort, as all journals are.
    """
    for file, journal in _journals():
        origin = journal.origin
        if (origin.id, origin.path) == (profile_id, old):
            journal.origin = structs.replace(origin, path=new, mark=file_mark(new))
            with contextlib.suppress(OSError, AppError):
                write_atomically(file, _as_bytes(journal))


def files_behind(profile: Profile, vcenter: str) -> dict[str, str]:
    """Machines that other profiles made there, by id, with the files of those, which are there."""
    own = deployment_id(profile, vcenter)
    return {
        entry.moid: journal.origin.path
        for _, journal in _journals()
        if journal.vcenter == vcenter and journal.deployment != own
        for entry in journal.entries
        if entry.kind == MACHINE and entry.is_there and os.path.isfile(journal.origin.path)
    }


def _journals() -> Iterator[tuple[Path, Journal]]:
    """Every journal here that can be read; the rest is for whoever is going to write it."""
    with contextlib.suppress(OSError):
        for file in (paths.state_folder() / "journals").glob("*.json"):
            with contextlib.suppress(OSError, ValueError, RecursionError):
                yield file, read_journal(json.loads(_content(file)))


def machines_made(profile: Profile, vcenter: str) -> tuple[str, ...]:
    """Ids of the machines that a profile made there and that were not taken back, newest first.

    A look only: what is damaged is left to whoever is going to write the journal.
    """
    try:
        journal = read_journal(json.loads(_content(journal_path(profile, vcenter))))
    except (OSError, ValueError, RecursionError):
        return ()
    if journal.vcenter != vcenter:
        return ()
    made = (e.moid for e in reversed(journal.entries) if e.kind == MACHINE and e.is_there)
    return tuple(dict.fromkeys(moid for moid in made if moid))


def _content(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(_SIZE_LIMIT)


def _as_bytes(journal: Journal) -> bytes:
    values = journal.as_dict()
    try:
        content = msgspec.json.format(msgspec.json.encode(values), indent=1)
    except UnicodeEncodeError:  # a path need not be text
        content = json.dumps(values, indent=1).encode()
    return content + b"\n"


def _is_newer(schema: object) -> bool:
    return isinstance(schema, int) and not isinstance(schema, bool) and schema > SCHEMA
