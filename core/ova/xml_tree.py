"""A small XML tree, read with bounds: what a descriptor needs and nothing an attacker could use.

expat with a handler that refuses every DOCTYPE: without one there are no entities to expand, no
external files to fetch. OVF allows none (DSP0243 1.1, section 7.1: schema, not DTD). Only UTF-8 is
read: a descriptor goes to vCenter as text inside another document, where its own declaration of an
encoding would no longer be true.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn
from xml.parsers import expat

from msgspec import Struct, field

from core.errors import OvaError
from core.text import Text

MAX_DEPTH = 100
MAX_ELEMENTS = 50_000
MAX_ATTRIBUTES = 200
_ENCODINGS = ("utf-8", "utf8", "us-ascii", "ascii")
_ADVICE = Text("Get the OVA again from its source; this descriptor cannot be used.")
_SEPARATOR = " "


class Element(Struct):
    """An element: tag and attribute names are ``namespace local``, or just ``local``."""

    tag: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    text: str = ""

    @property
    def local(self) -> str:
        """The tag without its namespace."""
        return self.tag.rpartition(_SEPARATOR)[2]

    @property
    def namespace(self) -> str:
        """The namespace of the tag, empty if it has none."""
        return self.tag.rpartition(_SEPARATOR)[0]

    def get(self, name: str, default: str = "") -> str:
        """An attribute by local name; tools differ in whether they put it in a namespace."""
        if name in self.attributes:
            return self.attributes[name]
        ending = _SEPARATOR + name
        for key, value in self.attributes.items():
            if key.endswith(ending):
                return value
        return default

    def all(self, local: str) -> Iterator[Element]:
        """The children with that local name."""
        return (child for child in self.children if child.local == local)

    def first(self, local: str) -> Element | None:
        """The first child with that local name."""
        return next(self.all(local), None)


def parse_xml(xml: bytes, name: str) -> Element:
    """The root of a document.

    Raises:
        OvaError: not UTF-8, not well-formed, has a DOCTYPE, is too deep or too large in some other
            way.
    """
    return _Builder(name).run(xml)


def read_text(xml: bytes, name: str) -> str:
    """A document as text, without the mark some programs write before UTF-8.

    Raises:
        OvaError: it is in another encoding.
    """
    try:
        text = xml.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise OvaError(_not_utf_8(name), _ADVICE) from error
    # UTF-16 and UTF-32 without a mark are all but full of these; XML allows none.
    if "\0" in text:
        raise OvaError(_not_utf_8(name), _ADVICE)
    return text


def _not_utf_8(name: str) -> Text:
    return Text("The descriptor {member} is not UTF-8 text.", member=name)


class _Builder:
    def __init__(self, name: str) -> None:
        self._name = name
        self._stack: list[Element] = []
        self._texts: list[list[str]] = []
        self._root: Element | None = None
        self._count = 0

    def run(self, xml: bytes) -> Element:
        text = read_text(xml, self._name)
        # Read as UTF-8 whatever the declaration calls it: expat does not know "utf8", which
        # Python's ElementTree writes.
        parser = expat.ParserCreate("UTF-8", _SEPARATOR)
        parser.buffer_text = True
        parser.XmlDeclHandler = self._on_declaration
        parser.StartDoctypeDeclHandler = self._on_doctype
        parser.StartElementHandler = self._on_start
        parser.EndElementHandler = self._on_end
        parser.CharacterDataHandler = self._on_text
        try:
            parser.Parse(text, True)
        except expat.ExpatError as error:
            raise OvaError(
                Text(
                    "The descriptor {member} is not well-formed XML: {reason} (line {line}).",
                    member=self._name,
                    reason=expat.ErrorString(error.code),
                    line=error.lineno,
                ),
                _ADVICE,
            ) from error
        assert self._root is not None  # expat accepts no document without one
        return self._root

    def _on_declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            self._refuse(_not_utf_8(self._name))

    def _on_doctype(self, *_: object) -> NoReturn:
        self._refuse(
            Text(
                "The descriptor {member} has a DOCTYPE, which an OVF never has: it could make this "
                "program read other files or use up its memory.",
                member=self._name,
            )
        )

    def _on_start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._stack) >= MAX_DEPTH:
            self._refuse(
                Text(
                    "The descriptor {member} is nested more than {count} levels deep.",
                    member=self._name,
                    count=MAX_DEPTH,
                )
            )
        if self._count > MAX_ELEMENTS:
            self._refuse(
                Text(
                    "The descriptor {member} has more than {count} elements.",
                    member=self._name,
                    count=MAX_ELEMENTS,
                )
            )
        if len(attributes) > MAX_ATTRIBUTES:
            self._refuse(
                Text(
                    "The descriptor {member} has an element with more than {count} attributes.",
                    member=self._name,
                    count=MAX_ATTRIBUTES,
                )
            )
        element = Element(tag, attributes)
        if self._stack:
            self._stack[-1].children.append(element)
        else:
            self._root = element
        self._stack.append(element)
        self._texts.append([])

    def _on_end(self, _tag: str) -> None:
        self._stack.pop().text = "".join(self._texts.pop())

    def _on_text(self, data: str) -> None:
        self._texts[-1].append(data)

    def _refuse(self, what: Text) -> NoReturn:
        raise OvaError(what, _ADVICE)
