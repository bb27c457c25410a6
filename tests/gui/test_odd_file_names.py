"""Files whose names a profile cannot keep: refused when they are chosen, never another file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from core.profile.model import LIBRARY
from gui.form import file_editors
from gui.window.main_window import MainWindow
from tests.gui.dropping import drop


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    errors: list[str] = []
    monkeypatch.setattr(file_editors, "show_error", lambda _w, error: errors.append(str(error)))
    return errors


def no_text(tmp_path: Path) -> QUrl:
    """As a file manager gives the address of a file whose name is no UTF-8."""
    file = os.fsencode(tmp_path) + b"/haproxy\xff.ova"
    try:
        with open(file, "wb"):
            pass
    except OSError:  # macOS has no such files
        pytest.skip("this system has no file names that are no text")
    return QUrl.fromEncoded(b"file://" + file.replace(b"\xff", b"%FF"))


def test_a_dropped_file_whose_name_is_no_text_is_refused(
    qtbot: QtBot, opened: MainWindow, tmp_path: Path, said: list[str]
) -> None:
    opened.go_to("ova")
    opened.model.set_value("ova.source", LIBRARY)
    opened.model.set_value("ova.file", "before.ova")
    for target in (opened.page, opened.page.rows["ova.file"].editor):
        drop(target, no_text(tmp_path))
        qtbot.waitUntil(lambda: bool(said))
        assert "haproxy" in said[0]
        assert "Rename the file" in said.pop()
        assert said == []
    assert opened.model.value("ova.file") == "before.ova"
    assert opened.model.value("ova.source") == LIBRARY
    assert opened.page.rows["ova.file"].editor.edit.text() == "before.ova"  # type: ignore[attr-defined]


@pytest.mark.parametrize("key", ["ova.file", "vcenter.certificate"])
@pytest.mark.parametrize("file_name", ["a\ufffd.pem", "a.pem ", "a\u200b.pem", "a\nb.pem"])
def test_a_chosen_file_with_a_name_that_would_be_another_is_refused(
    qtbot: QtBot,
    opened: MainWindow,
    said: list[str],
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    file_name: str,
) -> None:
    """The spaces at its end, or what cannot be seen, would be tidied away."""
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (f"/lab/{file_name}", ""))
    opened.go_to(key)
    row = opened.page.rows[key]
    row.editor.button.click()  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: bool(said))
    assert "Rename the file" in said[0]
    assert opened.model.value(key) == ""


def test_a_name_in_any_language_is_taken(
    opened: MainWindow, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/lab/ロード バランサ 😀.ova"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (path, ""))
    opened.go_to("ova.file")
    opened.page.rows["ova.file"].editor.button.click()  # type: ignore[attr-defined]
    assert opened.model.value("ova.file") == path
    assert said == []
