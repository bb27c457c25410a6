"""Promises that hold for every field and control, those added later too."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.profile.model import DEFAULT, FIELDS, FRONTEND, SECRET_FIELDS
from gui.window.main_window import MainWindow

ALL = {**FIELDS, **SECRET_FIELDS}


def test_every_field_is_on_exactly_one_page(opened: MainWindow) -> None:
    keys = [key for page in opened.pages for key in page.field_keys()]
    assert sorted(keys) == sorted([*ALL, "properties"])
    for page in opened.pages:
        assert set(page.rows) == set(page.field_keys())


def test_every_field_has_label_help_name_and_description(opened: MainWindow) -> None:
    for key, spec in ALL.items():
        row = next(page.rows[key] for page in opened.pages if key in page.rows)
        control = row.editor.control()
        assert str(spec.label), key
        assert str(spec.help).endswith("."), key
        assert str(spec.label) in control.accessibleName(), key
        assert control.accessibleDescription(), key
        assert key in (row.editor.objectName(), control.objectName())
        assert str(spec.help) in row.note.text, key


@pytest.mark.parametrize("topology", [DEFAULT, FRONTEND])
def test_every_control_one_can_reach_has_a_name_and_a_description(
    qtbot: QtBot, window: MainWindow, topology: str
) -> None:
    open_sample(qtbot, window, topology)
    window.model.set_value("network.workload_address", "not an address")
    window.model.review()  # with the links and buttons that belong to problems
    silent: list[str] = []
    for place in range(6):
        window.go_to_page(place)
        silent += find_silent(window)
    assert silent == []


def open_sample(qtbot: QtBot, window: MainWindow, topology: str) -> None:
    """With every page built, and the first one on the screen."""
    window.flow.open_sample(topology)
    window.build_all()
    first = next(iter(window.page.rows.values()))
    qtbot.waitUntil(first.isVisible)  # what is added to a page that is shown comes with a delay


def find_silent(window: MainWindow) -> list[str]:
    """What assistive software could not tell apart, or not explain."""
    return [
        f"{window.page.key}: {type(widget).__name__} {widget.objectName()!r}"
        for widget in window.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and isinstance(
            widget,
            QAbstractButton | QLineEdit | QComboBox | QAbstractSpinBox | QAbstractScrollArea
            | QTabBar,
        )
        and not is_part(widget)
        and not (widget.accessibleName() and widget.accessibleDescription())
    ]  # fmt: skip


def is_part(widget: QWidget) -> bool:
    """Inner parts of combo and spin boxes are spoken for by these."""
    return isinstance(widget.parentWidget(), QComboBox | QAbstractSpinBox)


@pytest.mark.parametrize("topology", [DEFAULT, FRONTEND])
def test_tab_order_is_reading_order(qtbot: QtBot, window: MainWindow, topology: str) -> None:
    open_sample(qtbot, window, topology)
    for place in range(4):
        check_tab_order(window, place)


def check_tab_order(opened: MainWindow, place: int) -> None:
    opened.go_to_page(place)
    page = opened.pages[place]
    rows = [row for row in page.rows.values() if row.isVisible()]
    controls = {row.editor.control(): key for key, row in page.rows.items() if row.isVisible()}
    met: list[str] = []
    here = rows[0].editor.control()
    start = here
    while True:
        if here in controls and controls[here] not in met:
            met.append(controls[here])
        here = here.nextInFocusChain()
        if here is start:
            break
    tops = [page.rows[key].mapTo(page, page.rows[key].rect().topLeft()).y() for key in met]
    assert len(met) == len(rows)
    assert tops == sorted(tops), met
