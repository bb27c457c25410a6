"""Versions, keyring, folders, licence: the first thing support asks for."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from PySide6.QtWidgets import QDialogButtonBox, QPlainTextEdit, QWidget

from core import paths
from core.text import Text
from core.version import PRODUCT, VERSION
from gui.dialogs.dialog import CopyButton, Dialog
from gui.dialogs.report_text import versions
from gui.theme import fixed_font
from gui.window.commands import open_log_folder
from gui.wording import name


class AboutDialog(Dialog):
    """Everything in a box that can be copied."""

    def __init__(self, parent: QWidget | None, keyring: str) -> None:
        super().__init__(parent, Text("About {product}", product=PRODUCT))
        self.add_head("app", "accent", Text("{product} {version}", product=PRODUCT,
                                            version=VERSION))  # fmt: skip
        self.add_text(
            Text("Creates a vSphere Distributed Switch and deploys the HAProxy load balancer. "
                 "Apache License 2.0. Qt and PySide6 are used under the LGPL, version 3.")
        )  # fmt: skip
        text = self.facts(keyring)
        box = QPlainTextEdit(text, self)
        box.setReadOnly(True)
        box.setFont(fixed_font())
        box.setMinimumSize(520, 190)
        name(box, Text("Versions and folders"))
        self.body.addWidget(box)
        role = QDialogButtonBox.ButtonRole.ActionRole
        copy = CopyButton(Text("Copy"), text, self)
        copy.setObjectName("copy_about")
        self.box.addButton(copy, role)
        folder = self.add_button(Text("Open log folder"), role, "open_log_folder")
        folder.clicked.connect(open_log_folder)
        self.add_button(Text("Close"), QDialogButtonBox.ButtonRole.RejectRole, "close")
        self.finish()

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
    def ask(cls, parent: QWidget, keyring: str) -> None:
        """Show it until it is closed."""
        cls(parent, keyring).exec()
