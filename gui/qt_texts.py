"""Texts of Qt's own widgets that its catalogues lack, or that are too long for their place."""

from __future__ import annotations

from PySide6.QtCore import QTranslator

from core.text import Joined, Text, current_language

_FILES = "QFileDialog"
_KINDS = "QAbstractFileIconProvider"
TEXTS = {
    (_FILES, "&Look in:"): Joined((Text("&Look in"), ""), ":"),
    (_FILES, "Files of &type:"): Joined((Text("Files of &type"), ""), ":"),
    (_KINDS, "Folder"): Text("Folder"),
    (_KINDS, "File Folder"): Text("Folder"),
    (_KINDS, "File"): Text("File"),
    (_KINDS, "%1 File"): Text("{kind} file", kind="%1"),
    (_KINDS, "Drive"): Text("Drive"),
    (_KINDS, "Unknown"): Text("Unknown"),
    # Qt's own does not fit in the list beside the files.
    ("QFileSystemModel", "Computer"): Text("Computer"),
    ("QFileSystemModel", "My Computer"): Text("Computer"),
}
"""By Qt's context and source text. Qt's file dialog is shown where the system has none."""


class QtTexts(QTranslator):
    """Asked before Qt's own catalogue."""

    def isEmpty(self) -> bool:
        """It has texts, though it loads no file."""
        return False

    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str | None:
        """One of our texts; None lets Qt ask the next catalogue."""
        text = TEXTS.get((_plain(context), _plain(source)))
        return None if text is None or current_language() == "en" else str(text)


def _plain(text: str | bytes) -> str:
    return text if isinstance(text, str) else bytes(text).decode()
