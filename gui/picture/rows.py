"""Chips and labels set one after the other, wrapped at the right end like words."""

from __future__ import annotations

from core.text import Text
from core.topology import Flow, Kind, Place
from gui.picture.geometry import Line, Rect
from gui.picture.measure import Measure
from gui.picture.scene import Face, Form, Label, Part, Scene
from gui.picture.words import shown

PAD = 8
GLYPH = 16
GAP = 8
ARROW = 24
INDENT = 24.0
TAG_PAD = 6
TAG_GAP = 2
"""Between the mark of a problem and the text of a tag."""
TAG_ROOM = 2 * TAG_PAD + TAG_GAP + 12
"""What a tag is wider than its text: the mark is as wide as ``glyphs.SIZE``."""


class Rows:
    """Fills a column of ``width`` from ``y`` downwards; ``bottom`` is where the next one starts."""

    def __init__(
        self, scene: Scene, measure: Measure, column: Rect, group: int, *, inline: bool
    ) -> None:
        self._scene = scene
        self._measure = measure
        self._column = column
        self._group = group
        self._inline = inline
        self._x = column.x
        self._y = column.y
        self._indent = 0.0
        self._is_begun = False
        self.height = chip_height(measure, inline=inline)

    @property
    def bottom(self) -> float:
        """The y below the last row."""
        return self._y + self.height if self._is_begun else self._y - self._row_gap

    @property
    def _row_gap(self) -> float:
        return self._scene.row_gap

    def break_row(self) -> None:
        """Start a new row, unless the current one is empty."""
        if self._is_begun:
            self._x = self._column.x + self._indent
            self._y += self.height + self._row_gap
            self._is_begun = False

    def chip(self, place: Place) -> None:
        """Add a place; one that is wider than the column gets the column's width."""
        room = self._column.width - self._indent
        width = min(chip_width(self._measure, place, inline=self._inline), room)
        rect = self._take(width, GAP)
        self._scene.parts.append(Part(Form.CHIP, rect, place, self._group, self._inline))

    def actor(self, flow: Flow) -> None:
        """Add who opens connections and what to; without room beside it, that stands below."""
        width = min(actor_width(self._measure, flow.title), self._column.width)
        self.break_row()
        rect = self._take(width, GAP)
        self._scene.labels.append(Label(rect, flow.title, Face.PLAIN, flow.source))
        if not flow.targets:
            return
        has_arrow = flow.source is not Kind.NODES
        room = self._column.right - self._x - (ARROW + GAP if has_arrow else 0)
        if chip_width(self._measure, flow.targets[0], inline=self._inline) <= room:
            if has_arrow:
                self._scene.arrows.append(Line(self._x, rect.middle, self._x + ARROW, rect.middle))
                self._x += ARROW + GAP
        else:
            self.break_row()
            if has_arrow:
                x, middle = rect.x + GLYPH / 2 - 2, self._y + self.height / 2
                self._scene.wires.append(Line(x, rect.middle + GLYPH / 2, x, middle))
                self._scene.arrows.append(Line(x, middle, x + INDENT - 8, middle))
                self._indent = INDENT
                self._x += INDENT
        for target in flow.targets:
            self.chip(target)
        self._indent = 0.0

    def _take(self, width: float, gap: float) -> Rect:
        if self._is_begun and self._x + width > self._column.right + 0.01:
            self.break_row()
        rect = Rect(self._x, self._y, width, self.height)
        self._x += width + gap
        self._is_begun = True
        return rect


def chip_height(measure: Measure, *, inline: bool) -> float:
    """The height of a chip on the 4 px half grid."""
    if inline:
        return _on_grid(measure.height(Face.ADDRESS) + 4)
    return _on_grid(measure.height(Face.CAPTION) + measure.height(Face.ADDRESS) + 8)


def chip_width(measure: Measure, place: Place, *, inline: bool) -> float:
    """The width of a chip; room for the word of a problem is kept, so that nothing moves."""
    title = GLYPH + measure.width(place.title, Face.CAPTION)
    value = measure.width(shown(place), Face.ADDRESS)
    if inline:
        if place.is_empty and place.kind is Kind.DNS:
            # The one open place with a warning of its own: its word stands beside the title.
            return _on_grid(title + measure.signal_width + 6 + 2 * PAD)
        title = max(title, GLYPH + measure.signal_width)
        return _on_grid(title + 8 + value + 2 * PAD)
    return _on_grid(max(title + measure.signal_width, value, 48) + 2 * PAD)


def actor_width(measure: Measure, title: Text) -> float:
    """The width of an actor's symbol and name."""
    return _on_grid(GLYPH + 4 + measure.width(title, Face.PLAIN))


def _on_grid(length: float) -> float:
    return float(-(-length // 4) * 4)
