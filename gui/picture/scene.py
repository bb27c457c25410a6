"""What is drawn and where: the parts one can point at, and the lines and bands around them."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct, field

from core.text import Text
from core.topology import Kind, Mark, Place, Scale
from gui.picture.geometry import Line, Rect


class Face(Enum):
    """The lettering of a text."""

    CAPTION = "caption"
    NAME = "name"
    PLAIN = "plain"
    ADDRESS = "address"


class Form(Enum):
    """How a part is drawn."""

    CHIP = "chip"
    TITLE = "title"
    TAG = "tag"
    FACT = "fact"
    LABEL = "label"
    SCALE = "scale"
    MARK = "mark"


class Part(Struct, frozen=True):
    """One thing that can be pointed at. ``group`` numbers the lane, switch or appliance it is in.

    ``inline`` parts have title and value side by side, others have the title above the value;
    ``lines`` is the value broken into lines where there is more height than width.
    """

    form: Form
    rect: Rect
    place: Place
    group: int
    inline: bool = False
    scale: Scale | None = None
    mark: Mark | None = None
    lines: tuple[str, ...] = ()


class Label(Struct, frozen=True):
    """A text that is no field: an actor, a subnet, a legend entry."""

    rect: Rect
    text: Text | str
    face: Face
    kind: Kind | None = None
    centred: bool = False


class Band(Struct, frozen=True):
    """A lane's ground."""

    rect: Rect
    role: str


class Plug(Struct, frozen=True):
    """Where a NIC leaves the appliance and enters its lane."""

    line: Line
    socket: Rect


class Scene(Struct):
    """A picture laid out for a width: everything with its place.

    ``rail`` carries the NICs where the appliance lies above the lanes for want of width.
    """

    width: float
    height: float = 0.0
    inline: bool = False
    row_gap: float = 8.0
    parts: list[Part] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    bands: list[Band] = field(default_factory=list)
    wires: list[Line] = field(default_factory=list)
    arrows: list[Line] = field(default_factory=list)
    plugs: list[Plug] = field(default_factory=list)
    appliance: Rect | None = None
    rail: Rect | None = None
    frame: Rect | None = None
    legend: list[tuple[str, Line]] = field(default_factory=list)

    def part_at(self, x: float, y: float) -> Part | None:
        """The part under a point, the smallest if there are several."""
        hit = [part for part in self.parts if part.rect.contains(x, y)]
        return min(hit, key=lambda part: part.rect.width * part.rect.height, default=None)
