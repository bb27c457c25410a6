"""Edits a cell with a list of choices; a choice that cannot be picked says why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from core.text import Text
from gui.form.boxes import ComboBox

Index = QModelIndex | QPersistentModelIndex
VALUE = Qt.ItemDataRole.UserRole


class Offer(Struct, frozen=True):
    """One choice: its value, what is shown, and why it cannot be picked, if so."""

    value: Any
    text: Text
    reason: Text | None = None


class _CellBox(ComboBox):
    """Knows whether Enter was pressed in it: Qt then commits the cell by itself."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.is_entered = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Note Enter before the box acts on it; with an open list the key does not come here."""
        self.is_entered = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        super().keyPressEvent(event)


class ChoiceDelegate(QStyledItemDelegate):
    """A combo box while a cell is edited; ``editable`` lets other values be typed."""

    def __init__(
        self,
        offers: Callable[[Index], list[Offer]],
        parent: QWidget,
        name: Text,
        editable: bool = False,
    ) -> None:
        super().__init__(parent)
        self._offers, self._name, self._editable = offers, name, editable

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """A combo box with what is offered for this cell."""
        box = _CellBox(parent)
        box.setAccessibleName(str(self._name))
        box.setEditable(self._editable)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        if self._editable:
            # Nothing is completed: what is offered are labels, and vmnic1 is not vmnic10.
            box.setCompleter(None)
        model = QStandardItemModel(box)
        for offer in self._offers(index):
            item = QStandardItem(str(offer.text))
            item.setData(offer.value, VALUE)
            if offer.reason is not None:
                item.setEnabled(False)
                item.setToolTip(str(offer.reason))
            model.appendRow(item)
        box.setModel(model)
        box.activated.connect(lambda: self._commit(box))
        return box

    def _commit(self, box: _CellBox) -> None:
        if box.is_entered or not box.isVisible():
            return  # committed by Qt after Enter, or let go: the box tells once more then
        self.commitData.emit(box)
        self.closeEditor.emit(box)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Select the value of the cell."""
        if isinstance(editor, QComboBox):
            value = index.data(VALUE)
            found = next((i for i in range(editor.count()) if editor.itemData(i) == value), -1)
            editor.setCurrentIndex(found)
            if self._editable:
                editor.setEditText("" if value is None else str(value))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Put the chosen, or typed, value into the cell."""
        if not isinstance(editor, QComboBox):
            return
        place = editor.currentIndex()
        if self._editable and editor.currentText() != editor.itemText(place):
            value: Any = _value_of(editor, editor.currentText().strip())
        elif place < 0:
            return
        else:
            value = editor.itemData(place)
        model.setData(index, value, VALUE)


def _value_of(box: QComboBox, text: str) -> Any:
    """The value of the offer that was typed out, by its value or its label; else the text."""
    wanted = text.casefold()
    for place in range(box.count()):
        value = box.itemData(place)
        if wanted in (str(value).casefold(), box.itemText(place).casefold()):
            return value
    return text
