"""YAML text as a tree of plain values that know where they stand in the text.

Built from ruamel.yaml's parse events instead of its objects, for two reasons: values are plain by
construction and everything is bounded (size, depth, number; no tags, anchors or merge keys), and
the exact place of each value lets ``core.profile.yaml_edit`` change one value and leave every
other character of a hand-written file alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from msgspec import Struct, field

from core.errors import FileError
from core.text import Text

DEPTH_LIMIT = 16
COUNT_LIMIT = 50_000
NOWHERE = -1
"""The place of an item of a list that was left empty."""

_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_FLAGS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
# Only what str() gives back unchanged is a number; 007, 7.0 and 2024-01-01 stay as typed.
_NUMBER = re.compile(r"0|-?[1-9][0-9]{0,17}")


class Scalar(Struct):
    """A single value; ``style`` is empty for plain text, else a quote, ``|`` or ``>``."""

    value: str | int | bool | None
    style: str
    start: int
    end: int
    line: int
    column: int

    @property
    def plain(self) -> Any:
        """The value without places."""
        return self.value


class Sequence(Struct):
    """A list."""

    flow: bool
    start: int
    end: int
    column: int
    items: list[Node] = field(default_factory=list)

    @property
    def plain(self) -> Any:
        """The list without places."""
        return [item.plain for item in self.items]


class Mapping(Struct):
    """A group of keys with their values, in the order written."""

    flow: bool
    start: int
    end: int
    column: int
    entries: list[tuple[Scalar, Node]] = field(default_factory=list)

    @property
    def plain(self) -> Any:
        """The mapping without places."""
        return {str(key.value): node.plain for key, node in self.entries}


Node: TypeAlias = Scalar | Sequence | Mapping


def parse(text: str, name: object) -> Mapping:
    """The tree of a YAML text whose top level is a mapping; ``name`` is what errors call it.

    Raises:
        FileError: One sentence that says what is wrong and where.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.reader import ReaderError

    builder = _Builder(text, name)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.add(event)
    # Never chained: these exceptions quote the text around the place, and what stands there by
    # mistake may be a password.
    except ReaderError as error:
        raise _at(
            name,
            text.count("\n", 0, error.position) + 1,
            0,
            Text("an unprintable character"),
            Text("Remove the character."),
        ) from None
    except MarkedYAMLError as error:
        raise _syntax_error(name, text, error) from None
    except YAMLError:
        raise FileError(
            Text("{file} is not valid YAML.", file=name), Text("Compare with haproxy-setup new.")
        ) from None
    return builder.root()


