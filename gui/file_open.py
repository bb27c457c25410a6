"""Profiles that macOS asks a running program to open: it sends an event instead of an argument."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QFileOpenEvent

if TYPE_CHECKING:
    from gui.application import Application


class FileOpening(QObject):
    """Watches Qt's application for these events. Elsewhere none come, and watching costs time."""

    def __init__(self, application: Application, watched: QObject) -> None:
        super().__init__(watched)
        self._application = application
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Open the file in a window that has none yet, else in another one."""
        if isinstance(event, QFileOpenEvent) and event.file():
            path = Path(event.file())
            free = [
                one
                for one in self._application.windows
                if not one.is_complete or one.model.document is None
            ]
            if free:
                free[0].when_complete(lambda: free[0].flow.open(path))
            else:
                self._application.open_window(path)
            return True
        return super().eventFilter(watched, event)
