"""Questions with named answers; tests replace ``ask``."""

from __future__ import annotations

from PySide6.QtWidgets import QDialogButtonBox, QWidget

from core.text import Text
from gui.dialogs.dialog import Dialog

Role = QDialogButtonBox.ButtonRole


class Question(Dialog):
    """A sentence, advice, and one button per answer; the last one is the safe one."""

    def __init__(
        self,
        parent: QWidget | None,
        title: Text,
        what: Text,
        advice: Text | None,
        answers: tuple[tuple[str, Text], ...],
    ) -> None:
        super().__init__(parent, title)
        self.answer = answers[-1][0]
        self.add_head("note", "link", what)
        if advice is not None:
            self.add_text(advice)
        roles = [Role.AcceptRole, Role.DestructiveRole, Role.ActionRole]
        for place, (key, text) in enumerate(answers):
            role = Role.RejectRole if place == len(answers) - 1 else roles[place]
            button = self.add_button(text, role, key)
            button.setProperty("answer", key)
            button.clicked.connect(self._on_clicked)
        self.box.button(QDialogButtonBox.StandardButton.NoButton)
        self.finish()

    def _on_clicked(self) -> None:
        self.answer = str(self.sender().property("answer"))
        self.accept()

    @classmethod
    def ask(
        cls,
        parent: QWidget | None,
        title: Text,
        what: Text,
        advice: Text | None,
        answers: tuple[tuple[str, Text], ...],
    ) -> str:
        """The key of the answer; that of the last one when it is closed."""
        question = cls(parent, title, what, advice, answers)
        question.exec()
        return question.answer
