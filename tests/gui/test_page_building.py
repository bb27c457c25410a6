"""Pages are built bit by bit, so that opening a profile does not hold up the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.application import Application
from gui.window.main_window import MainWindow
from gui.window.page_building import OF_THE_PICTURE
from tests.gui.conftest import show, turn_to


def test_the_first_page_is_there_before_there_is_a_profile(
    qtbot: QtBot, application: Application
) -> None:
    window = show(qtbot, application.open_window())
    builder = window.builder
    qtbot.waitUntil(lambda: builder.built == {window.pages[0]} and not builder._timer.isActive())
    assert window.model.document is None
    assert window.display.picture is None
    rows = window.pages[0].rows
    window.flow.open_sample("default")
    assert window.page is window.pages[0]
    assert window.page.rows == rows
    address = window.page.rows["vcenter.address"].editor.control()
    assert address.text() == window.model.value("vcenter.address") != ""  # type: ignore[attr-defined]


def test_a_long_page_is_built_in_pieces(qtbot: QtBot, application: Application) -> None:
    window = show(qtbot, application.open_window())
    window.builder._timer.stop()
    assert len(list(window.parts.haproxy_page.build())) > 5


def test_what_the_picture_needs_is_imported_bit_by_bit_before_it_is_built(
    qtbot: QtBot, application: Application
) -> None:
    window: MainWindow = show(qtbot, application.open_window())
    window.flow.open_sample("default")
    builder, display = window.builder, window.display
    builder._timer.stop()
    for _ in OF_THE_PICTURE:
        builder._build_next()
        assert display.picture is None
    builder._build_next()
    assert display.picture is not None
    assert OF_THE_PICTURE[-1] == type(display.picture).__module__


def test_all_pages_are_built_in_the_end(qtbot: QtBot, application: Application) -> None:
    window = show(qtbot, application.open_window())
    window.flow.open_sample("default")
    with qtbot.waitSignal(window.builder.rested, timeout=20_000):
        QApplication.processEvents()
    assert window.builder.built == set(window.pages)


@pytest.fixture
def unbuilt(qtbot: QtBot, threaded: Application) -> MainWindow:
    """With sample values, on the first page; the others are not begun."""
    window = show(qtbot, threaded.open_window())
    window.flow.open_sample("frontend")
    qtbot.waitUntil(lambda: window.whole.currentIndex() == 1)
    window.builder._timer.stop()
    assert window.parts.haproxy_page not in window.builder.built
    return window


def test_a_page_that_is_turned_to_comes_first_and_is_shown_when_it_is_complete(
    qtbot: QtBot, unbuilt: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    builder, page = unbuilt.builder, unbuilt.parts.haproxy_page
    shown: list[tuple[int, bool]] = []
    build_next = builder._build_wanted
    monkeypatch.setattr(
        builder,
        "_build_wanted",
        lambda wanted: (shown.append((len(page.rows), unbuilt.page is page)), build_next(wanted)),
    )
    unbuilt.go_to("network.workload_address")
    assert unbuilt.tabs.currentIndex() == unbuilt.pages.index(page), "the tab says so at once"
    assert unbuilt.page is unbuilt.pages[0]
    assert QApplication.focusWidget() is unbuilt.tabs, "not the field one has left"
    qtbot.waitUntil(lambda: unbuilt.page is page)
    assert len({rows for rows, _ in shown}) > 5, "in pieces"
    assert len(shown) > len({rows for rows, _ in shown}) + 5, "and its styles in pieces too"
    assert not any(is_shown for _, is_shown in shown)
    assert page in builder.built
    editor = page.rows["network.workload_address"].editor.control()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is editor)


def test_who_turns_to_another_page_meanwhile_gets_that_one(
    qtbot: QtBot, unbuilt: MainWindow
) -> None:
    unbuilt.go_to("haproxy")
    unbuilt.go_to("switch")
    turn_to(qtbot, unbuilt, "switch")
    with qtbot.waitSignal(unbuilt.builder.rested, timeout=20_000):
        unbuilt.builder.start()
    assert unbuilt.page.key == "switch"
    assert unbuilt.tabs.currentIndex() == unbuilt.stack.currentIndex()


def test_a_page_that_is_needed_at_once_is_entered_at_once(unbuilt: MainWindow) -> None:
    unbuilt.go_to("deploy")
    assert unbuilt.page.key == "connection"
    unbuilt.builder.build(unbuilt.deploy_page)
    assert unbuilt.page is unbuilt.deploy_page


def test_a_profile_is_shown_when_the_page_it_was_left_on_is_complete(
    qtbot: QtBot, threaded: Application, profile_file: Path
) -> None:
    threaded.keep_page(str(profile_file), "haproxy")
    window = show(qtbot, threaded.open_window())
    with qtbot.waitSignal(window.flow.opened):
        window.flow.open(profile_file)
    assert window.whole.currentIndex() == 0
    qtbot.waitUntil(lambda: window.whole.currentIndex() == 1)
    assert window.page is window.parts.haproxy_page
    assert window.page in window.builder.built
    with qtbot.waitSignal(window.builder.rested, timeout=20_000):
        pass
    assert window.builder.built == set(window.pages)
