"""The symbols of the picture, drawn by hand so that they are sharp at every size and in SVG."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from core.findings import Severity
from core.topology import Kind

SIZE = 12.0


def draw_glyph(
    painter: QPainter, kind: Kind, x: float, y: float, colour: QColor, size: float = SIZE
) -> None:
    """The symbol of a kind of place in a square of ``size`` at (x, y)."""
    drawing = _DRAWINGS.get(kind)
    if drawing is None:
        return
    painter.save()
    painter.translate(x, y)
    painter.scale(size / SIZE, size / SIZE)
    pen = QPen(colour, 1.2)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    drawing(painter)
    painter.restore()


def draw_signal(
    painter: QPainter, worst: Severity, x: float, y: float, ink: QColor, paper: QColor
) -> None:
    """A disc with a cross for a problem, a triangle with a bar for a warning."""
    painter.save()
    painter.translate(x, y)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    if worst is Severity.ERROR:
        painter.drawEllipse(QRectF(0, 0, SIZE, SIZE))
        painter.setPen(QPen(paper, 1.6))
        painter.drawLine(QLineF(3.8, 3.8, 8.2, 8.2))
        painter.drawLine(QLineF(8.2, 3.8, 3.8, 8.2))
    else:
        painter.drawPolygon([QPointF(6, 0.3), QPointF(12, 11.4), QPointF(0, 11.4)])
        painter.setPen(QPen(paper, 1.6))
        painter.drawLine(QLineF(6, 4, 6, 7.4))
        painter.drawLine(QLineF(6, 9, 6, 10))
    painter.restore()


def _gateway(painter: QPainter) -> None:
    painter.drawPolygon([QPointF(6, 0.8), QPointF(11.2, 6), QPointF(6, 11.2), QPointF(0.8, 6)])
    painter.drawLine(QLineF(3.6, 6, 8.4, 6))
    painter.drawPolyline([QPointF(6.8, 4.4), QPointF(8.4, 6), QPointF(6.8, 7.6)])


def _nic(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(1, 2, 10, 8), 1, 1)
    painter.drawPolyline([QPointF(3.4, 10), QPointF(3.4, 6.6), QPointF(8.6, 6.6), QPointF(8.6, 10)])


def _dns(painter: QPainter) -> None:
    painter.drawEllipse(QRectF(0.8, 0.8, 10.4, 10.4))
    painter.drawEllipse(QRectF(3.8, 0.8, 4.4, 10.4))
    painter.drawLine(QLineF(0.8, 6, 11.2, 6))


def _server(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(1.4, 1, 9.2, 4.4), 1, 1)
    painter.drawRoundedRect(QRectF(1.4, 6.6, 9.2, 4.4), 1, 1)
    painter.drawPoint(QPointF(3.6, 3.2))
    painter.drawPoint(QPointF(3.6, 8.8))


def _clients(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(1, 1.6, 10, 6.8), 1, 1)
    painter.drawLine(QLineF(6, 8.4, 6, 10.8))
    painter.drawLine(QLineF(3.6, 10.8, 8.4, 10.8))


def _nodes(painter: QPainter) -> None:
    painter.drawPolygon(
        [
            QPointF(6, 0.6), QPointF(10.8, 3.3), QPointF(10.8, 8.7),
            QPointF(6, 11.4), QPointF(1.2, 8.7), QPointF(1.2, 3.3),
        ]
    )  # fmt: skip
    painter.drawPolyline([QPointF(1.2, 3.3), QPointF(6, 6), QPointF(10.8, 3.3)])
    painter.drawLine(QLineF(6, 6, 6, 11.4))


def _supervisor(painter: QPainter) -> None:
    for angle in range(0, 360, 60):
        painter.save()
        painter.translate(6, 6)
        painter.rotate(angle)
        painter.drawLine(QLineF(0, 0, 0, -5.4))
        painter.restore()
    painter.drawEllipse(QRectF(2.6, 2.6, 6.8, 6.8))


def _service(painter: QPainter) -> None:
    painter.drawPolyline([QPointF(3.6, 2.4), QPointF(0.8, 6), QPointF(3.6, 9.6)])
    painter.drawPolyline([QPointF(8.4, 2.4), QPointF(11.2, 6), QPointF(8.4, 9.6)])
    painter.drawLine(QLineF(7, 2, 5, 10))


def _range(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(0.8, 3.4, 10.4, 5.2), 1, 1)
    painter.fillRect(QRectF(5.4, 3.8, 5.2, 4.4), painter.pen().color())


def _uplink(painter: QPainter) -> None:
    painter.drawLine(QLineF(6, 1.4, 6, 9))
    painter.drawPolyline([QPointF(3, 4.4), QPointF(6, 1.4), QPointF(9, 4.4)])
    painter.drawLine(QLineF(1.6, 11, 10.4, 11))


def _switch(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(0.8, 2.6, 10.4, 6.8), 1, 1)
    for x in (3.2, 6.0, 8.8):
        painter.drawLine(QLineF(x, 6.6, x, 7.2))


def _network(painter: QPainter) -> None:
    painter.drawLine(QLineF(0.8, 6, 11.2, 6))
    painter.drawLine(QLineF(3.4, 2, 3.4, 6))
    painter.drawLine(QLineF(8.6, 6, 8.6, 10))


def _appliance(painter: QPainter) -> None:
    """One line in, three lines out: a balancer."""
    painter.drawEllipse(QRectF(0.8, 4.6, 2.8, 2.8))
    for y in (1.8, 6.0, 10.2):
        painter.drawLine(QLineF(3.8, 6, 8.6, y))
        painter.drawEllipse(QRectF(8.6, y - 1.3, 2.6, 2.6))


_DRAWINGS: dict[Kind, Callable[[QPainter], None]] = {
    Kind.GATEWAY: _gateway,
    Kind.NIC: _nic,
    Kind.DNS: _dns,
    Kind.VCENTER: _server,
    Kind.CLIENTS: _clients,
    Kind.NODES: _nodes,
    Kind.SUPERVISOR: _supervisor,
    Kind.SERVICE: _service,
    Kind.RANGE: _range,
    Kind.UPLINK: _uplink,
    Kind.SWITCH: _switch,
    Kind.NETWORK: _network,
    Kind.APPLIANCE: _appliance,
}
