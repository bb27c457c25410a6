"""Secrets between form and keyring; the keyring may be locked, missing, or slow."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from core.controller import Controller
from core.errors import SecretStoreError
from core.profile.model import SECRET_FIELDS
from core.text import Text
from gui.form.secret_editor import SecretEditor
from gui.profile_model import ProfileModel


class SecretsFlow(QObject):
    """Reads what the keyring has for a profile; keeps and forgets as the boxes say.

    Signals:
        said: a sentence about the keyring, and whether it is a problem.
    """

    said = Signal(object, bool)

    def __init__(self, model: ProfileModel, controller: Controller, parent: QObject) -> None:
        super().__init__(parent)
        self._model, self._controller = model, controller
        self._editors: dict[str, SecretEditor] = {}
        self.is_usable = True
        model.replaced.connect(self.read)
        model.value_changed.connect(self._on_value_changed)

    def attach(self, editor: SecretEditor) -> None:
        """Follow an editor."""
        secret = editor.spec.name
        self._editors[secret] = editor
        editor.left.connect(lambda: self._on_left(secret))
        editor.remember_changed.connect(lambda on: self._on_remember(secret, on))
        editor.remember.setEnabled(self.is_usable)
        editor.show_stored(self._model.has_stored(secret))

    def read(self) -> None:
        """Ask the keyring what it has."""
        self._controller.read_secrets(self._model.profile, self._model.set_stored, self._on_failed)

    def keep_now(self) -> None:
        """Keep what is typed and to be remembered; after the address became another one."""
        for secret in self._editors:
            self._on_left(secret)

    def _on_value_changed(self, key: str) -> None:
        if key in ("vcenter.address", "vcenter.user", "vcenter.port"):
            self._model.set_stored({})

    def _on_left(self, secret: str) -> None:
        editor = self._editors[secret]
        if self.is_usable and editor.remember.isChecked() and self._model.has_typed(secret):
            self._keep(secret, getattr(self._model.secrets, secret))

    def _on_remember(self, secret: str, on: bool) -> None:
        if on:
            self._on_left(secret)
        elif self._model.has_stored(secret):
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

    @property
    def names(self) -> tuple[str, ...]:
        """The secrets that can be remembered."""
        return tuple(spec.name for spec in SECRET_FIELDS.values())
