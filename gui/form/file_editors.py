"""Files and PEM blocks: typed, chosen, dropped or pasted."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFocusEvent, QTextOption
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.errors import FileError, InvalidInput
from core.fields import FieldSpec
from core.profile.values import parse_value, refuse_other_path
from core.text import Text
from gui.form.editor import Editor, width_of
from gui.messages import show_error
from gui.theme import fixed_font
from gui.wording import name, say

_OVA_FILTER = Text("OVA files (*.ova);;All files (*)")
_PEM_FILTER = Text("Certificates and keys (*.pem *.crt *.cer *.key *.der);;All files (*)")


def dropped_path(event: QDropEvent | QDragEnterEvent) -> str:
    """The path of the one local file that is dragged, else empty."""
    urls = event.mimeData().urls() if event.mimeData().hasUrls() else []
    local = [url.toLocalFile() for url in urls if isinstance(url, QUrl) and url.isLocalFile()]
    return local[0] if len(local) == 1 else ""


class FileEditor(Editor):
    """A path with a button that opens the system's file dialog; a file can be dropped on it.

    Signals:
        taken: a file was chosen or dropped, which is more certain than a path being typed.
    """

    taken = Signal()

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.edit = QLineEdit(self)
        say(self.edit, "setPlaceholderText", Text("e.g. {example}", example=spec.example))
        self.button = QPushButton(self)
        self.button.setObjectName(f"{spec.key}.choose")
        say(self.button, "setText", Text("Choose…"))
        name(self.button, Text("Choose a file: {field}", field=spec.label), spec.help)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.edit, 1)
        layout.addWidget(self.button)
        self.setAcceptDrops(True)
        self.edit.setAcceptDrops(False)
        self.edit.textEdited.connect(self._on_edited)
        self.edit.editingFinished.connect(self._on_finished)
        self.button.clicked.connect(self._on_choose)
        self.finish()

    def control(self) -> QWidget:
        """The line edit."""
        return self.edit

    def fit(self) -> None:
        """As wide as a path needs, less where there is no room for it."""
        self.edit.setMinimumWidth(width_of(self.edit, 24))
        self.edit.setMaximumWidth(width_of(self.edit, self.spec.width))

    def show_value(self, value: Any) -> None:
        """Show a path."""
        if not (self.edit.hasFocus() and parse_value(self.spec, self.edit.text()) == value):
            self.edit.setText(value)

    def take(self, path: str) -> None:
        """Put a path in as if it had been typed; one that a profile cannot keep is refused."""
        if not is_kept(self, path):
            return
        self.edit.setText(path)
        self.typed.emit(path)
        self.taken.emit()
        self.left.emit()

    def set_locked(self, locked: bool) -> None:
        """Read only."""
        self.edit.setReadOnly(locked)
        self.button.setEnabled(not locked)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take one local file."""
        if dropped_path(event) and self.button.isEnabled():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Put its path in."""
        self.take(dropped_path(event))

    def _on_edited(self, text: str) -> None:
        self.typed.emit(parse_value(self.spec, text))

    def _on_finished(self) -> None:
        self.edit.setText(parse_value(self.spec, self.edit.text()))
        self.left.emit()

    def _on_choose(self) -> None:
        filters = _OVA_FILTER if self.spec.section == "ova" else _PEM_FILTER
        path = choose_file(self, self.spec.label, self.edit.text(), filters)
        if path:
            self.take(path)


def choose_file(parent: QWidget, title: Text, start: str, filters: Text) -> str:
    """Ask for an existing file; empty when cancelled."""
    path, _ = QFileDialog.getOpenFileName(parent, str(title), start, str(filters))
    return path


def is_kept(editor: Editor, path: str) -> bool:
    """Whether a profile can keep the path of a chosen file; says so if it cannot."""
    try:
        refuse_other_path(editor.spec, path)
    except InvalidInput as error:
        found = error.findings[0]
        refusal = FileError(found.what, found.advice)
        # Not now: the program that a file was dropped from waits for us.
        QTimer.singleShot(0, editor, partial(show_error, editor, refusal))
        return False
    return True


class LeavingTextEdit(QPlainTextEdit):
    """A text box that tells when it is left, and leaves Tab to the form.

    Signals:
        left: the focus went elsewhere.
    """

    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that it was left."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()


class PemEditor(Editor):
    """A box for PEM, or for the path of its file."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.edit = LeavingTextEdit(self)
        self.edit.setFont(fixed_font())
        self.edit.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        say(self.edit, "setPlaceholderText", Text("Paste PEM, or the path of its file"))
        self.button = QPushButton(self)
        self.button.setObjectName(f"{spec.key}.choose")
        say(self.button, "setText", Text("Choose…"))
        name(self.button, Text("Choose a file: {field}", field=spec.label), spec.help)
        self.buttons = QVBoxLayout()
        self.buttons.setSpacing(4)
        self.buttons.addWidget(self.button)
        self.buttons.addStretch()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.edit, 1)
        layout.addLayout(self.buttons)
        self.edit.textChanged.connect(self._on_changed)
        self.edit.left.connect(self.left)
        self.button.clicked.connect(self._on_choose)
        self.finish()

    def control(self) -> QWidget:
        """The text box."""
        return self.edit

    def fit(self) -> None:
        """Three lines."""
        self.edit.setMinimumWidth(width_of(self.edit, 34))
        self.edit.setFixedHeight(self.edit.fontMetrics().lineSpacing() * 3 + 16)

    def show_value(self, value: Any) -> None:
        """Show the text."""
        if parse_value(self.spec, self.edit.toPlainText()) != value:
            self.edit.blockSignals(True)
            self.edit.setPlainText(value)
            self.edit.blockSignals(False)

    def set_locked(self, locked: bool) -> None:
        """Read only."""
        self.edit.setReadOnly(locked)
        self.button.setEnabled(not locked)

    def _on_changed(self) -> None:
        self.typed.emit(parse_value(self.spec, self.edit.toPlainText()))

    def _on_choose(self) -> None:
        path = choose_file(self, self.spec.label, "", _PEM_FILTER)
        if path and is_kept(self, path):
            self.edit.setPlainText(path)
            self.left.emit()
