"""The hand-off sheet as data: sections of labelled values, each of which can be copied alone."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from msgspec import Struct

from core.text import Text


class Lasting(Enum):
    """What can be done about a value once the Supervisor is enabled."""

    CHANGEABLE = "changeable"
    ADD_ONLY = "add-only"
    REDEPLOY = "redeploy"
    PERMANENT = "permanent"


LASTING_WORDS = {
    Lasting.PERMANENT: Text("cannot be changed later"),
    Lasting.ADD_ONLY: Text("can only be added to later"),
    Lasting.REDEPLOY: Text("changes only with a new appliance"),
}


class Item(Struct, frozen=True):
    """A value with its label. ``key`` is stable and names it for machines.

    ``is_missing``: ``value`` is empty, and ``note`` says where it comes from. ``is_block``: it has
    several lines, such as a certificate.
    """

    key: str
    label: Text
    value: str
    note: Text | None = None
    lasting: Lasting = Lasting.CHANGEABLE
    is_block: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether the value is not known (yet)."""
        return not self.value

    @property
    def remarks(self) -> tuple[Text, ...]:
        """What is to be said of the value: whether it lasts, and its note."""
        lasting = LASTING_WORDS.get(self.lasting)
        return tuple(text for text in (lasting, self.note) if text is not None)

    def as_dict(self) -> dict[str, object]:
        """For ``--format json``: plain values, texts in the current language."""
        return {
            "key": self.key,
            "label": str(self.label),
            "value": self.value or None,
            "lasting": self.lasting.value,
            "note": str(self.note) if self.note else None,
        }


class Section(Struct, frozen=True):
    """Values that belong together: a page of the wizard, or what stands behind it."""

    title: Text
    items: tuple[Item, ...]
    about: Text | None = None


class Sheet(Struct, frozen=True):
    """The whole sheet. ``doubt`` says why it is only a plan, where it is."""

    title: Text
    about: Text
    sections: tuple[Section, ...]
    doubt: Text | None = None

    @property
    def items(self) -> Iterator[Item]:
        """Every value, from top to bottom."""
        for section in self.sections:
            yield from section.items

    def as_dict(self) -> dict[str, object]:
        """For ``--format json``: the sections for people, and all values by key for programs."""
        return {
            "title": str(self.title),
            "doubt": str(self.doubt) if self.doubt else None,
            "values": {item.key: item.value or None for item in self.items},
            "sections": [
                {"title": str(section.title), "items": [item.as_dict() for item in section.items]}
                for section in self.sections
            ],
        }
