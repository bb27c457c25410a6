"""Combo and spin boxes that the wheel changes only while they have the focus.

Otherwise scrolling a form changes whatever box happens to come under the pointer. Methods of the
boxes themselves, not an event filter: a filter in Python is called for every event of every box,
and waits each time for the interpreter while a job's thread has it.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QSpinBox, QWidget


class ComboBox(QComboBox):
    """A combo box that leaves the wheel to the scroll area behind it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def changeEvent(self, event: QEvent) -> None:
        """Be as low as another font lets it.

        With the font Qt forgets how large it should be, not how small it may be (Qt 6.11); with
        the style it forgets both.
        """
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            QApplication.sendEvent(self, QEvent(QEvent.Type.StyleChange))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Only with the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class SpinBox(QSpinBox):
    """A spin box that leaves the wheel to the scroll area behind it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Only with the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
