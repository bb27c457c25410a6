"""Plain data as YAML text, in the one style of this application."""

from __future__ import annotations

import json
import re
from typing import Any

from core.profile.yaml_tree import is_plain_text

INDENT = 2

# Conservative on purpose: what any YAML reader, old or new, takes for this very text.
_BARE = re.compile(r"[A-Za-z_/][A-Za-z0-9_./@+\-]*( [A-Za-z0-9_./@+\-()]+)*|[0-9][0-9.]*(/[0-9]+)?")
_MISREAD = re.compile(r"(?i)y|n|yes|no|on|off|true|false|null|nan|inf|[0-9.]*|[0-9._+-]*e[0-9+-]*")
_ADDRESS = re.compile(r"[0-9]+(\.[0-9]+){2,3}(/[0-9]+)?")
_LITERAL_LINE = re.compile(r"[!-~](?:[ -~]*[!-~])?")
_UNPRINTABLE = re.compile(
    "[^\\x20-\\x7e\\xa0-\\u2027\\u202a-\\ud7ff\\ue000-\\ufefe\\uff00-\\ufffd\\U00010000-\\U0010ffff]"
)


def rendered(data: dict[str, Any]) -> str:
    """A whole document."""
    return "".join(f"{entry_text(key, value, 0)}\n" for key, value in data.items())


def entry_text(key: str, value: Any, indent: int) -> str:
    """``key: value`` at an indentation, without the last line end."""
    return f"{' ' * indent}{scalar_text(key)}:{value_text(value, indent)}"


def item_text(value: Any, indent: int) -> str:
    """``- value`` at an indentation, without the last line end."""
    if isinstance(value, dict) and value:
        body = "\n".join(entry_text(k, v, indent + INDENT) for k, v in value.items())
        return f"{' ' * indent}- {body.lstrip(' ')}"
    return f"{' ' * indent}-{value_text(value, indent)}"


def value_text(value: Any, indent: int) -> str:
    """What follows ``key:`` or ``-``: begins with a space, or with a line end for a block."""
    inner = indent + INDENT
    if isinstance(value, dict) and value:
        return "".join(f"\n{entry_text(k, v, inner)}" for k, v in value.items())
    if isinstance(value, list) and value:
        return "".join(f"\n{item_text(item, inner)}" for item in value)
    if isinstance(value, str) and "\n" in value and _is_literal(value):
        pad = " " * inner
        return " |-\n" + "\n".join(f"{pad}{line}" for line in value.split("\n"))
    return f" {scalar_text(value)}"


def scalar_text(value: Any) -> str:
    """A value on one line, in quotes where it needs them."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if value == {} or value == []:
        return "{}" if isinstance(value, dict) else "[]"
    text = str(value)
    if _ADDRESS.fullmatch(text):
        return text
    if _BARE.fullmatch(text) and not _MISREAD.fullmatch(text) and is_plain_text(text):
        return text
    return _UNPRINTABLE.sub(_escape, json.dumps(text, ensure_ascii=False))


def _is_literal(text: str) -> bool:
    """Whether a block keeps the text as it is: PEM does; odd spaces and characters do not."""
    return all(_LITERAL_LINE.fullmatch(line) for line in text.split("\n"))


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
