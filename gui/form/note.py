"""The line under a field: its problem when it has one, else its help."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from core.findings import Finding, Fix, Severity
from core.profile.model import FIELDS
from core.text import Text
from gui.icons import pixmap
from gui.showing import set_shown
from gui.theme import THEME
from gui.wording import name, say

LOOKS = {Severity.ERROR: "problem", Severity.WARNING: "warning", Severity.NOTE: "note"}
WORDS = {
    Severity.ERROR: Text("Problem"),
    Severity.WARNING: Text("Warning"),
    Severity.NOTE: Text("Note"),
}


def worst(findings: tuple[Finding, ...]) -> Finding | None:
    """The finding to show where there is room for one."""
    order = list(Severity)
    return min(findings, key=lambda f: order.index(f.severity), default=None)


def sentence(finding: Finding) -> Text:
    """What is wrong and what would be right, in one line."""
    if finding.advice is None:
        return finding.what
    return Text("{what} {advice}", what=finding.what, advice=finding.advice)


def set_look(widget: QWidget, look: str) -> None:
    """Give a widget another look of the style sheet."""
    if widget.property("look") != look:
        widget.setProperty("look", look)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


MOST_OF_ONE, MOST_OF_TWO = 28, 12
"""Characters of a value on a button, alone and with another: there is room beside a sentence."""


class Note(QWidget):
    """Icon, sentence and, where there is one right value, a button that puts it in.

    Signals:
        fix_asked: put the right value in.
        offer_taken: do what is offered for this kind of problem.
    """

    fix_asked = Signal(object)
    offer_taken = Signal()

    def __init__(self, help_text: Text, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._help = help_text
        self._finding: Finding | None = None
        self._offered_for = ""
        self.mark = QLabel(self)
        self.mark.setFixedWidth(18)
        self.mark.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.label = QLabel(self)
        self.label.setWordWrap(True)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        font = self.label.font()
        font.setPointSizeF(font.pointSizeF() * 0.92)
        self.label.setFont(font)
        self.fix = QPushButton(self)
        self.fix.setProperty("look", "link")
        set_shown(self.fix, False)
        self.action = QPushButton(self)
        self.action.setProperty("look", "link")
        set_shown(self.action, False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.fix, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.action, 0, Qt.AlignmentFlag.AlignTop)
        self.fix.clicked.connect(self._on_fix)
        self.action.clicked.connect(self.offer_taken)
        THEME.changed.connect(self._tint)
        self.show_finding(None)

    @property
    def text(self) -> str:
        """What it says."""
        return self.label.text()

    def offer(self, code: str, caption: Text) -> None:
        """Show a button beside a problem of this kind, where a value alone is no answer to it."""
        self._offered_for = code
        say(self.action, "setText", caption)
        name(self.action, caption, self._help)
        self.show_finding(self._finding)

    def show_finding(self, finding: Finding | None) -> None:
        """Say what is wrong, or the help when nothing is."""
        self._finding = finding
        set_look(self.label, LOOKS[finding.severity] if finding else "muted")
        say(self.label, "setText", sentence(finding) if finding else self._help)
        if finding is not None and finding.fix is not None:
            self._show_fix(finding.fix)
        set_shown(self.fix, finding is not None and finding.fix is not None)
        set_shown(self.action, finding is not None and finding.code == self._offered_for)
        self._tint()

    def _show_fix(self, fix: Fix) -> None:
        value = ", ".join(map(str, fix.value)) if isinstance(fix.value, tuple) else str(fix.value)
        value = value.lower() if isinstance(fix.value, bool) else value  # as it is written
        whole, most = _use(fix, value, 0), MOST_OF_ONE if not fix.also else MOST_OF_TWO
        say(self.fix, "setText", _use(fix, value, most))
        say(self.fix, "setToolTip", whole)
        name(self.fix, whole, Text("Puts the right value in."))

    def _tint(self) -> None:
        set_shown(self.mark, self._finding is not None)
        if self._finding is not None:
            look = LOOKS[self._finding.severity]
            self.mark.setPixmap(pixmap(look, "link" if look == "note" else look))

    def _on_fix(self) -> None:
        if self._finding is not None and self._finding.fix is not None:
            self.fix_asked.emit(self._finding.fix)


def _use(fix: Fix, value: str, most: int) -> Text:
    other = ", ".join(f"{FIELDS[f.field].label}: {_short(str(f.value), most)}" for f in fix.also)
    shown = _short(value, most)
    if other:
        return Text("Use {value} ({other})", value=shown, other=other)
    return Text("Use {value}", value=shown)


def _short(text: str, most: int) -> str:
    """With its middle left out where it is too long; 0: as it is."""
    if not most or len(text) <= most:
        return text
    return f"{text[: most // 2]}…{text[-(most // 2) :]}"
