"""The shipped manual, offline: the page and place that belong to what one is looking at."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialogButtonBox, QTextBrowser, QWidget

from core.text import Text, current_language
from gui.dialogs.dialog import Dialog
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


def guide_folder(language: str) -> Path | None:
    """Where the manual is: in a checkout, beside a packaged application, or below ``share``."""
    root = Path(__file__).resolve().parents[2]
    shared = Path(sys.prefix) / "share" / "haproxy-setup" / "guide"
    for folder in (root / "docs" / "guide" / language, shared / language):
        if (folder / "index.md").is_file():
            return folder
    return None


class Manual(Dialog):
    """Not modal: one reads beside one's work."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Text("Manual"))
        self.setModal(False)
        self.resize(760, 640)
        self.page = ""
        self.browser = QTextBrowser(self)
        self.browser.setOpenLinks(False)
        self.browser.anchorClicked.connect(self._on_link)
        name(self.browser, Text("Manual"))
        self.body.addWidget(self.browser, 1)
        role = QDialogButtonBox.ButtonRole.ActionRole
        self.contents = self.add_button(Text("Contents"), role, "contents")
        self.contents.setAutoDefault(False)
        self.contents.clicked.connect(lambda: self.show_place("index.md"))
        close = self.add_button(Text("Close"), QDialogButtonBox.ButtonRole.RejectRole, "close")
        close.setAutoDefault(False)
        self.finish()
        WORDING.changed.connect(self._on_language)

    def show_place(self, place: str) -> None:
        """Show a page such as ``fields.md#vm.name``."""
        page, _, anchor = place.partition("#")
        page = page or self.page
        folder = guide_folder(current_language()) or guide_folder("en")
        if folder is None or not (folder / page).is_file():
            self.browser.setPlainText(str(Text("The manual is not part of this installation.")))
            return
        if self.page != page:
            self.page = page
            self.browser.setMarkdown((folder / page).read_text("utf-8"))
        if anchor:
            self.browser.scrollToAnchor(anchor)
        else:
            self.browser.verticalScrollBar().setValue(0)

    def _on_language(self) -> None:
        page, self.page = self.page, ""
        if page:
            self.show_place(page)

    def _on_link(self, url: QUrl) -> None:
        if url.scheme() in ("http", "https"):
            QDesktopServices.openUrl(url)
            return
        target = url.toString()
        if target.partition("#")[0].endswith(".md") or target.startswith("#"):
            self.show_place(target.removeprefix("./"))
