"""The live picture of the network beside the form."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from core.findings import Finding
from core.profile.disk import write_atomically
from core.profile.model import Profile
from core.topology import Topology, build_topology
from gui.picture.canvas import PictureCanvas
from gui.picture.export import Sheet
from gui.picture.fonts import Fonts
from gui.picture.layout import NARROWEST, build_scene
from gui.picture.scene import Scene
from gui.picture.signals import Signals
from gui.picture.words import TITLE, sentence
from gui.theme import SETS, THEME, Colours
from gui.wording import WORDING

ZOOMS = (2.0, 1.5, 1.25)
ZOOMED_FROM = 720.0


class NetworkPicture(QWidget):
    """The network of a profile, drawn anew with every change; problems are marked in it.

    Signals:
        field_activated: a part was clicked or entered; the key of its field.
    """

    field_activated = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("network_picture")
        self._theme: str | None = None
        self._topology: Topology = build_topology(Profile())
        self._findings: tuple[Finding, ...] = ()
        self._room = self.sizeHint()
        self._fonts = Fonts(self.font())
        self.canvas = PictureCanvas(self._fonts, self._colours())
        self.canvas.setObjectName("network_picture_canvas")
        self.canvas.activated.connect(self.field_activated)
        self.canvas.current_changed.connect(self._on_current_changed)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self.canvas)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._scroll)
        self.setFocusProxy(self.canvas)
        THEME.changed.connect(self._on_theme_changed)
        WORDING.changed.connect(self.retranslate)
        self._rebuild()

    @property
    def scene(self) -> Scene:
        """What is shown and where; for tests and screenshots."""
        return self.canvas.scene

    @property
    def topology(self) -> Topology:
        """The network that is shown."""
        return self._topology

    def set_profile(self, profile: Profile, findings: Sequence[Finding] = ()) -> None:
        """Show a profile's network and mark what ``findings`` say about it."""
        self._topology = build_topology(profile)
        self._findings = tuple(findings)
        self._rebuild()

    def set_theme(self, name: str | None) -> None:
        """Paint in a colour set of its own, ``None``: the one of the window."""
        self._theme = name
        self._on_theme_changed()

    def retranslate(self) -> None:
        """Write every text in the current language."""
        self._fonts = Fonts(self.font())
        self.canvas.set_look(self._fonts, self._colours())
        self._rebuild()

    def copy_to_clipboard(self) -> None:
        """Put the picture on the clipboard, and its description for where pictures do not go."""
        data = QMimeData()
        data.setImageData(self._sheet().image())
        data.setText(self.accessibleDescription())
        QGuiApplication.clipboard().setMimeData(data)

    def save(self, path: str | Path) -> None:
        """Save the picture as .svg or .png, by the name's ending.

        Raises:
            ValueError: The name ends in something else.
            FileError: The file cannot be written.
        """
        target = Path(path)
        kind = target.suffix.lower()
        if kind not in (".svg", ".png"):
            raise ValueError(f"a picture is saved as .svg or .png, not as {kind or 'this'}")
        sheet = self._sheet()
        write_atomically(target, sheet.svg() if kind == ".svg" else sheet.png())

    def sizeHint(self) -> QSize:
        """Qt: a comfortable size beside the form."""
        return QSize(480, 560)

    def minimumSizeHint(self) -> QSize:
        """Qt: the smallest size at which the picture is of use."""
        return QSize(320, 360)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: lay out anew."""
        super().resizeEvent(event)
        self._rebuild()

    def changeEvent(self, event: QEvent) -> None:
        """Qt: another font, palette or language."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.LanguageChange):
            self.retranslate()
        elif event.type() == QEvent.Type.PaletteChange:
            self._on_theme_changed()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: the usual key copies the picture."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_to_clipboard()
        else:
            super().keyPressEvent(event)

    def _colours(self) -> Colours:
        return SETS[self._theme] if self._theme else THEME.colours

    def _sheet(self) -> Sheet:
        return Sheet(self._topology, self._findings, self.font())

    def _on_theme_changed(self) -> None:
        self.canvas.set_look(self._fonts, self._colours())

    def _on_current_changed(self) -> None:
        part = self.canvas.current
        if part is not None:
            rect = self.canvas.rect_of(part)
            centre = rect.center()
            self._scroll.ensureVisible(
                centre.x(), centre.y(), rect.width() // 2 + 8, rect.height() // 2 + 8
            )

    def _rebuild(self) -> None:
        room = self._scroll.maximumViewportSize()
        if room.width() < 1:  # hidden, a splitter makes it that; it comes back as wide as it was
            room = self._room
        self._room = room
        width, height = float(room.width()), float(room.height())
        scene, zoom = self._fit(width, height)
        if scene.height * zoom > height:
            bar = self._scroll.verticalScrollBar().sizeHint().width()
            width = max(width - bar, NARROWEST)
            scene, zoom = build_scene(self._topology, self._fonts, width, height), 1.0
        signals = Signals([part.place for part in scene.parts], self._findings)
        left = max(0.0, (width - scene.width * zoom) // 2)
        self.canvas.resize(round(width), max(round(scene.height * zoom), round(height)))
        self.canvas.show_scene(scene, signals, zoom, left)
        self._describe(signals)

    def _fit(self, width: float, height: float) -> tuple[Scene, float]:
        """The picture at the largest zoom it has room for."""
        for zoom in ZOOMS:
            if width / zoom < ZOOMED_FROM:
                continue
            scene = build_scene(self._topology, self._fonts, width / zoom, height / zoom)
            if not scene.inline and scene.height * zoom <= height:
                return scene, zoom
        return build_scene(self._topology, self._fonts, width, height), 1.0

    def _describe(self, signals: Signals) -> None:
        name, words = str(TITLE), sentence(self._topology, signals.counts)
        if self.accessibleName() != name:
            self.setAccessibleName(name)
        if self.accessibleDescription() != words:
            self.setAccessibleDescription(words)
            self.canvas.setAccessibleDescription(words)
