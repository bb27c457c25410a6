"""What the frame around the pages shows: title, state, badges, foot, picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject

from core.findings import Severity
from core.text import Text
from core.version import PRODUCT
from gui.pages.page import Page
from gui.showing import set_shown
from gui.wording import say

if TYPE_CHECKING:
    from gui.picture.view import NetworkPicture
    from gui.window.main_window import MainWindow

FORM_SHARE = 660


class WindowDisplay(QObject):
    """Follows model, vCenter and OVA; changes nothing but what is seen."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.picture: NetworkPicture | None = None
        model = window.model
        model.findings_changed.connect(self.show_problems)
        model.changed_state.connect(self.show_title)
        model.replaced.connect(self.show_title)
        model.replaced.connect(self.paint_picture)
        model.replaced.connect(self.show_state)
        model.value_changed.connect(self._on_value_changed)
        model.secret_changed.connect(self.show_foot)
        window.vcenter.changed.connect(self.show_state)
        window.ova.changed.connect(self.show_foot)
        self.show_title()
        self.show_state()

    def build_picture(self) -> None:
        """Make the picture; not needed for the first paint."""
        if self.picture is not None:
            return
        from gui.picture.view import NetworkPicture

        window = self._window
        self.picture = NetworkPicture(window)
        self.picture.field_activated.connect(window.go_to)
        window.splitter.addWidget(self.picture)
        window.splitter.setSizes([FORM_SHARE, window.width() - FORM_SHARE])
        kept = window.application.settings.splitter
        if kept:
            window.splitter.restoreState(QByteArray.fromBase64(kept.encode()))
        window.splitter.setStretchFactor(1, 1)
        self.paint_picture()
        self.show_picture(window.page)

    def paint_picture(self) -> None:
        """Draw the network of now."""
        if self.picture is not None:
            model = self._window.model
            self.picture.set_profile(model.profile, model.shown_findings)

    def show_picture(self, page: Page) -> None:
        """Show the picture beside pages it belongs to."""
        if self.picture is not None:
            shows = page.has_picture and self._window.application.settings.shows_picture
            set_shown(self.picture, shows)
            if shows:  # else it is painted once as small as it may be, with a scroll bar
                self._window.splitter.refresh()

    def _on_value_changed(self, key: str) -> None:
        if key in ("vcenter.address", "vcenter.port"):
            self.show_state()
        self.paint_picture()
        self.show_foot()

    def show_problems(self) -> None:
        """Count the problems of each page on its tab."""
        window = self._window
        shown = window.model.shown_findings
        for place, page in enumerate(window.pages):
            keys = set(page.places())
            own = [f for f in shown if keys.intersection(f.fields[:1])]
            loud = [f for f in own if f.severity is not Severity.NOTE]
            window.tabs.show_problems(
                place, tuple(f.what for f in loud), any(f.is_error for f in loud)
            )
        self.paint_picture()
        self.show_foot()

    def show_foot(self, *_: object) -> None:
        """Say what can be done on the page."""
        window = self._window
        if window.model.document is None:
            return
        page, place = window.page, window.tabs.currentIndex()
        reason = page.can_press()
        is_last = place == len(window.pages) - 1
        window.foot.show_page(
            page.primary, reason, page.can_cancel(), is_first=place == 0, is_last=is_last
        )
        window.foot.show_sentence(window.commands.foot_sentence(page, reason))

    def show_title(self, *_: object) -> None:
        """Name the profile, and mark unsaved work the way the platform does."""
        window = self._window
        has = window.model.document is not None
        title = window.flow.title if has else Text("{product}", product=PRODUCT)
        whole = Text("{name}[*] – {product}", name=title, product=PRODUCT) if has else title
        say(window, "setWindowTitle", whole)
        window.setWindowModified(window.model.is_changed)
        window.strip.show_profile(title, window.model.is_changed)
        window.commands.enable()

    def show_state(self) -> None:
        """Say where the connection stands."""
        window = self._window
        vcenter = window.model.profile.vcenter
        is_practice = window.application.is_practice(vcenter.address, vcenter.port)
        window.strip.show_state(window.vcenter.state, vcenter.address, is_practice)
        self.show_foot()
        window.commands.enable()
