"""The last proof of a profile, kept on this computer to say what has changed since; no secrets."""

from __future__ import annotations

import json
import re
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from core import paths
from core.errors import FileError

SCHEMA = 1
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Record(Struct, frozen=True):
    """What a proof found. Times are ISO 8601, UTC; digests SHA-256; "" where it was not seen.

    ``machine`` is an id of the ``vcenter``, which is named by its instance UUID: another vCenter,
    such as a practice one, may have a machine of the same id.
    """

    at: str
    proven: bool
    machine: str
    authority: str
    certificate: str
    version: str
    vcenter: str = ""

    def is_about(self, vcenter: str, machine: str) -> bool:
        """Whether it is of this very machine."""
        return bool(machine) and (self.vcenter, self.machine) == (vcenter, machine)


def record_path(profile_id: str) -> Path | None:
    """Where the record of a profile is; None for a profile without an id that fits a file name."""
    if not _ID.fullmatch(profile_id):
        return None
    return paths.state_folder() / "proofs" / f"{profile_id}.json"


def read_record(profile_id: str) -> Record | None:
    """The last proof; None if there was none, or its file cannot be read."""
    path = record_path(profile_id)
    if path is None:
        return None
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        if plain.pop("schema") != SCHEMA:
            return None
        return Record(**plain)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def write_record(profile_id: str, record: Record) -> None:
    """Keep a proof.

    Raises:
        FileError: it cannot be written.
    """
    from core.profile.disk import write_atomically

    path = record_path(profile_id)
    if path is None:
        return
    try:
        paths.ensure_folder(path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error
    text = json.dumps({"schema": SCHEMA, **asdict(record)}, indent=2) + "\n"
    write_atomically(path, text.encode("utf-8"))


def _unwritable(path: Path, error: OSError) -> FileError:
    from core.text import Text

    return FileError(
        Text("The folder {path} cannot be made.", path=path.parent),
        Text("Check the rights of your home folder."),
        details=str(error),
    )
