"""Puts the font of another language on the widgets that there are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QWidget


class Lettering:
    """The way from one font to another.

    Qt tells no widget of another font of the application where that has a style sheet (Qt 6.11,
    and its documentation warns of it): each keeps the one it was made with.
    """

    def __init__(self, before: Sequence[str], after: Sequence[str]) -> None:
        """``before`` and ``after`` are the families, as in ``QFont.families``."""
        self._before, self._after = list(before), list(after)

    def targets(self) -> list[QObject]:
        """Every widget, the innermost first: one that has its font takes none from its parent.

        So each costs the same, and a whole page is not laid out anew in one piece.
        """
        tops = QApplication.topLevelWidgets()
        found = dict.fromkeys(one for top in tops for one in (top, *top.findChildren(QWidget)))
        return list(reversed(found))

    def put_on(self, target: QObject) -> None:
        """Give a widget the other families; size and weight stay, and so do fonts of its own."""
        if isinstance(target, QWidget) and target.font().families() == self._before:
            font = QFont(target.font())
            font.setFamilies(self._after)
            target.setFont(font)
