"""An encrypted CA key: its passphrase is asked for, the decrypted key kept as a secret."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from core.controller import Controller
from core.errors import AppError
from core.text import Text
from gui.dialogs.passphrase_dialog import PassphraseDialog
from gui.form.file_editors import FileEditor
from gui.form.row import FieldRow
from gui.profile_model import ProfileModel

ENCRYPTED = "key-encrypted"
KEY_FILE, KEY_SECRET = "appliance.ca_key_file", "secrets.ca_key"


class KeyFlow(QObject):
    """Asks when an encrypted key was chosen, and whenever the button under its field is used."""

    def __init__(
        self,
        model: ProfileModel,
        controller: Controller,
        may_remember: Callable[[], bool],
        keep: Callable[[str, bool], None],
        parent: QObject,
    ) -> None:
        """Args: ``keep`` takes the decrypted key, and whether it goes into the keyring."""
        super().__init__(parent)
        self._model, self._controller = model, controller
        self._may_remember, self._keep = may_remember, keep
        self._is_chosen = False
        self.dialog: PassphraseDialog | None = None
        self._asking: PassphraseDialog | None = None
        model.checked.connect(self._on_checked)

    def attach(self, row: FieldRow) -> None:
        """Offer it under the two fields a key can come from; other rows are no business of ours."""
        if row.spec.key not in (KEY_FILE, KEY_SECRET):
            return
        row.note.offer(ENCRYPTED, Text("Enter the passphrase…"))
        row.note.offer_taken.connect(self.ask)
        if isinstance(row.editor, FileEditor):
            row.editor.taken.connect(self._on_chosen)

    def _on_chosen(self) -> None:
        self._is_chosen = True

    def _on_checked(self) -> None:
        if self._is_chosen and any(f.code == ENCRYPTED for f in self._model.findings):
            self.ask()
        self._is_chosen = False

    def ask(self) -> None:
        """Ask for the passphrase; nothing happens while that is being done already."""
        if self.dialog is not None:
            return
        parent = self.parent()
        self.dialog = PassphraseDialog(
            parent if parent is not None and parent.isWidgetType() else None,  # type: ignore[arg-type]
            may_remember=self._may_remember(),
        )
        self.dialog.entered.connect(self._on_entered)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.open()

    def _on_entered(self, passphrase: str) -> None:
        self._asking = self.dialog
        self._controller.open_key(
            self._model.profile, self._model.secrets, passphrase, self._on_opened, self._on_failed
        )

    def _on_opened(self, key: str) -> None:
        if self.dialog is None or self.dialog is not self._asking:  # cancelled meanwhile
            return
        remember = self.dialog.remember.isChecked()
        # The file would be read again, encrypted as it is.
        self._model.set_value(KEY_FILE, "")
        self._keep(key, remember)
        self.dialog.accept()

    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, AppError):
            raise error
        if self.dialog is not None and self.dialog is self._asking:
            self.dialog.show_problem(error)

    def _on_finished(self, _result: int) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.edit.clear()
            dialog.deleteLater()
