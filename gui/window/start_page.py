"""What a first run shows: three ways to start, and the profiles opened lately."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from core.text import Text
from core.version import PRODUCT
from gui.icons import icon
from gui.theme import THEME
from gui.wording import name, say

# As in core.profile.model, which is not imported before the first paint.
DEFAULT, FRONTEND = "default", "frontend"


class StartPage(QWidget):
    """Says what to do, and where passwords are kept.

    Signals:
        new_asked: a new profile, with its topology.
        open_asked: open or import a file.
        sample_asked: try with sample values.
        recent_asked: open a profile by its path.
    """

    new_asked = Signal(str)
    open_asked = Signal()
    sample_asked = Signal()
    recent_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons: list[tuple[QPushButton, str]] = []
        column = QWidget(self)
        column.setMaximumWidth(640)
        self._column = QVBoxLayout(column)
        self._column.setSpacing(12)
        self._build_head()
        self._build_choices()
        self.recent = QWidget(self)
        self._column.addWidget(self.recent)
        self._column.addStretch(2)
        layout = QHBoxLayout(self)
        layout.addStretch(1)
        layout.addWidget(column, 4)
        layout.addStretch(1)
        THEME.changed.connect(self._tint)
        self._tint()

    def _build_head(self) -> None:
        self._column.addStretch(1)
        title = QLabel(self)
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.7)
        font.setBold(True)
        title.setFont(font)
        say(title, "setText", Text("{product}", product=PRODUCT))
        about = self._text(
            Text("Creates a vSphere Distributed Switch and deploys the HAProxy load balancer. "
                 "Everything can be prepared offline.")
        )  # fmt: skip
        self._column.addWidget(title)
        self._column.addWidget(about)
        self._column.addSpacing(8)

    def _text(self, text: Text) -> QLabel:
        label = QLabel(self)
        label.setProperty("look", "muted")
        label.setWordWrap(True)
        say(label, "setText", text)
        return label

    def _build_choices(self) -> None:
        choices = (
            ("start_default", "new", Text("New deployment, two networks"),
             Text("Management and one workload network (two NICs)."),
             partial(self.new_asked.emit, DEFAULT)),
            ("start_frontend", "new", Text("New deployment, three networks"),
             Text("With a frontend network for clients (three NICs)."),
             partial(self.new_asked.emit, FRONTEND)),
            ("start_open", "open", Text("Open or import a profile"),
             Text("A YAML file from here or from the command line."), self.open_asked.emit),
            ("start_sample", "sample", Text("Try with sample values"),
             Text("Look around without a vCenter; nothing is changed anywhere."),
             self.sample_asked.emit),
        )  # fmt: skip
        for key, drawing, caption, help_text, slot in choices:
            button = QPushButton(self)
            button.setObjectName(key)
            button.setProperty("look", "choice")
            button.setIconSize(QSize(24, 24))
            say(button, "setText",
                Text("{caption}\n{help}", caption=caption, help=help_text))  # fmt: skip
            name(button, caption, help_text)
            button.clicked.connect(slot)
            self._icons.append((button, drawing))
            self._column.addWidget(button)
        self._column.addWidget(
            self._text(
                Text("Passwords are kept in the keyring of this computer if you want, never in "
                     "profiles. Nothing is sent anywhere but to your vCenter.")
            )
        )  # fmt: skip

    def show_recent(
        self,
        paths: tuple[str, ...],
        pinned: tuple[str, ...] = (),
        missing: frozenset[str] = frozenset(),
    ) -> None:
        """List the profiles opened lately, pinned ones first; missing ones cannot be chosen."""
        old, self.recent = self.recent, QWidget(self)
        lines = QVBoxLayout(self.recent)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(2)
        if paths:
            lines.addWidget(self._text(Text("Opened lately")))
        for path in paths[:5]:
            line = QHBoxLayout()
            button = self._recent_button(path, is_pinned=path in pinned)
            if path in missing:
                button.setEnabled(False)
                gone = Text("{path} is not there now.", path=path)
                say(button, "setToolTip", gone)
                say(button, "setAccessibleDescription", gone)
            line.addWidget(button)
            line.addStretch(1)
            lines.addLayout(line)
        self._column.replaceWidget(old, self.recent)
        old.deleteLater()

    def _recent_button(self, path: str, *, is_pinned: bool) -> QPushButton:
        button = QPushButton(self)
        button.setProperty("look", "link")
        shown = Path(path).name.replace("&", "&&")  # or Qt takes it for a mnemonic
        caption = Text("{name} (pinned)", name=shown)
        say(button, "setText", caption if is_pinned else Text("{name}", name=shown))
        button.setToolTip(path)
        name(button, Text("Open {path}", path=path), Text("A profile that was opened lately."))
        button.clicked.connect(partial(self.recent_asked.emit, path))
        return button

    def _tint(self) -> None:
        for button, drawing in self._icons:
            button.setIcon(icon(drawing, "accent"))
