"""Draws a scene from the ground up: bands, frame, wires, appliance, parts, focus."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter

from core.topology import Kind
from gui.picture.brush import Brush
from gui.picture.chips import draw_part
from gui.picture.geometry import Line, Rect
from gui.picture.glyphs import SIZE, draw_glyph
from gui.picture.range_bar import draw_mark, draw_scale
from gui.picture.rows import GLYPH
from gui.picture.scene import Face, Form, Label, Part, Scene

BAND_RADIUS = 6.0


def draw_scene(
    brush: Brush, scene: Scene, *, current: Part | None = None, hovered: Part | None = None
) -> None:
    """Draw everything; ``current`` has the keyboard, ``hovered`` the mouse."""
    brush.painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if scene.frame is not None:
        brush.box(scene.frame, "control", "line", radius=BAND_RADIUS + 2)
    for band in scene.bands:
        brush.box(band.rect, "raised", "line", radius=BAND_RADIUS)
    for wire in scene.wires:
        brush.line(wire, "muted", 2.0)
    if scene.appliance is not None:
        brush.blocks(scene.appliance, scene.rail, BAND_RADIUS)
    for plug in scene.plugs:
        brush.line(plug.line, "accent", 2.0)
        brush.box(plug.socket, "accent", "accent", radius=2)
    for arrow in scene.arrows:
        _arrow(brush, arrow)
    for label in scene.labels:
        _label(brush, label)
    bar = Rect(0, 0, 0, 0)
    for part in scene.parts:
        if part.form is Form.SCALE:
            bar = part.rect
            draw_scale(brush, part)
        elif part.form is Form.MARK:
            draw_mark(brush, part, bar)
        else:
            draw_part(brush, part)
    for symbol, line in scene.legend:
        _legend(brush, symbol, line)
    if hovered is not None and hovered is not current:
        brush.box(_around(hovered), None, "muted")
    if current is not None:
        brush.box(_around(current), None, "accent", width=2.0)


def _around(part: Part) -> Rect:
    rect = part.rect
    return Rect(rect.x - 2, rect.y - 2, rect.width + 4, rect.height + 4)


def _arrow(brush: Brush, line: Line) -> None:
    tip = line.x2
    brush.line(Line(line.x1, line.y1, tip - 5, line.y2), "muted", 1.5)
    brush.shape([(tip - 7, line.y2 - 4), (tip, line.y2), (tip - 7, line.y2 + 4)], "muted")


def _label(brush: Brush, label: Label) -> None:
    rect = label.rect
    if label.kind is Kind.NETWORK:
        brush.box(rect, "raised", None)
        centre = Qt.AlignmentFlag.AlignHCenter
        brush.text(rect, label.text, Face.CAPTION, "muted", align=centre)
        return
    if label.kind is Kind.APPLIANCE:
        draw_glyph(brush.painter, label.kind, rect.x, rect.y, brush.colour("accent"), rect.height)
        return
    if label.kind is not None:
        y = rect.middle - SIZE / 2
        draw_glyph(brush.painter, label.kind, rect.x, y, brush.colour("muted"))
        left = GLYPH + 2
        rect = Rect(rect.x + left, rect.y, rect.width - left, rect.height)
    role = "muted" if label.face is Face.CAPTION else "text"
    brush.text(rect, label.text, label.face, role)


def _legend(brush: Brush, symbol: str, line: Line) -> None:
    x, y = line.x1, line.y1
    if symbol == "range":
        brush.box(Rect(x, y - 4, 16, 8), "accent", None, radius=2)
    elif symbol == "taken":
        brush.line(Line(x + 8, y - 6, x + 8, y + 6), "text", 2.0)
    else:
        brush.box(Rect(x, y - 5, 16, 10), None, "muted", dashed=True, radius=2)
