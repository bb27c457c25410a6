"""The focus when a profile arrives: it was asked for a while ago, and somebody may type by now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from gui.pages.page import Page
    from gui.window.main_window import MainWindow


class Arrival(QObject):
    """Whoever is in a field stays there; who is in none gets the first one.

    Where the field is gone with its page, no other gets the focus: the other half of a password
    would be read there. Tab leads to the first one then.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._occupied: QWidget | None = None
        window.model.leaving.connect(self._on_leaving)

    def _on_leaving(self) -> None:
        self._occupied = None
        self.look()

    def look(self) -> None:
        """See which field one is in, before anything is shown in its place."""
        window = self._window
        focused = window.focusWidget()  # also while a dialog is in front
        if focused is None or self._occupied is not None:
            return  # that one may be hidden by now, and Qt have moved the focus on
        for place in (window.stack, window.log_pane):
            if place is not None and place.isAncestorOf(focused):
                self._occupied = focused

    def land(self, page: Page) -> None:
        """Put the focus where it belongs on the page that the profile is shown on."""
        occupied, self._occupied = self._occupied, None
        if occupied is None:
            page.focus_first()
        elif self._window.focusWidget() is not occupied:
            page.rest()
