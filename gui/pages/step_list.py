"""The steps of a deployment: icon, title, object, time; the running one opens to show its bar."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from core.background.deploying import StepView
from core.errors import AppError
from core.jobs import Progress, StepEvent, StepState
from core.text import Text
from gui.icons import pixmap
from gui.showing import set_shown
from gui.sizes import time_text, transfer_text
from gui.theme import THEME
from gui.wording import name, say

STATES = {
    StepState.WAITING: Text("waiting"),
    StepState.RUNNING: Text("running"),
    StepState.DONE: Text("done"),
    StepState.SKIPPED: Text("skipped"),
    StepState.FAILED: Text("failed"),
    StepState.CANCELLED: Text("stopped"),
}
PRESENT = Text("already there")
_SKIPPED = {"check": Text("not checked"), "keep": Text("stays"), "remove": Text("stays")}
"""How a step was skipped for a reason, by what it was to do."""
_ICONS = {
    StepState.WAITING: ("waiting", "muted"),
    StepState.RUNNING: ("running", "link"),
    StepState.DONE: ("good", "good"),
    StepState.SKIPPED: ("skipped", "muted"),
    StepState.FAILED: ("problem", "problem"),
    StepState.CANCELLED: ("warning", "warning"),
}


class StepRow(QWidget):
    """One step."""

    def __init__(self, step: StepView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.step = step
        self.state = StepState.WAITING
        self.seconds = 0.0
        self.reason: Text | None = None
        self._since = 0.0
        self.setObjectName(f"step.{step.key}")
        self.mark, self.title = QLabel(self), QLabel(self)
        self.state_label, self.note = QLabel(self), QLabel(self)
        self.bar = QProgressBar(self)
        self._build()
        self.show_state(StepState.WAITING)
        THEME.changed.connect(self._tint)

    def _build(self) -> None:
        title = Text("{title} – {name}", title=self.step.title, name=self.step.object_name)
        if not self.step.object_name or self.step.object_name in str(self.step.title):
            title = self.step.title
        self.title.setWordWrap(True)
        say(self.title, "setText", title)
        self.state_label.setProperty("look", "muted")
        self.note.setProperty("look", "muted")
        self.note.setWordWrap(True)
        self.note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.bar.setTextVisible(False)
        self.bar.setMaximumHeight(10)
        name(self.bar, Text("Progress of {title}", title=title))
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

    def show_state(
        self, state: StepState, seconds: float = 0.0, reason: Text | None = None
    ) -> None:
        """Take another state; only the running and the failed one are open, or one with a reason.

        A step is skipped for a ``reason``, else because what it makes is there already. Of one
        that was stopped it is what that leaves behind, of any other what it has found.
        """
        self.state, self.seconds, self.reason = state, seconds, reason
        if state is StepState.RUNNING:
            self._since = time.monotonic() - seconds
            self.bar.setRange(0, 0)
        is_running = state is StepState.RUNNING
        set_shown(self.bar, is_running)
        set_shown(self.note, is_running or state is StepState.FAILED or reason is not None)
        if reason is not None or not (is_running or state is StepState.FAILED):
            say(self.note, "setText", reason)
        font = self.title.font()
        font.setBold(is_running or state is StepState.FAILED)
        self.title.setFont(font)
        self.tick()
        self._tint()

    def tick(self) -> None:
        """Show the time of now."""
        if self.state is StepState.RUNNING:
            self.seconds = time.monotonic() - self._since
        word = STATES[self.state]
        if self.state is StepState.SKIPPED:
            word = PRESENT if self.reason is None else _SKIPPED.get(self.step.action, word)
        if self.state is StepState.DONE and self.step.action == "remove":
            word = Text("removed")
        timed = self.state not in {StepState.WAITING, StepState.SKIPPED}
        text = Text("{state}, {time}", state=word, time=time_text(self.seconds)) if timed else word
        say(self.state_label, "setText", text)

    def show_progress(self, progress: Progress) -> None:
        """Show how far it is."""
        if self.state is not StepState.RUNNING:
            return
        if progress.fraction is None:
            self.bar.setRange(0, 0)
        else:
            self.bar.setRange(0, 1000)
            self.bar.setValue(int(progress.fraction * 1000))
        if progress.bytes_total:
            moved = transfer_text(progress.bytes_done, progress.bytes_total,
                                  progress.bytes_per_second, progress.seconds_left)  # fmt: skip
            both = Text("{detail}: {moved}", detail=progress.detail, moved=moved)
            say(self.note, "setText", both if progress.detail else moved)
        elif progress.detail is not None:
            say(self.note, "setText", progress.detail)

    def show_error(self, error: AppError) -> None:
        """Stay open with what happened and what to do."""
        text = Text("{what} {advice}", what=error.what, advice=error.advice or "")
        say(self.note, "setText", text)
        set_shown(self.note, True)

    def _tint(self) -> None:
        icon, role = _ICONS[self.state]
        if self.state is StepState.SKIPPED and self.reason is not None:
            role = "warning"  # not what was wanted, though nothing failed
        self.mark.setPixmap(pixmap(icon, role, 18))


class StepList(QWidget):
    """All steps of a plan."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: dict[str, StepRow] = {}
        self._tells = False
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._on_tick)

    def show_steps(self, steps: tuple[StepView, ...], *, tells: bool = False) -> None:
        """Show the steps of another plan: waiting, or settled as the plan has it.

        ``tells`` if what is said of a step is what it has found.
        """
        self._tells = tells
        for row in self.rows.values():
            row.hide()
            row.deleteLater()
        self.rows = {}
        for step in steps:
            row = StepRow(step, self)
            self.rows[step.key] = row
            self._layout.addWidget(row)
            if step.action in ("keep", "present"):
                row.show_state(StepState.SKIPPED, 0.0, step.reason)

    def show_event(self, event: StepEvent) -> None:
        """A step has another state."""
        row = self.rows.get(event.step)
        if row is not None:
            tells = event.state in {StepState.SKIPPED, StepState.CANCELLED}
            tells = tells or (self._tells and event.state is not StepState.RUNNING)
            reason = event.note if tells else None
            row.show_state(event.state, event.seconds, reason)
        if any(r.state is StepState.RUNNING for r in self.rows.values()):
            self._timer.start()
        else:
            self._timer.stop()

    def show_progress(self, progress: Progress) -> None:
        """A step has got further."""
        row = self.rows.get(progress.step)
        if row is not None:
            row.show_progress(progress)

    @property
    def finished(self) -> int:
        """How many steps are behind us."""
        done = {StepState.DONE, StepState.SKIPPED}
        return sum(row.state in done for row in self.rows.values())

    def _on_tick(self) -> None:
        for row in self.rows.values():
            if row.state is StepState.RUNNING:
                row.tick()
