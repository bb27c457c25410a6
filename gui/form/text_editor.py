"""One line of text: names, addresses, lists of addresses."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from core.fields import FieldSpec, Kind
from core.profile.values import LISTS, format_value, parse_value
from core.text import Text
from gui.form.editor import Editor, width_of
from gui.theme import fixed_font
from gui.wording import say

_FIXED = LISTS | {Kind.ADDRESS, Kind.INTERFACE, Kind.CIDR}
MOST_CHARACTERS = 40
LIST_CHARACTERS = 30
ROOM_FOR_EXAMPLE = 6
ADDRESS_CHARACTERS = 22
"""The same for each: addresses and gateways stand one below the other."""


class SuggestingEdit(QLineEdit):
    """A line that takes a suggestion over when Tab leaves it empty.

    Signals:
        accepted: the suggestion was taken over.
    """

    accepted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.suggestion = ""

    def event(self, event: QEvent) -> bool:
        """Take the suggestion over on Tab, and let Tab go on to the next field."""
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Tab
            and self.suggestion
            and not self.text()
            and not self.isReadOnly()
        ):
            self.accept_suggestion()
        return super().event(event)

    def accept_suggestion(self) -> None:
        """Put the suggestion in as if it had been typed."""
        if self.suggestion:
            self.setText(self.suggestion)
            self.accepted.emit()


class TextEditor(Editor):
    """A line edit; what is typed is tidied when the field is left."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.edit = SuggestingEdit(self)
        if spec.kind in _FIXED:
            self.edit.setFont(fixed_font())
        if spec.example:
            say(self.edit, "setPlaceholderText", Text("e.g. {example}", example=spec.example))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.edit)
        layout.addStretch()
        self.edit.textEdited.connect(self._on_edited)
        self.edit.accepted.connect(self._on_accepted)
        self.edit.editingFinished.connect(self._on_finished)
        self.finish()

    def control(self) -> QWidget:
        """The line edit."""
        return self.edit

    def fit(self) -> None:
        """As wide as what belongs in; addresses all the same."""
        spec = self.spec
        width = LIST_CHARACTERS if spec.kind in LISTS else min(spec.width, MOST_CHARACTERS)
        width = max(width, len(spec.example) + ROOM_FOR_EXAMPLE)
        if spec.kind in _FIXED - LISTS:
            width = max(width, ADDRESS_CHARACTERS)
        self.edit.setFixedWidth(width_of(self.edit, width))

    def show_value(self, value: Any) -> None:
        """Show a value, unless it is what is being typed just now."""
        if self.edit.hasFocus() and parse_value(self.spec, self.edit.text()) == value:
            return
        text = format_value(self.spec, value)
        if text != self.edit.text():
            self.edit.setText(text)
            self.edit.setCursorPosition(0)

    def show_suggestion(self, text: str) -> None:
        """Offer a value for the empty field."""
        self.edit.suggestion = text

    def set_locked(self, locked: bool) -> None:
        """Read only: one may still select and copy."""
        self.edit.setReadOnly(locked)

    def _on_edited(self, text: str) -> None:
        self.typed.emit(parse_value(self.spec, text))

    def _on_accepted(self) -> None:
        self.typed.emit(parse_value(self.spec, self.edit.text()))
        self.left.emit()

    def _on_finished(self) -> None:
        if self.edit.isReadOnly():
            return
        value = parse_value(self.spec, self.edit.text())
        tidy = format_value(self.spec, value)
        if tidy != self.edit.text():
            self.edit.setText(tidy)
        self.left.emit()
