"""How much room texts need; the layout asks, fonts answer (in tests: simple arithmetic)."""

from __future__ import annotations

from typing import Protocol

from core.text import Text
from gui.picture.scene import Face


class Measure(Protocol):
    """Widths and heights of texts in logical pixels."""

    @property
    def signal_width(self) -> float:
        """Room for the icon and the word of a problem before a caption."""

    def width(self, text: Text | str, face: Face) -> float:
        """The width of one line."""

    def height(self, face: Face) -> float:
        """The height of one line."""
