"""The border between window and work: starts every job on a thread of its own, and ends it.

The only file of ``core`` that knows Qt (QtCore alone) and the only one that names ``QThread``.
Everything that blocks is a Qt-free function ``work(ctx, input)`` in ``core.background``.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QDeadlineTimer, QObject, QThread, Signal, Slot
from shiboken6 import isValid

from core.background.requests import Done, Failed, Job, Requests, Work
from core.jobs import Cancelled, JobContext

if TYPE_CHECKING:
    from core.secrets.store import SecretStore


NICENESS = 3
"""Of jobs, on Linux: where every core is busy the window's turn comes sooner. With 10, a job that
holds the interpreter waited for its own turn so long that the window waited for the job."""


def _let_the_window_go_first() -> None:
    """On Linux a thread's niceness is its own, and that of those it starts (setpriority(2)).

    There a ``QThread``'s priority is not heard. A program that was started as nice as that or
    nicer stays as it is: to be less nice is not everybody's right.
    """
    if sys.platform != "linux":
        return
    thread = threading.get_native_id()
    with contextlib.suppress(OSError):  # a sandbox may refuse it
        if os.getpriority(os.PRIO_PROCESS, thread) < NICENESS:
            os.setpriority(os.PRIO_PROCESS, thread, NICENESS)


class JobThread(QThread):
    """One job. The object stays in the window's thread, so any receiver is called there.

    Signals:
        progressed: a ``Progress``.
        succeeded: what the work returned.
        failed: the exception, traceback and all.
        cancelled: the user asked to stop.
    """

    progressed = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()

    def __init__(self, work: Work, parent: QObject) -> None:
        super().__init__(parent)
        self.context = JobContext(self.progressed.emit)
        self.key = ""
        self.asker: object = None
        self.is_dropped = False
        self._work = work
        self._answers: dict[str, Callable[..., None]] = {}
        # Slots of this very object: what is queued for it goes when it goes. A queued call of a
        # lambda or partial outlives its receiver and then calls into freed memory.
        self.progressed.connect(self._on_progressed)
        self.succeeded.connect(self._on_succeeded)
        self.failed.connect(self._on_failed)
        self.cancelled.connect(self._on_cancelled)

    def answer_to(self, **answers: Callable[..., None] | None) -> None:
        """Whom to tell, by the name of the signal."""
        self._answers = {name: slot for name, slot in answers.items() if slot is not None}

    @Slot(object)
    def _on_progressed(self, progress: object) -> None:
        self._tell("progressed", progress)

    @Slot(object)
    def _on_succeeded(self, result: object) -> None:
        self._tell("succeeded", result)

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        self._tell("failed", error)

    @Slot()
    def _on_cancelled(self) -> None:
        self._tell("cancelled")

    def _tell(self, name: str, *answer: object) -> None:
        slot = self._answers.get(name)
        if slot is None or self.is_dropped:
            return
        owner = getattr(slot.func if isinstance(slot, partial) else slot, "__self__", None)
        if not isinstance(owner, QObject) or isValid(owner):  # else its window was closed
            slot(*answer)

    def run(self) -> None:
        """Run the work; everything that comes of it becomes a signal."""
        _let_the_window_go_first()
        try:
            result = self._work(self.context)
        except Cancelled:
            self.cancelled.emit()
        except Exception as error:  # noqa: BLE001 - the border: everything becomes a signal
            self.failed.emit(error)
        else:
            self.succeeded.emit(result)

    def cancel(self) -> None:
        """Ask the work to stop at its next chance."""
        self.context.cancel()


class JobRunner(QObject):
    """Starts jobs, keeps them alive, ends them at exit.

    A job with the ``key`` of a running one replaces it if the same object asks: the older one is
    asked to stop and its answer is dropped, because it answers a question nobody asks any more.
    Another window's question is not touched.

    Signals:
        busy_changed: whether any job runs.
    """

    busy_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: list[JobThread] = []

    def start(
        self,
        work: Work,
        *,
        succeeded: Done,
        failed: Failed,
        cancelled: Callable[[], None] | None = None,
        progressed: Done | None = None,
        key: str = "",
    ) -> JobThread:
        """Run ``work`` on a thread of its own; exactly one of the first three is called."""
        asker = getattr(succeeded, "__self__", None)
        if key:
            self._drop(key, asker)
        job = JobThread(work, self)
        job.key, job.asker = key, asker
        job.setObjectName(key or "job")
        self._jobs.append(job)
        job.answer_to(
            succeeded=succeeded, failed=failed, cancelled=cancelled, progressed=progressed
        )
        job.finished.connect(self._on_finished)
        self.busy_changed.emit(True)
        job.start(QThread.Priority.LowPriority)
        return job

    @property
    def is_busy(self) -> bool:
        """Whether any job runs."""
        return bool(self._jobs)

    def _drop(self, key: str, asker: object) -> None:
        for job in self._jobs:
            if job.key == key and job.asker is asker:
                job.cancel()
                job.key = ""
                # Not disconnected: what is in the queue already would come all the same.
                job.is_dropped = True

    @Slot()
    def _on_finished(self) -> None:
        job = self.sender()
        if not isinstance(job, JobThread) or job not in self._jobs:
            return
        job.wait()
        self._jobs.remove(job)
        job.answer_to()
        job.asker = None
        job.deleteLater()
        self.busy_changed.emit(bool(self._jobs))

    def shutdown(self, milliseconds: int) -> bool:
        """Ask every job to stop and wait for all of them together; says whether all did."""
        for job in self._jobs:
            job.cancel()
        deadline = QDeadlineTimer(milliseconds)
        ended = [job.wait(deadline) for job in list(self._jobs)]
        return all(ended)


class Controller(QObject, Requests):
    """All that the window can ask for; what that is stands in ``core.background.requests``."""

    def __init__(
        self,
        runner: JobRunner | None = None,
        store: SecretStore | None = None,
        parent: QObject | None = None,
    ) -> None:
        """Args: ``store`` replaces the keyring, for tests and practice."""
        super().__init__(parent)
        self.runner = runner or JobRunner(self)
        self._store = store

    def _start(self, work: Work, done: Done, failed: Failed, **more: Any) -> Job:
        return self.runner.start(work, succeeded=done, failed=failed, **more)

    def shutdown(self, milliseconds: int = 10_000) -> bool:
        """End every job; says whether all ended in time."""
        return self.runner.shutdown(milliseconds)
