"""What assistive software is told about controls that are seldom shown."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenu,
    QTabBar,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.background.deploying import PlanBlocked
from core.plan.deployment import Outcome
from core.text import Text
from gui.dialogs.dialog import Dialog
from gui.operations.deployment import Deployment
from gui.pages.banner import Banner
from gui.pages.phase import Phase
from gui.pages.result_card import ResultCard
from gui.window.main_window import MainWindow
from gui.window.manual import Manual
from tests.gui.test_dialogs import DIALOGS

_CONTROLS = (
    QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QAbstractScrollArea, QTabBar,
)  # fmt: skip
_WITH_PARTS = (QComboBox, QAbstractSpinBox, QLineEdit, QTabBar, QMenu)


def silent(window: QWidget) -> Iterator[str]:
    """Whatever can take the focus, shown or not, and has no name or nothing that explains it."""
    for widget in window.findChildren(QWidget):
        if (
            isinstance(widget, _CONTROLS)
            and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and not is_part(widget, window)
            and not is_blank(widget)
            and not (widget.accessibleName() and widget.accessibleDescription())
        ):
            text = widget.property("text")
            yield f"{type(widget).__name__} {widget.objectName()!r} {text!r}"


def is_blank(widget: QWidget) -> bool:
    """A button without a text is shown when it gets one, and its name with it."""
    return isinstance(widget, QAbstractButton) and widget.isHidden() and not widget.text()


def is_part(widget: QWidget, window: QWidget) -> bool:
    above = widget.parentWidget()
    while above is not None and above is not window:
        if isinstance(above, _WITH_PARTS):
            return True
        above = above.parentWidget()
    return False


def test_every_control_of_the_window(sample: MainWindow) -> None:
    sample.commands.show_log(True)
    for banner in sample.findChildren(Banner):
        banner.show_text("note", Text("{name}", name="said"), None, ((Text("Save"), partial(int)),))
    assert list(silent(sample)) == []


def show_whole(qtbot: QtBot, window: MainWindow, machine: dict[str, object]) -> ResultCard:
    card = window.deploy_page.card
    card.show_result(window.model.profile, an_outcome(machine))
    qtbot.waitUntil(lambda: card.findChild(QAbstractButton, "copy_report") is not None)
    return card


def test_a_long_result_comes_in_pieces_and_is_copied_whole_from_the_first(
    qtbot: QtBot, sample: MainWindow
) -> None:
    card = sample.deploy_page.card
    nics = [f"network-{number}" for number in range(40)]
    machine = {"name": "haproxy", "id": "vm-1", "powered_on": True, "networks": nics}
    card.show_result(sample.model.profile, an_outcome(machine))
    assert 0 < len(card.findChildren(QAbstractButton)) < 10
    assert "network-39" in card.report()
    qtbot.waitUntil(lambda: card.findChild(QAbstractButton, "copy_report") is not None)
    texts = [label.text() for label in card.findChildren(QLabel)]
    assert [text for text in texts if text in nics] == nics
    machine["networks"] = ["another"]
    card.show_result(sample.model.profile, an_outcome(machine))
    qtbot.waitUntil(lambda: not card._more.isActive())
    shown = [one.text() for one in card.findChildren(QLabel) if not one.isHidden()]
    assert "another" in shown
    assert not set(nics) & set(shown)


def test_every_control_of_a_result(qtbot: QtBot, sample: MainWindow) -> None:
    machine = {"name": "haproxy", "id": "vm-1", "powered_on": True, "networks": ["one", "two"]}
    show_whole(qtbot, sample, machine)
    assert len(sample.deploy_page.card.findChildren(QAbstractButton)) > 5
    assert list(silent(sample)) == []


def an_outcome(machine: dict[str, object]) -> Outcome:
    return Outcome(1, {}, machine)


def test_every_control_of_a_failure(sample: MainWindow) -> None:
    sample.go_to("deploy")
    sample.deploy_page.phase, sample.deploy_page.operation = Phase.RUNNING, Deployment()
    sample.deploy_page._on_failed(PlanBlocked(()))
    assert sample.deploy_page.phase is Phase.FAILED
    assert list(silent(sample)) == []


@pytest.mark.parametrize("kind", DIALOGS)
def test_every_control_of_a_dialog(qtbot: QtBot, opened: MainWindow, kind: str) -> None:
    dialog = DIALOGS[kind][0](opened)
    qtbot.addWidget(dialog)
    check(dialog)


def test_every_control_of_the_manual(qtbot: QtBot, opened: MainWindow) -> None:
    manual = Manual(opened)
    qtbot.addWidget(manual)
    manual.show_place("index.md")
    check(manual)


def check(dialog: Dialog) -> None:
    assert list(silent(dialog)) == []


def test_the_arrows_beside_the_tabs_speak_the_language(sample: MainWindow) -> None:
    arrows = sample.tabs.findChildren(QToolButton)
    english = [arrow.accessibleName() for arrow in arrows]
    assert english == ["Show the tabs before", "Show the tabs behind"]
    sample.application.use_language("ja")
    assert not set(english) & {arrow.accessibleName() for arrow in arrows}


def test_a_result_follows_the_language_and_so_does_what_is_copied(
    qtbot: QtBot, sample: MainWindow
) -> None:
    machine = {"name": "haproxy", "id": "vm-1", "powered_on": True, "networks": []}
    card = show_whole(qtbot, sample, machine)
    assert "powered on" in card.report()
    sample.application.use_language("ja")
    texts = [str(one.property("text")) for one in card.findChildren(QWidget)]
    assert not [text for text in texts if "powered on" in text]
    copy = card.findChild(QAbstractButton, "copy_report")
    copy.click()
    copied = QGuiApplication.clipboard().text()
    assert copied == card.report()
    assert "powered on" not in copied
