"""What the tables of the forms share: looks, height by rows, name for assistive software."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QWidget,
)

_Hint = QAbstractItemDelegate.EndEditHint
_UNLIMITED = 16_777_215
"""Qt's QWIDGETSIZE_MAX: no height was set."""


class FormTable(QTableWidget):
    """A small table edited in place; as high as its rows, up to a limit."""

    def __init__(self, columns: int, parent: QWidget | None = None) -> None:
        super().__init__(0, columns, parent)
        self._most_rows = 8
        self.verticalHeader().setVisible(False)
        self.verticalHeader().setDefaultSectionSize(32)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.AllEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def fit(self) -> None:
        """Take the height of the rows there are."""
        rows = min(max(self.rowCount(), 1), self._most_rows)
        height = self.horizontalHeader().sizeHint().height() + rows * 32 + 2 * self.frameWidth()
        if self.horizontalScrollBar().isVisible():
            height += self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(height)

    def changeEvent(self, event: QEvent) -> None:
        """Another language has another font, and a header of another height."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.maximumHeight() < _UNLIMITED:
            self.fit()

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """Tab goes on to the next cell, and from the last one out of the table.

        Qt's own tables begin again with the first cell: with the keyboard there is no way out.
        """
        here = (self.currentRow(), self.currentColumn())
        cells = self._editable_cells()
        if hint == _Hint.EditNextItem and here in cells[-1:]:
            is_forward = True
        elif hint == _Hint.EditPreviousItem and here in cells[:1]:
            is_forward = False
        else:
            super().closeEditor(editor, hint)
            return
        super().closeEditor(editor, _Hint.NoHint)
        self.focusNextPrevChild(is_forward)

    def _editable_cells(self) -> list[tuple[int, int]]:
        needed = Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsEnabled
        places = ((r, c) for r in range(self.rowCount()) for c in range(self.columnCount()))
        items = ((place, self.item(*place)) for place in places)
        return [place for place, item in items if item and item.flags() & needed == needed]
