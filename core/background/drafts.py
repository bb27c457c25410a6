"""Unsaved work kept through a crash, and the settings file: both written in the background."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from core import paths
from core.jobs import JobContext

if TYPE_CHECKING:
    from core.profile.document import ProfileDocument
    from core.settings import Settings

_SUFFIX = ".draft.yaml"


class Draft(Struct, frozen=True):
    """Unsaved work that was found.

    ``path`` is the file it belongs to, "" for a new profile; ``before`` the text it was made
    from, "" if the version that wrote the draft did not keep that.
    """

    profile_id: str
    path: str
    text: str
    before: str = ""


def drafts_folder() -> Path:
    """Where drafts are kept."""
    return paths.state_folder() / "drafts"


def keep_draft(ctx: JobContext, document: ProfileDocument) -> None:
    """Write the text of a document as a draft; no secret can be in it, as in no profile.

    Raises:
        FileError: it cannot be written.
    """
    from core.profile.disk import write_atomically

    ctx.check()
    folder = paths.ensure_folder(drafts_folder())
    about = {"path": str(document.path or ""), "pid": os.getpid(), "before": document.text_before}
    head = json.dumps(about)
    text = f"# {head}\n{document.text}"
    write_atomically(folder / f"{document.profile.id}{_SUFFIX}", text.encode("utf-8"))


def drop_draft(ctx: JobContext, profile_id: str) -> None:
    """Remove a draft; nothing happens if there is none."""
    ctx.check()
    with contextlib.suppress(OSError):
        (drafts_folder() / f"{profile_id}{_SUFFIX}").unlink()


def find_drafts(ctx: JobContext) -> tuple[Draft, ...]:
    """Drafts whose program has ended."""
    found = []
    for file in sorted(drafts_folder().glob(f"*{_SUFFIX}")):
        ctx.check()
        try:
            head, _, text = file.read_text(encoding="utf-8").partition("\n")
            about = json.loads(head.removeprefix("# "))
        except (OSError, ValueError):
            continue
        if not _is_running(int(about.get("pid") or 0)):
            found.append(
                Draft(
                    file.name.removesuffix(_SUFFIX),
                    str(about.get("path", "")),
                    text,
                    str(about.get("before", "")),
                )
            )
    return tuple(found)


def write_settings(ctx: JobContext, settings: Settings) -> None:
    """Write the settings of the application.

    Raises:
        FileError: they cannot be written.
    """
    from core.settings import write_settings as write

    ctx.check()
    write(settings)


def _is_running(pid: int) -> bool:
    if pid == os.getpid():
        return True
    if os.name != "posix" or pid <= 0:
        return False  # Windows' os.kill(pid, 0) would end the process it asks about
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
