"""A heading, a thin rule, and rows below it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from core.text import Text
from gui.wording import say

GRID = 8


class FormSection(QWidget):
    """A part of a page."""

    def __init__(self, title: Text, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel(self)
        font = self.title.font()
        font.setPointSizeF(font.pointSizeF() * 1.15)
        font.setBold(True)
        self.title.setFont(font)
        say(self.title, "setText", title)
        rule = QFrame(self)
        rule.setProperty("look", "rule")
        rule.setFixedHeight(1)
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(0, 0, 0, GRID)
        self.rows.setSpacing(GRID + 2)
        self._head = QHBoxLayout()
        self._head.addWidget(self.title, 1)
        self.rows.addLayout(self._head)
        self.rows.addWidget(rule)

    def add_legend(self) -> None:
        """Say beside the heading what the star behind labels means."""
        legend = QLabel(self)
        legend.setProperty("look", "muted")
        say(legend, "setText", Text("* required"))
        self._head.addWidget(legend, 0, Qt.AlignmentFlag.AlignBottom)

    def add(self, widget: QWidget) -> None:
        """Put a row at the end."""
        self.rows.addWidget(widget)
