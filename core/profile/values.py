"""Values as one types them: text from a form, a prompt or a file to a value, and back.

What is pasted brings line ends, odd spaces and full-width digits with it; they go here, so that
a form and a file mean the same. Whether the value is *right* is for ``core.checks``.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import Any

from core.errors import InvalidInput
from core.fields import FieldSpec, Kind
from core.findings import Finding, Fix
from core.profile.rules import WRONG_TYPE
from core.text import Text, listed

TABLES = frozenset((Kind.PORT_GROUPS, Kind.NIC_MAP, Kind.HOST_NICS, Kind.PROPERTY_MAP))
"""Kinds that are not one text: they have editors of their own and no ``parse_value``."""

LISTS = frozenset((Kind.ADDRESS_LIST, Kind.CIDR_LIST))
NUMBERS = frozenset((Kind.INTEGER, Kind.PORT))
_ADDRESSES = LISTS | {Kind.HOST, Kind.ADDRESS, Kind.INTERFACE, Kind.CIDR}

_PATHS = frozenset((Kind.FILE, Kind.PEM))
_HALF = re.compile("[\ud800-\udfff]")
"""Half of a character: so Python writes the bytes of a file's name that are no text."""

_YES = frozenset(("true", "yes", "on", "1", "はい"))
_NO = frozenset(("false", "no", "off", "0", "いいえ"))
_SEPARATORS = re.compile(r"[\s,;、]+")
_LOOSE_MARKS = re.compile(r"\s*([/\-~])\s*")
_REPLACED = "\ufffd"  # what Qt shows for a byte that is no text
# Direction marks and zero-width characters come along when copying from web pages and PDFs.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad]")


def parse_value(spec: FieldSpec, text: str) -> Any:
    """The value of ``spec``'s field that ``text`` stands for.

    Raises:
        InvalidInput: The text is no value of this kind; holds one finding for the field.
    """
    kind = spec.kind
    if kind is Kind.SECRET:
        return text
    if kind in TABLES:
        raise TypeError(f"{spec.key} is a table")
    if kind in _PATHS:
        refuse_half_characters(spec, text)
    if kind is Kind.PEM:
        return clean_block(text)
    text = clean_line(text)
    if kind in _ADDRESSES:
        # People with a Japanese keyboard type full-width digits and dots.
        text = unicodedata.normalize("NFKC", text).strip()
    if kind in LISTS:
        return split_list(text)
    if kind in (Kind.INTERFACE, Kind.CIDR):
        return _LOOSE_MARKS.sub(r"\1", text)
    if kind is Kind.FILE:
        return _unquoted(text)
    if kind in NUMBERS:
        return _parse_number(spec, text)
    if kind is Kind.FLAG:
        return _parse_flag(spec, text)
    if kind is Kind.CHOICE:
        return _parse_choice(spec, text)
    return text


def format_value(spec: FieldSpec, value: Any) -> str:
    """The text that ``parse_value`` turns into ``value``."""
    if spec.kind in TABLES:
        raise TypeError(f"{spec.key} is a table")
    if spec.kind in LISTS:
        return ", ".join(value)
    if spec.kind is Kind.FLAG:
        return "yes" if value else "no"
    return str(value)


def clean_line(text: str) -> str:
    """One line without control characters, invisible characters and outer spaces."""
    text = _INVISIBLE.sub("", text)
    kept = (
        " " if character.isspace() else character
        for character in text
        if character.isspace() or unicodedata.category(character) not in ("Cc", "Cs")
    )
    return "".join(kept).strip()


def clean_block(text: str) -> str:
    """Several lines (PEM) with plain line ends, without spaces at line ends and outer lines."""
    return "\n".join(clean_line(line) for line in text.splitlines()).strip()


def split_list(text: str) -> tuple[str, ...]:
    """The items of a list typed with commas, spaces or lines between them, each once."""
    joined = _LOOSE_MARKS.sub(r"\1", text)  # "10.0.0.1 - 10.0.0.9" is one item
    return tidy_list(_SEPARATORS.split(joined))


def refuse_half_characters(spec: FieldSpec, text: str) -> None:
    """Raise for what cannot be written in a profile, and would be lost without a word.

    Raises:
        InvalidInput: There is half a character in it, as in a path that is no text.
    """
    if _HALF.search(text):
        raise InvalidInput([_lost(spec, text)])


