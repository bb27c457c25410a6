"""A message on a page: icon, sentence, and buttons for what can be done about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from core.text import Text
from gui.icons import pixmap
from gui.showing import set_shown
from gui.theme import THEME
from gui.wording import name, say


class Banner(QFrame):
    """Hidden until it has something to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = "note"
        self.mark = QLabel(self)
        self.mark.setFixedSize(20, 20)
        self.label = QLabel(self)
        self.label.setWordWrap(True)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.advice = QLabel(self)
        self.advice.setWordWrap(True)
        self.advice.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for label in (self.label, self.advice):
            label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(8)
        texts = QVBoxLayout()
        texts.setSpacing(4)
        texts.addWidget(self.label)
        texts.addWidget(self.advice)
        texts.addLayout(self.buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(texts, 1)
        THEME.changed.connect(self._tint)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self.label.text()

    def show_text(
        self,
        kind: str,
        text: Text,
        advice: Text | None = None,
        buttons: tuple[tuple[Text, Callable[[], None]], ...] = (),
    ) -> None:
        """Say something; ``kind`` is problem, warning, good or note."""
        self._kind = kind
        self.setProperty("banner", kind)
        self.style().unpolish(self)
        self.style().polish(self)
        say(self.label, "setText", text)
        say(self.advice, "setText", advice)
        set_shown(self.advice, advice is not None)
        self._clear_buttons()
        for caption, slot in buttons:
            button = QPushButton(self)
            say(button, "setText", caption)
            name(button, caption, advice or text)
            button.clicked.connect(slot)
            self.buttons.addWidget(button)
        if buttons:
            self.buttons.addStretch(1)
        self._tint()
        self.show()

    def _clear_buttons(self) -> None:
        while (item := self.buttons.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def _tint(self) -> None:
        role = "link" if self._kind == "note" else self._kind
        self.mark.setPixmap(pixmap(self._kind, role, 18))
