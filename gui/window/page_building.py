"""Builds the pages bit by bit: the one that is asked for first, the others when there is time."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

if TYPE_CHECKING:
    from gui.pages.page import Page
    from gui.window.main_window import MainWindow

PAUSE_MS = 5
POLISHED_AT_ONCE = 12
OF_THE_PICTURE = (
    "core.topology",
    "gui.picture.fonts",
    "gui.picture.canvas",
    "gui.picture.layout",
    "gui.picture.export",
    "gui.picture.view",
)
"""Imported one at a time: together they take as long as the picture itself."""


class PageBuilder(QObject):
    """One section per turn of the event loop, so that typing is not held up.

    Signals:
        finished: a page that is complete now.
        rested: there is nothing left to build.
    """

    finished = Signal(object)
    rested = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.built: set[Page] = set()
        self._building: dict[Page, Iterator[None]] = {}
        self._unpolished: list[QWidget] = []
        self._modules = list(OF_THE_PICTURE)
        self._prepares = False
        self._wanted: Page | None = None
        self._then: list[Callable[[], None]] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._build_next)

    def prepare(self) -> None:
        """Before there is a profile: the page that is shown first when there is one."""
        self._prepares = True
        self._timer.start(PAUSE_MS)

    def start(self) -> None:
        """Build what is left, in the background."""
        self._prepares = False
        self._timer.start(PAUSE_MS)

    def when_built(self, page: Page, then: Callable[[], None]) -> None:
        """Do something with a page: now if it is complete, else as soon as it is, before all else.

        Whoever wants another page meanwhile does not want this one any more.
        """
        if page in self.built and page is not self._wanted:
            self.forget()
            then()
            return
        if page is not self._wanted:
            self._wanted, self._then = page, []
        self._then.append(then)
        self._timer.start(0)

    @property
    def is_awaited(self) -> bool:
        """Whether somebody has turned to a page that is not complete, and so not shown yet."""
        return self._wanted is not None

    def forget(self) -> None:
        """Nobody waits for a page any more."""
        self._wanted, self._then = None, []

    def build(self, page: Page) -> None:
        """Complete a page now, which holds up the window if it is a long one."""
        if page not in self.built:
            for _ in self._building.pop(page, page.build()):
                pass
            self._finish(page)
        if page is self._wanted:
            self._tell()

    def _finish(self, page: Page) -> None:
        self.built.add(page)
        self.finished.emit(page)

    def _build_next(self) -> None:
        window = self._window
        if self._wanted is not None:
            self._build_wanted(self._wanted)
            return
        page = next((page for page in window.pages if page not in self.built), None)
        if self._prepares and self.built and not self._unpolished:
            return
        if self._prepares:
            self._build_some(page)
        elif window.display.picture is None and self._modules:
            importlib.import_module(self._modules.pop(0))
        elif window.display.picture is None:
            window.display.build_picture()
        elif self._unpolished or page is not None:
            self._build_some(page)
        else:
            self.rested.emit()
            return
        self._timer.start(PAUSE_MS)

    def _build_wanted(self, page: Page) -> None:
        """A piece of what somebody waits for."""
        if page not in self.built:
            self._unpolished = []  # those of another page are polished when that is shown
            self._build_some(page)
        elif self._unpolished:
            self._build_some(None)
        else:
            self._tell()
        self._timer.start(0 if self._wanted is not None else PAUSE_MS)

    def _tell(self) -> None:
        then, self._then, self._wanted = self._then, [], None
        for one in then:
            one()

    def _build_some(self, page: Page | None) -> None:
        if self._unpolished:
            # Finding each widget's style is most of what showing a page for the first time costs.
            for widget in self._unpolished[:POLISHED_AT_ONCE]:
                if isValid(widget):
                    widget.ensurePolished()
            del self._unpolished[:POLISHED_AT_ONCE]
        elif page is not None:
            steps = self._building.setdefault(page, page.build())
            if next(steps, True):
                del self._building[page]
                self._finish(page)
                self._unpolished = page.findChildren(QWidget)