def refuse_other_path(spec: FieldSpec, path: str) -> None:
    """Raise for the path of a file that would lead to another one from a profile.

    Raises:
        InvalidInput: Bytes of it are no text, or it has characters that are tidied away.
    """
    if _REPLACED in path or "\n" in path or parse_value(spec, path) != path:
        raise InvalidInput([_lost(spec, path)])


def _lost(spec: FieldSpec, text: str) -> Finding:
    what = Text(
        "“{text}” has characters that a profile cannot keep: it would lead to another file.",
        text=_HALF.sub(_REPLACED, text),
    )
    advice = Text("Rename the file, or its folder, and choose it again.")
    return WRONG_TYPE.found(spec.key, what=what, advice=advice)


def tidy_list(items: Any) -> tuple[str, ...]:
    """The items without blanks and repetitions, in their order."""
    return tuple(dict.fromkeys(item for item in items if item))


def wrong_type(spec: FieldSpec, found: Text, fix: Fix | None = None) -> Finding:
    """The finding for a value that is no value of this kind."""
    example = spec.example
    if not example and spec.kind not in TABLES:
        example = format_value(spec, spec.default)
    if spec.kind in (Kind.CHOICE, Kind.FLAG) or not example:
        what = Text(
            "{field} is {found}; expected is {expected}.",
            field=spec.key, found=found, expected=expected_form(spec),
        )  # fmt: skip
    else:
        what = Text(
            "{field} is {found}; expected is {expected}, such as {example}.",
            field=spec.key, found=found, expected=expected_form(spec), example=example,
        )  # fmt: skip
    return WRONG_TYPE.found(spec.key, what=what, fix=fix)


def expected_form(spec: FieldSpec) -> Text:
    """What a value of this kind looks like, in words."""
    if spec.kind is Kind.CHOICE:
        return Text("one of {values}", values=listed(choice.value for choice in spec.choices))
    return _FORMS.get(spec.kind, Text("text"))


_FORMS = {
    Kind.FLAG: Text("true or false"),
    Kind.INTEGER: Text("a whole number"),
    Kind.PORT: Text("a port number"),
    Kind.ADDRESS: Text("an IP address"),
    Kind.INTERFACE: Text("an IP address with prefix length"),
    Kind.CIDR: Text("a network"),
    Kind.ADDRESS_LIST: Text("a list of IP addresses"),
    Kind.CIDR_LIST: Text("a list of networks"),
    Kind.FILE: Text("the path of a file"),
    Kind.PEM: Text("a certificate as PEM text, or the path of its file"),
    Kind.PORT_GROUPS: Text("a list of port groups with role, name and vlan"),
    Kind.NIC_MAP: Text("a group of lines “uplink: NIC”"),
    Kind.HOST_NICS: Text("a group of hosts, each with lines “uplink: NIC”"),
    Kind.PROPERTY_MAP: Text("a group of lines “property: text”"),
}


def quoted(text: str) -> Text:
    """Text as shown in a message; long ones are cut."""
    return Text("“{text}”", text=text if len(text) <= 40 else f"{text[:39]}…")


def _parse_number(spec: FieldSpec, text: str) -> int:
    digits = unicodedata.normalize("NFKC", text)
    if not re.fullmatch(r"[+-]?[0-9]{1,18}", digits):
        found = quoted(text) if text else Text("empty")
        raise InvalidInput([wrong_type(spec, found)])
    return int(digits)


def _parse_flag(spec: FieldSpec, text: str) -> bool:
    word = unicodedata.normalize("NFKC", text).casefold()
    if word in _YES or word in _NO:
        return word in _YES
    raise InvalidInput([wrong_type(spec, quoted(text) if text else Text("empty"))])


def _parse_choice(spec: FieldSpec, text: str) -> str:
    words = {choice.value.casefold(): choice.value for choice in spec.choices}
    labels = {str(choice.label).casefold(): choice.value for choice in spec.choices}
    folded = text.casefold()
    value = words.get(folded) or labels.get(folded)
    if value is not None:
        return value
    near = difflib.get_close_matches(folded, words, n=1)
    fix = Fix(spec.key, words[near[0]]) if near else None
    raise InvalidInput([wrong_type(spec, quoted(text) if text else Text("empty"), fix)])


def _unquoted(path: str) -> str:
    """A path as Windows Explorer and file managers copy it: in quotes, or as a file:// address."""
    if len(path) > 1 and path[0] == path[-1] and path[0] in "\"'":
        path = path[1:-1].strip()
    if path.lower().startswith("file:///"):
        from urllib.parse import unquote

        path = unquote(path[7:])
        if re.match(r"/[A-Za-z]:[/\\]", path):
            path = path[1:]
    return path
