"""Asks for the passphrase of an encrypted key; a wrong one is said here, and asked for again."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QDialogButtonBox, QLabel, QLineEdit, QWidget

from core.errors import AppError
from core.text import Text
from gui.dialogs.dialog import Dialog
from gui.showing import set_shown
from gui.wording import name, say


class PassphraseDialog(Dialog):
    """A masked line; whoever opened it tells whether the passphrase was right.

    Signals:
        entered: the passphrase. It stands nowhere else.
    """

    entered = Signal(str)

    def __init__(self, parent: QWidget | None, *, may_remember: bool) -> None:
        super().__init__(parent, Text("Encrypted key"))
        self.setObjectName("passphrase")
        self.add_head(
            "note", "link",
            Text("The CA's private key is encrypted. The appliance has to get it decrypted."),
        )  # fmt: skip
        label = self.add_text(Text("Passphrase of the key"))
        self.edit = QLineEdit(self)
        self.edit.setObjectName("passphrase.edit")
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        label.setBuddy(self.edit)
        self._help = Text("Used once to decrypt the key, and kept nowhere.")
        self.body.addWidget(self.edit)
        self.problem = QLabel(self)
        self.problem.setWordWrap(True)
        self.problem.setProperty("look", "problem")
        self.body.addWidget(self.problem)
        self.remember = QCheckBox(self)
        self.remember.setObjectName("passphrase.remember")
        say(self.remember, "setText", Text("Remember the decrypted key in the keyring"))
        name(
            self.remember,
            Text("Remember the decrypted key in the keyring"),
            Text("Passwords are kept by the operating system, never in the profile."),
        )
        self.remember.setChecked(may_remember)
        self.remember.setEnabled(may_remember)
        self.body.addWidget(self.remember)
        self.open_button = self.add_button(
            Text("Decrypt"), QDialogButtonBox.ButtonRole.AcceptRole, "passphrase.open"
        )
        self.open_button.setDefault(True)
        self.add_button(
            Text("Cancel"), QDialogButtonBox.ButtonRole.RejectRole, "cancel"
        ).setAutoDefault(False)
        self.box.accepted.disconnect()  # accepted when the key is open, not before
        self.box.accepted.connect(self._on_accepted)
        self.edit.textChanged.connect(self._on_changed)
        self.finish()
        self._on_changed("")
        self.edit.setFocus()

    def show_problem(self, error: AppError) -> None:
        """Say why the key did not open, and let another passphrase be typed."""
        self.edit.setEnabled(True)
        self.open_button.setEnabled(True)
        text = Text("{what} {advice}", what=error.what, advice=error.advice or "")
        say(self.problem, "setText", text)
        set_shown(self.problem, True)
        name(self.edit, Text("Passphrase of the key"), text)
        self.edit.selectAll()
        QTimer.singleShot(0, self.edit.setFocus)

    def _on_accepted(self) -> None:
        self.edit.setEnabled(False)  # until the answer is there
        self.open_button.setEnabled(False)
        self.entered.emit(self.edit.text())

    def _on_changed(self, text: str) -> None:
        set_shown(self.problem, False)
        name(self.edit, Text("Passphrase of the key"), self._help)
        self.open_button.setEnabled(bool(text))
