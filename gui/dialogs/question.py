"""Questions with named answers; tests replace ``ask``."""

from __future__ import annotations

from PySide6.QtWidgets import QDialogButtonBox, QWidget

from core.text import Text
from gui.dialogs.dialog import Dialog

Role = QDialogButtonBox.ButtonRole


TAKES_AWAY = frozenset({"delete", "revert", "overwrite", "discard", "stop"})
"""Answers that lose something: never what Enter does."""


class Question(Dialog):
    """A sentence, advice, and one button per answer; the last one is the safe one.

    Enter gives the first answer, unless that takes something away: then the safe one.
    """

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
        buttons = []
        for key, text in answers:
            role = Role.DestructiveRole if key in TAKES_AWAY else Role.AcceptRole
            if key == self.answer:
                role = Role.RejectRole
            button = self.add_button(text, role, key)
            button.setProperty("answer", key)
            button.clicked.connect(self._on_clicked)
            buttons.append(button)
        self.finish(buttons[-1] if answers[0][0] in TAKES_AWAY else buttons[0])

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
