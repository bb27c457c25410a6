"""Several questions at once: the only threads of the live checks, started and joined here."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from msgspec import Struct

from core.jobs import Cancelled, JobContext

_Answer = TypeVar("_Answer")

WORKERS = 8
_PATIENCE_S = 0.002
"""So long without an answer is worth one more thread, which has to shake hands with vCenter."""
_TICK_S = 0.1
_GRACE_S = 2.0


class Outcome(Struct, Generic[_Answer], frozen=True):
    """The answer to the question ``number``, or why there is none."""

    number: int
    answer: _Answer | None = None
    error: BaseException | None = None


class TookTooLong(Exception):
    """No answer within the time given."""


def ask_side_by_side(
    questions: Sequence[Callable[[], _Answer]],
    ctx: JobContext,
    *,
    limit_s: float,
    workers: int = WORKERS,
) -> Iterator[Outcome[_Answer]]:
    """Ask all, and give the outcomes as they come; what a question raises is its outcome.

    Threads are added while answers are waited for: where these come at once, one is enough.

    A question that has no answer after ``limit_s`` seconds is given up: its thread, which cannot
    be stopped, ends by itself when the peer answers or the connection is closed.

    Raises:
        Cancelled: the user asked to stop; questions not yet asked are not asked any more.
    """
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    answered: queue.SimpleQueue[Outcome[_Answer]] = queue.SimpleQueue()
    stop = threading.Event()
    for number in range(len(questions)):
        waiting.put(number)

    def work() -> None:
        while not stop.is_set():
            try:
                number = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                answered.put(Outcome(number, answer=questions[number]()))
            except BaseException as error:  # noqa: BLE001 - handed to the caller's thread
                answered.put(Outcome(number, error=error))

    threads: list[threading.Thread] = []

    def add_thread() -> None:
        name = f"live-check-{len(threads)}"
        threads.append(threading.Thread(target=work, name=name, daemon=True))
        threads[-1].start()

    if questions:
        add_thread()
    open_numbers = set(range(len(questions)))
    deadline = time.monotonic() + limit_s
    try:
        while open_numbers:
            ctx.check()
            is_short_handed = len(threads) < workers and not waiting.empty()
            try:
                outcome = answered.get(timeout=_PATIENCE_S if is_short_handed else _TICK_S)
            except queue.Empty:
                if is_short_handed:
                    add_thread()
                elif time.monotonic() > deadline:
                    break
                continue
            open_numbers.discard(outcome.number)
            if isinstance(outcome.error, Cancelled):
                raise outcome.error
            yield outcome
    finally:
        stop.set()
        patience = time.monotonic() + (_GRACE_S if open_numbers else limit_s)
        for thread in threads:
            thread.join(max(0.0, patience - time.monotonic()))
    for number in sorted(open_numbers):
        yield Outcome(number, error=TookTooLong())
