"""Pages are built bit by bit, so that opening a profile does not hold up the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
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
    assert QApplication.focusWidget() is unbuilt.pages[0].scroll, "not the field one has left"
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


def test_a_page_that_lacks_its_last_touch_is_entered_at_once_too(
    qtbot: QtBot, unbuilt: MainWindow
) -> None:
    builder, page = unbuilt.builder, unbuilt.deploy_page
    unbuilt.go_to("deploy")
    while page not in builder.built:
        builder._build_next()
    assert builder.is_awaited
    unbuilt.actions_by_key["verify"].trigger()
    assert unbuilt.page is page
    assert "password" in page.banner.text
    with qtbot.waitSignal(builder.rested, timeout=20_000):
        builder.start()
    assert "password" in page.banner.text, "it is not entered once more, which would hide that"


def test_the_next_problem_goes_on_from_the_one_that_is_still_being_built(
    qtbot: QtBot, unbuilt: MainWindow
) -> None:
    model = unbuilt.model
    empty = ("switch.datacenter", "switch.name", "vm.name")
    for key in empty:
        model.set_value(key, "")
    with qtbot.waitSignal(model.checked):
        model.review()
    order = dict.fromkeys(f.fields[0] for f in model.findings if f.fields)
    places = [key for key in order if key in empty]
    assert len(places) == len(empty)
    unbuilt.go_to(places[0])
    met = [unbuilt.headed_for]
    for _ in places[1:]:
        unbuilt.commands.next_problem()
        met.append(unbuilt.headed_for)
    assert met == places
    qtbot.waitUntil(lambda: not unbuilt.builder.is_awaited)
    assert unbuilt.headed_for == ""
    assert QApplication.focusWidget().objectName() == places[-1]


def test_the_button_of_the_page_one_has_left_is_not_pressed(
    qtbot: QtBot, unbuilt: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    pressed: list[str] = []
    monkeypatch.setattr(unbuilt.pages[0], "press_primary", lambda: pressed.append("connection"))
    monkeypatch.setattr(unbuilt.pages[0], "can_press", lambda: None)
    unbuilt.go_to("haproxy")
    unbuilt.press_primary()
    assert pressed == []
    turn_to(qtbot, unbuilt, "connection")
    unbuilt.press_primary()
    assert pressed == ["connection"]


@pytest.mark.parametrize(("place", "first"), [(4, "copy_review"), (5, "upkeep.verify"), (1, "")])
def test_the_focus_comes_along_to_a_page_that_is_clicked(
    qtbot: QtBot, unbuilt: MainWindow, place: int, first: str
) -> None:
    unbuilt.pages[0].focus_first()
    tabs = unbuilt.tabs
    QTest.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(place).center())
    qtbot.waitUntil(lambda: unbuilt.page is unbuilt.pages[place])
    focused = QApplication.focusWidget()
    assert unbuilt.page.isAncestorOf(focused), focused
    if first:
        assert focused.objectName() == first
    else:  # a page of fields: in the first of them
        row = next(iter(unbuilt.page.rows.values()))
        assert row.isAncestorOf(focused), focused


def test_nobody_is_led_to_a_profile_that_was_deleted(qtbot: QtBot, unbuilt: MainWindow) -> None:
    unbuilt.go_to("vm.name")
    unbuilt.model.close(shares_account=False)
    unbuilt.flow.deleted.emit("")
    with qtbot.waitSignal(unbuilt.builder.rested, timeout=20_000):
        unbuilt.builder.start()
    assert unbuilt.whole.currentIndex() == 0
    focused = QApplication.focusWidget()
    assert focused is None or unbuilt.start.isAncestorOf(focused)


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
