"""Every shortcut, made from the actions themselves."""

from __future__ import annotations

import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialogButtonBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from core.text import Text
from gui.dialogs.dialog import Dialog
from gui.wording import name


class ShortcutsDialog(Dialog):
    """A table: what, which keys."""

    def __init__(self, parent: QWidget | None, actions: dict[str, QAction]) -> None:
        super().__init__(parent, Text("Keyboard shortcuts"))
        with_keys = [action for action in actions.values() if not action.shortcut().isEmpty()]
        self.table = QTableWidget(len(with_keys), 2, self)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setHorizontalHeaderLabels([str(Text("Action")), str(Text("Keys"))])
        self.table.verticalHeader().setVisible(False)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.setMinimumSize(460, 420)
        name(self.table, Text("Keyboard shortcuts"))
        native = QKeySequence.SequenceFormat.NativeText
        for row, action in enumerate(with_keys):
            self.table.setItem(row, 0, QTableWidgetItem(plain(action.text())))
            self.table.setItem(row, 1, QTableWidgetItem(action.shortcut().toString(native)))
        self.body.addWidget(self.table)
        self.add_button(Text("Close"), QDialogButtonBox.ButtonRole.RejectRole, "close")
        self.finish()

    @classmethod
    def ask(cls, parent: QWidget, actions: dict[str, QAction]) -> None:
        """Show it until it is closed."""
        cls(parent, actions).exec()


def plain(text: str) -> str:
    """What an action is called, without the letter to press: in Japanese that stands behind it."""
    return re.sub(r"\(&\w\)", "", text).replace("&", "").removesuffix("…")
