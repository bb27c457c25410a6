"""The window: strip, tabs, page and picture, foot; where one goes and what is shown there."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import isValid

from core.text import Text
from core.version import PRODUCT
from gui.icons import icon
from gui.theme import THEME
from gui.window.menu_bar import build_menu_bar
from gui.window.start_page import StartPage

if TYPE_CHECKING:
    from PySide6.QtGui import QAction, QCloseEvent, QPaintEvent

    from gui.application import Application
    from gui.pages.page import Page
    from gui.pages.phase import Phase
    from gui.window.commands import WindowCommands
    from gui.window.display import WindowDisplay
    from gui.window.parts import Parts

DEFAULT_SIZE = (1180, 760)
SMALLEST_SIZE = (1024, 700)
HEAVY = (
    "core.profile.model",
    "core.controller",
    "gui.window.menus",
    "gui.form.factory",
    "gui.pages.connection_page",
    "gui.window.parts",
    "gui.window.commands",
)
"""What is imported after the first paint, in pieces that hold nothing up."""


class MainWindow(QMainWindow):
    """One profile's window. Logic is elsewhere: model, flows, pages, commands."""

    def __init__(self, application: Application) -> None:
        super().__init__()
        self.setObjectName("main_window")
        self.application = application
        self.setMinimumSize(*SMALLEST_SIZE)
        self.resize(*DEFAULT_SIZE)
        self._menu_bar = build_menu_bar(self)
        self.actions_by_key: dict[str, QAction] = {}
        self.start = StartPage(self)
        self.whole = QStackedWidget(self)
        self.whole.addWidget(self.start)
        self.setCentralWidget(self.whole)
        self.setWindowTitle(PRODUCT)
        self.start.show_recent(application.settings.listed, application.settings.pinned)
        self._restore()
        self._waiting = list(HEAVY)
        self._then: list[Callable[[], None]] = []
        self.parts: Parts
        self.commands: WindowCommands
        self.display: WindowDisplay
        self.is_complete = False
        self.headed_for = ""
        """The key of the field one is being led to, until its page is complete."""
        self.log_pane: QWidget | None = None

    # Building

    def paintEvent(self, event: QPaintEvent) -> None:
        """After the first paint there is time for everything else."""
        super().paintEvent(event)
        if not self.is_complete and self._waiting == list(HEAVY):
            QTimer.singleShot(0, self._warm_up)

    def _warm_up(self) -> None:
        """Import one module per turn of the event loop, then build the rest."""
        if not isValid(self) or self.is_complete:
            return
        if self._waiting:
            importlib.import_module(self._waiting.pop(0))
            QTimer.singleShot(0, self._warm_up)
        else:
            self.complete()

    def when_complete(self, then: Callable[[], None]) -> None:
        """Do something as soon as the window can work on a profile."""
        if self.is_complete:
            then()
        else:
            self._then.append(then)

    def complete(self) -> None:
        """Make everything but the start page; does nothing the second time."""
        if self.is_complete:
            return
        from gui.actions import build_actions
        from gui.window.arrival import Arrival
        from gui.window.commands import WindowCommands
        from gui.window.display import WindowDisplay
        from gui.window.menus import fill_menus
        from gui.window.page_building import PageBuilder
        from gui.window.parts import build_parts

        self.is_complete = True
        THEME.settle()
        self.actions_by_key = build_actions(self)
        self.menus = fill_menus(self, self._menu_bar, self.actions_by_key, self.application)
        self.setWindowIcon(icon("app", "accent"))
        self.parts = parts = build_parts(self)
        self.model, self.vcenter, self.ova = parts.model, parts.vcenter, parts.ova
        self.flow, self.secrets, self.pages = parts.flow, parts.secrets, parts.pages
        self.strip, self.tabs, self.foot = parts.strip, parts.tabs, parts.foot
        self.deploy_page = parts.deploy_page
        self.builder = PageBuilder(self)
        self.builder.finished.connect(self._on_built)
        self.builder.rested.connect(self.application.keep_what_is_built)
        self.flow.folder = self.application.settings.folder
        self.flow.known = lambda: self.application.settings.listed
        self._build_frame()
        self.commands = WindowCommands(self)
        self.display = WindowDisplay(self)
        self.arrival = Arrival(self)
        self._connect()
        if self.application.settings.shows_log:
            self.commands.show_log(True)
        self.builder.prepare()
        waiting, self._then = self._then, []
        for then in waiting:
            then()

    def _build_frame(self) -> None:
        from PySide6.QtCore import Qt  # with it a hundred types that the first paint can do without
        from PySide6.QtWidgets import QSplitter

        self.strip.language.setMenu(self.menus["language"])
        self.strip.theme.setMenu(self.menus["theme"])
        self.stack = QStackedWidget(self)
        for page in self.pages:
            self.tabs.add_page(page)
            self.stack.addWidget(page)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.addWidget(self.stack)
        self.splitter.setChildrenCollapsible(True)
        self.splitter.setHandleWidth(1)
        work = QWidget(self)
        column = QVBoxLayout(work)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        column.addWidget(self.tabs)
        column.addWidget(self.splitter, 1)
        column.addWidget(self.foot)
        self.whole.addWidget(work)

    def _connect(self) -> None:
        foot, tabs = self.foot, self.tabs
        tabs.currentChanged.connect(self._on_tab)
        foot.back.connect(lambda: self.go_to_page(self.tabs.currentIndex() - 1))
        foot.forth.connect(lambda: self.go_to_page(self.tabs.currentIndex() + 1))
        foot.pressed.connect(self.press_primary)
        foot.cancelled.connect(lambda: self.page.cancel())
        self.ova.changed.connect(self._on_ova_changed)
        self.flow.opened.connect(self._on_opened)
        self.flow.saved.connect(self._on_saved)
        self.flow.saved_apart.connect(self._on_saved_apart)
        self.flow.missing.connect(self.application.forget_recent)
        self.flow.deleted.connect(self._on_deleted)
        self.secrets.said.connect(self._on_said)
        for page in self.pages:
            page.go_to.connect(self.go_to)
            page.help_asked.connect(self.commands.show_manual)
        self.deploy_page.phase_changed.connect(self._on_phase)
        self.deploy_page.asked.connect(lambda key: self.actions_by_key[key].trigger())
        self.start.new_asked.connect(self.flow.new)
        self.start.open_asked.connect(self.flow.ask_open)
        self.start.sample_asked.connect(self.commands.try_sample)
        self.start.recent_asked.connect(self.commands.open_path)
        self.application.recent_changed.connect(self._show_recent)
        self.menus["recent"].aboutToShow.connect(self.application.look_for_recent)
        self._show_recent()
        self.application.look_for_recent()

    def _show_recent(self) -> None:
        from gui.window.menus import fill_recent

        settings = self.application.settings
        fill_recent(self.menus["recent"], self.application, self.commands.open_path)
        self.start.show_recent(settings.listed, settings.pinned, self.application.missing)
        self.commands.enable()

    # Where one is

    @property
    def page(self) -> Page:
        """The page that is shown; one that was asked for is, as soon as it is complete."""
        return self.pages[max(0, self.stack.currentIndex())]

    def go_to_page(self, place: int) -> None:
        """Show a page."""
        if 0 <= place < len(self.pages) and self.model.document is not None:
            self._show(self.pages[place], self.pages[place].focus_first)

    def _show(self, page: Page, then: Callable[[], object]) -> None:
        """Show a page and do something there.

        It is complete before: what is added to a page that is shown comes later, without focus.
        """
        self.tabs.setCurrentIndex(self.pages.index(page))
        self.builder.when_built(page, then)

    def go_to(self, where: str) -> None:
        """Show a page by its key, or a field by its."""
        for place, page in enumerate(self.pages):
            if where == page.key:
                self.go_to_page(place)
                return
            if where in page.places():
                self._show(page, partial(self._arrive, page, where))
                self.headed_for = where if self.builder.is_awaited else ""
                return

    def _arrive(self, page: Page, where: str) -> None:
        self.headed_for = ""
        page.focus_field(where)

    def press_primary(self) -> None:
        """The page's one primary button."""
        if self.model.document is None or self.builder.is_awaited:
            return  # the button is that of the page one has left
        self.leave_field()
        if self.page.can_press() is None:
            self.page.press_primary()

    def leave_field(self) -> None:
        """Let the field one is typing in count as left."""
        focused = QApplication.focusWidget()
        if focused is not None:
            focused.clearFocus()
            focused.setFocus()

    def _on_tab(self, place: int) -> None:
        page, self.headed_for = self.pages[place], ""
        if page not in self.builder.built:
            self.page.park_focus()  # what is typed meanwhile is not for the page one has left
        self.builder.when_built(page, partial(self._enter, page))

    def _keep_page(self) -> None:
        if self.flow.path is not None:
            self.application.keep_page(str(self.flow.path), self.page.key)

    def _enter(self, page: Page) -> None:
        self.stack.setCurrentWidget(page)
        self.display.show_picture(page)
        if self.whole.currentIndex() == 1:
            self._go_in(page)
        else:  # to lay all of it out for the first time is enough for one turn of the event loop
            self.whole.setCurrentIndex(1)
            QTimer.singleShot(0, self, partial(self._go_in, page))

    def _go_in(self, page: Page) -> None:
        if page is not self.page:  # one has turned on meanwhile
            return
        page.enter()
        self.display.show_foot()
        self._keep_page()

    def _on_built(self, page: Page) -> None:
        for row in page.rows.values():
            self.secrets.attach(row)
        if self.deploy_page.phase.is_busy:
            page.set_locked(True)
        if page is self.parts.haproxy_page:
            self._on_ova_changed()

    def build_all(self) -> None:
        """Build every page now; for tests and pictures."""
        self.complete()
        for page in self.pages:
            self.builder.build(page)
        self.display.build_picture()

    # What is shown

    def show_picture(self, shows: bool) -> None:
        """Show or hide the picture."""
        self.application.change(shows_picture=shows)
        self.display.show_picture(self.page)

    def _on_ova_changed(self) -> None:
        page = self.parts.haproxy_page
        if page in self.builder.built:
            unknown = self.ova.facts.unknown if self.ova.facts else ()
            page.offer_properties({one.key: (one.label, one.default) for one in unknown})
        self.display.show_foot()

    def _on_opened(self) -> None:
        if self.flow.path is not None:
            self.application.add_recent(str(self.flow.path))
        keys = [page.key for page in self.pages]
        last = self.application.settings.pages.get(str(self.flow.path), keys[0])
        place = keys.index(last) if last in keys else 0
        page = self.pages[place]
        self.builder.when_built(page, self.arrival.look)  # once more: it may take until now
        if place == self.tabs.currentIndex():
            self._on_tab(place)  # entered anew, with the profile of now
        self._show(page, partial(self.arrival.land, page))
        self.builder.start()

    def _on_saved(self, path: str) -> None:
        self.application.add_recent(path)
        self._keep_page()
        self.display.show_title()
        self.secrets.keep_now()
        self.foot.flash(Text("Saved: {path}", path=path))

    def _on_saved_apart(self, path: str) -> None:
        self.application.add_recent(path)
        self.foot.flash(Text("Saved: {path}", path=path))

    def _on_deleted(self, path: str) -> None:
        self.application.forget_recent(path)
        self.builder.forget()
        self.whole.setCurrentIndex(0)
        self.commands.enable()

    def _on_said(self, text: Text, _is_problem: bool) -> None:
        self.foot.flash(text)

    def _on_phase(self, phase: Phase) -> None:
        for page in self.builder.built:
            page.set_locked(phase.is_busy)
        self.display.show_foot()
        self.commands.enable()
        if not phase.is_busy:
            QApplication.alert(self)
            if self.vcenter.is_connected:
                self.vcenter.connect_now()  # what was made is there to choose now
            if self._closes_then:
                self._closes_then = False  # asked for once; unsaved work may keep it open
                self.close()

    # The window itself

    _closes_then = False

    def _restore(self) -> None:
        geometry = self.application.settings.geometry
        if geometry:
            from PySide6.QtCore import QByteArray

            self.restoreGeometry(QByteArray.fromBase64(geometry.encode()))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask while a deployment runs or work is unsaved; never lose either silently."""
        if not self.is_complete:
            self.application.forget_window(self)
            event.accept()
            self.deleteLater()
            return
        if self.deploy_page.phase.is_busy:
            event.ignore()
            wants_to = self.commands.ask_to_stop()
            if self.deploy_page.phase.is_busy:
                self._closes_then = wants_to
            elif wants_to:  # it ended while that was asked
                QTimer.singleShot(0, self.close)  # Qt ignores a close() inside closeEvent
            return
        if self.model.is_changed:
            event.ignore()
            self.flow.when_settled(self._close_without_asking)
            return
        self._leave()
        event.accept()
        self.deleteLater()

    def _close_without_asking(self) -> None:
        self.flow.forget()
        QTimer.singleShot(0, self.close)  # Qt ignores a close() inside closeEvent

    def _leave(self) -> None:
        self.vcenter.disconnect_now()
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        splitter = bytes(self.splitter.saveState().toBase64().data()).decode()
        self.application.change(geometry=geometry, splitter=splitter)
        self.application.forget_window(self)