class _Builder:
    """Puts events together; a stack instead of recursion, so that depth cannot hurt."""

    def __init__(self, text: str, name: object) -> None:
        self._text = text
        self._name = name
        self._stack: list[Sequence | Mapping] = []
        self._keys: list[Scalar | None] = []  # per open collection: the key that waits for a value
        self._seen: list[dict[str, int]] = []  # per open collection: key -> line
        self._root: Node | None = None
        self._count = 0
        self._documents = 0

    def add(self, event: Any) -> None:
        kind = type(event).__name__
        if kind == "DocumentStartEvent":
            self._documents += 1
            if self._documents > 1:
                raise self._error(
                    event, Text("a second document starts"), Text("Keep one profile per file.")
                )
        elif kind == "AliasEvent" or getattr(event, "anchor", None):
            raise self._error(
                event, Text("an anchor or alias (& or *) is used"), Text("Write the value out.")
            )
        elif kind == "ScalarEvent":
            self._add_scalar(event)
        elif kind in ("SequenceStartEvent", "MappingStartEvent"):
            self._open(event, Mapping if kind.startswith("Mapping") else Sequence)
        elif kind in ("SequenceEndEvent", "MappingEndEvent"):
            closed = self._stack.pop()
            self._keys.pop()
            self._seen.pop()
            closed.end = event.end_mark.index

    def root(self) -> Mapping:
        if isinstance(self._root, Mapping):
            return self._root
        if self._root is None or (isinstance(self._root, Scalar) and self._root.value is None):
            raise FileError(
                Text("{file} is empty.", file=self._name),
                Text("Make a profile to start from with: haproxy-setup new"),
            )
        raise FileError(
            Text("{file} is not a profile: it holds no keys.", file=self._name),
            Text("Make a profile to compare with: haproxy-setup new"),
        )

    def _add_scalar(self, event: Any) -> None:
        plain, quoted = event.implicit
        if not plain and not quoted:
            raise self._tagged(event)
        value: str | int | bool | None = event.value
        if plain and event.style is None:
            if event.value == "<<":
                raise self._error(
                    event, Text("a merge key (<<) is used"), Text("Write the values out.")
                )
            value = _resolved(event.value)
        mark = event.start_mark
        start, end = mark.index, event.end_mark.index
        if plain and event.style is None and event.value == "":
            start = end = self._place_of_nothing()
        node = Scalar(value, event.style or "", start, end, mark.line, mark.column)
        parent = self._stack[-1] if self._stack else None
        if isinstance(parent, Mapping) and self._keys[-1] is None:
            self._count_node(event)
            self._add_key(event, node)
        else:
            self._attach(event, node)

    def _place_of_nothing(self) -> int:
        """Behind the colon; the parser says the next token, which may be many comments later."""
        key = self._keys[-1] if self._keys else None
        return self._text.index(":", key.end) + 1 if key else NOWHERE

    def _add_key(self, event: Any, node: Scalar) -> None:
        node.value = event.value  # a key is its text: 1 and true are names here
        seen = self._seen[-1]
        first = seen.setdefault(event.value, node.line + 1)
        if first != node.line + 1 or len(seen) == len(self._top_mapping().entries):
            raise self._error(
                event,
                Text("“{key}” is there twice (first in line {line})", key=event.value, line=first),
                Text("Keep one of the two."),
            )
        self._keys[-1] = node

    def _top_mapping(self) -> Mapping:
        top = self._stack[-1]
        assert isinstance(top, Mapping)
        return top

    def _open(self, event: Any, cls: type[Sequence] | type[Mapping]) -> None:
        if not event.implicit:
            raise self._tagged(event)
        if len(self._stack) >= DEPTH_LIMIT:
            raise self._error(
                event, Text("values are nested too deeply"), Text("A profile has four levels.")
            )
        mark = event.start_mark
        node = cls(bool(event.flow_style), mark.index, event.end_mark.index, mark.column)
        self._attach(event, node)
        self._stack.append(node)
        self._keys.append(None)
        self._seen.append({})

    def _attach(self, event: Any, node: Node) -> None:
        self._count_node(event)
        if not self._stack:
            self._root = node
            return
        parent = self._stack[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
            return
        key = self._keys[-1]
        if key is None:
            raise self._error(
                event, Text("a key is a list or group"), Text("Keys are plain names.")
            )
        parent.entries.append((key, node))
        self._keys[-1] = None

    def _count_node(self, event: Any) -> None:
        self._count += 1
        if self._count > COUNT_LIMIT:
            raise self._error(
                event, Text("there are too many values"), Text("Choose the profile's YAML file.")
            )

    def _tagged(self, event: Any) -> FileError:
        return self._error(
            event, Text("a YAML tag (!) is used"), Text("Write the plain value, in quotes if text.")
        )

    def _error(self, event: Any, what: Text, advice: Text) -> FileError:
        mark = event.start_mark
        return _at(self._name, mark.line + 1, mark.column + 1, what, advice)


def _resolved(text: str) -> str | int | bool | None:
    if text in _NULLS:
        return None
    if text in _FLAGS:
        return _FLAGS[text]
    return int(text) if _NUMBER.fullmatch(text) else text


def is_plain_text(text: str) -> bool:
    """Whether an unquoted YAML scalar of these characters is read as this very text."""
    return isinstance(_resolved(text), str)


def _at(name: object, line: int, column: int, what: Text, advice: Text) -> FileError:
    if column:
        sentence = Text(
            "{file}, line {line}, column {column}: {what}.",
            file=name, line=line, column=column, what=what,
        )  # fmt: skip
    else:
        sentence = Text("{file}, line {line}: {what}.", file=name, line=line, what=what)
    return FileError(sentence, advice)


def _syntax_error(name: object, text: str, error: Any) -> FileError:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return FileError(Text("{file} is not valid YAML.", file=name), Text("Check its syntax."))
    problem, context = str(error.problem or ""), str(error.context or "")
    lines = text.split("\n")
    line = lines[mark.line] if mark.line < len(lines) else ""
    for what, advice in _explanations(problem, context, line):
        start = error.context_mark if "never ends" in what.template else None
        place = start or mark
        return _at(name, place.line + 1, place.column + 1, what, advice)
    raise AssertionError("the last explanation always matches")


def _explanations(problem: str, context: str, line: str) -> Iterator[tuple[Text, Text]]:
    """What YAML's own words mean for somebody who edits a profile; the first one counts."""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        yield Text("a tab is used for indentation"), Text("Use spaces.")
    if "mapping values are not allowed" in problem:
        yield (
            Text("a colon is not expected here"),
            Text(
                "Check the indentation of this line and the one above; put text that holds "
                "“: ” in quotes."
            ),
        )
    if "quoted scalar" in context and "end of stream" in problem:
        yield Text("a text in quotes never ends"), Text("Add the closing quote.")
    if "escape" in problem or "double-quoted" in context:
        yield (
            Text("a backslash in double quotes starts an unknown escape"),
            Text("Write it in single quotes, such as 'C:\\ova\\haproxy.ova'."),
        )
    if "flow sequence" in context or "flow mapping" in context:
        yield Text("a bracket never ends"), Text("Add the closing ] or }, or a missing comma.")
    if "cannot start any token" in problem:
        yield (
            Text("a value cannot start with this character"),
            Text("Put the value in quotes."),
        )
    if "block" in context or "expected ':'" in problem:
        yield (
            Text("the indentation or a colon is wrong"),
            Text("Keys of one group start in the same column and end with a colon."),
        )
    yield Text("this is not valid YAML"), Text("Compare with the output of haproxy-setup new.")
