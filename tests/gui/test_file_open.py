"""A double click on macOS: Qt's application is told of the file by an event."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QObject, QUrl
from PySide6.QtGui import QFileOpenEvent
from pytestqt.qtbot import QtBot

from gui.application import Application
from gui.file_open import FileOpening
from gui.window import profile_flow
from gui.window.main_window import MainWindow
from tests.gui.conftest import show


@pytest.fixture
def watched(application: Application) -> Iterator[QObject]:
    target = QObject()
    FileOpening(application, target)
    yield target
    target.deleteLater()


def double_click(watched: QObject, path: Path) -> None:
    assert QCoreApplication.sendEvent(watched, QFileOpenEvent(QUrl.fromLocalFile(str(path))))


def test_a_window_without_a_profile_takes_the_file(
    watched: QObject, window: MainWindow, application: Application, profile_file: Path
) -> None:
    double_click(watched, profile_file)
    assert window.model.document is not None
    assert window.model.document.path == profile_file
    assert application.windows == [window]


def test_a_window_at_work_is_left_alone(
    qtbot: QtBot,
    watched: QObject,
    opened: MainWindow,
    application: Application,
    profile_file: Path,
) -> None:
    before = opened.model.document
    double_click(watched, profile_file)
    assert opened.model.document is before
    other = show(qtbot, application.windows[-1])
    assert other is not opened
    assert other.model.document is not None
    assert other.model.document.path == profile_file


def test_two_files_at_once_get_two_windows(
    qtbot: QtBot, threaded: Application, profile_file: Path
) -> None:
    """The first one is still being read when the second one comes."""
    second_file = profile_file.with_name("second.yaml")
    second_file.write_text(profile_file.read_text("utf-8"), "utf-8")
    target = QObject()
    FileOpening(threaded, target)
    show(qtbot, threaded.open_window())
    double_click(target, profile_file)
    double_click(target, second_file)
    assert len(threaded.windows) == 2
    show(qtbot, threaded.windows[1])
    qtbot.waitUntil(lambda: all(one.model.document is not None for one in threaded.windows))
    assert [one.flow.path for one in threaded.windows] == [profile_file, second_file]


def test_a_window_that_is_not_complete_yet_takes_the_file(
    qtbot: QtBot, watched: QObject, application: Application, profile_file: Path
) -> None:
    """So it is when the double click starts the program."""
    window = application.open_window()
    double_click(watched, profile_file)
    assert application.windows == [window]
    show(qtbot, window)
    assert window.flow.path == profile_file


@pytest.fixture
def shown_errors(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(profile_flow, "show_error", lambda _w, error: said.append(str(error)))
    return said


def test_a_window_opened_for_a_file_that_is_none_closes_and_is_freed(
    qtbot: QtBot,
    application: Application,
    opened: MainWindow,
    tmp_path: Path,
    shown_errors: list[str],
) -> None:
    target = QObject()
    opening = FileOpening(application, target)
    double_click(target, tmp_path / "gone.yaml")
    other = application.windows[-1]
    assert other is not opened
    with qtbot.waitSignal(other.destroyed):
        other.complete()
    assert "gone.yaml" in shown_errors[0]
    assert application.windows == [opened]
    gone = weakref.ref(other)
    del other
    gc.collect()
    assert gone() is None
    assert opening.parent() is target


def test_a_window_that_was_there_stays_and_takes_the_next_file(
    watched: QObject,
    window: MainWindow,
    application: Application,
    profile_file: Path,
    shown_errors: list[str],
) -> None:
    double_click(watched, profile_file.with_name("gone.yaml"))
    assert shown_errors
    assert application.windows == [window]
    double_click(watched, profile_file)
    assert application.windows == [window]
    assert window.flow.path == profile_file
