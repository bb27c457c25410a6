"""Whose deployment a journal is about: the file it was made with, moved since or not, or a copy.

A copy must not take over what was deployed with another file, nor keep that file from it. A file
is known again by where it is, or by what a move keeps and a copy does not: its number in its file
system and when it was written. Where the other file is gone and nothing tells which of the two this
is, it may be used, as a fresh checkout of the same profile may; but a look alone makes it no owner:
if the other one turns up again, this one is the copy.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from pathlib import Path

from msgspec import Struct

from core.errors import AppError
from core.journal.journal import Journal, Origin
from core.profile.disk import read_bytes
from core.profile.document import load_profile
from core.text import Text

_ID_LINE = re.compile(r"^id:[ \t]+([\"']?)([A-Za-z0-9][A-Za-z0-9._-]*)\1[ \t]*(?:#.*)?\r?$", re.M)


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


class MovedOrCopied(AppError):
    """A profile is another one, moved, or a copy of it: only a person can know.

    ``found`` is what was seen of the other one.
    """

    code = "profile-moved-or-copied"

    def __init__(self, path: str, original: str, found: Text) -> None:
        super().__init__(
            Text(
                "{path} is {original}, moved, or a copy of it: {found}.",
                path=path,
                original=original,
                found=found,
            ),
            Text(
                "If it is that file, say so once: haproxy-setup plan --moved {path}. If it is a "
                "copy, change the value of id in it to another one, or delete the line: what was "
                "deployed with {original} belongs to that file. Nothing was changed.",
                path=path,
                original=original,
            ),
        )


class Claim(Struct, frozen=True):
    """What a file has to do with the deployment of a journal.

    ``is_owner``: it is the file the deployment belongs to from now on. Neither that nor a
    ``refusal``: it may be used in that file's place, but no more.
    """

    is_owner: bool = False
    refusal: CopiedProfile | MovedOrCopied | None = None


OWNER = Claim(is_owner=True)


def file_mark(path: str) -> str:
    """What a file keeps when it is moved, and no copy has; "" if it has nothing of the kind.

    Editing it changes the mark, moving it to another file system too.
    """
    with contextlib.suppress(OSError, ValueError):
        found = os.stat(path)
        if found.st_ino:
            return f"{found.st_dev:x}-{found.st_ino:x}-{found.st_mtime_ns:x}"
    return ""


def claim_on(journal: Journal, asks: Origin) -> Claim:
    """What the profile that asks has to do with the deployment of ``journal``."""
    before = journal.origin
    if not asks.path or not before.path or before.path == asks.path:
        return OWNER
    if all(entry.removed for entry in journal.entries):
        return OWNER  # nothing is left to be confused about
    try:
        if stat.S_ISDIR(os.stat(before.path).st_mode):
            # what was in no file had no mark; else the file is gone, and this is in its place
            return _heir(before, asks) if before.mark else OWNER
        if os.path.exists(asks.path) and os.path.samefile(before.path, asks.path):
            return OWNER
    except (FileNotFoundError, NotADirectoryError):
        return _heir(before, asks)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        return _doubtful(before, asks, Text("that file cannot be read ({reason})", reason=reason))
    found = _id_in(before.path)
    if found == before.id:
        return Claim(refusal=CopiedProfile(asks.path, before.path))
    if not found:
        reason = Text("its id cannot be made out")
        return _doubtful(before, asks, Text("that file cannot be read ({reason})", reason=reason))
    return _heir(before, asks)  # that file is about something else now


def said_of_missing(path: str) -> Text:
    """What is where a profile was that is gone, for the end of a sentence."""
    if os.path.isdir(path):
        return Text("a folder is in that file's place")
    return Text("that file is no longer there")


def _heir(before: Origin, asks: Origin) -> Claim:
    """What a file is whose other is gone, or on a drive that is not connected."""
    return OWNER if asks.mark and asks.mark == before.mark else Claim()


def _doubtful(before: Origin, asks: Origin, found: Text) -> Claim:
    return Claim(refusal=MovedOrCopied(asks.path, before.path, found))


def _id_in(path: str) -> str:
    """The id of the profile in a file, also of one with a mistake in it; "" if there is none."""
    try:
        return load_profile(path).profile.id
    except (AppError, OSError, ValueError, RecursionError):
        pass
    with contextlib.suppress(AppError, OSError, ValueError):
        lines = _ID_LINE.findall(read_bytes(Path(path)).decode("utf-8-sig", "replace"))
        if len(lines) == 1:
            return str(lines[0][1])
    return ""
