"""Getting about the pages: the first focus, keys that turn pages, counts that agree."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from core.findings import Severity
from gui.application import Application
from gui.pages.page import FormPage
from gui.picture.view import NetworkPicture
from gui.window.main_window import MainWindow
from tests.gui.conftest import show
from tests.gui.connected import turn


@pytest.mark.parametrize("with_mouse", [False, True])
def test_a_new_deployment_starts_in_the_first_field(
    qtbot: QtBot, application: Application, with_mouse: bool
) -> None:
    window = show(qtbot, application.open_window())
    button = window.start.findChild(QPushButton, "start_default")
    button.setFocus()
    if with_mouse:
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    else:
        QTest.keyClick(button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.model.document is not None)
    QApplication.processEvents()
    assert QApplication.focusWidget().objectName() == "vcenter.address"


def test_pages_are_turned_with_the_keys_for_tabs(sample: MainWindow) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    if sys.platform == "darwin":
        control = Qt.KeyboardModifier.MetaModifier
    backwards = control | Qt.KeyboardModifier.ShiftModifier
    sample.go_to_page(0)
    met = []
    for _ in range(7):
        QTest.keyClick(QApplication.focusWidget() or sample, Qt.Key.Key_Tab, control)
        met.append(sample.tabs.currentIndex())
    assert met == [1, 2, 3, 4, 5, 0, 1]
    met = []
    for _ in range(3):
        QTest.keyClick(QApplication.focusWidget() or sample, Qt.Key.Key_Backtab, backwards)
        met.append(sample.tabs.currentIndex())
    assert met == [0, 5, 4]


def test_tabs_and_foot_count_the_same(sample: MainWindow) -> None:
    sample.model.set_value("network.workload_address", "not an address")
    sample.model.set_value("switch.mtu", 100)
    sample.model.set_value("network.dns", ("192.168.110.5", "192.168.110.5"))
    sample.model.review()
    shown = sample.model.shown_findings
    errors = sum(one.is_error for one in shown)
    warnings = sum(one.severity is Severity.WARNING for one in shown)
    sample.go_to_page(1)
    said = sample.foot.sentence.text()
    on_tabs = sum(count for count, _ in sample.tabs._counts)
    assert errors
    assert warnings
    assert str(errors) in said
    assert (f"{warnings} warning" in said) is bool(warnings)
    assert on_tabs == errors + warnings, said


def test_the_star_is_explained_once_on_each_form_that_has_one(sample: MainWindow) -> None:
    for page in sample.pages:
        if not isinstance(page, FormPage):
            continue
        legends = [one for one in page.findChildren(QLabel) if one.text() == "* required"]
        assert len(legends) == any(row.spec.required for row in page.rows.values()), page.key


class ShowsOf(QObject):
    """Counts how often something is shown."""

    def __init__(self, watched: QObject) -> None:
        super().__init__(watched)
        self.count = 0
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Show
        return False


@pytest.mark.parametrize("place", [4, 5])
def test_the_picture_comes_back_without_a_scroll_bar_for_a_moment(
    sample: MainWindow, place: int
) -> None:
    picture = sample.display.picture
    assert isinstance(picture, NetworkPicture)
    sample.resize(1180, 760)
    for page in (0, place):
        turn(sample, page)
    bar = picture._scroll.verticalScrollBar()
    shows = ShowsOf(bar)
    sample.model.set_value("vm.name", "changed-meanwhile")
    turn(sample, 0)
    assert bar.maximum() == 0
    assert shows.count == 0
