"""Places one lane: its name and VLAN, the wire from NIC to gateway, and who is on it."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from core.text import Text
from core.topology import FURTHER, Kind, Lane, Place
from gui.picture.geometry import Line, Rect
from gui.picture.measure import Measure
from gui.picture.rows import GAP, PAD, TAG_ROOM, Rows, actor_width, chip_height, chip_width
from gui.picture.scale_layout import place_scale
from gui.picture.scene import Band, Face, Form, Label, Part, Plug, Scene
from gui.picture.words import shown

SHORTEST_WIRE = 24.0
SOCKET = 8.0


class Columns(Struct, frozen=True):
    """What all lanes share: their left and right ends, and the widths of NICs and gateways."""

    left: float
    right: float
    nic: float
    gateway: float
    socket: float

    @property
    def is_stacked(self) -> bool:
        """Whether gateways stand below the NICs, for want of width."""
        inner = self.right - self.left - 2 * GAP
        return self.nic + self.gateway + SHORTEST_WIRE > inner


def columns_of(
    lanes: tuple[Lane, ...], measure: Measure, ends: tuple[float, float], socket: float,
    *, inline: bool,
) -> Columns:  # fmt: skip
    """The columns in which the lanes' NICs and gateways line up."""
    room = ends[1] - ends[0] - 2 * GAP

    def widest(places: list[Place]) -> float:
        widths = [chip_width(measure, place, inline=inline) for place in places]
        return min(max(widths, default=0.0), room)

    return Columns(
        ends[0],
        ends[1],
        widest([lane.nic for lane in lanes if lane.nic]),
        widest([lane.gateway for lane in lanes if lane.gateway]),
        socket,
    )


