"""The faces of the picture and how wide their texts are; widths are remembered."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF

from core.text import Text
from gui.picture.scene import Face
from gui.picture.words import PROBLEM, WARNING
from gui.theme import fixed_font

SIZES = {Face.CAPTION: 0.86, Face.ADDRESS: 0.93}
SEPARATOR = " · "


class Fonts:
    """Fonts made from a widget's own, and the ``Measure`` the layout asks."""

    def __init__(self, base: QFont) -> None:
        size = base.pixelSize() if base.pixelSize() > 0 else base.pointSizeF() * 96 / 72
        self._fonts = {face: QFont(base) for face in Face}
        # A fallback for kana and kanji comes with the family, figures with the fixed face.
        self._fonts[Face.ADDRESS] = QFont(fixed_font())
        for face, font in self._fonts.items():
            font.setPixelSize(max(9, round(size * SIZES.get(face, 1.0))))
        self._fonts[Face.NAME].setWeight(QFont.Weight.DemiBold)
        self._metrics = {face: QFontMetricsF(font) for face, font in self._fonts.items()}
        self._widths: dict[tuple[str, Face], float] = {}
        self._heights = {face: float(round(m.height())) for face, m in self._metrics.items()}

    def font(self, face: Face) -> QFont:
        """The font of a face."""
        return self._fonts[face]

    @property
    def signal_width(self) -> float:
        """Room for the word of a problem before a caption; its icon takes the symbol's place."""
        words = (PROBLEM, WARNING)
        return max(self.width(f"{word}{SEPARATOR}", Face.CAPTION) for word in words)

    def width(self, text: Text | str, face: Face) -> float:
        """The width of one line."""
        key = (str(text), face)
        width = self._widths.get(key)
        if width is None:
            if len(self._widths) > 4000:  # every keystroke brings new texts
                self._widths.clear()
            width = self._widths[key] = self._metrics[face].horizontalAdvance(key[0])
        return width

    def height(self, face: Face) -> float:
        """The height of one line."""
        return self._heights[face]

    def elided(self, text: str, face: Face, width: float) -> str:
        """The text, its middle left out if it is too long."""
        if self.width(text, face) <= width + 0.5:
            return text
        return self._metrics[face].elidedText(text, Qt.TextElideMode.ElideMiddle, width)
