"""Does something to every widget there is, piece by piece, so that no window is held up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import perf_counter

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from shiboken6 import isValid

PIECE_S, PAUSE_MS = 0.006, 5
"""How long a piece may take, and how long the event loop then has for other things."""


class Piecework(QObject):
    """First what is seen, which is not painted until it is whole; then hidden pages."""

    def __init__(
        self, do: Callable[[QObject], None], parent: QObject | None = None, *, most: int = 1000
    ) -> None:
        """``most`` that are seen make a piece, where it is their layout that takes the time."""
        super().__init__(parent)
        self._do, self._most = do, most
        self._left: list[QObject] = []
        self._held: list[QWidget] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._go_on)

    @property
    def is_done(self) -> bool:
        """Whether it is done to everything, and what is seen may be painted."""
        return not self._left and not self._held

    def start(self, targets: Iterable[QObject]) -> None:
        """Do it to ``targets`` from now on, instead of what was left."""
        self._left = list(targets)
        for window in QApplication.topLevelWidgets():
            if window.isVisible() and window.updatesEnabled():
                window.setUpdatesEnabled(False)
                self._held.append(window)
        self._timer.start()

    def finish(self) -> None:
        """Do what is left now."""
        self._timer.stop()
        left, self._left = self._left, []
        try:
            for target in filter(isValid, left):
                self._do(target)
        finally:
            self._paint()

    def _go_on(self) -> None:
        seen: list[QObject] = []
        hidden: list[QObject] = []
        for target in filter(isValid, self._left):
            (seen if _is_seen(target) else hidden).append(target)
        self._left = seen + hidden  # a page that was turned to meanwhile comes first
        self._timer.start()
        if self._held and not seen:
            self._paint()
        else:
            self._do_some(len(seen[: self._most]) or len(hidden))
        if self.is_done:
            self._timer.stop()

    def _do_some(self, most: int) -> None:
        end = perf_counter() + PIECE_S
        for _ in range(most):
            target = self._left.pop(0)  # before: one that fails does not keep the others
            if isValid(target):
                self._do(target)
            if perf_counter() > end:
                return

    def _paint(self) -> None:
        held, self._held = self._held, []
        for window in held:
            if isValid(window):
                window.setUpdatesEnabled(True)


def _is_seen(target: QObject) -> bool:
    """A menu's title is seen in the menu bar though the menu is not."""
    return not isinstance(target, QWidget) or isinstance(target, QMenu) or target.isVisible()
