"""The certificate of a vCenter: what a person compares before trusting it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, Qt
from PySide6.QtWidgets import QDialogButtonBox, QFormLayout, QLabel, QWidget

from core.text import Text
from gui.dialogs.dialog import CopyButton, Dialog
from gui.language import locale
from gui.theme import fixed_font
from gui.wording import name, say

if TYPE_CHECKING:
    from datetime import datetime

    from core.background.connection import ShownCertificate


class CertificateDialog(Dialog):
    """Subject, issuer, dates and SHA-256 in pairs; trusting is for this profile only."""

    def __init__(
        self, parent: QWidget | None, shown: ShownCertificate, address: str, *, may_trust: bool
    ) -> None:
        super().__init__(parent, Text("Certificate of {host}", host=address))
        if may_trust:
            self.add_head(
                "warning", "warning",
                Text("This computer does not know the issuer of this certificate, or it is not "
                     "the one trusted so far. Compare the SHA-256 with the vCenter's own."),
            )  # fmt: skip
        else:
            self.add_head("good", "good", Text("Only this certificate is trusted for {host}.",
                                               host=address))  # fmt: skip
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(16)
        self.body.addLayout(self.form)
        summary = shown.summary
        self._add(Text("Subject"), summary.subject)
        self._add(Text("Issuer"), summary.issuer)
        self._add(Text("Valid from"), _date(summary.not_before))
        self._add(Text("Valid until"), _date(summary.not_after))
        pairs = summary.sha256.split(":")
        lines = "\n".join(":".join(pairs[i : i + 16]) for i in range(0, len(pairs), 16))
        self._add(Text("SHA-256"), lines).setFont(fixed_font())
        copy = CopyButton(Text("Copy SHA-256"), summary.sha256, self)
        copy.setObjectName("copy_sha256")
        self.box.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        if may_trust:
            self.add_button(
                Text("Trust for this profile"), QDialogButtonBox.ButtonRole.AcceptRole, "trust"
            )
        caption = Text("Cancel") if may_trust else Text("Close")
        self.add_button(caption, QDialogButtonBox.ButtonRole.RejectRole, "cancel")
        self.finish()

    @classmethod
    def ask(cls, parent: QWidget, shown: object, address: str, *, may_trust: bool) -> bool:
        """Show it; says whether it was trusted."""
        dialog = cls(parent, shown, address, may_trust=may_trust)  # type: ignore[arg-type]
        return dialog.exec() == cls.DialogCode.Accepted and may_trust

    def _add(self, label: Text, text: str) -> QLabel:
        caption = QLabel(self)
        caption.setProperty("look", "muted")
        say(caption, "setText", label)
        value = QLabel(text, self)
        value.setWordWrap(True)
        value.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        name(value, label, Text("{value}", value=text))
        self.form.addRow(caption, value)
        return value


def _date(moment: datetime) -> str:
    local = QDateTime.fromSecsSinceEpoch(int(moment.timestamp()))
    # Day and minute; the zone's full name would take a line of its own.
    day = locale().toString(local.date(), locale().FormatType.LongFormat)
    return f"{day}, {locale().toString(local.time(), locale().FormatType.ShortFormat)}"
