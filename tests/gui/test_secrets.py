"""Passwords between form and keyring: remembered, missing, locked, too long, never shown."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from core.profile.document import ProfileDocument
from core.profile.model import SECRET_FIELDS
from core.secrets import KeyringLocked, NoKeyring, SecretRef
from core.secrets.store import SessionStore, ref_for
from core.text import Text
from gui.application import Application
from gui.form.secret_editor import SecretEditor
from gui.pages.review_text import review_text
from gui.window.main_window import MainWindow
from tests.gui.conftest import show

SECRET = "correct horse battery"


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
        from core.profile.template import new_profile_text

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
    import threading

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
