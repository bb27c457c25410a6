"""The shipped manual, offline: the page and place that belong to what one is looking at."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import (
    QDesktopServices,
    QFont,
    QImage,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import QDialogButtonBox, QTextBrowser, QWidget

from core.text import Text, current_language
from gui.dialogs.dialog import Dialog
from gui.theme import DARK, THEME
from gui.wording import WORDING, name

PAGES = {
    "start": "index.md",
    "connection": "fields.md#vcenter.address",
    "switch": "fields.md#switch.mode",
    "ova": "fields.md#ova.source",
    "haproxy": "fields.md#vm.name",
    "review": "first-deployment.md",
    "deploy": "troubleshooting.md",
}
"""The place for each page of the window."""
MARGIN = 12
SPACE_ABOVE = {1: 0, 2: 20, 3: 14}
"""Pixels above a heading of each level."""
_Move, _Mode = QTextCursor.MoveOperation, QTextCursor.MoveMode


def guide_folder(language: str) -> Path | None:
    """Where the manual is: in a checkout, beside a packaged application, or below ``share``."""
    root = Path(__file__).resolve().parents[2]
    shared = Path(sys.prefix) / "share" / "haproxy-setup" / "guide"
    for folder in (root / "docs" / "guide" / language, shared / language):
        if (folder / "index.md").is_file():
            return folder
    return None


class _Pages(QTextBrowser):
    """A page with its pictures: those of the theme, no wider than what is read."""

    folder = Path()
    _page: QTextDocument | None = None

    def show_text(self, text: str) -> None:
        """Show a page; each heading stands off what is above it.

        It is shown when it is finished: to lay it out anew after each change takes twice as long.
        """
        page = QTextDocument(self)
        page.setUndoRedoEnabled(False)
        page.setDefaultFont(self.font())
        page.setDocumentMargin(MARGIN)
        page.setMarkdown(text)
        block = page.begin()
        while block.isValid():
            level = block.blockFormat().headingLevel()
            if level:
                cursor = QTextCursor(block)
                cursor.movePosition(_Move.EndOfBlock, _Mode.KeepAnchor)
                cursor.mergeCharFormat(_letters_of(level))
                cursor.mergeBlockFormat(_space_of(level))
            block = block.next()
        self.setDocument(page)
        if self._page is not None:
            self._page.deleteLater()
        self._page = page

    def loadResource(self, kind: int, name: QUrl) -> Any:
        """A picture from beside the page; anything else as Qt does."""
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return super().loadResource(kind, name)
        path = self.folder / name.toString()
        if THEME.name == DARK:
            dark = path.with_name(path.name.replace("-light.", "-dark."))
            path = dark if dark.is_file() else path
        picture = QImage(str(path))
        ratio = self.devicePixelRatio()
        # The pictures stand in numbered paragraphs, beside a bar that may not be there yet.
        page, bar = self.document(), self.verticalScrollBar()
        used = 2 * page.documentMargin() + page.indentWidth() + bar.sizeHint().width()
        room = round((self.width() - 2 * self.frameWidth() - used) * ratio)
        if picture.width() > room > 0:
            picture = picture.scaledToWidth(room, Qt.TransformationMode.SmoothTransformation)
        picture.setDevicePixelRatio(ratio)
        return picture


def _letters_of(level: int) -> QTextCharFormat:
    """As Qt has them itself, but for a heading with an anchor: that is shown as any other text."""
    letters = QTextCharFormat()
    letters.setFontWeight(QFont.Weight.Bold)
    letters.setProperty(QTextFormat.Property.FontSizeAdjustment, 4 - level)
    return letters


def _space_of(level: int) -> QTextBlockFormat:
    space = QTextBlockFormat()
    space.setTopMargin(SPACE_ABOVE.get(level, 0))
    return space


class Manual(Dialog):
    """Not modal: one reads beside one's work."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Text("Manual"))
        self.setModal(False)
        self.resize(760, 640)
        self.page = ""
        self.browser = _Pages(self)
        self.browser.setOpenLinks(False)
        self.browser.anchorClicked.connect(self._on_link)
        name(self.browser, Text("Manual"), Text("Tab goes from link to link, Enter follows one."))
        self.body.addWidget(self.browser, 1)
        role = QDialogButtonBox.ButtonRole.ActionRole
        self.contents = self.add_button(Text("Contents"), role, "contents")
        self.contents.clicked.connect(lambda: self.show_place("index.md"))
        close = self.add_button(Text("Close"), QDialogButtonBox.ButtonRole.RejectRole, "close")
        self.finish()
        close.setDefault(False)  # Enter follows a link, it does not close what one reads
        self.browser.setFocus()
        WORDING.changed.connect(self._on_language)

    def show_place(self, place: str) -> None:
        """Show a page such as ``fields.md#vm.name``."""
        page, _, anchor = place.partition("#")
        page = page or self.page
        folder = self._folder()
        if folder is None or not (folder / page).is_file():
            self.browser.setPlainText(str(Text("The manual is not part of this installation.")))
            return
        if self.page != page:
            self.page = page
            self.browser.folder = (folder / page).parent
            self.browser.show_text((folder / page).read_text("utf-8"))
        if anchor:
            self.browser.scrollToAnchor(anchor)
        else:
            self.browser.verticalScrollBar().setValue(0)

    def _folder(self) -> Path | None:
        return guide_folder(current_language()) or guide_folder("en")

    def _on_language(self) -> None:
        page, self.page = self.page, ""
        if page:
            self.show_place(page)

    def _on_link(self, url: QUrl) -> None:
        if url.scheme() in ("http", "https"):
            QDesktopServices.openUrl(url)
            return
        target = url.toString()
        file, _, anchor = target.partition("#")
        if file.endswith(".md"):
            # A page names others from where it is itself, which may be above the guide.
            file = os.path.relpath(self.browser.folder / file, self._folder())
        if file.endswith(".md") or not file:
            self.show_place(f"{file}#{anchor}")
