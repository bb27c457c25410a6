"""Passwords between form and keyring: remembered, missing, locked, too long, never shown."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from core.background import profile_files
from core.background.connection import Login, VCenterFacts
from core.background.shared_account import is_shared
from core.controller import Controller
from core.jobs import JobContext
from core.profile.document import ProfileDocument, load_profile
from core.profile.model import SECRET_FIELDS, Profile
from core.profile.template import new_profile_text
from core.redaction import REDACTOR
from core.secrets import KeyringLocked, NoKeyring, SecretRef
from core.secrets.store import SessionStore, ref_for
from core.text import Text
from core.vsphere.inventory import Inventory
from core.vsphere.session import About
from gui.application import Application
from gui.dialogs.question import Question
from gui.form.secret_editor import SecretEditor
from gui.pages.review_text import review_text
from gui.window.main_window import MainWindow
from tests.gui.conftest import show

SECRET = "correct horse battery"
OTHER_SECRET = "another one altogether"
KEPT = ("vcenter_password", "root_password")


class BrokenStore:
    """A keyring that is not there, or locked."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def get(self, ref: SecretRef) -> str | None:
        raise self.error

    def set(self, ref: SecretRef, secret: str) -> None:
        raise self.error

    def forget(self, ref: SecretRef) -> None:
        raise self.error


def editor_of(window: MainWindow, key: str) -> SecretEditor:
    editor = next(page.rows[key] for page in window.pages if key in page.rows).editor
    assert isinstance(editor, SecretEditor)
    return editor


