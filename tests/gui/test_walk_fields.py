"""Promises that hold for every field and control, those added later too."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QWidget,
)

from core.profile.model import FIELDS, SECRET_FIELDS
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


def test_every_control_one_can_reach_has_a_name(opened: MainWindow) -> None:
    nameless: list[str] = []
    for place in range(6):
        opened.go_to_page(place)
        nameless += find_nameless(opened)
    assert nameless == []


def find_nameless(window: MainWindow) -> list[str]:
    return [
        f"{window.page.key}: {type(widget).__name__} {widget.objectName()!r}"
        for widget in window.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and isinstance(
            widget,
            QAbstractButton | QLineEdit | QComboBox | QAbstractSpinBox | QAbstractScrollArea,
        )
        and not is_part(widget)
        and not widget.accessibleName()
        and not (isinstance(widget, QAbstractButton) and widget.text())
    ]


def is_part(widget: QWidget) -> bool:
    """Inner parts of combo and spin boxes are spoken for by these."""
    return isinstance(widget.parentWidget(), QComboBox | QAbstractSpinBox)


def test_tab_order_is_reading_order(opened: MainWindow) -> None:
    for place in range(4):
        check_tab_order(opened, place)


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
    assert tops == sorted(tops), met
