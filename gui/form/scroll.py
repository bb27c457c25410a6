"""A scroll area that can be as small as it likes, and says so without looking."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QScrollArea, QWidget

_HINT = QSize(480, 320)


class FormScroll(QScrollArea):
    """Qt's own asks the whole form for its height, with every line of every label wrapped anew.

    A stack asks all of its pages whenever one of them changes: 30 ms and more, for a size that
    nobody uses, because the pages fill the window.
    """

    def sizeHint(self) -> QSize:
        """The same whatever is inside."""
        return _HINT


class Scrolled(QWidget):
    """What is inside: as high as its lines are at the width it has.

    Qt takes more if labels would be higher at a width of their own choice: a page that fits would
    have a scroll bar that leads to nothing.
    """

    def minimumSizeHint(self) -> QSize:
        """No height of its own; ``heightForWidth`` says it."""
        hint = super().minimumSizeHint()
        return QSize(hint.width(), 0) if self.hasHeightForWidth() else hint
