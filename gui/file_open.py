"""Profiles that macOS asks a running program to open: it sends an event instead of an argument."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QFileOpenEvent

if TYPE_CHECKING:
    from gui.application import Application
    from gui.window.main_window import MainWindow


class FileOpening(QObject):
    """Watches Qt's application for these events. Elsewhere none come, and watching costs time."""

    def __init__(self, application: Application, watched: QObject) -> None:
        super().__init__(watched)
        self._application = application
        # A window that was given a file has no profile until it is read; it is not free meanwhile.
        self._given: list[MainWindow] = []
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Open the file in a window that has none yet, else in another one."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self._open(Path(event.file()))
            return True
        return super().eventFilter(watched, event)

    def _open(self, path: Path) -> None:
        windows = self._application.windows
        self._given = [one for one in self._given if one in windows]
        empty = (one for one in windows if not one.is_complete or one.model.document is None)
        free = [one for one in empty if one not in self._given]
        window = free[0] if free else self._application.open_window()
        window.when_complete(lambda: window.flow.open(path))
        self._given.append(window)
