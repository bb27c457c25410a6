"""The profile a window works on: its values, its secrets of this session, its problems.

The one source for form, picture, review and title; pages never keep values of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from core.errors import InvalidInput
from core.fields import FieldSpec
from core.findings import Finding
from core.profile.model import FIELDS, SECRET_FIELDS, SECRETS, Profile, Secrets, is_visible

if TYPE_CHECKING:
    from core.controller import Controller
    from core.profile.document import ProfileDocument
    from core.secrets.store import SecretRef

CHECK_DELAY_MS = 150


class ProfileModel(QObject):
    """A document being edited.

    Signals:
        value_changed: the key of a field that has another value.
        secret_changed: the key of a secret that was typed, loaded or forgotten.
        leaving: another document is about to be shown; that of now is still here.
        replaced: everything may be another value (opened, reverted, imported).
        findings_changed: the problems were found anew.
        checked: the values of now were checked.
        changed_state: whether there is unsaved work.
    """

    value_changed = Signal(str)
    secret_changed = Signal(str)
    leaving = Signal()
    replaced = Signal()
    findings_changed = Signal()
    checked = Signal()
    changed_state = Signal(bool)

    def __init__(self, controller: Controller, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._document: ProfileDocument | None = None
        self._empty = Profile()
        self._typed: dict[str, str] = {}
        self._typed_for: dict[str, SecretRef] = {}
        self._put_by: dict[SecretRef, str] = {}
        self._taken_up: set[str] = set()
        self._stored: dict[str, str] = {}
        self._remembered: frozenset[str] = frozenset()
        self._found: tuple[Finding, ...] = ()
        self._more: dict[str, tuple[Finding, ...]] = {}
        self._refused: dict[str, tuple[Finding, ...]] = {}
        self._typing = ""
        self.visited: set[str] = set()
        self.is_reviewed = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(CHECK_DELAY_MS)
        self._timer.timeout.connect(self.check_now)

    # Document

    @property
    def document(self) -> ProfileDocument | None:
        """The document, None before the first one was opened."""
        return self._document

    def show(self, document: ProfileDocument) -> None:
        """Work on another document from now on.

        Secrets stay with the profile, or the account, that they were typed for or saved with,
        until the window is closed: a file may take its time, and one types on meanwhile.
        """
        self.leaving.emit()
        self._put_secrets_by(self._typed)
        self._work_on(document)

    def close(self, *, shares_account: bool) -> None:
        """Work on no document: that of now was deleted, and what was typed for it goes with it.

        All but the vCenter password if another profile uses the account (``shares_account``).
        """
        self._put_secrets_by(("vcenter_password",) if shares_account else ())
        self._work_on(None)

    def _work_on(self, document: ProfileDocument | None) -> None:
        self._document = document
        self._take_secrets_up()
        self._stored.clear()
        self._remembered = frozenset()
        self._refused.clear()
        self._more.clear()
        self._found = ()
        self.visited.clear()
        self.is_reviewed = False
        self._announce()

    def take_saved(self, saved: ProfileDocument, given: Profile) -> None:
        """Put the saved document in place; what was typed since ``given`` stays unsaved work."""
        from core.profile.document import KEYS

        typed = [key for key in KEYS if self.value(key) != _value_of(given, key)]
        values = {key: self.value(key) for key in typed}
        corrected = [name for name in self._typed_for if self._is_moved(name)]
        moved = [key for key in KEYS if key not in values
                 and _value_of(saved.profile, key) != self.value(key)]  # fmt: skip
        self._document = saved
        for name in corrected:  # an address that is saved is the one that was meant
            self._typed_for[name] = self._place_of(name)
        for key, value in values.items():
            saved.set(key, value)
        for key in moved:  # paths that lead to the same files from another folder
            self.value_changed.emit(key)
        self.changed_state.emit(self.is_changed)

    def revert(self) -> None:
        """Take back every change since opening or saving."""
        if self._document is not None:
            self._document.revert()
            self._announce()

    def take_profile(self, profile: Profile) -> None:
        """Give every field the value of another profile (import, duplicate)."""
        if self._document is not None:
            self._document.set_profile(profile)
            self._announce()

    def _announce(self) -> None:
        self._typing = ""
        self._refused.clear()
        self._more.pop("plan", None)  # it was made for other values
        self.replaced.emit()
        self.changed_state.emit(self.is_changed)
        self.check_now()

    @property
    def profile(self) -> Profile:
        """The values as they are now."""
        return self._document.profile if self._document is not None else self._empty

    @property
    def is_changed(self) -> bool:
        """Whether there is unsaved work."""
        return self._document is not None and self._document.is_changed

    # Values

    def value(self, key: str) -> Any:
        """The value of a field, ``properties`` included."""
        return self.profile.value(key) if "." in key else getattr(self.profile, key)

    def set_value(self, key: str, value: Any) -> None:
        """Give a field a value; one that may not be saved becomes a problem of the field."""
        if self._document is None:
            return
        was_refused = self._refused.pop(key, None) is not None
        if value == self.value(key) and key not in self._document.misread:
            if was_refused:  # the field is back at what it held before
                self.findings_changed.emit()
            return
        was_changed = self._document.is_changed
        try:
            self._document.set(key, value)
        except InvalidInput as error:
            self._refused[key] = error.findings
            self.visited.add(key)
            self.findings_changed.emit()
            return
        self._more.pop("plan", None)  # it was made for other values
        self.value_changed.emit(key)
        if self._document.is_changed != was_changed:
            self.changed_state.emit(self._document.is_changed)
        self._timer.start()

    def is_visible(self, spec: FieldSpec) -> bool:
        """Whether the field counts with the values of now."""
        return is_visible(spec, self.profile)

    # Secrets

    @property
    def secrets(self) -> Secrets:
        """The secrets there are: typed in this session, else from the keyring."""
        return Secrets(**{**self._stored, **{k: v for k, v in self._typed.items() if v}})

    def has_typed(self, name: str) -> bool:
        """Whether a secret was typed in this session."""
        return bool(self._typed.get(name))

    def has_stored(self, name: str) -> bool:
        """Whether the keyring, or the environment, has a secret."""
        return bool(self._stored.get(name))

    def is_remembered(self, name: str) -> bool:
        """Whether the keyring has a secret."""
        return name in self._remembered

    def is_settled(self, name: str) -> bool:
        """Whether a secret is for what is in the file; an account that is not may be given up."""
        from core.secrets.store import ref_for

        if self._document is None:
            return False
        return ref_for(self._document.profile_before, name) == self._place_of(name)

    def set_secret(self, name: str, secret: str) -> None:
        """Keep a typed secret for this session."""
        if secret == self._typed.get(name, ""):
            return
        self._keep_typed(name, secret)
        self._taken_up.discard(name)
        self._more.pop("plan", None)
        self.secret_changed.emit(f"secrets.{name}")
        self._timer.start()

    def _keep_typed(self, name: str, secret: str) -> None:
        from core.redaction import REDACTOR

        REDACTOR.hide_typed(f"{id(self)}.{name}", secret)
        self._typed[name] = secret
        self._typed_for[name] = self._place_of(name)

    def _put_secrets_by(self, names: Iterable[str]) -> None:
        from core.redaction import REDACTOR

        for name in filter(self.has_typed, names):
            ref, secret = self._typed_for[name], self._typed[name]  # an address may be discarded
            REDACTOR.hide_typed(f"{id(self)}.{ref}", secret)
            self._put_by[ref] = secret

    def _take_secrets_up(self) -> None:
        self._typed.clear()
        self._typed_for.clear()
        self._taken_up.clear()
        for spec in SECRETS.fields if self._put_by else ():
            secret = self._put_by.pop(self._place_of(spec.name), "")
            if secret:
                self._keep_typed(spec.name, secret)
                self._taken_up.add(spec.name)

    def _is_moved(self, name: str) -> bool:
        """Whether a secret was typed before the address, or the user, became another one."""
        return self._typed_for[name] != self._place_of(name)

    def _place_of(self, name: str) -> SecretRef:
        """As in the keyring; but a password for no vCenter yet is that of its profile."""
        from core.secrets.store import SecretRef, ref_for

        if name == "vcenter_password" and not self.profile.vcenter.address:
            return SecretRef(name, self.profile.id)
        return ref_for(self.profile, name)

    def set_stored(self, secrets: dict[str, str], remembered: Iterable[str] = ()) -> None:
        """Tell what there is for this profile, and which of it is in the keyring."""
        self._stored = dict(secrets)
        self._remembered = frozenset(remembered)
        for name in self._taken_up & self._remembered:
            if self._typed[name] == secrets.get(name):  # the keyring keeps it
                del self._typed[name]
        self._taken_up.clear()
        for key in SECRET_FIELDS:
            self.secret_changed.emit(key)
        self._timer.start()

    # Problems

    def check_now(self) -> None:
        """Find the problems anew, in the background."""
        self._timer.stop()
        if self._document is not None:
            self._controller.check(
                self.profile, self.secrets, self._on_checked, self._on_check_failed
            )

    def _on_checked(self, findings: tuple[Finding, ...]) -> None:
        self._found = findings
        self.findings_changed.emit()
        self.checked.emit()

    def _on_check_failed(self, error: Exception) -> None:
        raise error

    def set_more(self, source: str, findings: Iterable[Finding]) -> None:
        """Problems from elsewhere, such as the OVA or the vCenter, until told otherwise."""
        self._more[source] = tuple(findings)
        self.findings_changed.emit()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every problem there is."""
        written = self._document.findings if self._document is not None else ()
        more = [finding for found in self._more.values() for finding in found]
        refused = [finding for found in self._refused.values() for finding in found]
        unique = dict.fromkeys((*written, *refused, *self._found, *more))
        return tuple(unique)

    @property
    def shown_findings(self) -> tuple[Finding, ...]:
        """The problems to show now: all after a review, before that of fields one has left."""
        if self.is_reviewed:
            return self.findings
        return tuple(f for f in self.findings if any(key in self.visited for key in f.fields))

    def findings_of(self, key: str) -> tuple[Finding, ...]:
        """The problems to show under a field now; none while one is typing in it."""
        if key == self._typing:
            return ()
        return tuple(f for f in self.shown_findings if key in f.fields)

    def is_to_be_corrected(self, key: str) -> bool:
        """Whether there is an error in a field, shown or not, or one is just typing in it."""
        return key == self._typing or any(f.is_error and key in f.fields for f in self.findings)

    def start_typing(self, key: str) -> None:
        """Hide the field's problem while it is being changed."""
        if self._typing != key:
            self._typing = key
            self.findings_changed.emit()

    def leave(self, key: str) -> None:
        """Show the field's problems from now on: it was changed and left."""
        if self._typing == key:
            self._typing = ""
            self.visited.add(key)
            self.check_now()

    def review(self) -> None:
        """Show every problem from now on."""
        self.is_reviewed = True
        self._typing = ""
        self.check_now()


def fields_of(section: str) -> tuple[FieldSpec, ...]:
    """The fields of a section of the profile, in the order of the form."""
    return tuple(spec for spec in (*FIELDS.values(), *SECRET_FIELDS.values())
                 if spec.section == section)  # fmt: skip


def _value_of(profile: Profile, key: str) -> Any:
    return profile.value(key) if "." in key else getattr(profile, key)
