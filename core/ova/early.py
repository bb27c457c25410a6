"""An OVA verified while the vCenter is asked: reading every byte of it takes as long as a plan."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future, wait

from msgspec.structs import replace

from core.jobs import JobContext, Progress, Report
from core.ova.archive import Ova
from core.ova.verify import Verification, verify

_TICK_S = 0.1


class EarlyVerification:
    """A verification in a thread of its own; whoever needs its outcome waits for it then."""

    def __init__(self, ova: Ova) -> None:
        self._ova = ova
        self._ctx = JobContext(self._note)
        self._progress: Progress | None = None
        self._outcome: Future[Verification] = Future()
        self._thread = threading.Thread(target=self._run, name="ova-verification", daemon=True)
        self._thread.start()

    def result(self, ctx: JobContext, step: str) -> Verification:
        """What ``verify`` gives, with its progress told as that of ``step``.

        Raises:
            OvaError: a digest differs, or the file changed meanwhile or since.
            FileError: the file cannot be read.
            Cancelled: the user asked to stop.
        """
        while not wait([self._outcome], _TICK_S).done:
            ctx.check()
            self._tell(ctx, step)
        ctx.check()
        verification = self._outcome.result()
        self._ova.check_unchanged()
        self._tell(ctx, step)
        return verification

    def raise_failure(self, seconds: float) -> None:
        """Raise what it has failed with by now, or does within so many seconds; else it goes on.

        Raises:
            OvaError: a digest differs, or the file changed meanwhile.
            FileError: the file cannot be read.
        """
        if wait([self._outcome], seconds).done:
            self._outcome.result()

    def stop(self) -> None:
        """End it if it still goes on; the OVA can be closed afterwards."""
        self._ctx.cancel()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._outcome.set_result(verify(self._ova, self._ctx))
        except BaseException as error:  # noqa: BLE001 - handed to whoever asks for the outcome
            self._outcome.set_exception(error)

    def _note(self, report: Report) -> None:
        if isinstance(report, Progress):
            self._progress = report

    def _tell(self, ctx: JobContext, step: str) -> None:
        if self._progress is not None:
            ctx.report(replace(self._progress, step=step))


@contextlib.contextmanager
def verified_early(ova: Ova | None) -> Iterator[EarlyVerification | None]:
    """Verify in the background as long as the block runs; None without a file or a second core."""
    if ova is None or (os.cpu_count() or 1) < 2:
        yield None
        return
    early = EarlyVerification(ova)
    try:
        yield early
    finally:
        early.stop()
