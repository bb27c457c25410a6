"""The picture on paper: as SVG and as PNG, in light colours and with nothing left out."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRect, QSize
from PySide6.QtGui import QFont, QImage, QPainter

from core.findings import Finding
from core.topology import Topology
from gui.picture.brush import Brush
from gui.picture.fonts import Fonts
from gui.picture.layout import build_scene
from gui.picture.painting import draw_scene
from gui.picture.scene import Scene
from gui.picture.signals import Signals
from gui.picture.words import TITLE, sentence
from gui.theme import LIGHT, SETS

WIDTH = 880
ANY_HEIGHT = 100_000.0
PIXELS = 2


class Sheet:
    """One picture for a document, apart from the size and the theme of the window."""

    def __init__(self, topology: Topology, findings: Sequence[Finding], font: QFont) -> None:
        base = QFont(font)
        base.setPixelSize(13)  # the same sheet whatever the screen
        self._fonts = Fonts(base)
        self._scene: Scene = build_scene(topology, self._fonts, WIDTH, ANY_HEIGHT)
        self._signals = Signals([part.place for part in self._scene.parts], findings)
        self._words = sentence(topology, self._signals.counts)

    @property
    def size(self) -> QSize:
        """Width and height in logical pixels."""
        return QSize(round(self._scene.width), round(self._scene.height))

    def image(self) -> QImage:
        """The picture with twice as many pixels, for screens and print."""
        image = QImage(self.size * PIXELS, QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(PIXELS)
        painter = QPainter(image)
        self._draw(painter)
        painter.end()
        image.setText("Description", self._words)
        return image

    def png(self) -> bytes:
        """The image as a file."""
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self.image().save(buffer, "PNG")  # type: ignore[call-overload]  # the stub says bytes
        return bytes(buffer.data().data())

    def svg(self) -> bytes:
        """The picture as SVG, its texts as texts, with title and description."""
        from PySide6.QtSvg import QSvgGenerator  # not before a picture is saved

        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setResolution(96)
        generator.setSize(self.size)
        generator.setViewBox(QRect(0, 0, self.size.width(), self.size.height()))
        generator.setTitle(str(TITLE))
        generator.setDescription(self._words)
        painter = QPainter(generator)
        self._draw(painter)
        painter.end()
        buffer.close()
        return bytes(data.data())

    def _draw(self, painter: QPainter) -> None:
        brush = Brush(painter, self._fonts, SETS[LIGHT], self._signals)
        painter.fillRect(QRect(0, 0, self.size.width(), self.size.height()), brush.colour("window"))
        draw_scene(brush, self._scene)
