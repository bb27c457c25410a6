"""Another language in what is not the window: Qt's file dialog, a dialog that is open, a plan."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from core.plan.machine_steps import _configuration
from core.profile.model import FRONTEND, DeploymentSettings, Profile
from core.text import Text
from gui.dialogs.shortcuts_dialog import ShortcutsDialog
from gui.qt_texts import TEXTS
from gui.window.main_window import MainWindow


@pytest.fixture
def files(qtbot: QtBot, window: MainWindow) -> QFileDialog:
    """Qt's own, as it is where the system has none."""
    window.application.use_language("ja")
    dialog = QFileDialog(window, "", "/", "YAML (*.yaml)")
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_qt_s_file_dialog_has_no_english(files: QFileDialog) -> None:
    labels = [one.text() for one in files.findChildren(QLabel) if one.text()]
    assert len(labels) >= 3
    assert [one for one in labels if one.isascii()] == []


def test_our_texts_stand_in_for_those_that_qt_lacks(window: MainWindow) -> None:
    translate = QCoreApplication.translate
    assert all(translate(*key) == key[1] for key in TEXTS), "English is Qt's own"
    other = ("QPlatformTheme", "Cancel")
    window.application.use_language("ja")
    assert [key for key in TEXTS if translate(*key) == key[1]] == []
    assert translate(*other) == "キャンセル"
    assert translate("QComboBox", "no such text") == "no such text"
    window.application.use_language("en")
    assert all(translate(*key) == key[1] for key in TEXTS)


@pytest.mark.parametrize("gently", [False, True])
def test_the_list_of_shortcuts_follows_the_language(
    qtbot: QtBot, opened: MainWindow, gently: bool
) -> None:
    dialog = ShortcutsDialog(opened, opened.actions_by_key)
    qtbot.addWidget(dialog)

    def said() -> set[str]:
        cells = {dialog.table.item(row, 0).text() for row in range(dialog.table.rowCount())}
        return cells | {dialog.table.horizontalHeaderItem(column).text() for column in (0, 1)}

    english = said()
    opened.application.use_language("ja", gently=gently)
    assert len(said()) == len(english)
    assert said() & english == set()


def test_a_plan_names_the_configuration_as_the_form_does() -> None:
    assert str(_configuration(Profile())) == "Default"
    chosen = _configuration(Profile(deployment=DeploymentSettings(configuration=FRONTEND)))
    assert isinstance(chosen, Text)
    assert str(chosen) == "Frontend network"
    other = Profile(deployment=DeploymentSettings(configuration="other"))
    assert _configuration(other) == "other"
