"""Tables of the form with the keyboard: getting in and out, typing, what is no value."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from core.profile.model import MODES
from gui.form.host_nics_editor import ExceptionsEditor, NicMapEditor
from gui.form.port_groups_editor import PortGroupsEditor
from gui.form.row import FieldRow
from gui.window.main_window import MainWindow


def row_of(window: MainWindow, key: str) -> FieldRow:
    window.go_to(key)
    return next(page.rows[key] for page in window.pages if key in page.rows)


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def press(key: Qt.Key) -> None:
    """To whatever has the focus, as the keyboard does."""
    QTest.keyClick(focused(), key)
    QApplication.processEvents()


def leave(table: QWidget, key: Qt.Key) -> int:
    """How often a key is pressed until the focus is outside the table."""
    for count in range(1, 20):
        press(key)
        here = focused()
        if here is not table and not table.isAncestorOf(here):
            return count
    raise AssertionError("the focus stays in the table")


def groups_editor(window: MainWindow) -> PortGroupsEditor:
    editor = row_of(window, "switch.port_groups").editor
    assert isinstance(editor, PortGroupsEditor)
    return editor


def test_tab_gets_past_the_hosts_while_none_is_known(opened: MainWindow) -> None:
    editor = row_of(opened, "switch.host_nics").editor
    assert isinstance(editor, ExceptionsEditor)
    assert editor.table.isHidden()
    editor.setFocus()
    assert focused() is editor.add_button
    opened.go_to("switch.nics")
    met = []
    for _ in range(8):
        press(Qt.Key.Key_Tab)
        met.append(focused())
    assert editor.add_button in met
    last = len(met) - met[::-1].index(editor.add_button)
    assert any(not editor.isAncestorOf(widget) for widget in met[last:]), "it moves on"


def test_with_exceptions_the_table_takes_the_focus(opened: MainWindow) -> None:
    opened.model.set_value("switch.host_nics", (("esx-9", (("Uplink 1", "vmnic5"),)),))
    editor = row_of(opened, "switch.host_nics").editor
    assert isinstance(editor, ExceptionsEditor)
    assert editor.focusProxy() is editor.table


@pytest.mark.parametrize("rows", [1, 2])
def test_tab_goes_through_the_cells_and_out(opened: MainWindow, rows: int) -> None:
    editor = groups_editor(opened)
    for _ in range(rows - 1):
        editor.add_button.click()
    editor.table.setCurrentCell(-1, -1)
    editor.table.setFocus()
    count = leave(editor.table, Qt.Key.Key_Tab)
    assert count <= rows * 4
    assert focused() is editor.add_button
    editor.table.setFocus()
    editor.table.setCurrentCell(rows - 1, 3)
    assert leave(editor.table, Qt.Key.Key_Backtab) == rows * 4


HOSTS = (("esx-9", (("Uplink 1", "vmnic5"), ("Uplink 2", "vmnic6"))),)


@pytest.mark.parametrize("key", [Qt.Key.Key_Tab, Qt.Key.Key_Backtab])
@pytest.mark.parametrize("hosts", [(), HOSTS])
def test_the_keyboard_gets_round_the_whole_page(
    opened: MainWindow, key: Qt.Key, hosts: tuple[Any, ...]
) -> None:
    opened.model.set_value("switch.host_nics", hosts)
    start = row_of(opened, "switch.name").editor.control()
    start.setFocus()
    rows = {row for row in opened.page.rows.values() if row.isVisible()}
    met: set[FieldRow] = set()
    for _ in range(120):
        press(key)
        met |= {row for row in rows if row.isAncestorOf(focused())}
        if start.hasFocus():
            break
    assert start.hasFocus(), "round and back"
    assert met == rows
    assert opened.model.value("switch.host_nics") == hosts


def type_cell(editor: PortGroupsEditor | NicMapEditor, row: int, column: int, text: str) -> None:
    table = editor.table
    table.setFocus()
    table.setCurrentCell(row, 0)
    table.setCurrentCell(row, column)
    edit = focused()
    if not isinstance(edit, QLineEdit):
        (edit,) = edit.findChildren(QLineEdit)
    edit.selectAll()
    edit.insert(text)
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    QApplication.processEvents()


@pytest.mark.parametrize(
    ("typed", "vlan"), [("１２０", 120), (" 121 ", 121), ("", None), ("4095", 4095), ("-3", -3)]
)
def test_a_vlan_is_read_as_in_a_file(opened: MainWindow, typed: str, vlan: int | None) -> None:
    editor = groups_editor(opened)
    type_cell(editor, 0, 2, "7")
    type_cell(editor, 0, 2, typed)
    assert opened.model.value("switch.port_groups")[0].vlan == vlan
    assert editor.table.item(0, 2).text() == ("" if vlan is None else str(vlan))


@pytest.mark.parametrize("typed", ["12O", "9" * 5000, "0x10"])
def test_what_is_no_vlan_is_said_and_the_former_one_stays(opened: MainWindow, typed: str) -> None:
    editor = groups_editor(opened)
    type_cell(editor, 0, 2, "120")
    type_cell(editor, 0, 2, typed)
    assert opened.model.value("switch.port_groups")[0].vlan == 120
    assert editor.table.item(0, 2).text() == "120"
    row = row_of(opened, "switch.port_groups")
    assert typed[:20] in row.note.text
    assert "whole number" in row.note.text
    assert "Primary Workload Network" in row.note.text
    assert typed[:20] in editor.table.accessibleDescription()
    type_cell(editor, 0, 2, "121")
    assert typed[:20] not in row.note.text


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Tab])
@pytest.mark.parametrize("typed", ["vmnic3", "none"])
def test_typing_a_nic_leaves_no_warning_of_qt(
    qtbot: QtBot, opened: MainWindow, qtlog: Any, key: Qt.Key, typed: str
) -> None:
    editor = row_of(opened, "switch.nics").editor
    assert isinstance(editor, NicMapEditor)
    table = editor.table
    table.setFocus()
    table.setCurrentCell(0, 1)
    (edit,) = focused().findChildren(QLineEdit)
    edit.selectAll()
    edit.insert(typed)
    press(key)
    qtbot.waitUntil(lambda: not table.viewport().findChildren(QLineEdit))
    named = dict(opened.model.value("switch.nics"))
    assert list(named.values()) == ([typed] if typed != "none" else [])
    assert [r.message for r in qtlog.records if "commitData" in r.message] == []


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_choice_from_the_list_is_taken_at_once(qtbot: QtBot, opened: MainWindow) -> None:
    table = groups_editor(opened).table
    table.setFocus()
    table.setCurrentCell(0, 3)
    box = focused()
    assert isinstance(box, QComboBox)
    box.showPopup()
    QTest.keyClick(box.view(), Qt.Key.Key_Down)
    QTest.keyClick(box.view(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opened.model.value("switch.port_groups")[0].mode == MODES[1].value)
    qtbot.waitUntil(lambda: not table.viewport().findChildren(QComboBox))


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_nic_is_taken_back_with_the_list(qtbot: QtBot, opened: MainWindow) -> None:
    opened.model.set_value("switch.nics", (("Uplink 1", "vmnic3"),))
    editor = row_of(opened, "switch.nics").editor
    assert isinstance(editor, NicMapEditor)
    editor.table.setFocus()
    editor.table.setCurrentCell(0, 1)
    box = focused()
    assert isinstance(box, QComboBox)
    assert box.currentText() == "vmnic3"
    box.showPopup()
    box.view().setCurrentIndex(box.model().index(0, 0))
    QTest.keyClick(box.view(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opened.model.value("switch.nics") == ())
    qtbot.waitUntil(lambda: not editor.table.viewport().findChildren(QLineEdit))
