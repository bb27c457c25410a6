"""Further OVF properties: those found in the OVA that have no field of their own."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableWidgetItem, QVBoxLayout, QWidget

from core.fields import FieldSpec
from core.text import Text
from gui.form.editor import Editor
from gui.form.table import FormTable
from gui.wording import WORDING


class PropertiesEditor(Editor):
    """A row per property: its key and label, and a value that may be left to the OVA."""

    is_wide = True

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self._values: dict[str, str] = {}
        self._offered: dict[str, tuple[str, str]] = {}
        self._is_showing = False
        self.table = FormTable(3, self)
        for column, width in enumerate((210, 190, 190)):
            self.table.setColumnWidth(column, width)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)
        self.table.itemChanged.connect(self._on_changed)
        WORDING.changed.connect(self._render)
        self.finish()

    def control(self) -> QWidget:
        """The table."""
        return self.table

    def show_value(self, value: Any) -> None:
        """Show the values that are set."""
        if dict(value) != self._values:
            self._values = dict(value)
            self._render()

    def offer(self, properties: dict[str, tuple[str, str]]) -> None:
        """The properties of the OVA that have no field: key to label and default."""
        self._offered = properties
        self._render()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to set."""
        return not self._offered and not self._values

    def _render(self) -> None:
        self._is_showing = True
        headers = (Text("Property"), Text("Meaning"), Text("Value"))
        self.table.setHorizontalHeaderLabels([str(header) for header in headers])
        keys = list(dict.fromkeys((*self._offered, *self._values)))
        self.table.setRowCount(len(keys))
        for row, key in enumerate(keys):
            label, default = self._offered.get(key, ("", ""))
            for column, text in enumerate((key, label, self._values.get(key, default))):
                item = QTableWidgetItem(text)
                if column < 2:
                    item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
                self.table.setItem(row, column, item)
        self.table.fit()
        self._is_showing = False

    def _on_changed(self, item: QTableWidgetItem) -> None:
        if self._is_showing or item.column() != 2:
            return
        key = self.table.item(item.row(), 0).text()
        default = self._offered.get(key, ("", ""))[1]
        if item.text() == default:
            self._values.pop(key, None)
        else:
            self._values[key] = item.text()
        self.typed.emit(tuple(self._values.items()))
        self.left.emit()
