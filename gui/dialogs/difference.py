"""Two values of a field beside each other: only what differs, so that it can be seen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.fields import FieldSpec, Kind
from core.profile.model import MODES, ROLES, PortGroup
from core.profile.values import LISTS, TABLES
from core.text import Joined, Text
from gui.pages.review_text import shown_value

MOST_ITEMS = 8
"""Lines of a list that are shown; all of them are in the tooltip."""


def difference(spec: FieldSpec, now: Any, then: Any) -> tuple[Text, Text]:
    """What there is only now, and only then; of a list the items that the other has not."""
    if spec.kind not in LISTS | TABLES:
        shown = shown_value(spec, now), shown_value(spec, then)
    else:
        items = list(_items(spec, now)), list(_items(spec, then))
        only = tuple(
            [one for one in own if one not in other] for own, other in (items, items[::-1])
        )
        if not any(only):
            only = items  # another order
        shown = _lines(only[0]), _lines(only[1])
    if str(shown[0]) == str(shown[1]):
        return shown[0], Text("{value}, another one", value=shown[1])
    return shown


def whole(spec: FieldSpec, value: Any) -> Text:
    """All of a value, an item a line."""
    if spec.kind not in LISTS | TABLES:
        return shown_value(spec, value)
    return Joined(list(_items(spec, value)) or [Text("–")], "\n")


def _lines(items: list[Text]) -> Text:
    if len(items) > MOST_ITEMS:
        left = len(items) - MOST_ITEMS + 1
        items = [*items[: MOST_ITEMS - 1], Text("and {count} more", "and {count} more", count=left)]
    return Joined(items or [Text("–")], "\n")


def _items(spec: FieldSpec, value: Any) -> Iterator[Text]:
    for one in value or ():
        if isinstance(one, PortGroup):
            yield Joined(_of_group(one))
        elif spec.kind is Kind.HOST_NICS:
            host, nics = one
            yield Text("{host}: {nics}", host=host, nics=", ".join(f"{u} {n}" for u, n in nics))
        elif spec.kind in TABLES:
            yield Text("{key}: {item}", key=one[0], item=one[1])
        else:
            yield Text("{value}", value=one)


def _of_group(group: PortGroup) -> Iterator[Text | str]:
    yield group.name or "–"
    for value, choices in ((group.role, ROLES), (group.mode, MODES)):
        yield next((one.label for one in choices if one.value == value), value)
    if group.vlan is not None:
        yield Text("VLAN {vlan}", vlan=group.vlan)
