"""Lays out the picture for a size: pure geometry, no Qt, the same for window, SVG and PNG.

Lanes run from left to right below each other, the appliance stands at their left and plugs its
NICs into them, the switch frames the lanes that are its port groups.
"""

from __future__ import annotations

from enum import Enum

from core.text import Text
from core.topology import FURTHER, Place, Topology
from gui.picture.geometry import Line, Rect
from gui.picture.lane_layout import LanePlacer, columns_of
from gui.picture.measure import Measure
from gui.picture.rows import GAP, Rows
from gui.picture.scene import Face, Form, Label, Part, Scene

NARROWEST, WIDEST = 288.0, 960.0
NARROW = 440.0
RAIL = 12.0
ROOMIEST_GAP = 24.0
MOST_LINES = 4
LEGEND = (
    ("range", Text("Virtual IPs")),
    ("taken", Text("Taken address")),
    ("open", Text("Not filled in")),
)


def build_scene(topology: Topology, measure: Measure, width: float, height: float) -> Scene:
    """The picture for ``width``; it may be higher than ``height`` if that is too little."""
    width = min(max(width, NARROWEST), WIDEST)
    for density in Density:
        scene = _Layout(topology, measure, width, density).build()
        if scene.height <= height:
            break
    blocks = len(topology.lanes) + 2
    spare = max(0.0, height - scene.height) / blocks // 4 * 4
    gap = min(scene.row_gap + spare, ROOMIEST_GAP)
    if gap > scene.row_gap:
        scene = _Layout(topology, measure, width, density).build(gap)
    _add_legend(scene, measure, height)
    return scene


class Density(Enum):
    """How much room rows take: titles above values, beside them, and close together."""

    ROOMY = "roomy"
    INLINE = "inline"
    TIGHT = "tight"


