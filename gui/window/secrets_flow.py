"""Secrets between form and keyring; the keyring may be locked, missing, or slow."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from core.background.keyring_access import FoundSecrets
from core.controller import Controller
from core.errors import SecretStoreError
from core.text import Text
from gui.form.row import FieldRow
from gui.form.secret_editor import SecretEditor
from gui.profile_model import ProfileModel
from gui.vcenter_state import VCenterState
from gui.window.key_flow import KeyFlow

READ_DELAY_MS = 400


class SecretsFlow(QObject):
    """Reads what the keyring has for a profile; keeps and forgets as the boxes say.

    A password for an account that is neither saved nor proven by a login waits until it is: an
    address may be mistyped, or be given up with the other changes.

    Signals:
        said: a sentence about the keyring, and whether it is a problem.
    """

    said = Signal(object, bool)

    def __init__(
        self,
        model: ProfileModel,
        vcenter: VCenterState,
        controller: Controller,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._model, self._vcenter, self._controller = model, vcenter, controller
        self._editors: dict[str, SecretEditor] = {}
        self._waiting: set[str] = set()  # to be kept once their account is known to be meant
        self._timer = QTimer(self)  # another account, another password; not with every key press
        self._timer.setSingleShot(True)
        self._timer.setInterval(READ_DELAY_MS)
        self._timer.timeout.connect(self._on_account)
        self.is_usable = True
        self.key = KeyFlow(model, controller, lambda: self.is_usable, self._take_key, parent)
        model.leaving.connect(self._on_leaving)
        model.replaced.connect(self._on_replaced)
        model.value_changed.connect(self._on_value_changed)
        vcenter.changed.connect(self._keep_waiting)

    def attach(self, row: FieldRow) -> None:
        """Follow the editor of a secret; other rows are none of our business."""
        self.key.attach(row)
        editor = row.editor
        if not isinstance(editor, SecretEditor):
            return
        secret = editor.spec.name
        self._editors[secret] = editor
        editor.left.connect(lambda: self._on_left(secret))
        editor.remember_changed.connect(lambda on: self._on_remember(secret, on))
        editor.remember.setEnabled(self.is_usable)

    def _on_leaving(self) -> None:
        """Keep what is being typed and to be remembered: its field is not left before."""
        for secret, editor in self._editors.items():
            if editor.edit.isModified() and self._is_meant(secret):
                self._on_left(secret)

    def _on_replaced(self) -> None:
        self._waiting.clear()
        for editor in self._editors.values():  # another profile was never asked
            editor.remember.setChecked(False)
        self.read()

    def read(self) -> None:
        """Ask the keyring what it has."""
        self._controller.read_secrets(self._model.profile, self._on_read, self._on_failed)

    def _on_read(self, found: FoundSecrets) -> None:
        self._model.set_stored(found.secrets, found.remembered)
        if found.error is not None:
            self._on_failed(found.error)

    def practise(self, password: str) -> None:
        """Fill in the passwords of a practice vCenter; they protect nothing."""
        self._model.set_secret("vcenter_password", password)
        for secret in ("root_password", "dataplane_password"):
            self._model.set_secret(secret, "practice-only")

    def _take_key(self, key: str, remember: bool) -> None:
        self._model.set_secret("ca_key", key)
        editor = self._editors.get("ca_key")
        if editor is not None:
            editor.remember.setChecked(remember)
        if remember:
            self._keep("ca_key", key)

    def keep_now(self) -> None:
        """Keep what is typed and to be remembered; after the address became another one."""
        for secret in self._editors:
            self._on_left(secret)

    def _on_value_changed(self, key: str) -> None:
        if key in ("vcenter.address", "vcenter.user", "vcenter.port"):
            self._timer.start()

    def _on_account(self) -> None:
        self._keep_waiting()  # it may be the saved one again
        self.read()

    def _on_left(self, secret: str) -> None:
        editor = self._editors[secret]
        if not (self.is_usable and editor.remember.isChecked() and self._model.has_typed(secret)):
            return
        if self._is_meant(secret):
            self._waiting.discard(secret)
            self._keep(secret, getattr(self._model.secrets, secret))
            editor.edit.setModified(False)  # kept as it is
        elif secret not in self._waiting:
            self._waiting.add(secret)
            self.said.emit(
                Text("The password is kept once the profile is saved or the login has worked."),
                False,
            )

    def _is_meant(self, secret: str) -> bool:
        """Whether its account is saved, or has let us in with it."""
        facts, model = self._vcenter.facts, self._model
        if facts is None or secret != "vcenter_password":
            return model.is_settled(secret)
        target, password = model.profile.vcenter, model.secrets.vcenter_password
        is_proven = facts.login.target == target and facts.login.password == password
        return is_proven or model.is_settled(secret)

    def _keep_waiting(self) -> None:
        for secret in sorted(self._waiting):
            self._on_left(secret)

    def _on_remember(self, secret: str, on: bool) -> None:
        self._waiting.discard(secret)
        if on:
            self._on_left(secret)
        elif self._model.is_remembered(secret):
            self._keep(secret, "")

    def _keep(self, secret: str, value: str) -> None:
        self._controller.keep_secret(
            self._model.profile, secret, value, self._on_kept, self._on_failed
        )

    def _on_kept(self, _result: object) -> None:
        self.said.emit(Text("The keyring was updated."), False)

    def _on_failed(self, error: Exception) -> None:
        if not isinstance(error, SecretStoreError):
            raise error
        if error.code == "no-keyring":
            self.is_usable = False
            for editor in self._editors.values():
                editor.remember.setEnabled(False)
                editor.remember.setChecked(False)
        text = Text(
            "{reason} Passwords are kept until you quit, and asked for again next time.",
            reason=error.what,
        )
        self.said.emit(text, True)
