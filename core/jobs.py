"""What long work may ask of whoever runs it: report progress, find out whether to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from enum import Enum

from msgspec import Struct

from core.text import Text


class Cancelled(Exception):
    """The user asked to stop. Nobody logs this as an error.

    ``left`` says what stays behind, where the one who stopped knows better than the step does.
    """

    def __init__(self, left: Text | None = None) -> None:
        super().__init__()
        self.left = left


class Progress(Struct, frozen=True):
    """Where the work is: the step, how much of it, and bytes where bytes are what takes time."""

    step: str
    fraction: float | None = None
    detail: Text | None = None
    bytes_done: int = 0
    bytes_total: int = 0
    bytes_per_second: float = 0.0
    seconds_left: float | None = None


class StepState(Enum):
    """Where a step of a deployment is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StepEvent(Struct, frozen=True):
    """A step changed its state; ``seconds`` is how long it has run by then."""

    step: str
    state: StepState
    seconds: float = 0.0
    note: Text | None = None


Report = Progress | StepEvent


class JobContext:
    """Given to every long function of core: say where it is, ask whether to go on."""

    def __init__(self, on_report: Callable[[Report], None] = lambda _: None) -> None:
        self._on_report = on_report
        self._stop = threading.Event()

    def report(self, report: Report) -> None:
        """Tell the observer; callers coalesce, see ``ByteMeter``."""
        self._on_report(report)

    def check(self) -> None:
        """Raise ``Cancelled`` if the user asked to stop."""
        if self._stop.is_set():
            raise Cancelled

    def pause(self, seconds: float) -> None:
        """Wait, but not longer than until a cancel. The only sleep in core."""
        if self._stop.wait(seconds):
            raise Cancelled

    def cancel(self) -> None:
        """Ask the work to stop at the next chance. Safe from any thread and signal handler."""
        self._stop.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        return self._stop.is_set()


class ByteMeter:
    """Counts bytes of one step and reports at most ten times a second, first and last always."""

    _INTERVAL_S = 0.1

    def __init__(self, ctx: JobContext, step: str, total: int, detail: Text | None = None) -> None:
        self._ctx, self._step, self._total, self._detail = ctx, step, total, detail
        self._started = self._reported = time.monotonic()
        self.done = 0
        self._report(self._started)

    def add(self, count: int) -> None:
        """Count ``count`` bytes that really moved; raises ``Cancelled`` if asked to stop."""
        self.done += count
        self._ctx.check()
        now = time.monotonic()
        if now - self._reported >= self._INTERVAL_S or self.done >= self._total:
            self._report(now)

    @property
    def percent(self) -> int:
        """Whole percent done, 0 to 100."""
        return min(100, self.done * 100 // self._total) if self._total else 100

    def _report(self, now: float) -> None:
        self._reported = now
        elapsed = max(now - self._started, 1e-6)
        rate = self.done / elapsed
        left = (self._total - self.done) / rate if rate > 0 else None
        fraction = self.done / self._total if self._total else 1.0
        self._ctx.report(
            Progress(self._step, fraction, self._detail, self.done, self._total, rate, left)
        )