class _Layout:
    """One attempt at one density."""

    def __init__(
        self, topology: Topology, measure: Measure, width: float, density: Density
    ) -> None:
        self._topology = topology
        self._measure = measure
        inline = density is not Density.ROOMY
        is_tight = density is Density.TIGHT
        self._scene = Scene(width, inline=inline, row_gap=4.0 if is_tight else GAP)
        self._margin = 8.0 if width < 480 or is_tight else 16.0
        self._is_narrow = width < NARROW
        share = min(max(width * 0.2 // 8 * 8, 96.0), 152.0)
        self._appliance_width = RAIL if self._is_narrow else share
        left = self._margin + self._appliance_width + 2 * GAP
        ends = (left, width - self._margin - GAP)
        self._columns = columns_of(
            topology.lanes, measure, ends, self._margin + self._appliance_width, inline=inline
        )
        self._untitled: list[Place] = []
        self._placer = LanePlacer(self._scene, measure, self._columns)

    def build(self, gap: float = 0.0) -> Scene:
        """Place everything with ``gap`` between the blocks, at least that of the rows."""
        scene, topology = self._scene, self._topology
        gap = max(gap, scene.row_gap)
        y = top = self._margin
        if self._is_narrow:
            y = self._appliance_above(top) + gap
        bottom = y
        group = 1
        for lane in (lane for lane in topology.lanes if not lane.on_switch):
            bottom = self._placer.place(lane, y, group)
            y, group = bottom + gap, group + 1
        frame_top = y
        y = self._switch_title(y, group) + scene.row_gap
        group += 1
        for lane in (lane for lane in topology.lanes if lane.on_switch):
            end = self._placer.place(lane, y, group)
            if lane.nic is not None:
                bottom = end
            y, group = end + (scene.row_gap if lane.role == FURTHER else gap), group + 1
        y = self._uplinks(y, group)
        left = self._columns.left - GAP
        scene.frame = Rect(left, frame_top, self._columns.right + GAP - left, y - frame_top)
        if scene.appliance is not None:
            above = scene.appliance.bottom
            scene.rail = Rect(self._margin, above, RAIL, bottom - above)
            foot = bottom
        else:
            foot = self._appliance(Rect(self._margin, top, self._appliance_width, bottom - top))
        scene.height = max(y, foot) + self._margin
        return scene

    def _switch_title(self, y: float, group: int) -> float:
        measure, columns, switch = self._measure, self._columns, self._topology.switch
        height = max(measure.height(Face.NAME), measure.height(Face.CAPTION)) + 4
        y += self._scene.row_gap
        right = columns.right - GAP
        left = columns.left + GAP
        title = measure.width(switch.name.title, Face.CAPTION) + 8 + 16 + measure.signal_width
        name = measure.width(switch.name.text, Face.NAME) + 12
        for fact in reversed(switch.facts):
            width = measure.width(fact.title, Face.CAPTION) + 4 + 16
            width += measure.width(fact.text, Face.CAPTION) + 8
            if right - width - GAP < left + min(title + name, (right - left) * 0.6):
                self._untitled.insert(0, fact)
                continue
            right -= width
            rect = Rect(right, y, width, height)
            self._scene.parts.append(Part(Form.FACT, rect, fact, group, True))
            right -= GAP / 2
        rect = Rect(left, y, min(title + max(name, 48), right - left), height)
        self._scene.parts.append(Part(Form.TITLE, rect, switch.name, group, True))
        return y + height

    def _uplinks(self, y: float, group: int) -> float:
        columns, switch = self._columns, self._topology.switch
        column = Rect(columns.left + GAP, y, columns.right - columns.left - 2 * GAP, 0)
        rows = Rows(self._scene, self._measure, column, group, inline=self._scene.inline)
        for place in (*switch.uplinks, *switch.exceptions, switch.cluster, *self._untitled):
            rows.chip(place)
        return rows.bottom + self._scene.row_gap

    def _appliance_above(self, y: float) -> float:
        """The appliance as a block above the lanes; its rail beside them comes later."""
        scene, measure = self._scene, self._measure
        appliance = self._topology.appliance
        height = measure.height(Face.CAPTION) + measure.height(Face.PLAIN) + 4
        rect = Rect(self._margin, y, scene.width - 2 * self._margin, height + 2 * 4)
        scene.appliance = rect
        glyph = Rect(rect.x + GAP, rect.middle - 12, 24, 24)
        scene.labels.append(Label(glyph, "", Face.PLAIN, appliance.name.kind))
        x = rect.x + 24 + 2 * GAP
        width = (rect.right - 4 - x) / 2
        for number, place in enumerate((appliance.name, appliance.host_name)):
            area = Rect(x + number * width, rect.y + 4, width - 4, height)
            lines = (place.text,) if place.text else ()
            scene.parts.append(Part(Form.LABEL, area, place, 0, lines=lines))
        return rect.bottom

    def _appliance(self, rect: Rect) -> float:
        scene, measure = self._scene, self._measure
        appliance = self._topology.appliance
        inner = rect.inset(GAP, GAP)
        y = inner.y
        line = measure.height(Face.PLAIN)
        glyph = 24.0
        box = Rect(inner.x, y, inner.width, glyph)
        scene.labels.append(Label(box, "", Face.PLAIN, appliance.name.kind))
        y += glyph + 4
        caption = measure.height(Face.CAPTION)
        labels = ((appliance.name, Face.NAME), (appliance.host_name, Face.PLAIN))
        for place, face in labels:
            lines = broken(place.text, measure, face, inner.width)
            height = caption + line * max(1, len(lines)) + 4
            area = Rect(inner.x - 4, y, inner.width + 8, height)
            scene.parts.append(Part(Form.LABEL, area, place, 0, lines=lines))
            y += height + 4
        scene.appliance = Rect(rect.x, rect.y, rect.width, max(rect.height, y - rect.y))
        return scene.appliance.bottom


def broken(text: str, measure: Measure, face: Face, width: float) -> tuple[str, ...]:
    """A name in at most four lines, broken behind its dots and dashes if possible."""
    lines: list[str] = []
    rest = text
    while rest and len(lines) < MOST_LINES - 1 and measure.width(rest, face) > width:
        end = len(rest)
        while end > 1 and measure.width(rest[:end], face) > width:
            end -= 1
        nice = max(rest.rfind(mark, 1, end) for mark in ".-_ ") + 1
        end = nice if nice > end // 3 else end
        lines.append(rest[:end].rstrip())
        rest = rest[end:]
    return (*lines, rest) if rest else tuple(lines)


def _add_legend(scene: Scene, measure: Measure, height: float) -> None:
    """Explain the symbols at the lower left, if there is room."""
    row = measure.height(Face.CAPTION) + 4
    if scene.height + row + 8 > height or scene.frame is None:
        return
    widths = [24 + measure.width(text, Face.CAPTION) + 16 for _, text in LEGEND]
    x = scene.frame.x
    if x + sum(widths) > scene.width:
        return
    y = scene.height
    for (symbol, text), width in zip(LEGEND, widths, strict=True):
        rect = Rect(x, y, width, row)
        scene.legend.append((symbol, Line(x, rect.middle, x + 16, rect.middle)))
        scene.labels.append(Label(Rect(x + 24, y, width - 24, row), text, Face.CAPTION))
        x += width
    scene.height += row + 8
