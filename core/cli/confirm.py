"""Asks a person in a terminal to agree; nobody there means no."""

from __future__ import annotations

import sys

from core.errors import AppError
from core.text import Text


class NotConfirmed(AppError):
    """Nobody said yes."""

    code = "not-confirmed"


def confirm(question: Text, flag: str) -> None:
    """Go on if the answer is yes.

    Args:
        question: with its choices, such as "Remove these? [y/N] ".
        flag: what agrees in advance, for whoever cannot be asked.

    Raises:
        NotConfirmed: the answer is no, or nobody can be asked.
    """
    if not sys.stdin or not sys.stdin.isatty():
        raise NotConfirmed(
            Text("Nobody can be asked: this is not a terminal."),
            Text("Give {flag} to agree in advance. Nothing was changed.", flag=flag),
        )
    if not is_agreed(question):
        raise NotConfirmed(
            Text("Not agreed to; nothing was changed."), Text("Run again when you are ready.")
        )


def is_agreed(question: Text) -> bool:
    """Ask in the terminal; anything but a yes is a no."""
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().casefold() in {"y", "yes", "j", "はい"}
