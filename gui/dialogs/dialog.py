"""What our dialogs share: an icon, sentences that can be selected, buttons in Qt's order."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.text import Text
from gui.icons import pixmap
from gui.theme import THEME
from gui.wording import name, say

COPIED_MS = 3000


class Dialog(QDialog):
    """A modal question or message."""

    def __init__(self, parent: QWidget | None, title: Text) -> None:
        super().__init__(parent)
        self.setModal(True)
        say(self, "setWindowTitle", title)
        self._subject = title
        self._marks: list[tuple[QLabel, str, str]] = []
        THEME.changed.connect(self._tint)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(20, 18, 20, 16)
        self.body.setSpacing(12)
        self.box = QDialogButtonBox(self)
        self.box.rejected.connect(self.reject)
        self.box.accepted.connect(self.accept)

    def add_head(self, icon: str, role: str, text: Text) -> QLabel:
        """An icon and a sentence in bold."""
        self._subject = text
        mark = QLabel(self)
        self._marks.append((mark, icon, role))
        self._tint()
        label = self.add_text(text, add=False)
        font = label.font()
        font.setBold(True)
        label.setFont(font)
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(label, 1)
        self.body.addLayout(line)
        return label

    def add_text(self, text: Text, *, add: bool = True) -> QLabel:
        """A sentence that can be selected."""
        label = QLabel(self)
        label.setWordWrap(True)
        label.setMinimumWidth(420)
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        say(label, "setText", text)
        if add:
            self.body.addWidget(label)
        return label

    def add_button(self, text: Text, role: QDialogButtonBox.ButtonRole, key: str) -> QPushButton:
        """A button below; ``key`` names it for tests."""
        button = QPushButton(self)
        button.setObjectName(key)
        say(button, "setText", text)
        name(button, text, self._subject)
        self.box.addButton(button, role)
        return button

    def finish(self, default: QPushButton | None = None) -> None:
        """Put the buttons at the end, and settle what Enter does.

        That is ``default``, else the button made the default already, else the one that Escape
        stands for. No other button takes Enter over by having the focus.
        """
        self.body.addWidget(self.box)
        buttons = [one for one in self.box.buttons() if isinstance(one, QPushButton)]
        chosen = [one for one in (default,) if one is not None]
        chosen += [one for one in buttons if one.isDefault()]
        chosen += [one for one in buttons if self._leaves(one)]
        for button in buttons:
            button.setAutoDefault(False)
        if chosen:
            chosen[0].setDefault(True)
            chosen[0].setFocus()

    def _tint(self) -> None:
        for mark, icon, role in self._marks:
            mark.setPixmap(pixmap(icon, role, 24))

    def _leaves(self, button: QPushButton) -> bool:
        return self.box.buttonRole(button) is QDialogButtonBox.ButtonRole.RejectRole


class CopyButton(QPushButton):
    """Copies a text and says so for three seconds.

    A text that depends on the language is asked for when it is copied.
    """

    def __init__(
        self, caption: Text, text: str | Callable[[], str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._caption, self.text_to_copy = caption, text
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(COPIED_MS)
        self._timer.timeout.connect(self._restore)
        self.setAutoDefault(False)
        say(self, "setText", caption)
        name(self, caption, Text("Copies it to the clipboard."))
        self.clicked.connect(self._on_clicked)

    def _on_clicked(self) -> None:
        text = self.text_to_copy
        QGuiApplication.clipboard().setText(text if isinstance(text, str) else text())
        say(self, "setText", Text("✓ Copied"))
        self._timer.start()

    def _restore(self) -> None:
        say(self, "setText", self._caption)
