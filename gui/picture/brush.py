"""A painter that knows the picture's faces and colours: text, boxes, lines in roles."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from core.findings import Severity
from core.text import Text
from core.topology import Place
from gui.picture.fonts import Fonts
from gui.picture.geometry import Line, Rect
from gui.picture.scene import Face
from gui.picture.signals import Signals
from gui.theme import Colours

RADIUS = 4.0
_INKS = {Severity.ERROR: "problem", Severity.WARNING: "warning"}


class Brush:
    """What the parts are drawn with. ``colours`` is a set of the theme."""

    def __init__(self, painter: QPainter, fonts: Fonts, colours: Colours, signals: Signals) -> None:
        self.painter = painter
        self.fonts = fonts
        self.colours = colours
        self._signals = signals
        self._made: dict[str, QColor] = {}

    def worst(self, place: Place) -> Severity | None:
        """The worst that is wrong with a place."""
        return self._signals.worst(place)

    def colour(self, role: str) -> QColor:
        """A colour of the theme by its role."""
        made = self._made.get(role)
        if made is None:
            made = self._made[role] = QColor(getattr(self.colours, role))
        return made

    def ink(self, worst: Severity | None, role: str = "text") -> str:
        """The role of the colour for lettering, by what is wrong."""
        return _INKS[worst] if worst else role

    def ground(self, worst: Severity | None, role: str = "base") -> str:
        """The role of the colour behind lettering, by what is wrong."""
        return f"{_INKS[worst]}_ground" if worst else role

    def text(
        self, rect: Rect, text: Text | str, face: Face, role: str, *,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:  # fmt: skip
        """One line of text, its middle left out if it is too long."""
        shown = self.fonts.elided(str(text), face, rect.width)
        self.painter.setFont(self.fonts.font(face))
        self.painter.setPen(self.colour(role))
        flags = align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        # A hair wider: QRectF rounding must not clip what was measured to fit.
        self.painter.drawText(QRectF(rect.x, rect.y, rect.width + 2, rect.height), flags, shown)

    def box(
        self, rect: Rect, ground: str | None, border: str | None, *,
        dashed: bool = False, width: float = 1.0, radius: float = RADIUS,
    ) -> None:  # fmt: skip
        """A rounded rectangle; without ``ground`` it is hollow."""
        if border is None:
            self.painter.setPen(Qt.PenStyle.NoPen)
        else:
            style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
            pen = QPen(self.colour(border), width, style)
            if dashed:
                pen.setDashPattern([3.0, 3.0])
            self.painter.setPen(pen)
        if ground is None:
            self.painter.setBrush(Qt.BrushStyle.NoBrush)
        else:
            self.painter.setBrush(self.colour(ground))
        half = width / 2 if border else 0.0
        # Lines of one pixel lie on pixels, not between them.
        drawn = QRectF(rect.x + half, rect.y + half, rect.width - 2 * half, rect.height - 2 * half)
        self.painter.drawRoundedRect(drawn, radius, radius)

    def line(self, line: Line, role: str, width: float = 1.0) -> None:
        """A straight line with square ends."""
        pen = QPen(self.colour(role), width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        self.painter.setPen(pen)
        self.painter.drawLine(QLineF(line.x1, line.y1, line.x2, line.y2))

    def blocks(self, block: Rect, rail: Rect | None, radius: float) -> None:
        """The appliance: a block, and maybe a rail that hangs from it, as one outline."""
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(*block).adjusted(0.75, 0.75, -0.75, -0.75), radius, radius)
        if rail is not None:
            hanging = QPainterPath()
            top = block.y + radius
            hanging.addRoundedRect(
                QRectF(rail.x + 0.75, top, rail.width - 1.5, rail.bottom - top), radius, radius
            )
            outline = outline.united(hanging)
        self.painter.setPen(QPen(self.colour("accent"), 1.5))
        self.painter.setBrush(self.colour("accent_ground"))
        self.painter.drawPath(outline)

    def shape(self, points: list[tuple[float, float]], role: str) -> None:
        """A filled polygon."""
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(self.colour(role))
        self.painter.drawPolygon([QPointF(x, y) for x, y in points])
