"""The log: time, level, sentence; follows the end unless one scrolls up."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QTextCursor
from PySide6.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.redaction import REDACTOR, RedactingFilter
from core.text import Text
from gui.form.boxes import ComboBox
from gui.theme import fixed_font
from gui.wording import WORDING, name, say

MOST_LINES = 10_000
_LEVELS = ((logging.INFO, Text("All")), (logging.WARNING, Text("Warnings and errors")),
           (logging.ERROR, Text("Errors")))  # fmt: skip


class LogLines(QObject):
    """Takes records from any thread and hands them over in the window's.

    Signals:
        arrived: level and line.
    """

    arrived = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.history: list[tuple[int, str]] = []
        self.arrived.connect(self._keep)
        self.handler = _Handler(self)
        self.handler.addFilter(RedactingFilter(REDACTOR))
        self.handler.setFormatter(
            logging.Formatter("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S")
        )

    def _keep(self, level: int, line: str) -> None:
        self.history.append((level, line))
        del self.history[:-MOST_LINES]


class _Handler(logging.Handler):
    def __init__(self, lines: LogLines) -> None:
        super().__init__(logging.INFO)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        # The object lives in the window's thread, so the slot runs there whoever emits.
        self._lines.arrived.emit(record.levelno, self.format(record))


class LogPane(QDockWidget):
    """A dock with level filter, search, copy.

    Signals:
        closed: it was closed by its own button.
    """

    closed = Signal()

    def __init__(self, lines: LogLines, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("log_pane")
        say(self, "setWindowTitle", Text("Log"))
        self._lines = lines
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setMaximumBlockCount(MOST_LINES)
        self.text.setFont(fixed_font())
        self.text.setTabChangesFocus(True)
        name(self.text, Text("Log"), Text("What this program did, and when."))
        self.level = ComboBox(self)
        self.search = QLineEdit(self)
        self.copy = QPushButton(self)
        self._build_tools()
        body = QWidget(self)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(8, 4, 8, 8)
        line = QHBoxLayout()
        for widget in (self.level, self.search, self.copy):
            line.addWidget(widget)
        layout.addLayout(line)
        layout.addWidget(self.text)
        self.setWidget(body)
        lines.arrived.connect(self.add_line)
        WORDING.changed.connect(self._render_levels)
        self._render_levels()
        self._render()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell, so that it stays closed at the next start."""
        super().closeEvent(event)
        self.closed.emit()

    def _build_tools(self) -> None:
        for level, _ in _LEVELS:
            self.level.addItem("", level)
        name(self.level, Text("Levels shown"), Text("Less important lines are left out."))
        name(self.search, Text("Search the log"), Text("Enter goes to the next place."))
        say(self.search, "setPlaceholderText", Text("Search"))
        self.search.setClearButtonEnabled(True)
        say(self.copy, "setText", Text("Copy"))
        name(self.copy, Text("Copy the log"), Text("Copies the lines that are shown."))
        self.level.currentIndexChanged.connect(self._render)
        self.search.returnPressed.connect(self._on_search)
        self.copy.clicked.connect(self._on_copy)

    def _render_levels(self) -> None:
        for place, (_, text) in enumerate(_LEVELS):
            self.level.setItemText(place, str(text))

    def add_line(self, level: int, line: str) -> None:
        """A record arrived."""
        if level >= (self.level.currentData() or 0):
            self._append(line)

    def _append(self, line: str) -> None:
        bar = self.text.verticalScrollBar()
        follows = bar.value() >= bar.maximum() - 4
        self.text.appendPlainText(line)
        if follows:
            bar.setValue(bar.maximum())

    def _render(self) -> None:
        least = self.level.currentData() or 0
        shown = [line for level, line in self._lines.history if level >= least]
        self.text.setPlainText("\n".join(shown))
        self.text.moveCursor(QTextCursor.MoveOperation.End)

    def _on_search(self) -> None:
        if not self.text.find(self.search.text()):
            self.text.moveCursor(QTextCursor.MoveOperation.Start)
            self.text.find(self.search.text())

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text.toPlainText())
