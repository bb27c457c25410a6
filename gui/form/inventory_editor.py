"""Something of the vCenter: picked from what is there, or typed while nothing is known."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from core.fields import FieldSpec
from core.profile.values import clean_line
from core.text import Text
from gui.form.boxes import ComboBox
from gui.form.editor import Editor, width_of
from gui.form.text_editor import SuggestingEdit
from gui.icons import pixmap
from gui.showing import set_shown
from gui.theme import THEME
from gui.vcenter_state import State, VCenterState
from gui.wording import say

PICKED_CHARACTERS = 26
"""Leaves room for the mark beside it, in every language."""


class InventoryEditor(Editor):
    """An editable combo box that says whether the vCenter has what is in it."""

    def __init__(
        self, spec: FieldSpec, vcenter: VCenterState, parent: QWidget | None = None
    ) -> None:
        super().__init__(spec, parent)
        self._vcenter = vcenter
        self._default: Text | None = None
        self._drawn = ""
        self.box = ComboBox(self)
        self.box.setEditable(True)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.setMaxVisibleItems(16)
        self.edit = SuggestingEdit(self.box)
        self.box.setLineEdit(self.edit)
        # Nothing is completed: Tab would show VM Network where VM was typed and is stored, and a
        # new switch could not be named like the beginning of another.
        self.box.setCompleter(None)
        if spec.example:
            say(self.edit, "setPlaceholderText", Text("e.g. {example}", example=spec.example))
        self.mark = QLabel(self)
        self.mark.setFixedWidth(16)
        self.state = QLabel(self)
        self.state.setProperty("look", "muted")
        self.state.setWordWrap(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box)
        layout.addWidget(self.mark)
        layout.addWidget(self.state, 1)
        self.edit.textEdited.connect(self._on_edited)
        self.edit.editingFinished.connect(self._on_finished)
        self.box.activated.connect(self._on_activated)
        vcenter.changed.connect(self.refresh)
        THEME.changed.connect(self._tint)
        self.finish()
        self.refresh()

    def control(self) -> QWidget:
        """The combo box."""
        return self.box

    def fit(self) -> None:
        """Wide enough for the names there are."""
        characters = min(self.spec.width, PICKED_CHARACTERS)
        self.box.setFixedWidth(width_of(self.box, characters, 46))

    def show_value(self, value: Any) -> None:
        """Show a name."""
        if not (self.edit.hasFocus() and clean_line(self.edit.text()) == value):
            self.edit.setText(str(value))
            self.edit.setCursorPosition(0)
        self.refresh()

    def show_default(self, text: Text | None) -> None:
        """What stands while the field is empty."""
        if text != self._default:
            self._default = text
            example = Text("e.g. {example}", example=self.spec.example)
            say(self.edit, "setPlaceholderText", text or example)

    def set_locked(self, locked: bool) -> None:
        """Nothing can be picked or typed."""
        self.box.setEnabled(not locked)

    def refresh(self) -> None:
        """Offer what is there now, and say whether the name is among it."""
        text = self.edit.text()
        options = self._vcenter.options(self.spec)
        wanted = list(options or ())
        if wanted != [self.box.itemText(i) for i in range(self.box.count())]:
            typed = self.edit.cursorPosition()
            self.box.blockSignals(True)
            self.box.clear()
            self.box.addItems(wanted)
            self.box.setCurrentIndex(wanted.index(text) if text in wanted else -1)
            self.edit.setText(text)
            self.edit.setCursorPosition(typed)
            self.box.blockSignals(False)
        self._show_state(clean_line(text), options)

    def _show_state(self, value: str, options: tuple[str, ...] | None) -> None:
        mark = ""
        if not value:
            state = None
        elif options is None:
            busy = self._vcenter.state is State.CONNECTING
            state = Text("being checked") if busy else Text("not checked yet")
        elif value in options:
            state, mark = Text("in the vCenter"), "good"
        elif self._vcenter.is_to_be_made(self.spec, value):
            state = Text("will be created")
        elif not options:
            state = Text("not checked yet")
        else:
            state, mark = Text("not in the vCenter"), "warning"
        say(self.state, "setText", state)
        self._drawn = mark
        self._tint()

    def _tint(self) -> None:
        if self._drawn:
            self.mark.setPixmap(pixmap(self._drawn, self._drawn))
        else:
            self.mark.clear()
        set_shown(self.mark, bool(self._drawn))

    def _on_edited(self, text: str) -> None:
        self.typed.emit(clean_line(text))
        self._show_state(clean_line(text), self._vcenter.options(self.spec))

    def _on_finished(self) -> None:
        tidy = clean_line(self.edit.text())
        if tidy != self.edit.text():
            self.edit.setText(tidy)
        self.left.emit()

    def _on_activated(self, index: int) -> None:
        self.typed.emit(self.box.itemText(index))
        self.left.emit()
        self.refresh()
