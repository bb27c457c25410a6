"""What pasting and input methods put into a value that nobody meant to type."""

from __future__ import annotations

import unicodedata

from core.checks.reading import Problem, Reading
from core.findings import Severity, rule
from core.text import Text

STRAY = rule(
    "stray-characters",
    Severity.ERROR,
    cause=Text(
        "Spaces, line breaks, invisible or full-width characters came along when the value was "
        "pasted or typed. The appliance and vCenter take them literally."
    ),
    cure=Text("Remove them."),
    source="F6",
)

# What a Japanese input method types where a dot or a comma was meant.
_IDEOGRAPHIC = str.maketrans({"。": ".", "、": ",", "・": "."})


def tidied(text: str) -> str:
    """The text without outer spaces, control and invisible characters, in plain width."""
    if text.isascii() and text.isprintable():
        return text.strip()
    plain = unicodedata.normalize("NFKC", text.translate(_IDEOGRAPHIC))
    return "".join(
        " " if character.isspace() else character
        for character in plain
        if character.isspace() or unicodedata.category(character) not in ("Cc", "Cf")
    ).strip()


def without_spaces(text: str) -> str:
    """The text tidied and without any space inside: addresses never have one."""
    return "".join(tidied(text).split())


def stray(text: str, inner: Reading) -> Reading:
    """The reading of ``text`` when ``inner`` is the reading of its tidied form."""
    if inner.problem is not None:
        return inner
    return Reading(inner.right, stray_problem(text, inner.right[0]))


def stray_problem(text: str, right: str) -> Problem:
    """The problem of a value that is right but for characters that came along."""
    return Problem(
        STRAY,
        Text(
            "{value} has spaces, line breaks or unusual characters in it; {right} is meant.",
            value=quoted(text),
            right=right,
        ),
    )


def quoted(text: str) -> Text:
    """The text in quotes, with what cannot be seen made visible, shortened if long."""
    shown = text if len(text) <= 60 else text[:57] + "..."
    body = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in shown
    )
    return Text("“{text}”", text=body)
