"""What all windows share: settings, looks, controller, log, drafts, the practice vCenter."""

from __future__ import annotations

import gc
import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from core.settings import Settings
from core.text import Text
from gui.language import show_language
from gui.theme import THEME
from gui.window.main_window import MainWindow
from gui.window.start_page import DEFAULT

if TYPE_CHECKING:
    from core.background.drafts import Draft
    from core.controller import Controller, Job
    from core.practice.server import Practice
    from gui.window.log_pane import LogLines

log = logging.getLogger(__name__)


class Application(QObject):
    """Lives as long as there is a window.

    Signals:
        recent_changed: the list of profiles opened lately is another one.
    """

    recent_changed = Signal()

    def __init__(
        self, settings: Settings, controller: Controller | None = None, *, language: str = ""
    ) -> None:
        super().__init__()
        self.settings = settings
        self._controller = controller
        self._log_lines: LogLines | None = None
        self.windows: list[MainWindow] = []
        self.missing: frozenset[str] = frozenset()
        """Profiles opened lately whose files were not there when that was looked at."""
        self._practices_of: dict[MainWindow, Job] = {}
        self._keeps = False
        self._practices: set[tuple[str, int]] = set()
        self._save_timer = QTimer(self)
        self._save_timer.setSingleShot(True)
        self._save_timer.setInterval(300)
        self._save_timer.timeout.connect(self._save_settings)
        show_language(language or settings.language)
        THEME.use(settings.theme)

    @property
    def controller(self) -> Controller:
        """Made when it is first needed, which is after the first paint."""
        if self._controller is None:
            from core.controller import Controller

            self._controller = Controller(parent=self)
        return self._controller

    @property
    def log_lines(self) -> LogLines:
        """What was logged since this was first asked for."""
        return self._log_lines or self.listen_to_log()

    def listen_to_log(self) -> LogLines:
        """Collect for the log pane from now on, whether it is shown or not."""
        if self._log_lines is None:
            from gui.window.log_pane import LogLines

            self._log_lines = LogLines(self)
            logging.getLogger().addHandler(self._log_lines.handler)
        return self._log_lines

    # Settings

    def change(self, **values: Any) -> None:
        """Remember something."""
        self.settings = replace(self.settings, **values)
        self._save_timer.start()

    def _save_settings(self) -> None:
        self.controller.save_settings(self.settings)

    def use_theme(self, choice: str, *, gently: bool = False) -> None:
        """Show another set of colours; ``gently`` while somebody works."""
        THEME.use(choice, gently=gently)
        self.change(theme=choice)

    def use_language(self, choice: str, *, gently: bool = False) -> None:
        """Show everything in another language; ``gently`` while somebody works."""
        show_language(choice, gently=gently)
        self.change(language=choice)

    def add_recent(self, path: str) -> None:
        """A profile was opened or saved."""
        self.settings = self.settings.with_recent(path)
        self._save_timer.start()
        self.recent_changed.emit()

    def pin(self, path: str, is_pinned: bool) -> None:
        """Keep a profile at the head of the list, or not any more."""
        self.settings = self.settings.with_pin(path, is_pinned=is_pinned)
        self._save_timer.start()
        self.recent_changed.emit()

    def keep_page(self, path: str, page: str) -> None:
        """Remember the page of a profile, for when it is opened again."""
        self.settings = self.settings.with_page(path, page)
        self._save_timer.start()

    def forget_recent(self, path: str) -> None:
        """A profile could not be opened, or was deleted: no longer offer what is not there."""
        self.controller.find_missing((path,), self._on_gone, self._on_look_failed)

    def forget_missing(self) -> None:
        """No longer offer any profile whose file is not there."""
        self._on_gone(self.missing)

    def look_for_recent(self) -> None:
        """Find out which of the profiles opened lately are still there."""
        listed = self.settings.listed
        if listed:
            self.controller.find_missing(listed, self._on_looked, self._on_look_failed)

    def _on_looked(self, missing: frozenset[str]) -> None:
        if missing != self.missing:
            self.missing = missing
            self.recent_changed.emit()

    def _on_gone(self, paths: frozenset[str]) -> None:
        for path in paths:
            self.settings = self.settings.without_recent(path)
        self.missing -= paths
        if paths:
            self._save_timer.start()
            self.recent_changed.emit()

    def _on_look_failed(self, error: Exception) -> None:
        raise error

    # Windows

    def open_window(self, path: Path | None = None) -> MainWindow:
        """Another window, on a profile or on the start page."""
        window = MainWindow(self)
        self.windows.append(window)
        window.show()
        if path is not None:
            window.when_complete(lambda: window.flow.open(path))
        return window

    def forget_window(self, window: MainWindow) -> None:
        """A window closed; with the last one the program ends."""
        if window in self.windows:
            self.windows.remove(window)
        self._end_practice(window)
        if not self.windows:
            self.shut_down()

    def quit(self) -> None:
        """Close every window; each asks about its own unsaved work."""
        for window in list(self.windows):
            window.close()

    def shut_down(self) -> None:
        """End every job."""
        self._save_timer.stop()
        self._practices_of.clear()
        if self._log_lines is not None:
            logging.getLogger().removeHandler(self._log_lines.handler)
        if self._controller is not None and not self._controller.shutdown():
            log.warning("A job did not end in time.")
        from core.settings import write_settings

        write_settings(self.settings)

    def warm_up(self) -> None:
        """Import ahead what the first connection needs, unless everything was closed meanwhile."""
        if self.windows:
            self.controller.warm_up()

    def keep_what_is_built(self) -> None:
        """Look for garbage elsewhere only: going through a whole window takes 30 ms and more."""
        if not self._keeps:
            self._keeps = True
            gc.freeze()

    def offer_drafts(self) -> None:
        """Ask about unsaved work that a crash left behind."""
        self.controller.find_drafts(self._on_drafts)

    def _on_drafts(self, drafts: tuple[Draft, ...]) -> None:
        from gui.dialogs.question import Question
        from gui.sizes import moment_text

        shows_one = False  # or will, as soon as it is read
        for draft in drafts:
            if not self.windows:
                return
            window = self.windows[-1]
            answer = Question.ask(
                window,
                Text("Unsaved work was found"),
                Text("The program ended with unsaved work on {name}.",
                     name=Path(draft.path).name or Text("a new profile")),
                Text("It was kept at {time}.", time=moment_text(draft.kept)),
                (("open", Text("Open it")), ("discard", Text("Discard it")),
                 ("later", Text("Ask again later"))),
            )  # fmt: skip
            if answer == "open":
                is_free = window.model.document is None and not shows_one
                target, shows_one = window if is_free else self.open_window(), True
                target.complete()
                target.flow.recover(draft)
            elif answer == "discard":
                self.controller.discard_draft(draft)

    # Practice

    def practise(self, window: MainWindow) -> None:
        """Sample values with a practice vCenter behind them, or alone where there is none."""

        def ready(practice: Practice) -> None:
            if window in self.windows:
                self.show_practice(window, practice)

        def failed(error: Exception) -> None:
            from core.errors import AppError

            if not isinstance(error, AppError):
                raise error
            log.info("%s", error)
            if window in self.windows:
                window.flow.open_sample(DEFAULT)

        self._end_practice(window)
        self._practices_of[window] = self.controller.host_practice(ready, failed)

    def _end_practice(self, window: MainWindow) -> None:
        """Each window has one of its own: another one's deployment may be running on it."""
        job = self._practices_of.pop(window, None)
        if job is not None:
            job.cancel()

    def show_practice(self, window: MainWindow, practice: Practice) -> None:
        """The sample profile of a running practice vCenter, its passwords filled in."""
        self.know_practice(practice)
        window.flow.open_text(
            practice.profile_text(),
            practice.saved_as,
            lambda: window.secrets.practise(practice.password),
        )

    def know_practice(self, practice: Practice) -> None:
        """That one is no real vCenter, and windows say so."""
        self._practices.add((practice.address, practice.port))

    def is_practice(self, address: str, port: int) -> bool:
        """Whether that is a practice vCenter we know, not just one on this computer."""
        return (address, port) in self._practices


def start_qt() -> QApplication:
    """Qt's own application, with what it has to know before the first window."""
    app = QApplication.instance()
    if isinstance(app, QApplication):
        app.setStyle("Fusion")
    else:
        # setStyle() gives the style back, and to make its types takes 10 ms; the option does not
        app = QApplication(["haproxy-setup", "-style", "fusion"])
    app.setApplicationName("haproxy-setup")
    app.setApplicationDisplayName("HAProxy Setup for vSphere")
    app.setDesktopFileName("haproxy-setup")
    app.setQuitOnLastWindowClosed(True)
    return app
