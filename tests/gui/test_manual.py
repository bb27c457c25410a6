"""F1 opens the shipped manual at the right place; every place there is a way to exists."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFont, QKeyEvent, QTextDocument, QTextFormat
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from core.profile.model import FIELDS, SECRET_FIELDS
from gui.form.secret_editor import SecretEditor
from gui.window.main_window import MainWindow
from gui.window.manual import PAGES, Manual, guide_folder

ROOT = Path(__file__).resolve().parents[2]


def manual_of(window: MainWindow) -> Manual:
    manual = window.commands._manual
    assert isinstance(manual, Manual)
    return manual


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_place_is_in_the_manual(language: str) -> None:
    folder = guide_folder(language)
    assert folder is not None
    places = [*PAGES.values(), *(f"fields.md#{key}" for key in (*FIELDS, *SECRET_FIELDS))]
    texts = {path.name: path.read_text("utf-8") for path in folder.glob("*.md")}
    missing = [
        place
        for place in places
        for page, _, anchor in [place.partition("#")]
        if page not in texts or (anchor and f'name="{anchor}"' not in texts[page])
    ]
    assert missing == []


def test_f1_opens_the_page_the_field_and_the_finding(qtbot: QtBot, opened: MainWindow) -> None:
    action = opened.actions_by_key["manual"]
    opened.go_to("network.workload_gateway")
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    action.trigger()
    manual = manual_of(opened)
    assert manual.page == "fields.md"
    assert manual.isVisible()
    top = manual.browser.verticalScrollBar().value()
    assert top > 0
    opened.activateWindow()
    opened.model.review()
    opened.go_to("network.workload_address")
    qtbot.waitUntil(opened.isActiveWindow)
    action.trigger()
    assert manual.page == "findings.md"
    assert manual.browser.verticalScrollBar().value() > 0
    manual._on_link(QUrl("index.md"))
    assert manual.page == "index.md"
    opened.application.use_language("ja")
    assert re.search(r"[ぁ-ん]", manual.browser.toPlainText())
    opened.application.use_language("en")
    manual.close()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_heading_is_bold_and_its_own_size_with_or_without_an_anchor(
    opened: MainWindow, language: str
) -> None:
    opened.application.use_language(language)
    opened.actions_by_key["manual"].trigger()
    manual = manual_of(opened)
    for page in ("troubleshooting.md", "fields.md"):
        manual.show_place(page)
        block = manual.browser.document().begin()
        shown: dict[int, set[tuple[object, ...]]] = {}
        anchors = 0
        while block.isValid():
            level = block.blockFormat().headingLevel()
            letters = block.begin().fragment().charFormat() if block.text() else None
            if level and letters is not None:
                size = letters.property(QTextFormat.Property.FontSizeAdjustment)
                space = block.blockFormat().topMargin()
                shown.setdefault(level, set()).add((letters.fontWeight(), size, space))
                anchors += bool(letters.anchorNames())
            block = block.next()
        assert anchors > 3
        bold = QFont.Weight.Bold.value
        assert shown == {1: {(bold, 3, 0)}, 2: {(bold, 2, 20)}, 3: {(bold, 1, 14)}}, page
    manual.close()


def test_pages_that_were_read_are_not_kept(qtbot: QtBot, opened: MainWindow) -> None:
    opened.actions_by_key["manual"].trigger()
    manual = manual_of(opened)
    for page in ("fields.md", "index.md", "troubleshooting.md"):
        manual.show_place(page)
    qtbot.waitUntil(lambda: len(manual.browser.findChildren(QTextDocument)) == 1)
    manual.close()


def test_pictures_of_a_page_are_shown_no_wider_than_it(opened: MainWindow) -> None:
    opened.go_to("review")
    opened.actions_by_key["manual"].trigger()
    manual = manual_of(opened)
    manual.show_place("first-deployment.md")
    named = re.findall(r"!\[[^]]*\]\(([^)]+)\)", page_of("first-deployment.md"))
    assert named
    shown = {}
    for theme in ("light", "dark"):
        opened.application.use_theme(theme)
        for path in named:
            picture = manual.browser.loadResource(
                QTextDocument.ResourceType.ImageResource.value, QUrl(path)
            )
            assert 100 < picture.width() <= manual.browser.viewport().width()
            shown[theme, path] = picture
    assert all(shown["light", path] != shown["dark", path] for path in named)
    assert manual.browser.horizontalScrollBar().maximum() == 0
    manual.close()


def page_of(name: str) -> str:
    folder = guide_folder("en")
    assert folder is not None
    return (folder / name).read_text("utf-8")


def test_links_are_followed_out_of_the_guide_and_back(opened: MainWindow) -> None:
    opened.actions_by_key["manual"].trigger()
    manual = manual_of(opened)
    manual.show_place("index.md")
    assert "(../../failure-modes.md)" in page_of("index.md")
    manual._on_link(QUrl("../../failure-modes.md"))
    assert "F24" in manual.browser.toPlainText()
    manual._on_link(QUrl("guide/en/troubleshooting.md#boot"))
    assert manual.page == "troubleshooting.md"
    manual.close()


def test_a_problem_in_review_is_explained(opened: MainWindow) -> None:
    opened.go_to("review")
    button = next(b for b in opened.page.findChildren(QPushButton)
                  if b.objectName().startswith("why."))  # fmt: skip
    button.click()
    assert manual_of(opened).page == "findings.md"
    manual_of(opened).close()


def test_caps_lock_is_told_where_a_password_is_typed(opened: MainWindow) -> None:
    from PySide6.QtCore import QEvent, Qt

    opened.go_to("secrets.root_password")
    editor = opened.page.rows["secrets.root_password"].editor
    assert isinstance(editor, SecretEditor)
    press, none = QEvent.Type.KeyPress, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(editor.edit, QKeyEvent(press, Qt.Key.Key_A, none, "A"))
    assert editor.caps.isVisible()
    QTest.keyClicks(editor.edit, "a")
    assert not editor.caps.isVisible()


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ja"])
def test_it_fits_at_200_percent_in_the_smallest_window(language: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.gui.scaled", language],
        env={**os.environ, "QT_SCALE_FACTOR": "2", "PYTHONPATH": str(ROOT)},
        cwd=ROOT, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
