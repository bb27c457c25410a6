"""What an import would change, before it does: field, value now, value then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from core.profile.model import FIELDS, Profile
from core.text import Text
from gui.dialogs.dialog import Dialog
from gui.dialogs.difference import difference, whole
from gui.wording import name

if TYPE_CHECKING:
    from core.profile.document import ProfileDocument


class ImportPreview(Dialog):
    """A row per value that differs."""

    def __init__(self, parent: QWidget | None, now: Profile, document: ProfileDocument) -> None:
        super().__init__(parent, Text("Import"))
        then = document.profile
        self.changes = [key for key in FIELDS if now.value(key) != then.value(key)]
        self.add_head("note", "link", Text("{count} value would change.",
                                           "{count} values would change.",
                                           count=len(self.changes)))  # fmt: skip
        for finding in document.findings[:5]:
            self.add_text(finding.what)
        self.table = QTableWidget(len(self.changes), 3, self)
        self.table.setHorizontalHeaderLabels(
            [str(Text("Field")), str(Text("Now")), str(Text("Then"))]
        )
        self.table.setProperty("look", "lines")
        self.table.verticalHeader().setVisible(False)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.setMinimumSize(640, 260)
        name(
            self.table,
            Text("Values that would change"),
            Text("Each field with its value now and then."),
        )
        for row, key in enumerate(self.changes):
            spec = FIELDS[key]
            values = now.value(key), then.value(key)
            wholes = (spec.label, *(whole(spec, value) for value in values))
            texts = (spec.label, *difference(spec, *values))
            for column, (text, all_of_it) in enumerate(zip(texts, wholes, strict=True)):
                item = QTableWidgetItem(str(text))
                item.setToolTip(str(all_of_it))
                item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
                self.table.setItem(row, column, item)
        self.table.setVerticalScrollMode(QTableWidget.ScrollMode.ScrollPerPixel)  # rows are high
        rows = self.table.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.body.addWidget(self.table)
        take = self.add_button(
            Text("Take over"), QDialogButtonBox.ButtonRole.AcceptRole, "take_over"
        )
        take.setEnabled(bool(self.changes))
        self.add_button(Text("Cancel"), QDialogButtonBox.ButtonRole.RejectRole, "cancel")
        self.finish(take if self.changes else None)

    @classmethod
    def ask(cls, parent: QWidget, now: Profile, document: ProfileDocument) -> bool:
        """Show it; says whether it was agreed to."""
        return cls(parent, now, document).exec() == cls.DialogCode.Accepted
