"""A profile arrives while somebody types: what is typed lands in no other field."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.profile.model import FRONTEND
from core.profile.template import new_profile_text
from gui.application import Application
from gui.window.log_pane import LogPane
from gui.window.main_window import MainWindow
from tests.gui.conftest import show

PASSWORD = "secrets.vcenter_password"


def type_on(text: str) -> None:
    """As the keyboard does: to whatever has the focus, if anything."""
    QTest.keyClicks(QApplication.focusWidget() or QApplication.activeWindow(), text)


def arrive(qtbot: QtBot, window: MainWindow, path: Path) -> None:
    with qtbot.waitSignal(window.flow.opened):
        window.flow.open(path)
    qtbot.waitUntil(lambda: not window.builder.is_awaited)
    assert window.flow.path == path


def leave_on(application: Application, path: Path, page: str) -> None:
    application.add_recent(str(path))
    application.keep_page(str(path), page)


@pytest.fixture
def typing(qtbot: QtBot, threaded: Application, tmp_path: Path) -> MainWindow:
    """A profile is open, one with three networks, and its window complete."""
    first = tmp_path / "first.yaml"
    first.write_text(new_profile_text(FRONTEND), "utf-8")
    window = show(qtbot, threaded.open_window())
    arrive(qtbot, window, first)
    window.build_all()
    return window


def test_the_rest_of_a_password_stays_in_the_field_of_the_password(
    qtbot: QtBot, typing: MainWindow, profile_file: Path
) -> None:
    typing.go_to(PASSWORD)
    edit = QApplication.focusWidget()
    type_on("first half")
    arrive(qtbot, typing, profile_file)
    assert QApplication.focusWidget() is edit
    type_on("second half")
    assert typing.model.secrets.vcenter_password == "second half"
    assert not typing.model.is_changed


@pytest.mark.parametrize(
    ("key", "last"),
    [(PASSWORD, "haproxy"), (PASSWORD, "deploy"), ("network.frontend_address", "haproxy")],
)
def test_where_the_field_is_gone_the_rest_goes_nowhere(
    qtbot: QtBot, typing: MainWindow, profile_file: Path, key: str, last: str
) -> None:
    leave_on(typing.application, profile_file, last)
    typing.go_to(key)
    type_on("10.1")
    typing.model.revert()
    arrive(qtbot, typing, profile_file)
    assert typing.page.key == last
    type_on("second half")
    assert not typing.model.is_changed
    assert typing.page.scroll.verticalScrollBar().value() == 0  # type: ignore[attr-defined]
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    place = typing.page
    if place.rows:
        place = next(row for row in place.rows.values() if row.isVisible())
    assert place.isAncestorOf(QApplication.focusWidget())


def test_the_rest_goes_nowhere_while_a_page_is_built_either(
    qtbot: QtBot, threaded: Application, typing: MainWindow, profile_file: Path, tmp_path: Path
) -> None:
    leave_on(threaded, profile_file, "haproxy")
    window = show(qtbot, threaded.open_window())
    arrive(qtbot, window, tmp_path / "first.yaml")
    window.builder._timer.stop()
    assert window.parts.haproxy_page not in window.builder.built
    window.go_to(PASSWORD)
    with qtbot.waitSignal(window.flow.opened):
        window.flow.open(profile_file)
    type_on("second")
    window.pages[0].focus_field(PASSWORD)  # one is quick, and clicks there again
    qtbot.waitUntil(lambda: window.page.key == "haproxy")
    qtbot.waitUntil(lambda: not window.builder.is_awaited)
    type_on("half")
    assert not window.model.is_changed
    assert QApplication.focusWidget() is window.page.scroll  # type: ignore[attr-defined]


def test_what_is_looked_for_in_the_log_is_typed_there_to_the_end(
    qtbot: QtBot, typing: MainWindow, profile_file: Path
) -> None:
    typing.commands.show_log(True)
    assert isinstance(typing.log_pane, LogPane)
    typing.log_pane.search.setFocus()
    type_on("not ")
    arrive(qtbot, typing, profile_file)
    type_on("found")
    assert typing.log_pane.search.text() == "not found"


def test_who_is_in_no_field_gets_the_first_one(
    qtbot: QtBot, typing: MainWindow, profile_file: Path
) -> None:
    typing.go_to("vm.name")
    typing.tabs.setFocus()
    arrive(qtbot, typing, profile_file)
    assert QApplication.focusWidget().objectName() == "vcenter.address"
