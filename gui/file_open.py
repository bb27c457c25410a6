"""Profiles that macOS asks a running program to open: it sends an event instead of an argument."""

from __future__ import annotations

from functools import partial
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
        self._opened: list[MainWindow] = []  # those of them that were opened for their file
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Open the file in a window that has none yet, else in another one."""
        if isinstance(event, QFileOpenEvent) and event.file():
            self._open(Path(event.file()))
            return True
        return super().eventFilter(watched, event)

    def _open(self, path: Path) -> None:
        windows = self._application.windows
        self._forget_closed()
        empty = (one for one in windows if not one.is_complete or one.model.document is None)
        free = [one for one in empty if one not in self._given]
        window = free[0] if free else self._application.open_window()
        self._given.append(window)
        if not free:
            self._opened.append(window)
        window.when_complete(partial(self._begin, window, path))

    def _begin(self, window: MainWindow, path: Path) -> None:
        window.flow.opened.connect(self._on_ended)
        window.flow.not_opened.connect(self._on_ended)
        window.flow.open(path)

    def _on_ended(self) -> None:
        """A window has read its file or said why not: one without any was only in the way."""
        window = self.sender().parent()
        for signal in (window.flow.opened, window.flow.not_opened):
            signal.disconnect(self._on_ended)
        if window not in self._given:
            return
        was_opened = window in self._opened
        self._given.remove(window)
        self._forget_closed()
        if was_opened and window.model.document is None and len(self._application.windows) > 1:
            window.close()

    def _forget_closed(self) -> None:
        """A window that is closed must be free to go."""
        windows = self._application.windows
        self._given = [one for one in self._given if one in windows]
        self._opened = [one for one in self._opened if one in self._given]
