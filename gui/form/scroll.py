"""A scroll area that can be as small as it likes, and says so without looking."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QScrollArea

_HINT = QSize(480, 320)


class FormScroll(QScrollArea):
    """Qt's own asks the whole form for its height, with every line of every label wrapped anew.

    A stack asks all of its pages whenever one of them changes: 30 ms and more, for a size that
    nobody uses, because the pages fill the window.
    """

    def sizeHint(self) -> QSize:
        """The same whatever is inside."""
        return _HINT