class LanePlacer:
    """Places a lane at ``y``; the scene gets its parts, the caller the y below it."""

    def __init__(self, scene: Scene, measure: Measure, columns: Columns) -> None:
        self._scene = scene
        self._measure = measure
        self._columns = columns
        self._row_gap = self._pad = scene.row_gap

    def place(self, lane: Lane, y: float, group: int) -> float:
        """Add the lane with all that is in it."""
        columns = self._columns
        left, width = columns.left + GAP, columns.right - columns.left - 2 * GAP
        bottom = self._header(lane, Rect(left, y + self._pad, width, 0), group)
        if lane.nic is not None and lane.gateway is not None:
            bottom = self._wire(lane, lane.nic, lane.gateway, bottom, group)
        if lane.role != FURTHER:
            bottom = self._rows(lane, Rect(left, bottom + self._row_gap, width, 0), group)
        rect = Rect(columns.left, y, columns.right - columns.left, bottom + self._pad - y)
        self._scene.bands.append(Band(rect, lane.role))
        return rect.bottom

    def _header(self, lane: Lane, row: Rect, group: int) -> float:
        measure = self._measure
        height = max(measure.height(Face.NAME), measure.height(Face.CAPTION)) + 4
        right = row.right
        if lane.vlan is not None:
            text = shown(lane.vlan)
            # With just enough room for the mark of a problem: nothing moves when there is one.
            width = min(measure.width(text, Face.CAPTION) + TAG_ROOM, row.width / 2)
            right -= width
            rect = Rect(right, row.y, width, height)
            self._scene.parts.append(Part(Form.TAG, rect, lane.vlan, group, True))
            right -= GAP
        titled = replace(lane.name, title=lane.title)
        needed = measure.width(lane.title, Face.CAPTION) + 8 + 12
        needed += measure.width(lane.name.text or lane.name.title, Face.NAME)
        needed += 16 + measure.signal_width
        width = min(needed, right - row.x)
        rect = Rect(row.x, row.y, width, height)
        self._scene.parts.append(Part(Form.TITLE, rect, titled, group, True))
        if lane.role == FURTHER and lane.flows:
            title: Text = lane.flows[0].title
            actor = actor_width(measure, title)
            if rect.right + GAP + actor <= right:
                place = Rect(right - actor, row.y, actor, height)
                self._scene.labels.append(Label(place, title, Face.PLAIN, lane.flows[0].source))
        return row.y + height

    def _wire(self, lane: Lane, nic: Place, gateway: Place, above: float, group: int) -> float:
        columns, scene = self._columns, self._scene
        height = chip_height(self._measure, inline=scene.inline)
        y = above + self._row_gap
        left, right = columns.left + GAP, columns.right - GAP
        plug = Rect(left, y, columns.nic, height)
        socket = Rect(columns.socket - SOCKET / 2, plug.middle - SOCKET / 2, SOCKET, SOCKET)
        scene.plugs.append(Plug(Line(socket.right, plug.middle, left, plug.middle), socket))
        scene.parts.append(Part(Form.CHIP, plug, nic, group, scene.inline))
        if not columns.is_stacked:
            end = Rect(right - columns.gateway, y, columns.gateway, height)
            scene.wires.append(Line(plug.right, plug.middle, end.x, plug.middle))
            self._subnet(lane, Rect(plug.right, y, end.x - plug.right, height))
        else:
            y += height + self._row_gap
            end = Rect(right - columns.gateway, y, columns.gateway, height)
            turn = right - PAD
            if turn > plug.right:
                scene.wires.append(Line(plug.right, plug.middle, turn, plug.middle))
                scene.wires.append(Line(turn, plug.middle, turn, end.y))
                fits = self._subnet(lane, Rect(plug.right, plug.y, turn - plug.right, height))
            else:
                middle = max(end.x, plug.x) + PAD
                scene.wires.append(Line(middle, plug.bottom, middle, end.y))
                fits = False
            if not fits:
                self._subnet(lane, Rect(left, y, end.x - left, height), wire=GAP)
        scene.parts.append(Part(Form.CHIP, end, gateway, group, scene.inline))
        return y + height

    def _subnet(self, lane: Lane, room: Rect, wire: float = SHORTEST_WIRE) -> bool:
        """Write the subnet in a room, if enough of the ``wire`` in it is still seen."""
        if not lane.subnet:
            return True
        width = self._measure.width(lane.subnet, Face.CAPTION) + 12
        height = self._measure.height(Face.CAPTION)
        if width + wire > room.width:
            return False
        rect = Rect(room.centre - width / 2, room.middle - height / 2, width, height)
        self._scene.labels.append(Label(rect, lane.subnet, Face.CAPTION, Kind.NETWORK, True))
        return True

    def _rows(self, lane: Lane, column: Rect, group: int) -> float:
        scene, measure = self._scene, self._measure
        rows = Rows(scene, measure, column, group, inline=scene.inline)
        bottom = column.y - self._row_gap
        drawn = False
        for flow in lane.flows:
            rows.actor(flow)
            if flow.source is Kind.CLIENTS and lane.scale is not None:
                bottom = self._scale(lane, flow.targets[0], column, rows.bottom, group)
                column = Rect(column.x, bottom + self._row_gap, column.width, 0)
                rows = Rows(scene, measure, column, group, inline=scene.inline)
                drawn = True
        for place in (*lane.machines, *lane.behind_gateway):
            rows.chip(place)
        bottom = max(bottom, rows.bottom)
        if lane.scale is not None and not drawn and lane.scale.spans:
            # A range that lies where none belongs: shown there, so that one sees why not.
            bottom = self._scale(lane, lane.scale.spans[0].place, column, bottom, group)
        return bottom

    def _scale(self, lane: Lane, field: Place, column: Rect, above: float, group: int) -> float:
        assert lane.scale is not None
        whole = replace(field, subjects=tuple(lane_subjects(lane)))
        room = Rect(column.x, above + self._row_gap, column.width, 0)
        return place_scale(self._scene, self._measure, room, lane.scale, whole, group)


def lane_subjects(lane: Lane) -> list[str]:
    """The entries of the ranges drawn in a lane."""
    spans = lane.scale.spans if lane.scale else ()
    return list(dict.fromkeys(entry for span in spans for entry in span.place.subjects))
