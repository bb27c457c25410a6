"""The steps of a deployment: icon, title, object, time; the running one opens to show its bar."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from core.background.deploying import StepView
from core.errors import AppError
from core.jobs import Progress, StepEvent, StepState
from core.text import Text
from gui.icons import pixmap
from gui.pages.step_line import StepLine
from gui.showing import set_shown
from gui.theme import THEME
from gui.wording import name, say

AT_ONCE = 16
"""Rows in one turn of the event loop: a cluster may have dozens of hosts, with a step for each."""
_ICONS = {
    StepState.WAITING: ("waiting", "muted"),
    StepState.RUNNING: ("running", "link"),
    StepState.DONE: ("good", "good"),
    StepState.SKIPPED: ("skipped", "muted"),
    StepState.FAILED: ("problem", "problem"),
    StepState.CANCELLED: ("warning", "warning"),
}


class StepRow(QWidget):
    """The place of one step; that of the next plan is shown in it too."""

    def __init__(self, line: StepLine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.mark, self.title = QLabel(self), QLabel(self)
        self.state_label, self.note = QLabel(self), QLabel(self)
        self.bar = QProgressBar(self)
        self._build()
        self.show_line(line)
        THEME.changed.connect(self._tint)

    def _build(self) -> None:
        self.title.setWordWrap(True)
        self.state_label.setProperty("look", "muted")
        self.note.setProperty("look", "muted")
        self.note.setWordWrap(True)
        self.note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar.setTextVisible(False)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self.mark, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.title, 0, 1)
        grid.addWidget(self.state_label, 0, 2, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.bar, 1, 1, 1, 2)
        grid.addWidget(self.note, 2, 1, 1, 2)

    def show_line(self, line: StepLine) -> None:
        """Show another step."""
        self.line = line
        self.setObjectName(f"step.{line.step.key}")
        say(self.title, "setText", line.title)
        name(self.bar, Text("Progress of {title}", title=line.title))
        self.show_state()

    def show_state(self) -> None:
        """Show how far its step is; only one that runs or failed is open, or one with a reason."""
        line = self.line
        is_running = line.state is StepState.RUNNING
        if is_running:
            self.bar.setRange(0, 0)
        set_shown(self.bar, is_running)
        set_shown(self.note, line.is_open or line.reason is not None)
        font = self.title.font()
        if font.bold() is not line.is_open:
            font.setBold(line.is_open)
            self.title.setFont(font)
        self.show_words()
        self._tint()

    def show_words(self) -> None:
        """Show the time of now and what is said of the step."""
        say(self.state_label, "setText", self.line.state_text)
        say(self.note, "setText", self.line.note)

    def show_bar(self, fraction: float | None) -> None:
        """Show how much is done, None if that is not known."""
        if fraction is None:
            self.bar.setRange(0, 0)
        else:
            self.bar.setRange(0, 1000)
            self.bar.setValue(int(fraction * 1000))

    def _tint(self) -> None:
        state = self.line.state
        icon, role = _ICONS[state]
        if state is StepState.SKIPPED and self.line.reason is not None:
            role = "warning"  # not what was wanted, though nothing failed
        self.mark.setPixmap(pixmap(icon, role, 18))


class StepList(QWidget):
    """All steps of a plan."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: dict[str, StepLine] = {}
        self.rows: dict[str, StepRow] = {}
        """By the key of the step; those of a long plan come in pieces."""
        self._places: list[StepRow] = []
        self._tells = False
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self._on_clock)
        self._more = QTimer(self)
        self._more.setSingleShot(True)
        self._more.setInterval(0)
        self._more.timeout.connect(self._show_some)

    def show_steps(self, steps: tuple[StepView, ...], *, tells: bool = False) -> None:
        """Show the steps of another plan: waiting, or settled as the plan has it.

        ``tells`` if what is said of a step is what it has found.
        """
        self._tells = tells
        self.lines = {step.key: StepLine(step) for step in steps}
        self.rows = {}
        for line in self.lines.values():
            if line.step.action in ("keep", "present"):
                line.take(StepState.SKIPPED, 0.0, line.step.reason)
        for place in self._places[len(steps) :]:
            set_shown(place, False)
        self._show_some()

    def _show_some(self) -> None:
        """Fill the next rows; those of an earlier plan are used again, and cost next to nothing."""
        left = list(self.lines)[len(self.rows) :]
        for key in left[:AT_ONCE]:
            line, place = self.lines[key], len(self.rows)
            if place == len(self._places):
                self._places.append(StepRow(line, self))
                self._layout.addWidget(self._places[place])
            else:
                self._places[place].show_line(line)
                set_shown(self._places[place], True)
            self.rows[key] = self._places[place]
        if left[AT_ONCE:]:
            self._more.start()

    def show_event(self, event: StepEvent) -> None:
        """A step has another state."""
        line = self.lines.get(event.step)
        if line is not None:
            tells = event.state in {StepState.SKIPPED, StepState.CANCELLED}
            tells = tells or (self._tells and event.state is not StepState.RUNNING)
            line.take(event.state, event.seconds, event.note if tells else None)
            line.tick()
            if event.step in self.rows:
                self.rows[event.step].show_state()
        if any(line.state is StepState.RUNNING for line in self.lines.values()):
            self._clock.start()
        else:
            self._clock.stop()

    def show_progress(self, progress: Progress) -> None:
        """A step has got further."""
        line = self.lines.get(progress.step)
        if line is None or line.state is not StepState.RUNNING:
            return
        line.move(progress)
        if progress.step in self.rows:
            self.rows[progress.step].show_bar(progress.fraction)
            self.rows[progress.step].show_words()

    def show_error(self, key: str, error: AppError) -> None:
        """A step has failed: it stays open with what happened and what to do."""
        if key in self.lines:
            self.lines[key].fail(error)
        if key in self.rows:
            self.rows[key].show_state()

    @property
    def finished(self) -> int:
        """How many steps are behind us."""
        done = {StepState.DONE, StepState.SKIPPED}
        return sum(line.state in done for line in self.lines.values())

    def _on_clock(self) -> None:
        for key, line in self.lines.items():
            if line.state is StepState.RUNNING:
                line.tick()
                if key in self.rows:
                    self.rows[key].show_words()