@pytest.mark.parametrize("key", sorted(SECRET_FIELDS))
def test_a_typed_secret_is_hidden_and_in_no_text(
    opened: MainWindow, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    opened.go_to(key)
    editor = editor_of(opened, key)
    QTest.keyClicks(editor.edit, SECRET)
    assert editor.edit.echoMode() == QLineEdit.EchoMode.Password
    editor.reveal.trigger()
    assert editor.edit.echoMode() == QLineEdit.EchoMode.Normal
    opened.go_to("review")
    opened.pages[4].tools["copy_review"].click()  # type: ignore[attr-defined]
    document = opened.model.document
    assert document is not None
    review = review_text(opened.model, None)
    clipboard = QGuiApplication.clipboard().text()
    texts = [document.text, review, clipboard, caplog.text, repr(opened.model.secrets)]
    assert [text for text in texts if SECRET in text] == []


def test_remembering_and_forgetting(opened: MainWindow, store: SessionStore) -> None:
    key, name = "secrets.root_password", "root_password"
    opened.go_to(key)
    editor = editor_of(opened, key)
    QTest.keyClicks(editor.edit, SECRET)
    editor.remember.click()
    assert store.get(ref_for(opened.model.profile, name)) == SECRET
    opened.secrets.read()
    editor.remember.click()
    assert store.get(ref_for(opened.model.profile, name)) is None


def test_a_stored_secret_is_used_but_not_shown(opened: MainWindow, store: SessionStore) -> None:
    store.set(ref_for(opened.model.profile, "root_password"), SECRET)
    opened.secrets.read()
    editor = editor_of(opened, "secrets.root_password")
    assert editor.edit.text() == ""
    assert "Saved" in editor.edit.placeholderText()
    assert editor.remember.isChecked()
    assert opened.model.secrets.root_password == SECRET


@pytest.fixture
def with_store(qtbot: QtBot, application: Application) -> Callable[[object], MainWindow]:
    def make(store: object) -> MainWindow:
        application.controller._store = store  # type: ignore[assignment]
        window = show(qtbot, application.open_window())
        window.model.show(ProfileDocument(new_profile_text()))
        window.flow.opened.emit()
        window.build_all()
        window.secrets.read()
        return window

    return make


def test_no_keyring_is_said_plainly_and_the_session_goes_on(
    with_store: Callable[[object], MainWindow],
) -> None:
    window = with_store(BrokenStore(NoKeyring(Text("No password store (keyring) was found."))))
    assert "kept until you quit" in window.foot.sentence.text()
    editor = editor_of(window, "secrets.root_password")
    assert not editor.remember.isEnabled()
    QTest.keyClicks(editor.edit, SECRET)
    assert window.model.secrets.root_password == SECRET


def test_a_locked_keyring_is_said_and_can_be_tried_again(
    with_store: Callable[[object], MainWindow],
) -> None:
    window = with_store(BrokenStore(KeyringLocked(Text("The keyring is locked."))))
    assert "locked" in window.foot.sentence.text()
    assert editor_of(window, "secrets.root_password").remember.isEnabled()


def test_passwords_of_the_environment_are_used(
    opened: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAPROXY_SETUP_ROOT_PASSWORD", SECRET)
    opened.secrets.read()
    assert opened.model.secrets.root_password == SECRET
    assert not editor_of(opened, "secrets.root_password").remember.isChecked()


def test_a_slow_keyring_does_not_hold_the_window_up(
    qtbot: QtBot, threaded: Application, profile_file: object
) -> None:
    gate = threading.Event()

    class Slow(SessionStore):
        def get(self, ref: SecretRef) -> str | None:
            gate.wait(10)
            return SECRET

    threaded.controller._store = Slow()
    window = show(qtbot, threaded.open_window(profile_file))  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: window.model.document is not None)
    window.build_all()
    window.go_to("vm.name")
    assert not window.model.has_stored("root_password")
    gate.set()
    qtbot.waitUntil(lambda: window.model.has_stored("root_password"))


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Two profiles for vCenters of their own."""
    made = []
    for name in ("first", "second"):
        document = ProfileDocument(new_profile_text())
        document.set("vcenter.address", f"{name}.lab.example")
        document.set("vcenter.user", "admin")
        document.save(tmp_path / f"{name}.yaml")
        made.append(tmp_path / f"{name}.yaml")
    return made[0], made[1]


@pytest.mark.parametrize("remembers", [False, True])
@pytest.mark.parametrize("key", ["secrets.root_password", "secrets.vcenter_password"])
def test_what_is_typed_while_another_profile_is_read_stays_with_its_own(
    qtbot: QtBot,
    threaded: Application,
    store: SessionStore,
    files: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    remembers: bool,
) -> None:
    gate, load = threading.Event(), profile_files.load

    def late(ctx: JobContext, path: Path) -> ProfileDocument:
        gate.wait(10)
        return load(ctx, path)

    first, second = files
    window = show(qtbot, threaded.open_window())
    with qtbot.waitSignal(window.flow.opened):
        window.flow.open(first)
    window.build_all()
    window.go_to(key)
    editor = editor_of(window, key)
    monkeypatch.setattr(profile_files, "load", late)
    window.flow.open(second)
    editor.remember.setChecked(remembers)
    QTest.keyClicks(editor.edit, SECRET)
    ref = ref_for(window.model.profile, key.partition(".")[2])
    with qtbot.waitSignal(window.flow.opened):
        gate.set()
    assert window.flow.path == second
    assert editor.edit.text() == ""
    assert SECRET not in typed_in(window)
    assert REDACTOR.redact(SECRET) != SECRET
    QTest.keyClicks(editor.edit, OTHER_SECRET)
    if remembers:  # though its field was never left
        qtbot.waitUntil(lambda: store.get(ref) == SECRET)
    reopen(qtbot, window, first)
    assert getattr(window.model.secrets, ref.name) == SECRET
    if remembers:
        qtbot.waitUntil(lambda: editor.remember.isChecked())
    assert editor.edit.text() == ("" if remembers else SECRET)
    assert store.get(ref) == (SECRET if remembers else None)
    reopen(qtbot, window, second)
    assert editor.edit.text() == OTHER_SECRET


def reopen(qtbot: QtBot, window: MainWindow, path: Path) -> None:
    with qtbot.waitSignal(window.flow.opened):
        window.flow.open(path)


def typed_in(window: MainWindow) -> list[str]:
    model = window.model
    names = [spec.name for spec in SECRET_FIELDS.values() if model.has_typed(spec.name)]
    return [getattr(model.secrets, name) for name in names]


def test_a_typed_vcenter_password_belongs_to_the_account(
    opened: MainWindow, files: tuple[Path, Path]
) -> None:
    first, second = files
    opened.flow.open(first)
    opened.model.set_secret("vcenter_password", SECRET)
    opened.model.set_secret("root_password", OTHER_SECRET)
    opened.actions_by_key["duplicate"].trigger()
    assert typed_in(opened) == [SECRET], "the same account, another profile"
    opened.model.revert()
    opened.flow.open(second)
    assert typed_in(opened) == []
    document = load_profile(first)
    document.set("vcenter.address", "elsewhere.lab.example")
    document.save()
    opened.flow.open(first)
    assert typed_in(opened) == [OTHER_SECRET]


@pytest.fixture
def discarding(
    opened: MainWindow, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> MainWindow:
    """The first profile is open; unsaved work is discarded."""
    monkeypatch.setattr(Question, "ask", lambda *_: "discard")
    opened.flow.open(files[0])
    return opened


@pytest.mark.parametrize("reverts", [False, True])
def test_a_typed_password_does_not_follow_an_address_that_is_discarded(
    discarding: MainWindow, files: tuple[Path, Path], reverts: bool
) -> None:
    first, second = files
    discarding.model.set_secret("vcenter_password", SECRET)
    discarding.model.set_value("vcenter.address", "second.lab.example")
    assert typed_in(discarding) == [SECRET], "the address may have been corrected"
    if reverts:
        discarding.model.revert()
    discarding.flow.open(second)
    assert typed_in(discarding) == []
    discarding.flow.open(first)
    assert typed_in(discarding) == [SECRET]


def test_a_password_typed_for_an_address_that_is_discarded_is_not_for_the_saved_one(
    discarding: MainWindow, files: tuple[Path, Path]
) -> None:
    first, second = files
    discarding.model.set_value("vcenter.address", "second.lab.example")
    discarding.model.set_secret("vcenter_password", SECRET)
    discarding.model.revert()
    discarding.flow.open(first)
    assert typed_in(discarding) == []
    discarding.flow.open(second)
    assert typed_in(discarding) == [SECRET]


def test_a_typed_password_follows_an_address_that_is_saved(
    discarding: MainWindow, files: tuple[Path, Path]
) -> None:
    first, second = files
    discarding.model.set_secret("vcenter_password", SECRET)
    discarding.model.set_value("vcenter.address", "corrected.lab.example")
    discarding.flow.save()
    discarding.model.set_value("vm.name", "to be discarded")
    discarding.flow.open(second)
    assert typed_in(discarding) == []
    discarding.flow.open(first)
    assert discarding.model.value("vcenter.address") == "corrected.lab.example"
    assert typed_in(discarding) == [SECRET]


def type_vcenter_password(window: MainWindow) -> SecretEditor:
    """To be remembered; the field is left."""
    editor = editor_of(window, "secrets.vcenter_password")
    window.go_to("secrets.vcenter_password")
    editor.remember.click()
    QTest.keyClicks(editor.edit, SECRET)
    editor.edit.editingFinished.emit()
    return editor


def kept_for(store: SessionStore, window: MainWindow, address: str = "") -> str | None:
    vcenter = window.model.profile.vcenter
    there = replace(vcenter, address=address or vcenter.address)
    return store.get(ref_for(replace(window.model.profile, vcenter=there), "vcenter_password"))


@pytest.mark.parametrize("reverts", [False, True])
def test_a_remembered_password_is_not_kept_for_an_address_that_is_given_up(
    discarding: MainWindow, files: tuple[Path, Path], store: SessionStore, reverts: bool
) -> None:
    discarding.model.set_value("vcenter.address", "mistyped.lab.example")
    type_vcenter_password(discarding)
    assert "once the profile is saved" in discarding.foot.sentence.text()
    if reverts:
        discarding.model.revert()
        discarding.flow.save()
    else:
        discarding.flow.open(files[1])
    assert discarding.model.value("vcenter.address") != "mistyped.lab.example"
    assert kept_for(store, discarding, "mistyped.lab.example") is None
    assert kept_for(store, discarding) is None


def test_a_remembered_password_is_kept_for_an_address_that_is_saved(
    discarding: MainWindow, store: SessionStore
) -> None:
    discarding.model.set_value("vcenter.address", "corrected.lab.example")
    type_vcenter_password(discarding)
    assert kept_for(store, discarding) is None
    discarding.flow.save()
    assert kept_for(store, discarding) == SECRET
    assert kept_for(store, discarding, "first.lab.example") is None


def test_a_remembered_password_is_kept_for_no_vcenter_without_an_address(
    opened: MainWindow, store: SessionStore
) -> None:
    type_vcenter_password(opened)
    assert kept_for(store, opened) is None
    opened.model.set_value("vcenter.address", "new.lab.example")
    assert kept_for(store, opened) is None


def test_a_password_that_is_not_to_be_remembered_after_all_is_not_kept(
    discarding: MainWindow, store: SessionStore
) -> None:
    discarding.model.set_value("vcenter.address", "corrected.lab.example")
    type_vcenter_password(discarding).remember.click()
    discarding.flow.save()
    assert kept_for(store, discarding) is None


def test_a_remembered_password_is_kept_when_the_address_is_the_saved_one_again(
    qtbot: QtBot, discarding: MainWindow, store: SessionStore
) -> None:
    discarding.model.set_value("vcenter.address", "mistyped.lab.example")
    type_vcenter_password(discarding)
    discarding.model.set_value("vcenter.address", "first.lab.example")
    qtbot.waitUntil(lambda: kept_for(store, discarding) == SECRET)
    assert kept_for(store, discarding, "mistyped.lab.example") is None


@pytest.mark.parametrize("proven", [SECRET, OTHER_SECRET])
def test_a_remembered_password_is_kept_for_an_account_that_it_opens(
    opened: MainWindow, store: SessionStore, monkeypatch: pytest.MonkeyPatch, proven: str
) -> None:
    def answer(_: Controller, login: Login, done: Callable[[object], None], *__: object) -> None:
        about = About("vCenter", "8.0.3", "1", "VirtualCenter", "uuid")
        used = replace(login, password=proven)
        done(VCenterFacts(used, about, Inventory(*[()] * 7), (), (), (), ()))

    monkeypatch.setattr(Controller, "connect_vcenter", answer)
    opened.model.set_value("vcenter.address", "new.lab.example")
    opened.model.set_value("vcenter.user", "admin")
    type_vcenter_password(opened)
    assert kept_for(store, opened) is None
    opened.vcenter.connect_now()
    assert opened.vcenter.is_connected
    assert kept_for(store, opened) == (SECRET if proven == SECRET else None)


def test_a_password_for_no_vcenter_yet_is_for_no_other_profile(opened: MainWindow) -> None:
    opened.model.set_secret("vcenter_password", SECRET)
    opened.model.show(ProfileDocument(new_profile_text()))
    assert typed_in(opened) == []


def test_typed_secrets_go_with_the_profile_that_is_deleted(
    opened: MainWindow,
    store: SessionStore,
    files: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, _ = files
    copy = first.read_bytes()
    opened.flow.open(first)
    editor = editor_of(opened, "secrets.root_password")
    ref = ref_for(opened.model.profile, "root_password")
    editor.remember.setChecked(True)
    QTest.keyClicks(editor.edit, SECRET)
    monkeypatch.setattr(Question, "ask", lambda *_: "delete")
    opened.actions_by_key["delete"].trigger()
    assert not first.exists()
    first.write_bytes(copy)
    opened.flow.open(first)
    assert typed_in(opened) == []
    assert store.get(ref) is None


@pytest.mark.parametrize("is_account_shared", [False, True])
def test_deleting_a_profile_leaves_the_password_of_an_account_that_another_one_uses(
    opened: MainWindow,
    store: SessionStore,
    files: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    is_account_shared: bool,
) -> None:
    first, second = files
    if is_account_shared:
        document = load_profile(second)
        document.set("vcenter.address", "FIRST.lab.example")
        document.save()
    monkeypatch.setattr(Question, "ask", lambda *_: "delete")
    opened.flow.open(second)
    opened.flow.open(first)
    account, own = (ref_for(opened.model.profile, name) for name in KEPT)
    for ref in (account, own):
        store.set(ref, SECRET)
        opened.model.set_secret(ref.name, OTHER_SECRET)
    copy = first.read_bytes()
    opened.flow.delete()
    assert not first.exists()
    assert store.get(own) is None
    assert store.get(account) == (SECRET if is_account_shared else None)
    first.write_bytes(copy)
    opened.flow.open(first)
    assert typed_in(opened) == ([OTHER_SECRET] if is_account_shared else [])


def test_deleting_a_profile_leaves_the_password_of_an_address_that_was_never_saved(
    opened: MainWindow,
    store: SessionStore,
    files: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = files
    monkeypatch.setattr(Question, "ask", lambda *_: "delete")
    accounts = [ref_for(load_profile(path).profile, "vcenter_password") for path in files]
    for ref in accounts:
        store.set(ref, SECRET)
    opened.flow.open(first)
    opened.model.set_value("vcenter.address", "second.lab.example")
    opened.flow.delete()
    assert not first.exists()
    assert [store.get(ref) for ref in accounts] == [None, SECRET]
    assert second.exists()


def test_profiles_that_cannot_be_read_share_no_account(files: tuple[Path, Path]) -> None:
    first, _ = files
    profile = load_profile(first).profile
    broken = first.with_name("broken.yaml")
    broken.write_bytes(b"\xff: [")
    unreadable = [broken, first.with_name("gone.yaml"), first.parent, Path("\0")]
    assert not is_shared(JobContext(), profile, unreadable)
    assert is_shared(JobContext(), profile, [*unreadable, first])


def test_a_share_that_does_not_answer_does_not_hold_a_deletion_up(
    files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = files
    over = threading.Event()
    monkeypatch.setattr("core.profile.disk.read_bytes", lambda _path: over.wait(30) and b"")
    try:
        assert not is_shared(JobContext(), ProfileDocument(new_profile_text()).profile, [first])
        assert not is_shared(JobContext(), load_at(first), [first], patience_s=0.1)
    finally:
        over.set()


def load_at(path: Path) -> Profile:
    return ProfileDocument(path.read_text("utf-8"), path).profile
