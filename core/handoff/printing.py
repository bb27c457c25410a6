"""The seam to whoever can draw and print: the window's part, which core does not know.

The program that has Qt registers a way to get a printer; without one there is no PDF, and HTML has
no picture. Core stays free of Qt, and the command line starts it only when it is asked to print.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from core.errors import AppError
from core.profile.model import Profile
from core.text import Text


class NoPrinter(AppError):
    """This program was started without the part that prints."""

    code = "no-printer"


class Printer(Protocol):
    """Draws the network of a profile and prints HTML."""

    def picture(self, profile: Profile) -> bytes:
        """The network as PNG."""

    def pdf(self, html: str, picture: bytes, title: str) -> bytes:
        """HTML as PDF; its image ``picture.png`` is ``picture``."""


PICTURE = "picture.png"

_load: Callable[[], Printer] | None = None


def register_printer(load: Callable[[], Printer] | None) -> None:
    """Name the way to a printer; ``load`` is called when the first one is needed."""
    global _load
    _load = load


def find_printer() -> Printer | None:
    """The printer, if there is one here."""
    return _load() if _load is not None else None


def get_printer() -> Printer:
    """The printer.

    Raises:
        NoPrinter: there is none here.
    """
    printer = find_printer()
    if printer is None:
        raise NoPrinter(
            Text("PDF cannot be made here: the part that prints is not there."),
            Text("Start the program as haproxy-setup, or take --format html and print that."),
        )
    return printer
