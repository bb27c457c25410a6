"""Collects garbage on the window's thread, and nowhere else.

Python looks for cycles in whichever thread happens to allocate. A cycle that holds a widget would
then be taken apart by a job's thread: Qt waits there for the window's thread, which waits for the
interpreter's lock. That is a hang, or a crash.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_EVERY_MS = 2_000


class Collector(QObject):
    """Switches Python's own collecting off and does it from a timer, while it exists."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._collect)
        self._timer.start(_EVERY_MS)

    def _collect(self) -> None:
        """The oldest generation that is due, as Python itself would choose."""
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > gc.get_threshold()[generation]:
                gc.collect(generation)
                return
