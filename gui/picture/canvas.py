"""The surface the picture is painted on: hovering, clicking and walking its parts."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from gui.picture.brush import Brush
from gui.picture.fonts import Fonts
from gui.picture.painting import draw_scene
from gui.picture.scene import Form, Part, Scene
from gui.picture.signals import Signals
from gui.picture.words import TITLE, tooltip
from gui.theme import Colours

_NEXT = (Qt.Key.Key_Right, Qt.Key.Key_Down)
_PREVIOUS = (Qt.Key.Key_Left, Qt.Key.Key_Up)
_ACTIVATE = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class PictureCanvas(QWidget):
    """Shows one scene.

    Arrow keys walk the parts, Tab goes to the next lane and at last out of the picture, Enter
    activates.

    Signals:
        activated: the field of a part was asked for, by its key.
        current_changed: another part has the keyboard.
    """

    activated = Signal(str)
    current_changed = Signal()

    def __init__(self, fonts: Fonts, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._fonts = fonts
        self._colours = colours
        self._scene = Scene(0)
        self._signals = Signals((), ())
        self._parts: list[Part] = []
        self._current: Part | None = None
        self._hovered: Part | None = None
        self._pressed: Part | None = None
        self._zoom = 1.0
        self._left = 0.0

    @property
    def scene(self) -> Scene:
        """What is shown."""
        return self._scene

    @property
    def current(self) -> Part | None:
        """The part that has the keyboard."""
        return self._current

    def show_scene(self, scene: Scene, signals: Signals, zoom: float, left: float) -> None:
        """Show a scene, ``zoom`` times as large, ``left`` pixels from the left end."""
        self._scene, self._signals, self._zoom, self._left = scene, signals, zoom, left
        self._parts = in_reading_order(scene)
        self._current = self._same(self._current)
        self._hovered = self._same(self._hovered)
        self._pressed = self._same(self._pressed)
        self._name_current()
        self.update()

    def set_look(self, fonts: Fonts, colours: Colours) -> None:
        """Paint with other fonts or colours from now on."""
        self._fonts, self._colours = fonts, colours
        self.update()

    def rect_of(self, part: Part) -> QRect:
        """Where a part is on this widget."""
        rect, zoom = part.rect, self._zoom
        return QRect(
            round(self._left + rect.x * zoom), round(rect.y * zoom),
            round(rect.width * zoom), round(rect.height * zoom),
        )  # fmt: skip

    def part_at(self, point: QPointF) -> Part | None:
        """The part under a point of this widget."""
        return self._scene.part_at((point.x() - self._left) / self._zoom, point.y() / self._zoom)

    def tooltip_of(self, part: Part) -> str:
        """The field, its value and what is wrong with it, in plain words."""
        return str(tooltip(part.place, self._signals.of(part.place)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: paint the scene."""
        painter = QPainter(self)
        painter.setClipRect(event.rect())
        brush = Brush(painter, self._fonts, self._colours, self._signals)
        painter.fillRect(event.rect(), brush.colour("window"))
        painter.translate(self._left, 0)
        painter.scale(self._zoom, self._zoom)
        current = self._current if self.hasFocus() else None
        draw_scene(brush, self._scene, current=current, hovered=self._hovered)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt: show what can be clicked."""
        self._hover(self.part_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Qt: the mouse has gone."""
        self._hover(None)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt: a click begins."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self.part_at(event.position())
            if self._pressed is not None:
                self._go_to(self._pressed)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt: a click ends; it counts if it ends where it began."""
        pressed, self._pressed = self._pressed, None
        if pressed is not None and self.part_at(event.position()) is pressed:
            self.activated.emit(self._signals.key(pressed.place))

    def event(self, event: QEvent) -> bool:
        """Qt: tooltips are asked for here."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            part = self.part_at(QPointF(event.pos()))
            if part is None:
                QToolTip.hideText()
                event.ignore()
            else:
                # As rich text long sentences wrap; what was typed is never read as markup.
                shown = f"<p style='white-space:pre-wrap'>{escape(self.tooltip_of(part))}</p>"
                QToolTip.showText(event.globalPos(), shown, self, self.rect_of(part))
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: walk the parts, activate one."""
        key = event.key()
        if not self._parts:
            super().keyPressEvent(event)
        elif key in _NEXT or key in _PREVIOUS:
            self._step(1 if key in _NEXT else -1)
        elif key == Qt.Key.Key_Home:
            self._go_to(self._parts[0])
        elif key == Qt.Key.Key_End:
            self._go_to(self._parts[-1])
        elif key in _ACTIVATE and self._current is not None:
            self.activated.emit(self._signals.key(self._current.place))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt: the keyboard comes; Tab starts at the first part, Shift+Tab at the last lane."""
        if self._parts and event.reason() == Qt.FocusReason.BacktabFocusReason:
            self._go_to(self._first_of(self._parts[-1].group))
        elif self._parts and (
            self._current is None or event.reason() == Qt.FocusReason.TabFocusReason
        ):
            self._go_to(self._parts[0])
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Qt: the keyboard goes."""
        super().focusOutEvent(event)
        self.update()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Qt: Tab goes from lane to lane, and out at the ends."""
        if self._current is not None:
            groups = sorted({part.group for part in self._parts})
            place = groups.index(self._current.group) + (1 if forward else -1)
            if 0 <= place < len(groups):
                self._go_to(self._first_of(groups[place]))
                return True
        return super().focusNextPrevChild(forward)

    def _step(self, by: int) -> None:
        if self._current is None:
            self._go_to(self._parts[0 if by > 0 else -1])
            return
        index = self._parts.index(self._current) + by
        self._go_to(self._parts[min(max(index, 0), len(self._parts) - 1)])

    def _first_of(self, group: int) -> Part:
        return next(part for part in self._parts if part.group == group)

    def _go_to(self, part: Part) -> None:
        self._current = part
        self._name_current()
        self.update()
        self.current_changed.emit()

    def _hover(self, part: Part | None) -> None:
        if part is self._hovered:
            return
        self._hovered = part
        if part is None:
            self.unsetCursor()
        else:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.update()

    def _same(self, old: Part | None) -> Part | None:
        """The part of this scene that shows what ``old`` showed in the one before."""
        if old is None:
            return None
        alike = [p for p in self._parts if (p.form, p.place.keys) == (old.form, old.place.keys)]
        exact = [p for p in alike if p.place.subjects == old.place.subjects]
        return next(iter(exact or alike), None)

    def _name_current(self) -> None:
        name = str(TITLE) if self._current is None else self.tooltip_of(self._current)
        if name != self.accessibleName():
            self.setAccessibleName(name)


def in_reading_order(scene: Scene) -> list[Part]:
    """The parts lane by lane, each from top to bottom and left to right."""
    parts = [part for part in scene.parts if part.form is not Form.MARK]
    return sorted(parts, key=lambda part: (part.group, round(part.rect.y), part.rect.x))
