"""An error: what happened, what to do, details behind a button, everything can be copied."""

from __future__ import annotations

from PySide6.QtWidgets import QDialogButtonBox, QPlainTextEdit, QWidget

from core.errors import AppError
from core.text import Text
from gui.dialogs.dialog import CopyButton, Dialog
from gui.dialogs.report_text import details_of
from gui.theme import fixed_font
from gui.wording import name, say


class ErrorDialog(Dialog):
    """For an ``AppError``; a bug gets the crash dialog, which looks the same."""

    def __init__(self, parent: QWidget | None, title: Text, what: Text, advice: Text | None,
                 error: Exception) -> None:  # fmt: skip
        super().__init__(parent, title)
        self.add_head("problem", "problem", what)
        if advice is not None:
            self.add_text(advice)
        text = details_of(error)
        self.details = QPlainTextEdit(text, self)
        self.details.setReadOnly(True)
        self.details.setFont(fixed_font())
        self.details.setMinimumSize(560, 200)
        self.details.hide()
        name(self.details, Text("Details"), Text("It can be read and copied."))
        self.body.addWidget(self.details)
        role = QDialogButtonBox.ButtonRole.ActionRole
        self.toggle = self.add_button(Text("Details"), role, "details")
        self.toggle.clicked.connect(self._on_toggle)
        self.copy = CopyButton(Text("Copy details"), text, self)
        self.copy.setObjectName("copy_details")
        self.box.addButton(self.copy, role)
        self.add_button(Text("Close"), QDialogButtonBox.ButtonRole.RejectRole, "close")
        self.finish()

    @classmethod
    def ask(cls, parent: QWidget, error: AppError) -> None:
        """Show it until it is closed."""
        cls(parent, Text("Something went wrong"), error.what, error.advice, error).exec()

    @classmethod
    def crash(cls, parent: QWidget | None, error: Exception) -> None:
        """Show a bug."""
        what = Text("A mistake in this program: {name}.", name=type(error).__name__)
        advice = Text(
            "Your profile is as it was. Save it, copy the details into a report, and start the "
            "program again."
        )
        cls(parent, Text("Unexpected error"), what, advice, error).exec()

    def _on_toggle(self) -> None:
        shown = not self.details.isVisible()
        self.details.setVisible(shown)
        say(self.toggle, "setText", Text("Hide details") if shown else Text("Details"))
        self.adjustSize()
