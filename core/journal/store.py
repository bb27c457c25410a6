"""Journals as files: read with suspicion, written in one piece, never in the way."""

from __future__ import annotations

import json
import logging
import os
from datetime import UTC, datetime
from pathlib import Path

from msgspec import structs

from core import paths
from core.errors import AppError
from core.journal.entry import MACHINE
from core.journal.journal import SCHEMA, Journal, deployment_id, new_journal, read_journal
from core.profile.disk import write_atomically
from core.profile.document import load_profile
from core.profile.model import Profile
from core.text import Text

log = logging.getLogger(__name__)

_SIZE_LIMIT = 4 << 20


class CopiedProfile(AppError):
    """A profile is a copy of another one, whose deployment would be taken for its own."""

    code = "profile-copied"

    def __init__(self, copy: str, original: str) -> None:
        super().__init__(
            Text(
                "{copy} is a copy of {original}; give it its own id.", copy=copy, original=original
            ),
            Text(
                "What was deployed with {original} belongs to that file. Change the value of id in "
                "{copy} to another one, or delete the line. Nothing was changed.",
                copy=copy,
                original=original,
            ),
        )


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
        self._copied_from, self._is_moved = _original_of(self.journal, path)
        self.journal.origin = (
            fresh.origin if path else structs.replace(fresh.origin, path=self.journal.origin.path)
        )
        self.journal.address = fresh.address

    def refuse_copy(self) -> None:
        """Make sure that the journal is this profile's, not that of a file it was copied from.

        Where the file was moved is noted at once, even if this is no more than a look: a copy that
        is made of it later on is known by that.

        Raises:
            CopiedProfile: that file is there still, with the same id.
        """
        if self._copied_from:
            raise CopiedProfile(self.journal.origin.path, self._copied_from)
        if self._is_moved and self.was_there:
            self._is_moved = False
            self.save()

    def save(self) -> None:
        """Write the journal; a failure is logged once and kept quiet about after that."""
        if self._file is None:
            return
        text = json.dumps(self.journal.as_dict(), indent=1, ensure_ascii=False)
        try:
            paths.ensure_folder(self._file.parent)
            write_atomically(self._file, f"{text}\n".encode(), is_rewritten_often=True)
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
            with file.open("rb") as stream:
                data = json.loads(stream.read(_SIZE_LIMIT))
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


def machines_made(profile: Profile, vcenter: str) -> tuple[str, ...]:
    """Ids of the machines that a profile made there and that were not taken back, newest first.

    A look only: what is damaged is left to whoever is going to write the journal.
    """
    try:
        with journal_path(profile, vcenter).open("rb") as stream:
            journal = read_journal(json.loads(stream.read(_SIZE_LIMIT)))
    except (OSError, ValueError, RecursionError):
        return ()
    if journal.vcenter != vcenter:
        return ()
    made = (e.moid for e in reversed(journal.entries) if e.kind == MACHINE and e.is_there)
    return tuple(dict.fromkeys(moid for moid in made if moid))


def _original_of(journal: Journal, path: str) -> tuple[str, bool]:
    """The other file whose deployment the journal is about, and whether it was moved to ``path``.

    A file that cannot be read for now, or has a mistake in it, is neither an original nor gone.
    """
    before = journal.origin.path
    if not path or not before or before == path or all(e.removed for e in journal.entries):
        return "", False
    try:
        if os.path.samefile(before, path):
            return "", False
        is_original = load_profile(before).profile.id == journal.origin.id
    except FileNotFoundError:
        return "", True
    except (AppError, OSError, ValueError):
        return "", False
    return (before, False) if is_original else ("", True)


def _is_newer(schema: object) -> bool:
    return isinstance(schema, int) and not isinstance(schema, bool) and schema > SCHEMA
