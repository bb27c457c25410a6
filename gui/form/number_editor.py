"""A whole number. Out of bounds is said, not silently changed: a file may hold such a value."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.fields import FieldSpec
from gui.form.boxes import SpinBox
from gui.form.editor import Editor, width_of

_LIMIT = 2_147_483_647


class NumberEditor(Editor):
    """A spin box without grouping."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.box = SpinBox(self)
        self.box.setRange(0, _LIMIT)
        self.box.lineEdit().setTextMargins(4, 0, 0, 0)  # the style sheet's padding is not heeded
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box)
        layout.addStretch()
        self.box.valueChanged.connect(self._on_changed)
        self.box.editingFinished.connect(self.left)
        self.finish()
        self.box.lineEdit().setObjectName(f"{spec.key}.text")

    def control(self) -> QWidget:
        """The spin box."""
        return self.box

    def fit(self) -> None:
        """Wide enough for the greatest number."""
        self.box.setFixedWidth(width_of(self.box, self.spec.width, 34))

    def show_value(self, value: Any) -> None:
        """Show a number."""
        wanted = value if isinstance(value, int) else 0
        shown = max(-_LIMIT, min(wanted, _LIMIT))  # a file may hold what no box can
        self.box.blockSignals(True)
        self.box.setMinimum(min(0, shown))
        self.box.setValue(shown)
        self.box.blockSignals(False)

    def set_locked(self, locked: bool) -> None:
        """Read only, without the arrows; without buttons Qt leaves the number 1 px (Qt 6.11)."""
        if self.box.isReadOnly() == locked:
            return
        self.box.setReadOnly(locked)
        self.box.style().unpolish(self.box)  # the style sheet asks for it only here
        self.box.style().polish(self.box)

    def _on_changed(self, value: int) -> None:
        self.typed.emit(value)
