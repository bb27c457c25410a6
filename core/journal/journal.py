"""The journal of one deployment: which profile, which vCenter, and what was made there."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from typing import Any

from msgspec import Struct, field, structs, to_builtins

from core.journal.entry import Entry, read_entry
from core.profile.model import SCHEMA_VERSION, Profile

SCHEMA = 1


class Origin(Struct, frozen=True):
    """The profile that asks, as it was; ``sha256`` is over its values, which hold no secret.

    ``mark`` is what its file keeps when it is moved: see ``core.journal.claim``.
    """

    id: str
    path: str
    schema: int
    sha256: str
    mark: str = ""


class Journal(Struct):
    """What one profile made in one vCenter, whichever run did it."""

    deployment: str
    vcenter: str
    address: str
    origin: Origin
    entries: list[Entry] = field(default_factory=list)

    def there(self, kind: str) -> Iterator[Entry]:
        """Entries of a kind that were made or intended, and not taken back."""
        return (e for e in self.entries if e.kind == kind and not e.removed)

    def find(self, kind: str, name: str, switch: str = "") -> Entry | None:
        """The newest entry for an object of that name, not taken back; ``switch`` "" is any."""
        for entry in reversed(self.entries):
            same = (entry.kind, entry.name) == (kind, name) and not entry.removed
            if same and (not switch or not entry.switch or entry.switch == switch):
                return entry
        return None

    def has_made(self, kind: str, moid: str) -> bool:
        """Whether the object of that id was made by this deployment."""
        return any(e.moid == moid and e.is_there for e in self.entries if e.kind == kind)

    def put(self, entry: Entry, instead_of: Entry | None = None) -> None:
        """Add an entry, or put it in the place of another one."""
        if instead_of is not None and instead_of in self.entries:
            self.entries[self.entries.index(instead_of)] = entry
        else:
            self.entries.append(entry)

    def as_dict(self) -> dict[str, Any]:
        """For the file."""
        return {
            "schema": SCHEMA,
            "deployment": self.deployment,
            "vcenter": {"instance_uuid": self.vcenter, "address": self.address},
            "profile": structs.asdict(self.origin),
            "entries": [entry.as_dict() for entry in self.entries],
        }


def new_journal(profile: Profile, vcenter: str, path: str = "") -> Journal:
    """An empty journal of a profile in the vCenter of that instance uuid."""
    return Journal(
        deployment_id(profile, vcenter),
        vcenter,
        profile.vcenter.address,
        Origin(profile.id, path or profile.folder, SCHEMA_VERSION, content_hash(profile)),
    )


def deployment_id(profile: Profile, vcenter: str) -> str:
    """The same for every run of a profile against a vCenter, whatever address leads there."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{vcenter}/{profile.id}").hex[:16]


def content_hash(profile: Profile) -> str:
    """SHA-256 over the profile's values; where the file lies does not count."""
    values = to_builtins(structs.replace(profile, folder=""))
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def read_journal(data: Any) -> Journal:
    """The journal in the file's form.

    Raises:
        ValueError: it is none, or of a schema this version does not know.
    """
    try:
        if data["schema"] != SCHEMA:
            raise ValueError("another schema")
        profile = data["profile"]
        return Journal(
            str(data["deployment"]),
            str(data["vcenter"]["instance_uuid"]),
            str(data["vcenter"]["address"]),
            Origin(
                str(profile["id"]),
                str(profile["path"]),
                int(profile["schema"]),
                str(profile["sha256"]),
                str(profile.get("mark", "")),
            ),
            [read_entry(one) for one in data["entries"]],
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a journal: {type(error).__name__}") from error
