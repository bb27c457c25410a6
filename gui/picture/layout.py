"""Lays out the picture for a size: pure geometry, no Qt, the same for window, SVG and PNG.

Lanes run from left to right below each other, the appliance stands at their left and plugs its
NICs into them, the switch frames the lanes that are its port groups.
"""

from __future__ import annotations

from core.text import Text
from core.topology import Place, Topology
from gui.picture.geometry import Line, Rect
from gui.picture.lane_layout import LanePlacer, columns_of
from gui.picture.measure import Measure
from gui.picture.rows import GAP, Rows
from gui.picture.scene import Face, Form, Label, Part, Scene

NARROWEST, WIDEST = 288.0, 960.0
ROOMIEST_GAP = 24.0
LEGEND = (
    ("range", Text("Virtual IPs")),
    ("taken", Text("Taken address")),
    ("open", Text("Not filled in")),
)


def build_scene(topology: Topology, measure: Measure, width: float, height: float) -> Scene:
    """The picture for ``width``; it may be higher than ``height`` if that is too little."""
    width = min(max(width, NARROWEST), WIDEST)
    scene = _Layout(topology, measure, width, inline=False).build(GAP)
    if scene.height > height:
        return _Layout(topology, measure, width, inline=True).build(GAP)
    blocks = len(topology.lanes) + 2
    gap = GAP + min(ROOMIEST_GAP - GAP, (height - scene.height) / blocks // 4 * 4)
    if gap > GAP:
        scene = _Layout(topology, measure, width, inline=False).build(gap)
    _add_legend(scene, measure, height)
    return scene


class _Layout:
    """One attempt at one density."""

    def __init__(self, topology: Topology, measure: Measure, width: float, *, inline: bool) -> None:
        self._topology = topology
        self._measure = measure
        self._scene = Scene(width, inline=inline)
        self._margin = 8.0 if width < 480 or inline else 16.0
        share = width * 0.2 // 8 * 8
        self._appliance_width = min(max(share, 88.0), 152.0)
        left = self._margin + self._appliance_width + 2 * GAP
        ends = (left, width - self._margin - GAP)
        self._columns = columns_of(
            topology.lanes, measure, ends, self._margin + self._appliance_width, inline=inline
        )
        self._untitled: list[Place] = []
        self._placer = LanePlacer(self._scene, measure, self._columns)

    def build(self, gap: float) -> Scene:
        """Place everything with ``gap`` between the blocks."""
        scene, topology = self._scene, self._topology
        y = top = self._margin
        bottom = top
        group = 1
        for lane in (lane for lane in topology.lanes if not lane.on_switch):
            bottom = self._placer.place(lane, y, group)
            y, group = bottom + gap, group + 1
        frame_top = y
        y = self._switch_title(y, group) + (GAP if not scene.inline else 4)
        group += 1
        for lane in (lane for lane in topology.lanes if lane.on_switch):
            end = self._placer.place(lane, y, group)
            if lane.nic is not None:
                bottom = end
            y, group = end + (gap if not scene.inline else 4), group + 1
        y = self._uplinks(y, group)
        left = self._columns.left - GAP
        scene.frame = Rect(left, frame_top, self._columns.right + GAP - left, y - frame_top)
        foot = self._appliance(Rect(self._margin, top, self._appliance_width, bottom - top))
        scene.height = max(y, foot) + self._margin
        return scene

    def _switch_title(self, y: float, group: int) -> float:
        measure, columns, switch = self._measure, self._columns, self._topology.switch
        height = max(measure.height(Face.NAME), measure.height(Face.CAPTION)) + 4
        y += 4 if self._scene.inline else GAP
        right = columns.right - GAP
        left = columns.left + GAP
        title = measure.width(switch.name.title, Face.CAPTION) + 8 + 16 + measure.signal_width
        name = measure.width(switch.name.text, Face.NAME) + 4
        for fact in reversed(switch.facts):
            width = measure.width(fact.title, Face.CAPTION) + 4 + 16
            width += measure.width(fact.text, Face.CAPTION) + 8
            if right - width - GAP < left + min(title + name, columns.right - columns.left) / 2:
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
        return rows.bottom + (4 if self._scene.inline else GAP)

    def _appliance(self, rect: Rect) -> float:
        scene, measure = self._scene, self._measure
        appliance = self._topology.appliance
        inner = rect.inset(GAP, GAP)
        inner = Rect(inner.x, inner.y, inner.width - 4, inner.height)
        y = inner.y
        line = measure.height(Face.PLAIN)
        glyph = 24.0
        scene.labels.append(
            Label(Rect(inner.x, y, inner.width, glyph), "", Face.PLAIN, appliance.name.kind)
        )
        y += glyph + 4
        caption = measure.height(Face.CAPTION)
        for place, form in ((appliance.name, Form.LABEL), (appliance.host_name, Form.LABEL)):
            height = caption + line + 4
            part = Part(form, Rect(inner.x - 4, y, inner.width + 4, height), place, 0)
            scene.parts.insert(0 if place is appliance.name else 1, part)
            y += height + 4
        scene.appliance = Rect(rect.x, rect.y, rect.width, max(rect.height, y - rect.y))
        return scene.appliance.bottom


def _add_legend(scene: Scene, measure: Measure, height: float) -> None:
    """Explain the symbols at the lower left, if there is room."""
    row = measure.height(Face.CAPTION) + 4
    if scene.height + row > height or scene.frame is None:
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
