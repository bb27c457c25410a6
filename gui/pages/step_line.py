"""A step as the page shows it, in words; no widget, so that there can be many at once."""

from __future__ import annotations

import time

from msgspec import Struct

from core.background.deploying import StepView
from core.errors import AppError
from core.jobs import Progress, StepState
from core.text import Text
from gui.sizes import time_text, transfer_text

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


class StepLine(Struct):
    """How far a step is.

    A step is skipped for a ``reason``, else because what it makes is there already. Of one that
    was stopped it is what that leaves behind, of any other what it has found.
    """

    step: StepView
    state: StepState = StepState.WAITING
    seconds: float = 0.0
    reason: Text | None = None
    _note: Text | None = None
    _since: float = 0.0

    def take(self, state: StepState, seconds: float = 0.0, reason: Text | None = None) -> None:
        """Be in another state."""
        self.state, self.seconds, self.reason = state, seconds, reason
        if reason is not None or not self.is_open:
            self._note = reason
        if state is StepState.RUNNING:
            self._since = time.monotonic() - seconds

    def fail(self, error: AppError) -> None:
        """It has failed: say what happened and what to do."""
        self.state = StepState.FAILED
        self._note = Text("{what} {advice}", what=error.what, advice=error.advice or "")

    def move(self, progress: Progress) -> None:
        """Say how far it is."""
        if progress.bytes_total:
            moved = transfer_text(progress.bytes_done, progress.bytes_total,
                                  progress.bytes_per_second, progress.seconds_left)  # fmt: skip
            both = Text("{detail}: {moved}", detail=progress.detail, moved=moved)
            self._note = both if progress.detail else moved
        elif progress.detail is not None:
            self._note = progress.detail

    def tick(self) -> None:
        """Take the time of now."""
        if self.state is StepState.RUNNING:
            self.seconds = time.monotonic() - self._since

    @property
    def is_open(self) -> bool:
        """Whether it is one to look at: it runs, or it failed."""
        return self.state in {StepState.RUNNING, StepState.FAILED}

    @property
    def note(self) -> Text | None:
        """What is said below it; None where there is no room for it."""
        return self._note if self.is_open or self.reason is not None else None

    @property
    def title(self) -> Text:
        """What it does, and to which object."""
        step = self.step
        if not step.object_name or step.object_name in str(step.title):
            return step.title
        return Text("{title} – {name}", title=step.title, name=step.object_name)

    @property
    def state_text(self) -> Text:
        """Its state, with the time it took."""
        word = STATES[self.state]
        if self.state is StepState.SKIPPED:
            word = PRESENT if self.reason is None else _SKIPPED.get(self.step.action, word)
        if self.state is StepState.DONE and self.step.action == "remove":
            word = Text("removed")
        if self.state in {StepState.WAITING, StepState.SKIPPED}:
            return word
        return Text("{state}, {time}", state=word, time=time_text(self.seconds))
