"""What every editor of a field offers to the row it stands in."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QWidget

from core.fields import FieldSpec
from core.text import Text
from gui.wording import name


class Editor(QWidget):
    """Base of all editors: shows a value, tells when it is typed and when it is left.

    Signals:
        typed: another value, with every key press.
        left: the field was left, or a choice was made.
        touched: something was typed that is no value yet.
        refused: what was typed is no value; a finding says why. The former value stays.
    """

    typed = Signal(object)
    left = Signal()
    touched = Signal()
    refused = Signal(object)

    is_wide = False
    """Whether it wants the whole width, its label above it."""
    has_own_label = False
    """Whether the label is part of it (a check box)."""
    _is_finished = False

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec

    def control(self) -> QWidget:
        """The widget that takes the focus and carries name and problem mark."""
        raise NotImplementedError

    def show_value(self, value: Any) -> None:
        """Show a value without telling anybody."""
        raise NotImplementedError

    def show_suggestion(self, text: str) -> None:
        """Show what could be typed, where the editor can."""

    def set_locked(self, locked: bool) -> None:
        """Let nothing be changed while a deployment runs."""
        self.setEnabled(not locked)

    def describe(self, description: Text) -> None:
        """Tell assistive software name and state of the control."""
        name(self.control(), self.spec.label, description)

    def set_problem(self, is_problem: bool) -> None:
        """Mark the control, beside the sentence that the row shows."""
        control = self.control()
        if bool(control.property("problem")) != is_problem:
            control.setProperty("problem", is_problem)
            control.style().unpolish(control)
            control.style().polish(control)

    def fit(self) -> None:
        """Take the width that so many characters have in the font there is now."""

    def changeEvent(self, event: QEvent) -> None:
        """Another language has another font, with figures of another width."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self._is_finished:
            self.fit()

    def finish(self) -> None:
        """Prepare the control once it is built: name it, keep the wheel off it."""
        control = self.control()
        control.setObjectName(self.spec.key)
        self.setFocusProxy(control)
        self.describe(self.spec.help)
        self.fit()
        self._is_finished = True


def width_of(widget: QWidget, characters: int, extra: int = 26) -> int:
    """The width of so many characters in the widget's font."""
    metrics = QFontMetrics(widget.font())
    return metrics.horizontalAdvance("0") * characters + extra
