"""Values of any profile as they can be shown, also of a half-filled or wrong one."""

from __future__ import annotations

from typing import Any

LONGEST_TEXT = 200


def line(value: Any) -> str:
    """A value as one line of text, whatever was typed or loaded.

    Control and other invisible characters go: XML has no way to write them.
    """
    if value is None:
        return ""
    words = " ".join(str(value)[: LONGEST_TEXT * 2].split())
    return "".join(filter(str.isprintable, words))[:LONGEST_TEXT].strip()


def entries(value: Any) -> tuple[str, ...]:
    """The entries of a list, each once, whatever was loaded in its place."""
    if isinstance(value, str):
        value = (value,)
    if not isinstance(value, (tuple, list)):
        return ()
    return tuple(filter(None, dict.fromkeys(map(line, value))))
