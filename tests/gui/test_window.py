"""The frame: start page, navigation, menus, dialogs, log, crashes."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from core.background.connection import ShownCertificate
from core.background.describing import ProgramFacts
from core.errors import FileError
from core.handoff.printing import register_printer
from core.licences import third_party_licences
from core.redaction import REDACTOR
from core.settings import Settings, read_settings, settings_path
from core.text import Text
from gui.application import Application
from gui.crash import CrashReporter
from gui.dialogs.about_dialog import AboutDialog
from gui.dialogs.certificate_dialog import CertificateDialog
from gui.dialogs.dialog import CopyButton
from gui.dialogs.error_dialog import ErrorDialog
from gui.dialogs.question import Question
from gui.dialogs.shortcuts_dialog import ShortcutsDialog
from gui.handoff_pdf import make_printer
from gui.pages.ova_page import OvaPage
from gui.window.log_pane import LogPane
from gui.window.main_window import MainWindow
from tests.fakes import certificates
from tests.gui.conftest import show
from tests.gui.dropping import drop


def test_the_start_page_offers_the_ways_to_start(window: MainWindow) -> None:
    shown = {button.objectName() for button in window.start.findChildren(QPushButton)}
    assert {"start_default", "start_frontend", "start_open", "start_sample"} <= shown
    assert not window.actions_by_key["save"].isEnabled()


def test_back_and_next_walk_through_the_pages(opened: MainWindow) -> None:
    met = [opened.page.key]
    while opened.foot.next_button.isEnabled():
        opened.foot.next_button.click()
        met.append(opened.page.key)
    assert met == ["connection", "switch", "ova", "haproxy", "review", "deploy"]
    opened.foot.back_button.click()
    assert opened.page.key == "review"


def test_a_button_that_cannot_be_pressed_says_why(opened: MainWindow) -> None:
    opened.go_to("connection")
    assert not opened.foot.primary.isEnabled()
    assert "first" in opened.foot.sentence.text()
    assert "first" in opened.foot.primary.accessibleDescription()


def test_a_click_in_the_picture_goes_to_the_field(opened: MainWindow, qtbot: QtBot) -> None:
    picture = opened.display.picture
    assert picture is not None
    picture.field_activated.emit("network.workload_address")
    assert opened.page.key == "haproxy"
    row = opened.page.rows["network.workload_address"]
    qtbot.waitUntil(lambda: row.editor.control().hasFocus())


def test_the_picture_is_folded_away_and_remembered(opened: MainWindow) -> None:
    opened.actions_by_key["picture"].trigger()
    assert not opened.display.picture.isVisible()  # type: ignore[union-attr]
    assert opened.application.settings.shows_picture is False
    opened.actions_by_key["reset_layout"].trigger()
    assert opened.display.picture.isVisible()  # type: ignore[union-attr]


def test_the_log_shows_redacted_lines_from_any_thread(
    opened: MainWindow, application: Application
) -> None:
    application.listen_to_log()
    REDACTOR.hide(["topsecretword"])
    logging.getLogger("gui").setLevel(logging.INFO)
    logging.getLogger("gui").info("password is topsecretword, all well")
    opened.commands.show_log(True)
    pane = opened.log_pane
    assert isinstance(pane, LogPane)
    assert "all well" in pane.text.toPlainText()
    assert "topsecretword" not in pane.text.toPlainText()
    pane.level.setCurrentIndex(2)
    assert "all well" not in pane.text.toPlainText()
    opened.actions_by_key["log"].trigger()
    assert not pane.isVisible()


def test_an_error_can_be_read_and_copied(qtbot: QtBot, opened: MainWindow) -> None:
    error = FileError(Text("The file is gone."), Text("Look for it."), details="errno 2")
    dialog = ErrorDialog(opened, Text("Error"), error.what, error.advice, error)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.toggle.click()
    assert dialog.details.isVisible()
    assert "errno 2" in dialog.details.toPlainText()
    dialog.copy.click()
    assert "✓" in dialog.copy.text()
    assert "The file is gone." in QGuiApplication.clipboard().text()
    assert "PySide6" in QGuiApplication.clipboard().text()


@pytest.mark.expects_log
def test_a_bug_shows_one_dialog_however_many_follow(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    reporter = CrashReporter(application)

    def crash(_parent: object, error: Exception) -> None:
        shown.append(str(error))
        reporter.hook(RuntimeError, RuntimeError("second"), None)

    monkeypatch.setattr(ErrorDialog, "crash", crash)
    try:
        raise ValueError("first")
    except ValueError:
        kind, error, trace = sys.exc_info()
        reporter.hook(kind, error, trace)  # type: ignore[arg-type]
    assert shown == ["first"]


def test_the_certificate_dialog_shows_what_is_compared(qtbot: QtBot, opened: MainWindow) -> None:
    from core.certificates import summary

    pem = certificates.make_certificate("vc.lab").pem
    shown = ShownCertificate(pem, summary(pem))
    dialog = CertificateDialog(opened, shown, "vc.lab", may_trust=True)
    qtbot.addWidget(dialog)
    texts = " ".join(label.text() for label in dialog.findChildren(QAbstractButton))
    assert "Trust for this profile" in texts
    labels = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "CN=vc.lab" in labels
    assert shown.summary.sha256[:47] in labels


def test_about_has_every_version_and_copies(qtbot: QtBot, opened: MainWindow) -> None:
    dialog = AboutDialog(opened, ProgramFacts("Test keyring", third_party_licences()))
    qtbot.addWidget(dialog)
    copy = dialog.findChild(CopyButton, "copy_about")
    copy.click()
    text = QGuiApplication.clipboard().text()
    for word in ("Python", "PySide6", "pyvmomi", "Test keyring", "Logs"):
        assert word in text
    assert text == dialog.text.toPlainText()
    dialog.licences.click()
    copy.click()
    text = QGuiApplication.clipboard().text()
    assert text == dialog.text.toPlainText()
    for word in ("pyvmomi", "Apache License", "PySide6_Essentials", "keyring"):
        assert word in text
    dialog.licences.click()
    assert "Test keyring" in dialog.text.toPlainText()


def test_about_reads_in_a_job(
    qtbot: QtBot, threaded: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[ProgramFacts] = []
    monkeypatch.setattr(AboutDialog, "ask", lambda _parent, facts: shown.append(facts))
    window = show(qtbot, threaded.open_window())
    window.actions_by_key["about"].trigger()
    assert shown == []
    qtbot.waitUntil(lambda: shown != [], timeout=20_000)
    assert shown[0].keyring == "SessionStore"
    assert "pyvmomi" in shown[0].licences


def test_shortcuts_are_listed_from_the_actions(qtbot: QtBot, opened: MainWindow) -> None:
    dialog = ShortcutsDialog(opened, opened.actions_by_key)
    qtbot.addWidget(dialog)
    keys = [dialog.table.item(row, 1).text() for row in range(dialog.table.rowCount())]
    assert "Ctrl+S" in keys
    assert "F8" in keys


def test_closing_a_question_is_the_safe_answer(qtbot: QtBot, opened: MainWindow) -> None:
    question = Question(
        opened, Text("Title"), Text("What?"), None,
        (("yes", Text("Yes")), ("cancel", Text("Cancel"))),
    )  # fmt: skip
    qtbot.addWidget(question)
    question.reject()
    assert question.answer == "cancel"
    question.findChild(QPushButton, "yes").click()
    assert question.answer == "yes"


def test_settings_are_written_and_read(application: Application) -> None:
    application.change(theme="dark", language="ja")
    application._save_settings()
    assert read_settings().theme == "dark"
    settings_path().write_text("{broken", "utf-8")
    assert read_settings() == Settings()


def test_ctrl_return_presses_the_primary_button(qtbot: QtBot, opened: MainWindow) -> None:
    from PySide6.QtCore import Qt

    opened.go_to("review")
    QTest.keyClick(opened, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: opened.page.key == "deploy")


@pytest.mark.parametrize("suffix", [".pdf", ".html", ".md", ".sh", ".ps1"])
def test_the_hand_off_is_written_offline_without_a_password(
    qtbot: QtBot,
    threaded: Application,
    tmp_path: Path,
    suffix: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = show(qtbot, threaded.open_window())
    window.flow.open_sample("frontend")
    qtbot.waitUntil(lambda: window.model.document is not None)
    window.model.set_secret("dataplane_password", "never in a sheet")
    register_printer(make_printer)
    target = tmp_path / f"sheet{suffix}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    window.actions_by_key["handoff"].trigger()
    qtbot.waitUntil(target.exists, timeout=20_000)
    assert b"never in a sheet" not in target.read_bytes()
    register_printer(None)


def test_the_default_can_be_restored(opened: MainWindow) -> None:
    opened.model.set_value("switch.mtu", 9000)
    opened.pages[1].rows["switch.mtu"].restore_default()
    assert opened.model.value("switch.mtu") == 1500


def test_nothing_can_be_changed_while_a_deployment_runs(opened: MainWindow) -> None:
    for page in opened.pages:
        page.set_locked(True)
    opened.go_to("vm.name")
    assert opened.page.lock_banner is not None
    assert opened.page.lock_banner.isVisible()
    edit = opened.page.rows["vm.name"].editor.control()
    QTest.keyClicks(edit, "x")
    assert opened.model.value("vm.name") == "haproxy"
    ova_page, before = opened.pages[2], opened.model.value("ova.file")
    assert isinstance(ova_page, OvaPage)
    assert not ova_page.accept_box.isEnabled()
    drop(ova_page, QUrl.fromLocalFile("/elsewhere.ova"))
    assert opened.model.value("ova.file") == before
    for page in opened.pages:
        page.set_locked(False)
    assert ova_page.accept_box.isEnabled()
    drop(ova_page, QUrl.fromLocalFile("/elsewhere.ova"))
    assert opened.model.value("ova.file") == "/elsewhere.ova"
    assert not opened.page.lock_banner.isVisible()
