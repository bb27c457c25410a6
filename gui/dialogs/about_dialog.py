"""Versions, keyring, folders, licence: the first thing support asks for."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialogButtonBox, QPlainTextEdit, QWidget

from core import paths
from core.text import Text
from core.version import PRODUCT, VERSION
from gui.dialogs.dialog import CopyButton, Dialog
from gui.dialogs.report_text import versions
from gui.theme import fixed_font
from gui.window.commands import open_log_folder
from gui.wording import name, say

if TYPE_CHECKING:
    from core.background.describing import ProgramFacts


class AboutDialog(Dialog):
    """Versions and folders in a box that can be copied; the licences of others behind a button."""

    def __init__(self, parent: QWidget | None, about: ProgramFacts) -> None:
        super().__init__(parent, Text("About {product}", product=PRODUCT))
        self._about = about
        self.add_head("app", "accent", Text("{product} {version}", product=PRODUCT,
                                            version=VERSION))  # fmt: skip
        self.add_text(
            Text("Creates a vSphere Distributed Switch and deploys the HAProxy load balancer. "
                 "Apache License 2.0. Qt and PySide6 are used under the LGPL, version 3.")
        )  # fmt: skip
        self.shown = self.facts(about.keyring)
        self.text = QPlainTextEdit(self.shown, self)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setFont(fixed_font())
        self.text.setMinimumSize(640, 230)
        name(self.text, Text("Versions and folders"), Text("It can be read and copied."))
        self.body.addWidget(self.text)
        role = QDialogButtonBox.ButtonRole.ActionRole
        self.copy = CopyButton(Text("Copy"), self.shown, self)
        self.copy.setObjectName("copy_about")
        self.box.addButton(self.copy, role)
        self.licences = self.add_button(Text("Licences of others"), role, "licences")
        self.licences.clicked.connect(self._on_licences)
        folder = self.add_button(Text("Open log folder"), role, "open_log_folder")
        folder.clicked.connect(open_log_folder)
        self.add_button(Text("Close"), QDialogButtonBox.ButtonRole.RejectRole, "close")
        self.finish()

    def _on_licences(self) -> None:
        """Show the other text; *Copy* copies what is shown."""
        shows_licences = self.copy.text_to_copy == self.shown
        text = self._about.licences if shows_licences else self.shown
        self.text.setPlainText(text)
        self.copy.text_to_copy = text
        name(
            self.text,
            Text("Licences of others") if shows_licences else Text("Versions and folders"),
        )
        caption = Text("Versions") if shows_licences else Text("Licences of others")
        say(self.licences, "setText", caption)

    @staticmethod
    def facts(keyring: str) -> str:
        """The lines of the box."""
        lines = [versions()]
        for package in ("pyvmomi", "keyring", "ruamel.yaml", "requests", "cryptography"):
            try:
                lines.append(f"{package} {version(package)}")
            except PackageNotFoundError:
                continue
        lines += [
            str(Text("Keyring: {name}", name=keyring or Text("none"))),
            str(Text("Settings: {path}", path=paths.config_folder())),
            str(Text("Logs: {path}", path=paths.log_folder())),
        ]
        return "\n".join(lines)

    @classmethod
    def ask(cls, parent: QWidget, about: ProgramFacts) -> None:
        """Show it until it is closed."""
        cls(parent, about).exec()
