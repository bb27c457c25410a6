"""Every control and every line of text has the room it needs, whatever stands beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QScrollArea,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.findings import Finding, Fix, Severity
from core.text import Text
from gui.application import Application
from gui.form.row import FieldRow
from gui.window.main_window import DEFAULT_SIZE, SMALLEST_SIZE, MainWindow
from tests.gui.connected import GUESSED, THERE, connect, opened, turn

_WITH_PARTS = (QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit)
"""They look after their inner parts themselves."""


def cut(window: MainWindow) -> Iterator[str]:
    """What is out of its place or smaller than it may be, on the page that is shown."""
    key = window.page.key
    for area in window.page.findChildren(QScrollArea):
        if area.isVisible() and area.widget().width() > area.viewport().width():
            yield f"{key}: {area.widget().width()} px in {area.viewport().width()}"
    for widget in window.page.findChildren(QWidget):
        parent = widget.parentWidget()
        if not widget.isVisible() or isinstance(parent, _WITH_PARTS):
            continue
        if isinstance(parent.parentWidget(), QScrollArea | QAbstractItemView):
            continue  # what is inside may be higher
        if not parent.rect().contains(widget.geometry()):
            yield f"{key}: {place_of(widget)} is not in {parent.rect()}"
        needed = widget.minimumSizeHint().boundedTo(widget.maximumSize())
        wraps = widget.hasHeightForWidth()
        height = widget.heightForWidth(widget.width()) if wraps else needed.height()
        if widget.width() < needed.width() or widget.height() < height:
            yield f"{key}: {place_of(widget)} needs {needed.width()} x {height}"


def place_of(widget: QWidget) -> str:
    above: QWidget | None = widget
    while above is not None and not above.objectName().startswith("row."):
        above = above.parentWidget()
    text = widget.property("text")
    return f"{type(widget).__name__} {text!r} of {above and above.objectName()} {widget.geometry()}"


@pytest.mark.parametrize("picked", [THERE, "a-name-that-is-not-in-the-vcenter"])
@pytest.mark.parametrize("size", [DEFAULT_SIZE, SMALLEST_SIZE])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_nothing_is_cut(
    qtbot: QtBot,
    application: Application,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    size: tuple[int, int],
    picked: str,
) -> None:
    connect(monkeypatch)
    application.use_language(language)
    window = opened(qtbot, application, size, picked, reviewed=picked != THERE)
    rows = {key: row for page in window.pages for key, row in page.rows.items()}
    assert all(not rows[key].suggestion.isHidden() for key in GUESSED)
    found = []
    for place in range(len(window.pages)):
        turn(window, place)
        found += list(cut(window))
    assert found == []


def test_a_suggestion_stands_beside_the_field_where_there_is_room(
    qtbot: QtBot, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(monkeypatch)
    window = opened(qtbot, application, SMALLEST_SIZE)
    turn(window, 3)
    gateway, ranges = (window.page.rows[key] for key in (GUESSED[0], GUESSED[3]))
    assert is_beside(gateway)
    assert not is_beside(ranges)


def is_beside(row: FieldRow) -> bool:
    return row.suggestion.geometry().top() < row.editor.geometry().bottom()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_long_value_that_would_be_right_is_shortened_on_its_button(
    qtbot: QtBot, application: Application, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    connect(monkeypatch)
    application.use_language(language)
    window = opened(qtbot, application, SMALLEST_SIZE)
    turn(window, 3)
    row = window.page.rows["vm.name"]
    long = "a-name-of-a-machine-" * 4
    also = (Fix("network.host_name", long),)
    for fix in (Fix("vm.name", long), Fix("vm.name", long, also)):
        what = Text("The name of the virtual machine is wrong.")
        row._show(Finding(Severity.ERROR, "a-code", ("vm.name",), what, fix=fix))
        turn(window, 3)
        assert row.note.fix.isVisible()
        assert list(cut(window)) == []
        assert long in row.note.fix.toolTip()
        assert long in row.note.fix.accessibleName()
