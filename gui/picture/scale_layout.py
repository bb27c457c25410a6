"""Places a subnet's bar and, below it, the addresses that are taken without overlapping."""

from __future__ import annotations

from core.topology import Mark, Place, Scale
from gui.picture.geometry import Rect
from gui.picture.measure import Measure
from gui.picture.scene import Face, Form, Label, Part, Scene
from gui.picture.words import tail

BAR, SLIM_BAR = 16.0, 12.0
LEADER = 6.0
GLYPH = 12.0
MARK_GAP = 6.0


def place_scale(
    scene: Scene, measure: Measure, column: Rect, scale: Scale, field: Place, group: int
) -> float:
    """Add the bar at the top of ``column`` and its marks; the y below them.

    ``field`` is the place that stands for the ranges as a whole.
    """
    height = SLIM_BAR if scene.inline else BAR
    bar = Rect(column.x, column.y, column.width, height)
    scene.parts.append(Part(Form.SCALE, bar, field, group, scene.inline, scale=scale))
    row = measure.height(Face.CAPTION) + 2
    rows = _in_rows(measure, scale, column.width)
    y = bar.bottom + LEADER
    used = column.x
    for marks in rows:
        for mark, x, width in _spread(marks, scale, bar):
            rect = Rect(x, y, width, row)
            scene.parts.append(Part(Form.MARK, rect, mark.place, group, True, scale, mark))
            used = max(used, rect.right)
        y += row
    if not rows:
        y += row
    text = str(scale.network)
    width = measure.width(text, Face.CAPTION) + 4
    last = column.right - width
    if last > used + MARK_GAP:
        scene.labels.append(Label(Rect(last, y - row, width, row), text, Face.CAPTION))
    return y


def mark_text(mark: Mark, scale: Scale) -> str:
    """The end of the mark's address."""
    return tail(mark.place.text, scale.network)


def _in_rows(measure: Measure, scale: Scale, width: float) -> list[list[tuple[Mark, float]]]:
    """The marks with their widths, as many in a row as there is room for."""
    rows: list[list[tuple[Mark, float]]] = []
    left = 0.0
    for mark in scale.marks:
        wide = min(GLYPH + measure.width(mark_text(mark, scale), Face.CAPTION) + 4, width)
        if not rows or left < wide:
            rows.append([])
            left = width
        rows[-1].append((mark, wide))
        left -= wide + MARK_GAP
    return rows


def _spread(
    marks: list[tuple[Mark, float]], scale: Scale, bar: Rect
) -> list[tuple[Mark, float, float]]:
    """Each mark as near to its address as its neighbours let it be: (mark, x, width)."""
    placed: list[tuple[Mark, float, float]] = []
    x = bar.x
    for mark, width in marks:
        x = max(x, bar.x + mark.position * bar.width - width / 2)
        placed.append((mark, x, width))
        x += width + MARK_GAP
    limit = bar.right
    for index in range(len(placed) - 1, -1, -1):
        mark, at, width = placed[index]
        at = min(at, limit - width)
        placed[index] = (mark, at, width)
        limit = at - MARK_GAP
    return placed
