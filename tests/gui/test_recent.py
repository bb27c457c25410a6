"""Profiles opened lately: missing ones are grey, and one comes back to the page one was at."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from core.settings import read_settings
from gui.application import Application
from gui.window.main_window import MainWindow
from tests.gui.conftest import show


def entries(window: MainWindow) -> dict[str, QAction]:
    """The menu's lines by what they say, without the letter to press."""
    actions = window.menus["recent"].actions()
    return {action.text().partition(" ")[2] or action.text(): action for action in actions}


def test_a_missing_profile_is_grey_and_says_why(
    window: MainWindow, profile_file: Path, tmp_path: Path
) -> None:
    gone = tmp_path / "gone.yaml"
    window.application.add_recent(str(profile_file))
    window.application.add_recent(str(gone))
    window.menus["recent"].aboutToShow.emit()
    menu = entries(window)
    assert menu["lab.yaml"].isEnabled()
    assert not menu["gone.yaml"].isEnabled()
    assert "not there" in menu["gone.yaml"].toolTip()
    assert window.menus["recent"].toolTipsVisible()
    buttons = {button.text(): button for button in window.start.recent.findChildren(QPushButton)}
    assert buttons["lab.yaml"].isEnabled()
    assert not buttons["gone.yaml"].isEnabled()
    assert "not there" in buttons["gone.yaml"].toolTip()

    gone.write_text(profile_file.read_text("utf-8"), "utf-8")  # the stick was put in again
    window.menus["recent"].aboutToShow.emit()
    assert entries(window)["gone.yaml"].isEnabled()


def test_an_ampersand_in_a_name_is_shown(window: MainWindow, tmp_path: Path) -> None:
    window.application.add_recent(str(tmp_path / "R&D lab.yaml"))
    captions = [button.text() for button in window.start.recent.findChildren(QPushButton)]
    assert "R&&D lab.yaml" in captions, "one alone would be a mnemonic"


def test_missing_profiles_are_taken_off_the_list(
    window: MainWindow, profile_file: Path, tmp_path: Path
) -> None:
    window.application.add_recent(str(profile_file))
    window.application.add_recent(str(tmp_path / "gone.yaml"))
    assert len(entries(window)) == 2
    window.application.look_for_recent()
    found = next(a for a in window.menus["recent"].actions() if a.objectName() == "forget_missing")
    found.trigger()
    assert window.application.settings.recent == (str(profile_file),)
    assert list(entries(window)) == ["lab.yaml"]


def test_looking_is_a_job_of_its_own(qtbot: QtBot, threaded: Application, tmp_path: Path) -> None:
    window = show(qtbot, threaded.open_window())
    threaded.add_recent(str(tmp_path / "gone.yaml"))
    threaded.look_for_recent()
    assert entries(window)["gone.yaml"].isEnabled()  # not known yet, and not waited for
    qtbot.waitUntil(lambda: not entries(window)["gone.yaml"].isEnabled())


def test_a_profile_opens_on_the_page_one_was_at(
    window: MainWindow, profile_file: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(profile_file.read_text("utf-8"), "utf-8")
    window.flow.open(profile_file)
    assert window.page.key == "connection"
    window.go_to("haproxy")
    window.flow.open(other)
    assert window.page.key == "connection"
    window.go_to("switch")
    window.flow.open(profile_file)
    assert window.page.key == "haproxy"
    assert window.stack.currentWidget() is window.page
    window.application._save_settings()
    assert read_settings().pages == {str(profile_file): "haproxy", str(other): "switch"}


def test_a_new_profile_starts_at_the_first_page(window: MainWindow, profile_file: Path) -> None:
    window.flow.open(profile_file)
    window.go_to("haproxy")
    window.flow.new("default")
    assert window.page.key == "connection"
    assert window.application.settings.pages == {str(profile_file): "haproxy"}
