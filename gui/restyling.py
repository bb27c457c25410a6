"""Puts another style sheet on all widgets there are, without holding up the window."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QWidget

from gui.piecework import Piecework


class Restyling(QObject):
    """Shows other colours; nothing else may differ, because nothing is laid out anew."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pieces = Piecework(self._polish, self)

    @property
    def is_done(self) -> bool:
        """Whether every widget has its colours."""
        return self._pieces.is_done

    def use(self, app: QApplication, palette: QPalette, sheet: str) -> None:
        """Show another palette and style sheet; ends what was still to do for one before."""
        app.setPalette(palette)
        # Given another sheet, Qt polishes all widgets it keeps rules of, and their children once
        # for every generation above them: 470 ms with all pages built (Qt 6.11). If it keeps none,
        # it only keeps the sheet; rules are found anew when something is painted, and what is set
        # on the widgets themselves, such as the colour of their text, is set by us.
        style = app.style()
        style.unpolish(app)
        style.polish(app)
        app.setStyleSheet(sheet)
        windows = QApplication.topLevelWidgets()
        found = (one for top in windows for one in (top, *top.findChildren(QWidget)))
        self._pieces.start(dict.fromkeys(found))  # menus are windows and children of one, too

    def finish(self) -> None:
        """Give what is left its colours now."""
        self._pieces.finish()

    def _polish(self, widget: QWidget) -> None:
        """With the font it has: Qt gives it back the one it had when it was first polished.

        That is another one where somebody has set it since, as that of a step which runs.
        """
        font = widget.font()
        QApplication.style().polish(widget)
        if widget.font() != font:
            widget.setFont(font)
