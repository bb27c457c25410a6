"""Draws the parts that hold text: chips, titles, tags, facts and the appliance's labels."""

from __future__ import annotations

from PySide6.QtCore import Qt

from core.findings import Severity
from core.topology import Kind
from gui.picture.brush import Brush
from gui.picture.fonts import SEPARATOR
from gui.picture.geometry import Rect
from gui.picture.glyphs import SIZE, draw_glyph, draw_signal
from gui.picture.rows import GLYPH, PAD, TAG_GAP, TAG_PAD
from gui.picture.scene import Face, Form, Part
from gui.picture.words import PROBLEM, WARNING, shown

_RIGHT = Qt.AlignmentFlag.AlignRight
_CENTRE = Qt.AlignmentFlag.AlignHCenter


def draw_part(brush: Brush, part: Part) -> None:
    """Draw a part that holds text."""
    drawing = {Form.CHIP: _chip, Form.TITLE: _title, Form.TAG: _tag, Form.FACT: _fact}
    drawing.get(part.form, _label)(brush, part)


def _chip(brush: Brush, part: Part) -> None:
    worst = brush.worst(part.place)
    empty = part.place.is_empty
    border = brush.ink(worst, "muted" if empty else "line")
    ground = brush.ground(worst) if worst or not empty else None
    brush.box(part.rect, ground, border, dashed=empty, width=1.5 if worst else 1.0)
    inner = part.rect.inset(PAD, 0)
    value = shown(part.place)
    if part.inline:
        need = brush.fonts.width(value, Face.ADDRESS)
        title = Rect(inner.x, inner.y, max(inner.width - need - 6, SIZE), inner.height)
        used = _caption(brush, part, title, worst)
        rest = Rect(used + 6, inner.y, inner.right - used - 6, inner.height)
        brush.text(rest, value, Face.ADDRESS, "text", align=_RIGHT)
        return
    caption = brush.fonts.height(Face.CAPTION)
    line = brush.fonts.height(Face.ADDRESS)
    top = inner.y + (inner.height - caption - line) / 2
    _caption(brush, part, Rect(inner.x, top, inner.width, caption), worst)
    text = value or "–"
    role = "muted" if empty else "text"
    brush.text(Rect(inner.x, top + caption, inner.width, line), text, Face.ADDRESS, role)


def _caption(brush: Brush, part: Part, room: Rect, worst: Severity | None) -> float:
    """The symbol and the title, or the icon and the word of what is wrong; its right end."""
    y = room.y + (room.height - SIZE) / 2
    title = str(part.place.title)
    if worst is None:
        draw_glyph(brush.painter, part.place.kind, room.x, y, brush.colour("muted"))
        texts = [title]
    else:
        paper = brush.colour(brush.ground(worst))
        draw_signal(brush.painter, worst, room.x, y, brush.colour(brush.ink(worst)), paper)
        word = str(PROBLEM if worst is Severity.ERROR else WARNING)
        texts = [f"{word}{SEPARATOR}{title}", word]
    left = Rect(room.x + GLYPH, room.y, room.width - GLYPH, room.height)
    width = brush.fonts.width
    text = next((t for t in texts if width(t, Face.CAPTION) <= left.width + 0.5), texts[-1])
    if left.width < 8:
        return room.x + SIZE
    brush.text(left, text, Face.CAPTION, brush.ink(worst, "muted"))
    return left.x + min(width(text, Face.CAPTION), left.width)


def _title(brush: Brush, part: Part) -> None:
    worst = brush.worst(part.place)
    if worst:
        brush.box(part.rect, brush.ground(worst), brush.ink(worst))
    rect = part.rect.inset(4 if worst else 0, 0)
    name = str(shown(part.place))
    need = brush.fonts.width(name or part.place.title, Face.NAME) + 8
    room = Rect(rect.x, rect.y, max(rect.width * 0.45, rect.width - need), rect.height)
    title = GLYPH + brush.fonts.width(part.place.title, Face.CAPTION)
    if name and not worst and title > room.width:
        # Half of the title beside half of the name says neither: the symbol stands for the title.
        room = Rect(rect.x, rect.y, GLYPH, rect.height)
    used = _caption(brush, part, room, worst) + 8
    rest = Rect(used, rect.y, rect.right - used, rect.height)
    if name:
        brush.text(rest, name, Face.NAME, "text")
    elif rest.width > 24:
        place = Rect(rest.x, rest.y + 2, min(rest.width, 96), rest.height - 4)
        brush.box(place, None, brush.ink(worst, "muted"), dashed=True)


def _tag(brush: Brush, part: Part) -> None:
    worst = brush.worst(part.place)
    empty = part.place.is_empty
    ground = None if empty and not worst else brush.ground(worst, "raised")
    brush.box(
        part.rect.inset(0, 2), ground, brush.ink(worst, "muted" if empty else "line"),
        dashed=empty, radius=part.rect.height / 2 - 2,
    )  # fmt: skip
    role = brush.ink(worst, "muted" if empty or part.place.text == "0" else "text")
    rect = part.rect.inset(TAG_PAD, 0)
    if worst:
        y = rect.middle - SIZE / 2
        ink, paper = brush.colour(brush.ink(worst)), brush.colour(brush.ground(worst))
        draw_signal(brush.painter, worst, rect.x, y, ink, paper)
        used = SIZE + TAG_GAP
        rect = Rect(rect.x + used, rect.y, rect.width - used, rect.height)
    brush.text(rect, shown(part.place), Face.CAPTION, role, align=_CENTRE)


def _fact(brush: Brush, part: Part) -> None:
    worst = brush.worst(part.place)
    if worst:
        brush.box(part.rect, brush.ground(worst), brush.ink(worst))
    rect = part.rect.inset(4, 0)
    if worst:
        y = rect.middle - SIZE / 2
        ink, paper = brush.colour(brush.ink(worst)), brush.colour(brush.ground(worst))
        draw_signal(brush.painter, worst, rect.x, y, ink, paper)
        rect = Rect(rect.x + GLYPH, rect.y, rect.width - GLYPH, rect.height)
    text = f"{part.place.title} {part.place.text or '–'}"
    brush.text(rect, text, Face.CAPTION, brush.ink(worst, "muted"), align=_RIGHT)


def _label(brush: Brush, part: Part) -> None:
    """A caption above a name, in the appliance."""
    worst = brush.worst(part.place)
    if worst:
        brush.box(part.rect, brush.ground(worst), brush.ink(worst))
    rect = part.rect.inset(4, 2)
    caption = brush.fonts.height(Face.CAPTION)
    top = Rect(rect.x, rect.y, rect.width, caption)
    if worst:
        _caption(brush, part, top, worst)
    else:
        brush.text(top, part.place.title, Face.CAPTION, "muted")
    below = Rect(rect.x, rect.y + caption, rect.width, rect.height - caption)
    if part.place.is_empty:
        brush.box(below.inset(0, 1), None, brush.ink(worst, "muted"), dashed=True)
        return
    is_name = part.place.kind is Kind.APPLIANCE and part.place.keys == ("vm.name",)
    face = Face.NAME if is_name else Face.PLAIN
    step = brush.fonts.height(Face.PLAIN)
    for number, line in enumerate(part.lines):
        brush.text(Rect(below.x, below.y + number * step, below.width, step), line, face, "text")
