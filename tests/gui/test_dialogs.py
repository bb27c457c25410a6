"""What Enter and Escape do in every dialog, and what the dialogs show."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QPushButton
from pytestqt.qtbot import QtBot

from core.background.connection import ShownCertificate
from core.background.describing import ProgramFacts
from core.certificates import summary
from core.errors import FileError
from core.profile.document import ProfileDocument
from core.text import Text
from gui.dialogs.about_dialog import AboutDialog
from gui.dialogs.certificate_dialog import CertificateDialog
from gui.dialogs.dialog import Dialog
from gui.dialogs.error_dialog import ErrorDialog
from gui.dialogs.import_preview import ImportPreview
from gui.dialogs.question import Question
from gui.dialogs.shortcuts_dialog import ShortcutsDialog
from gui.window.main_window import MainWindow
from gui.window.manual import Manual
from tests.fakes import certificates

Make = Callable[[MainWindow], Dialog]


def certificate(window: MainWindow, *, may_trust: bool) -> Dialog:
    pem = certificates.make_certificate("vc.lab").pem
    return CertificateDialog(
        window, ShownCertificate(pem, summary(pem)), "vc.lab", may_trust=may_trust
    )


def error(window: MainWindow) -> Dialog:
    problem = FileError(Text("The file is gone."), Text("Look for it."))
    return ErrorDialog(window, Text("Error"), problem.what, problem.advice, problem)


def question(*keys: str) -> Make:
    answers = tuple((key, Text("Cancel")) for key in keys)
    return lambda window: Question(window, Text("Revert"), Text("Cancel"), None, answers)


def preview(window: MainWindow, *, differs: bool) -> Dialog:
    document = window.model.document
    assert document is not None
    then = ProfileDocument(document.text)
    if differs:
        then.set("vm.name", "other")
    return ImportPreview(window, document.profile, then)


DIALOGS: dict[str, tuple[Make, str]] = {
    "trust a certificate": (lambda w: certificate(w, may_trust=True), "cancel"),
    "look at a certificate": (lambda w: certificate(w, may_trust=False), "cancel"),
    "error": (error, "close"),
    "about": (lambda w: AboutDialog(w, ProgramFacts("", "-")), "close"),
    "shortcuts": (lambda w: ShortcutsDialog(w, w.actions_by_key), "close"),
    "import": (lambda w: preview(w, differs=True), "take_over"),
    "import of nothing": (lambda w: preview(w, differs=False), "cancel"),
    "new": (question("default", "frontend", "cancel"), "default"),
    "save": (question("save", "discard", "cancel"), "save"),
    "delete": (question("delete", "cancel"), "cancel"),
    "overwrite": (question("overwrite", "other", "cancel"), "cancel"),
    "stop": (question("stop", "stay"), "stay"),
}
"""How each is made, and the button that Enter presses."""


@pytest.fixture(params=DIALOGS)
def dialog(qtbot: QtBot, opened: MainWindow, request: pytest.FixtureRequest) -> tuple[Dialog, str]:
    make, default = DIALOGS[request.param]
    made = make(opened)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made, default


def test_enter_presses_one_button_and_that_is_the_safe_or_the_meant_one(
    dialog: tuple[Dialog, str],
) -> None:
    shown, default = dialog
    buttons = shown.findChildren(QPushButton)
    assert [one.objectName() for one in buttons if one.isDefault()] == [default]
    assert [one.objectName() for one in buttons if one.autoDefault() and not one.isDefault()] == []
    assert shown.focusWidget().objectName() == default
    pressed: list[str] = []
    for button in buttons:
        button.clicked.connect(partial(press, pressed, button.objectName()))
    QTest.keyClick(shown, Qt.Key.Key_Return)
    assert pressed == [default]


def press(pressed: list[str], key: str, *_: object) -> None:
    pressed.append(key)


def test_escape_is_the_way_out_that_changes_nothing(dialog: tuple[Dialog, str]) -> None:
    shown, _ = dialog
    QTest.keyClick(shown, Qt.Key.Key_Escape)
    assert not shown.isVisible()
    assert shown.result() == QDialog.DialogCode.Rejected
    if isinstance(shown, Question):
        assert shown.answer in {"cancel", "stay"}


def test_every_button_of_a_dialog_has_a_key_and_a_text(dialog: tuple[Dialog, str]) -> None:
    shown, _ = dialog
    assert all(one.objectName() and one.text() for one in shown.findChildren(QPushButton))


def test_enter_does_not_close_the_manual(qtbot: QtBot, opened: MainWindow) -> None:
    manual = Manual(opened)
    qtbot.addWidget(manual)
    manual.show_place("index.md")
    manual.show()
    QTest.keyClick(manual, Qt.Key.Key_Return)
    assert manual.isVisible()
    QTest.keyClick(manual, Qt.Key.Key_Escape)
    assert not manual.isVisible()


def test_new_asks_with_the_usual_topology_first(
    opened: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []

    def ask(*arguments: object) -> str:
        asked.append(tuple(key for key, _ in arguments[-1]))  # type: ignore[attr-defined]
        return "cancel"

    monkeypatch.setattr(Question, "ask", ask)
    opened.actions_by_key["new"].trigger()
    assert asked == [("default", "frontend", "cancel")]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_shortcuts_are_listed_without_the_letters_of_the_menu(
    qtbot: QtBot, opened: MainWindow, language: str
) -> None:
    opened.application.use_language(language)
    dialog = ShortcutsDialog(opened, opened.actions_by_key)
    qtbot.addWidget(dialog)
    said = [dialog.table.item(row, 0).text() for row in range(dialog.table.rowCount())]
    assert ("Save" if language == "en" else "保存") in said
    assert [one for one in said if "&" in one or "(" in one or not one] == []
