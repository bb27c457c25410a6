"""Changes values inside a YAML text and leaves every other character as it is.

Comments, blank lines, quotes, order and unknown keys of a hand-written file are its owner's.
Emitting the file anew loses or moves some of them (a comment above an empty key would end up
inside the list put there), so only the text of what really changed is replaced.
"""

from __future__ import annotations

import difflib
import json
from typing import Any

from msgspec import Struct

from core.errors import FileError
from core.profile.yaml_render import entry_text, item_text, rendered, scalar_text, value_text
from core.profile.yaml_tree import NOWHERE, Mapping, Node, Scalar, Sequence, parse


class _Patch(Struct, frozen=True):
    start: int
    end: int
    text: str


class _CannotPatch(Exception):
    """This value has to be written anew as a whole."""


def edited(text: str, data: dict[str, Any]) -> str:
    """``text`` (which ends with a line end) changed so that it reads as ``data``."""
    root = parse(text, "")
    if _same(root.plain, data):
        return text
    try:
        patches = _Editor(text).mapping(root, data)
        result = _applied(text, patches)
        if _same(parse(result, "").plain, data):
            return result
    except (_CannotPatch, FileError):
        pass
    # A form of YAML we cannot place a change in, such as one long {...}: right, if less pretty.
    return rendered(data)


def _applied(text: str, patches: list[_Patch]) -> str:
    parts, position = [], 0
    for patch in sorted(patches, key=lambda p: (p.start, p.end)):
        if patch.start < position:
            raise _CannotPatch
        parts += [text[position : patch.start], patch.text]
        position = patch.end
    return "".join([*parts, text[position:]])


class _Editor:
    def __init__(self, text: str) -> None:
        self._text = text

    def mapping(self, node: Mapping, data: dict[str, Any]) -> list[_Patch]:
        """The patches that make a mapping read as ``data``."""
        old = {str(key.value): (key, value) for key, value in node.entries}
        kept = [key for key in old if key in data]
        added = [key for key in data if key not in old]
        if [*kept, *added] != list(data):
            raise _CannotPatch  # another order
        if (node.flow and len(kept) + len(added) != len(old)) or not kept:
            raise _CannotPatch
        patches = []
        for name, (key, value) in old.items():
            if name not in data:
                patches.append(self._removed(key, value))
            elif not _same(value.plain, data[name]):
                patches += self._value(node, key, value, data[name])
        if added:
            if node.flow:
                raise _CannotPatch
            position = self._line_end(self._content_end(node))
            lines = "".join(f"{entry_text(k, data[k], node.column)}\n" for k in added)
            patches.append(_Patch(position, position, lines))
        return patches

    def _value(self, parent: Mapping, key: Scalar, node: Node, value: Any) -> list[_Patch]:
        try:
            return self._inside(node, value)
        except _CannotPatch:
            if parent.flow:
                raise
        colon = self._text.index(":", key.end) + 1
        return [self._replaced(colon, node, value_text(value, parent.column))]

    def _inside(self, node: Node, value: Any) -> list[_Patch]:
        if isinstance(node, Mapping) and isinstance(value, dict):
            return self.mapping(node, value)
        if isinstance(node, Sequence) and isinstance(value, list):
            return self._sequence(node, value)
        is_line = (
            isinstance(node, Scalar)
            and node.style not in ("|", ">")
            and node.end > node.start
            and "\n" not in self._text[node.start : node.end]
        )
        if is_line and not isinstance(value, (dict, list)) and "\n" not in str(value):
            return [_Patch(node.start, node.end, scalar_text(value))]
        raise _CannotPatch

    def _sequence(self, node: Sequence, values: list[Any]) -> list[_Patch]:
        if node.flow or not values:
            raise _CannotPatch
        dashes = [self._dash(item) for item in node.items]
        old = [_canonical(item.plain) for item in node.items]
        new = [_canonical(value) for value in values]
        patches: list[_Patch] = []
        for change, i, end_i, j, end_j in difflib.SequenceMatcher(
            None, old, new, autojunk=False
        ).get_opcodes():
            if change == "equal":
                continue
            shared = min(end_i - i, end_j - j)
            for step in range(shared):
                patches += self._item(node, node.items[i + step], values[j + step])
            for index in range(i + shared, end_i):
                start = self._line_start(dashes[index])
                end = self._line_end(self._content_end(node.items[index]))
                patches.append(_Patch(start, end, ""))
            if j + shared < end_j:
                position = self._insertion(node, dashes, i + shared)
                lines = "".join(
                    f"{item_text(value, node.column)}\n" for value in values[j + shared : end_j]
                )
                patches.append(_Patch(position, position, lines))
        return patches

    def _item(self, parent: Sequence, node: Node, value: Any) -> list[_Patch]:
        try:
            return self._inside(node, value)
        except _CannotPatch:
            dash = self._dash(node)
            text = item_text(value, parent.column)[parent.column + 1 :]
            return [self._replaced(dash + 1, node, text)]

    def _insertion(self, node: Sequence, dashes: list[int], index: int) -> int:
        if index == 0:
            return self._line_start(dashes[0])
        return self._line_end(self._content_end(node.items[index - 1]))

    def _replaced(self, start: int, node: Node, text: str) -> _Patch:
        """The whole value after ``start`` anew; a comment behind it goes behind the first line."""
        content_end = max(self._content_end(node), start)
        end = self._line_end(content_end) - 1
        first, line_end, more = text.partition("\n")
        return _Patch(start, end, f"{first}{self._text[content_end:end]}{line_end}{more}")

    def _removed(self, key: Scalar, node: Node) -> _Patch:
        start = self._line_start(key.start)
        if self._text[start : key.start].strip():
            raise _CannotPatch  # "- key: value": the dash stands on this line
        return _Patch(start, self._line_end(self._content_end(node)), "")

    def _content_end(self, node: Node) -> int:
        """Where the last character of a value stands; block collections end later, at a token."""
        if isinstance(node, Scalar) and node.start == NOWHERE:
            raise _CannotPatch
        if isinstance(node, Scalar) or node.flow:
            return node.start + len(self._text[node.start : node.end].rstrip())
        if isinstance(node, Sequence):
            return self._content_end(node.items[-1])
        key, value = node.entries[-1]
        return max(self._content_end(value), self._text.index(":", key.end) + 1)

    def _dash(self, node: Node) -> int:
        if node.start == NOWHERE:
            raise _CannotPatch
        start = self._line_start(node.start)
        dash = self._text.rfind("-", start, node.start)
        between = self._text[dash + 1 : node.start]
        if dash < 0 or between.strip() or self._text[start:dash].strip():
            raise _CannotPatch
        return dash

    def _line_start(self, position: int) -> int:
        return self._text.rfind("\n", 0, position) + 1

    def _line_end(self, position: int) -> int:
        return self._text.index("\n", position) + 1


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True)


def _same(one: Any, other: Any) -> bool:
    """Equality that tells 1 from True and minds the order of keys."""
    return _canonical(one) == _canonical(other)
