"""An encrypted CA key is opened with its passphrase; what is kept is the key, in no file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from core.certificates import CertificateError, key_fits, read_key
from core.controller import Controller
from core.redaction import REDACTOR
from core.secrets.store import SessionStore, ref_for
from core.text import Text
from gui.dialogs.passphrase_dialog import PassphraseDialog
from gui.form.file_editors import FileEditor
from gui.form.row import FieldRow
from gui.window.key_flow import KEY_FILE
from gui.window.main_window import MainWindow
from tests.fakes.certificates import Made, key_pem, make_certificate, make_key
from tests.gui.conftest import InlineJob

PASSPHRASE = "correct horse battery"
KINDS = [("rsa", "traditional"), ("rsa", "pkcs8"), ("ec", "traditional"), ("ec", "pkcs8")]


def choose(window: MainWindow, folder: Path, kind: str = "rsa", form: str = "pkcs8") -> Made:
    """An own CA with an encrypted key file, chosen as with the file dialog."""
    made = make_certificate(key=make_key(kind))
    path = folder / "ca.key"
    path.write_text(key_pem(made.key, form, PASSPHRASE), "ascii")
    window.go_to(KEY_FILE)
    window.model.set_value("appliance.ca_certificate", made.pem)
    editor = row(window).editor
    assert isinstance(editor, FileEditor)
    editor.take(str(path))
    return made


def row(window: MainWindow) -> FieldRow:
    return next(page.rows[KEY_FILE] for page in window.pages if KEY_FILE in page.rows)


def dialog_of(window: MainWindow) -> PassphraseDialog:
    dialog = window.secrets.key.dialog
    assert dialog is not None
    return dialog


def enter(window: MainWindow, passphrase: str) -> None:
    edit = dialog_of(window).edit
    edit.selectAll()
    QTest.keyClicks(edit, passphrase)
    QTest.keyClick(edit, Qt.Key.Key_Return)


@pytest.mark.parametrize(("kind", "form"), KINDS)
def test_the_decrypted_key_goes_into_the_secret_store(
    opened: MainWindow, store: SessionStore, tmp_path: Path, kind: str, form: str
) -> None:
    made = choose(opened, tmp_path, kind, form)
    assert dialog_of(opened).edit.echoMode() == QLineEdit.EchoMode.Password
    enter(opened, PASSPHRASE)
    assert opened.secrets.key.dialog is None
    kept = store.get(ref_for(opened.model.profile, "ca_key")) or ""
    assert kept.startswith("-----BEGIN PRIVATE KEY-----")
    assert key_fits(made.pem, kept)
    assert opened.model.secrets.ca_key == kept
    assert opened.model.value(KEY_FILE) == ""
    opened.model.check_now()
    assert [f.code for f in opened.model.findings if "key" in f.code] == []


def test_a_wrong_passphrase_is_said_in_place(opened: MainWindow, tmp_path: Path) -> None:
    choose(opened, tmp_path)
    enter(opened, "wrong")
    dialog = dialog_of(opened)
    assert "does not open the private key" in dialog.problem.text()
    assert "does not open the private key" in dialog.edit.accessibleDescription()
    assert not opened.model.has_typed("ca_key")
    enter(opened, PASSPHRASE)
    assert opened.model.has_typed("ca_key")


def test_the_passphrase_and_the_key_stay_out_of_texts(opened: MainWindow, tmp_path: Path) -> None:
    choose(opened, tmp_path)
    enter(opened, PASSPHRASE)
    document = opened.model.document
    assert document is not None
    key = opened.model.secrets.ca_key
    assert PASSPHRASE not in document.text
    assert "PRIVATE KEY" not in document.text
    assert key not in repr(opened.model.secrets)
    assert key not in REDACTOR.redact(f"the key is {key}")


def test_not_remembered_it_is_kept_for_the_session(
    opened: MainWindow, store: SessionStore, tmp_path: Path
) -> None:
    choose(opened, tmp_path)
    dialog_of(opened).remember.click()
    enter(opened, PASSPHRASE)
    assert store.get(ref_for(opened.model.profile, "ca_key")) is None
    assert read_key(opened.model.secrets.ca_key)


def test_cancelled_it_can_be_asked_for_again_with_the_keyboard(
    qtbot: QtBot, opened: MainWindow, tmp_path: Path
) -> None:
    choose(opened, tmp_path)
    QTest.keyClick(dialog_of(opened), Qt.Key.Key_Escape)
    assert opened.secrets.key.dialog is None
    assert opened.model.value(KEY_FILE)
    action = row(opened).note.action
    assert action.isVisible()
    assert action.focusPolicy() & Qt.FocusPolicy.TabFocus
    opened.activateWindow()
    action.setFocus()
    QTest.keyClick(action, Qt.Key.Key_Space)
    enter(opened, PASSPHRASE)
    assert opened.model.has_typed("ca_key")
    qtbot.waitUntil(lambda: not action.isVisible())


def test_a_plain_key_is_no_question(opened: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "plain.key"
    path.write_text(key_pem(make_key("rsa")), "ascii")
    opened.go_to(KEY_FILE)
    editor = row(opened).editor
    assert isinstance(editor, FileEditor)
    editor.take(str(path))
    assert opened.secrets.key.dialog is None
    assert not row(opened).note.action.isVisible()


def test_the_answer_to_a_question_that_was_closed_is_not_that_of_the_next(
    opened: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To open a key may take long, and by then another profile's key may be asked about."""
    answers: list[Callable[[object], None]] = []

    def open_key(_controller: object, *arguments: Any) -> InlineJob:
        answers.extend(arguments[-2:])
        return InlineJob()

    monkeypatch.setattr(Controller, "open_key", open_key)
    choose(opened, tmp_path)
    enter(opened, PASSPHRASE)
    done, failed = answers
    dialog_of(opened).reject()
    opened.secrets.key.ask()
    failed(CertificateError(Text("Wrong."), Text("Again.")))
    assert not dialog_of(opened).problem.isVisible()
    done("a key")
    assert dialog_of(opened).isVisible()
    assert opened.model.secrets.ca_key == ""
