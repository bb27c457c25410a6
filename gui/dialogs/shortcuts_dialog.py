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
from gui.actions import TEXTS
from gui.dialogs.dialog import Dialog
from gui.wording import WORDING, name


class ShortcutsDialog(Dialog):
    """A table: what, which keys."""

    def __init__(self, parent: QWidget | None, actions: dict[str, QAction]) -> None:
        super().__init__(parent, Text("Keyboard shortcuts"))
        with_keys = {key: one for key, one in actions.items() if not one.shortcut().isEmpty()}
        self.table = QTableWidget(len(with_keys), 2, self)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().setVisible(False)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.setMinimumSize(460, 420)
        name(self.table, Text("Keyboard shortcuts"), Text("What can be done, and the keys for it."))
        native = QKeySequence.SequenceFormat.NativeText
        for row, action in enumerate(with_keys.values()):
            self.table.setItem(row, 0, QTableWidgetItem())
            self.table.setItem(row, 1, QTableWidgetItem(action.shortcut().toString(native)))
        self._texts = [TEXTS[key] for key in with_keys]
        self._render()
        WORDING.changed.connect(self._render)
        self.body.addWidget(self.table)
        self.add_button(Text("Close"), QDialogButtonBox.ButtonRole.RejectRole, "close")
        self.finish()

    def _render(self) -> None:
        """The actions themselves may have their texts in the new language only later."""
        self.table.setHorizontalHeaderLabels([str(Text("Action")), str(Text("Keys"))])
        for row, text in enumerate(self._texts):
            self.table.item(row, 0).setText(plain(str(text)))

    @classmethod
    def ask(cls, parent: QWidget, actions: dict[str, QAction]) -> None:
        """Show it until it is closed."""
        cls(parent, actions).exec()


def plain(text: str) -> str:
    """What an action is called, without the letter to press: in Japanese that stands behind it."""
    return re.sub(r"\(&\w\)", "", text).replace("&", "").removesuffix("…")
