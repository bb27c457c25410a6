"""One line of a journal: an object that was made in a vCenter, or was about to be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from core.profile.model import NicMap

SWITCH, PORT_GROUP, HOST, ITEM, MACHINE = "switch", "port-group", "host", "item", "machine"
KINDS = (SWITCH, PORT_GROUP, HOST, ITEM, MACHINE)


class Entry(Struct, frozen=True):
    """An object by its id in one vCenter.

    ``made`` and ``moid`` are "" as long as it is only intended: written before the call, so that
    a kill between call and answer leaves a trace. ``switch`` is the switch's uuid, which no other
    vCenter has. Of a host, ``joined`` says that it was not a member before, ``nics`` what was
    plugged in. Of an item, ``library`` is the id of the content library it is in. ``profile`` is
    the hash of the profile that asked for it.
    """

    kind: str
    name: str
    moid: str = ""
    switch: str = ""
    started: str = ""
    made: str = ""
    removed: str = ""
    joined: bool = False
    nics: NicMap = ()
    profile: str = ""
    library: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it is known to be intended only."""
        return not self.made and not self.removed

    @property
    def is_there(self) -> bool:
        """Whether it was made and not taken back, as far as the journal knows."""
        return bool(self.made) and not self.removed

    def as_dict(self) -> dict[str, Any]:
        """For the file: without what is empty."""
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        values["nics"] = [list(pair) for pair in self.nics]
        return {name: value for name, value in values.items() if value not in ("", [], False)}


def read_entry(data: Any) -> Entry:
    """The entry in the file's form.

    Raises:
        ValueError: it is none.
    """
    if not isinstance(data, dict) or data.get("kind") not in KINDS:
        raise ValueError("no entry")
    texts = {}
    for name in ("kind", "name", "moid", "switch", "started", "made", "removed", "profile",
                 "library"):  # fmt: skip
        texts[name] = data.get(name, "")
        if not isinstance(texts[name], str):
            raise ValueError(f"{name} is no text")  # noqa: TRY004 - all damage is one kind
    pairs = data.get("nics", [])
    if not isinstance(pairs, list):
        raise ValueError("nics is no list")  # noqa: TRY004
    nics = []
    for pair in pairs:
        if not isinstance(pair, list) or len(pair) != 2:
            raise ValueError("no pair")
        nics.append((str(pair[0]), str(pair[1])))
    return Entry(**texts, joined=data.get("joined") is True, nics=tuple(nics))


def now() -> str:
    """The time in the form of the journal."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
