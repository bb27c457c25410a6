"""Pages are built bit by bit, so that opening a profile does not hold up the window."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.application import Application
from gui.window.main_window import MainWindow
from gui.window.page_building import OF_THE_PICTURE
from tests.gui.conftest import show


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
