"""Our own icons: small SVG drawings tinted with a colour of the theme."""

from __future__ import annotations

from functools import lru_cache
from math import ceil
from pathlib import Path

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap

import resources
from gui.theme import THEME

SIZE = 18
FOLDER = Path(str(resources.__file__)).parent / "icons"  # importlib.resources costs 3 ms at start


def icon(name: str, role: str = "text") -> QIcon:
    """The icon ``name`` in a colour of the theme that is shown now."""
    return _icon(name, getattr(THEME.colours, role))


def pixmap(name: str, role: str = "text", size: int = 16) -> QPixmap:
    """The same as a pixmap, for labels."""
    return icon(name, role).pixmap(size, size)


@lru_cache(maxsize=256)
def _icon(name: str, colour: str) -> QIcon:
    from PySide6.QtSvg import QSvgRenderer  # 10 ms; not before the first icon is needed

    source = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))
    made = QIcon()
    finest = ceil(QGuiApplication.instance().devicePixelRatio())
    for scale in (finest, 2 * finest):  # the usual size, and larger ones
        drawn = QPixmap(SIZE * scale, SIZE * scale)
        drawn.fill(QColor(0, 0, 0, 0))
        painter = QPainter(drawn)
        renderer.render(painter)
        painter.end()
        drawn.setDevicePixelRatio(scale)
        made.addPixmap(drawn)
    return made
