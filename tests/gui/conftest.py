"""A window with the real controller and threads, or with one that runs jobs at once."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.controller import Controller
from core.jobs import Cancelled, JobContext
from core.profile.document import ProfileDocument
from core.profile.model import DEFAULT
from core.profile.template import new_profile_text
from core.secrets.store import SessionStore
from core.settings import Settings
from core.text import use_language
from gui.application import Application, start_qt
from gui.language import show_language
from gui.pages.page import Page
from gui.theme import LIGHT, THEME
from gui.window.main_window import MainWindow
from gui.window.page_building import PageBuilder


class InlineJob:
    """Already done when one gets hold of it."""

    def cancel(self) -> None:
        pass


class InlineRunner(QObject):
    """Runs the work at once: tests of widgets need no waiting."""

    busy_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.started: list[str] = []

    def start(
        self,
        work: Callable[[JobContext], Any],
        *,
        succeeded: Callable[[Any], None],
        failed: Callable[[Exception], None],
        cancelled: Callable[[], None] | None = None,
        progressed: Callable[[Any], None] | None = None,
        key: str = "",
    ) -> InlineJob:
        self.started.append(key)
        try:
            result = work(JobContext(progressed or (lambda _: None)))
        except Cancelled:
            if cancelled:
                cancelled()
        except Exception as error:  # noqa: BLE001 - as JobThread does
            failed(error)
        else:
            succeeded(result)
        return InlineJob()

    def shutdown(self, milliseconds: int) -> bool:
        return True


@pytest.fixture(autouse=True)
def no_collecting_in_job_threads() -> Iterator[None]:
    """As in the application (gui.collector): a job's thread must not take widgets apart.

    Nothing is collected at all here; what a test leaves behind is gone with its process.
    """
    gc.disable()
    yield
    gc.disable()


@pytest.fixture
def looks(qapp: QApplication) -> Iterator[None]:
    """English and light, whatever a test does."""
    start_qt()
    yield
    show_language("en")
    use_language("en")
    THEME.use(LIGHT)


@pytest.fixture
def store() -> SessionStore:
    return SessionStore()


@pytest.fixture
def application(
    looks: None, store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Application]:
    """Jobs run at once, and pages are there as soon as they are asked for."""
    gently = PageBuilder.when_built

    def at_once(builder: PageBuilder, page: Page, then: Callable[[], None]) -> None:
        builder.build(page)
        gently(builder, page, then)

    monkeypatch.setattr(PageBuilder, "when_built", at_once)
    app = Application(Settings(), Controller(InlineRunner(), store), language="en")  # type: ignore[arg-type]
    yield app
    logging.getLogger().removeHandler(app.log_lines.handler)


@pytest.fixture
def threaded(looks: None, store: SessionStore) -> Iterator[Application]:
    """Jobs run on their threads."""
    app = Application(Settings(), Controller(store=store), language="en")
    yield app
    app.shut_down()


def show(qtbot: QtBot, window: MainWindow) -> MainWindow:
    """Shown, active, every page built."""
    qtbot.addWidget(window, before_close_func=settle)
    window.show()
    window.complete()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def turn_to(qtbot: QtBot, window: MainWindow, key: str) -> None:
    """Go to a page, and wait until it is complete and shown."""
    window.go_to(key)
    qtbot.waitUntil(lambda: window.page.key == key, timeout=20_000)


def settle(window: MainWindow) -> None:
    """Let it close without questions."""
    if window.model.document is not None:
        window.model.revert()


@pytest.fixture
def window(qtbot: QtBot, application: Application) -> MainWindow:
    """On the start page."""
    return show(qtbot, application.open_window())


@pytest.fixture
def opened(window: MainWindow) -> MainWindow:
    """With a new profile."""
    window.model.show(ProfileDocument(new_profile_text(DEFAULT)))
    window.flow.opened.emit()
    window.build_all()
    return window


@pytest.fixture
def sample(window: MainWindow) -> MainWindow:
    """With the sample values."""
    window.flow.open_sample("frontend")
    window.build_all()
    return window


@pytest.fixture
def profile_file(tmp_path: Path) -> Path:
    path = tmp_path / "lab.yaml"
    path.write_text(new_profile_text(DEFAULT), "utf-8")
    return path
