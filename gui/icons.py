"""Our own icons: small SVG drawings tinted with a colour of the theme."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from gui.theme import THEME

SIZE = 18


def icon(name: str, role: str = "text") -> QIcon:
    """The icon ``name`` in a colour of the theme that is shown now."""
    return _icon(name, getattr(THEME.colours, role))


def pixmap(name: str, role: str = "text", size: int = 16) -> QPixmap:
    """The same as a pixmap, for labels."""
    return icon(name, role).pixmap(size, size)


@lru_cache(maxsize=256)
def _icon(name: str, colour: str) -> QIcon:
    from PySide6.QtSvg import QSvgRenderer  # 10 ms; not before the first icon is needed

    source = (files("resources") / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))
    made = QIcon()
    for scale in (1, 2, 3):
        drawn = QPixmap(SIZE * scale, SIZE * scale)
        drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(drawn)
        renderer.render(painter)
        painter.end()
        drawn.setDevicePixelRatio(scale)
        made.addPixmap(drawn)
    return made
