"""The table of port groups: one row each, edited in place."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QTableWidgetItem, QVBoxLayout, QWidget

from core.errors import InvalidInput
from core.fields import FieldSpec
from core.profile.model import MODES, ROLES, WORKLOAD, PortGroup
from core.profile.plain import ROW_SPECS
from core.profile.values import clean_line, parse_value
from core.text import Text
from gui.form.choice_delegate import VALUE, ChoiceDelegate, Offer
from gui.form.editor import Editor
from gui.form.table import FormTable
from gui.icons import icon
from gui.theme import THEME
from gui.wording import WORDING, name, say

_COLUMNS = ("role", "name", "vlan", "mode")
_WIDTHS = (230, 195, 60, 110)


class PortGroupsEditor(Editor):
    """Role, name, VLAN, create or use; rows are added, one per namespace, and removed."""

    is_wide = True

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self._groups: tuple[PortGroup, ...] = ()
        self._is_showing = False
        self.table = FormTable(len(_COLUMNS), self)
        self._delegates = [
            self._choices("role", ROLES, 0),
            self._choices("mode", MODES, 3),
        ]
        for column, width in enumerate(_WIDTHS):
            self.table.setColumnWidth(column, width)
        self.add_button = self._button("add", Text("Add port group"))
        self.remove_button = self._button("remove", Text("Remove port group"))
        buttons = QHBoxLayout()
        buttons.addWidget(self.add_button)
        buttons.addWidget(self.remove_button)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)
        layout.addLayout(buttons)
        self.table.itemChanged.connect(self._on_changed)
        self.add_button.clicked.connect(self._on_add)
        self.remove_button.clicked.connect(self._on_remove)
        WORDING.changed.connect(self._render)
        THEME.changed.connect(self._tint)
        self._tint()
        self.finish()

    def _choices(self, column: str, choices: Any, place: int) -> ChoiceDelegate:
        offers = [Offer(choice.value, choice.label) for choice in choices]
        delegate = ChoiceDelegate(lambda _index: offers, self, ROW_SPECS[column].label)
        self.table.setItemDelegateForColumn(place, delegate)
        return delegate

    def _button(self, action: str, text: Text) -> QPushButton:
        button = QPushButton(self)
        button.setObjectName(f"{self.spec.key}.{action}")
        say(button, "setText", text)
        name(button, text, self.spec.help)
        return button

    def control(self) -> QWidget:
        """The table."""
        return self.table

    def show_value(self, value: Any) -> None:
        """Show the rows."""
        if value != self._groups or self.table.rowCount() != len(value):
            self._groups = tuple(value)
            self._render()

    def set_locked(self, locked: bool) -> None:
        """Nothing can be edited."""
        self.setEnabled(not locked)

    def _render(self) -> None:
        self._is_showing = True
        self.table.setHorizontalHeaderLabels([str(ROW_SPECS[c].label) for c in _COLUMNS])
        self.table.setRowCount(len(self._groups))
        for row, group in enumerate(self._groups):
            for column, field in enumerate(_COLUMNS):
                value = getattr(group, field)
                item = QTableWidgetItem(self._shown(field, value))
                item.setData(VALUE, value)
                self.table.setItem(row, column, item)
        self.table.fit()
        self.remove_button.setEnabled(len(self._groups) > 1)
        self._is_showing = False

    def _on_changed(self, item: QTableWidgetItem) -> None:
        if self._is_showing:
            return
        field = _COLUMNS[item.column()]
        before = self._groups[item.row()]
        value: Any = item.data(VALUE) if field in ("role", "mode") else clean_line(item.text())
        if field == "vlan" and value:
            try:
                value = parse_value(_vlan_of(before), value)
            except InvalidInput as error:
                self._show_in(item, self._shown(field, before.vlan))
                self.refused.emit(replace(error.findings[0], fields=(self.spec.key,)))
                return
        elif field == "vlan":
            value = None
        after = replace(before, **{field: value})
        self._groups = (*self._groups[: item.row()], after, *self._groups[item.row() + 1 :])
        self._show_in(item, self._shown(field, value))
        self._tell()

    def _show_in(self, item: QTableWidgetItem, text: str) -> None:
        # Not rendered anew: that would delete the very item that is telling us.
        self._is_showing = True
        item.setText(text)
        self._is_showing = False

    def _on_add(self) -> None:
        names = {group.name for group in self._groups}
        base = str(Text("Workload Network"))
        numbers = (f"{base} {n}" for n in range(2, 1000))
        free = base if base not in names else next(n for n in numbers if n not in names)
        self._take((*self._groups, PortGroup(WORKLOAD, free, 0)))
        self.table.setCurrentCell(len(self._groups) - 1, 1)
        self.table.setFocus()

    def _on_remove(self) -> None:
        row = self.table.currentRow()
        row = row if row >= 0 else len(self._groups) - 1
        if len(self._groups) > 1:
            self._take((*self._groups[:row], *self._groups[row + 1 :]))

    def _take(self, groups: tuple[PortGroup, ...]) -> None:
        self._groups = groups
        self._render()
        self._tell()

    def _tell(self) -> None:
        self.typed.emit(self._groups)
        self.left.emit()

    @staticmethod
    def _shown(field: str, value: Any) -> str:
        if field in ("role", "mode"):
            return next((str(c.label) for c in (*ROLES, *MODES) if c.value == value), "")
        return "" if value is None else str(value)

    def _tint(self) -> None:
        self.add_button.setIcon(icon("add"))
        self.remove_button.setIcon(icon("remove"))


def _vlan_of(group: PortGroup) -> FieldSpec:
    """What a VLAN is, by the name of the port group it belongs to."""
    spec = ROW_SPECS["vlan"]
    return replace(spec, key=f"{group.name}: {spec.label}")
