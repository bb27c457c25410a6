"""Where to save a file; the name it really gets is the one that is asked about."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from core.text import Text
from gui.dialogs.question import Question


def ask_save_path(
    parent: QWidget,
    title: Text,
    start: str,
    kinds: Text,
    suffix: str,
    also: tuple[str, ...] = (),
) -> Path | None:
    """Ask for a file to write; None if nobody wants to.

    The system's dialog asks before it gives the name of a file that is there. One without a suffix
    gets it here only, so the same question is asked here.

    Args:
        parent: the window, or a part of it.
        title: of the dialog.
        start: the path to begin with.
        kinds: what can be chosen among, as Qt writes filters.
        suffix: what a name gets that ends in none of these, with its dot.
        also: ends of a name that are right too, in small letters.
    """
    path, _ = QFileDialog.getSaveFileName(parent, str(title), start, str(kinds))
    if not path:
        return None
    if path.lower().endswith((suffix, *also)):
        return Path(path)
    target = Path(f"{path}{suffix}")
    if os.path.exists(target) and Question.ask(
        parent, title, Text("{path} exists already.", path=target), None,
        (("overwrite", Text("Overwrite")), ("cancel", Text("Cancel"))),
    ) != "overwrite":  # fmt: skip
        return None
    return target
