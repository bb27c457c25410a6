"""Draws a subnet to scale: the load balancer ranges in it and the addresses that are taken."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush

from core.findings import Severity
from core.topology import Scale
from gui.picture.brush import Brush
from gui.picture.geometry import Line, Rect
from gui.picture.glyphs import SIZE, draw_glyph, draw_signal
from gui.picture.scale_layout import GLYPH, mark_text
from gui.picture.scene import Face, Part

LEAST = 3.0


def draw_scale(brush: Brush, part: Part) -> None:
    """The bar with its ranges; a range with a problem is hatched, not only red."""
    scale, bar = part.scale, part.rect
    assert scale is not None
    brush.box(bar, "control", "line", radius=3)
    for span in scale.spans:
        worst = brush.worst(span.place)
        role = brush.ink(worst, "accent")
        rect = span_rect(bar, span.start, span.end)
        brush.box(rect, role if not worst else brush.ground(worst), role, radius=2)
        if worst:
            hatch = QBrush(brush.colour(role), Qt.BrushStyle.BDiagPattern)
            brush.painter.fillRect(QRectF(rect.x, rect.y, rect.width, rect.height), hatch)


def span_rect(bar: Rect, start: float, end: float) -> Rect:
    """Where a range lies on the bar; wide enough to be seen, inside its ends."""
    inner = bar.inset(1, 2)
    width = max((end - start) * inner.width, LEAST)
    x = min(inner.x + start * inner.width, inner.right - width)
    return Rect(x, inner.y, width, inner.height)


def draw_mark(brush: Brush, part: Part, bar: Rect) -> None:
    """An address's tick on the bar and its end below, with a line between them."""
    scale, mark = part.scale, part.mark
    assert scale is not None
    assert mark is not None
    worst = brush.worst(mark.place)
    hit = worst is Severity.ERROR and is_in_range(scale, mark.position)
    role = brush.ink(worst, "muted") if hit else "muted"
    x = bar.x + 1 + mark.position * (bar.width - 2)
    brush.line(Line(x, bar.y, x, bar.bottom), "problem" if hit else "text", 2.0)
    rect = part.rect
    foot = min(max(x, rect.x + 2), rect.right - 2)
    brush.line(Line(x, bar.bottom, foot, rect.y + 1), role)
    y = rect.middle - SIZE / 2
    if hit:
        paper = brush.colour("base")
        draw_signal(brush.painter, Severity.ERROR, rect.x, y, brush.colour(role), paper)
    else:
        draw_glyph(brush.painter, mark.place.kind, rect.x + 1, y + 1, brush.colour(role), SIZE - 2)
    text = Rect(rect.x + GLYPH + 2, rect.y, rect.width - GLYPH - 2, rect.height)
    brush.text(text, mark_text(mark, scale), Face.CAPTION, role if hit else "text")


def is_in_range(scale: Scale, position: float) -> bool:
    """Whether a taken address lies in one of the ranges."""
    return any(span.start <= position < span.end for span in scale.spans)
