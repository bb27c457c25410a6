"""Signals that end a program: Ctrl-C, SIGTERM, and what a terminal sends when it is closed."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from core.jobs import JobContext

_Handler = Callable[[int, FrameType | None], None]


def _known(*names: str) -> frozenset[int]:
    return frozenset(int(getattr(signal, name)) for name in names if hasattr(signal, name))


_HANGUPS = _known("SIGHUP", "SIGBREAK")  # the latter is Windows'
_OTHERS = _known("SIGTERM") | _HANGUPS


@contextmanager
def stopping(ctx: JobContext) -> Iterator[None]:
    """In the block, such a signal asks the job to stop in good order.

    A second Ctrl-C stops it at once; of the others, more than one may come when a terminal is
    closed, from the kernel and from the shell.
    """

    def ask(number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGINT and ctx.is_cancelled:
            raise KeyboardInterrupt
        ctx.cancel()

    with _handled(_OTHERS | {signal.SIGINT}, ask):
        yield


@contextmanager
def interrupting() -> Iterator[None]:
    """In the block, such a signal does what Ctrl-C does: everything that is open is closed."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    with _handled(_OTHERS, interrupt):
        yield


@contextmanager
def _handled(numbers: frozenset[int], handler: _Handler) -> Iterator[None]:
    """In the block, these are handled so; one that is ignored stays so (``nohup``)."""
    terminals = _terminals()

    def handle(number: int, frame: FrameType | None) -> None:
        if number in _HANGUPS:
            _write_to_nobody(terminals)
        handler(number, frame)

    try:
        before = {
            number: signal.signal(number, handle)
            for number in numbers
            if signal.getsignal(number) is not signal.SIG_IGN
        }
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        for number, handled in before.items():
            signal.signal(number, handled)


def _terminals() -> tuple[int, ...]:
    """Where a terminal is written to; once it is closed, nothing says any more that it is one."""
    found = []
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            if stream.isatty():
                found.append(stream.fileno())
    return tuple(found)


def _write_to_nobody(descriptors: tuple[int, ...]) -> None:
    """Writing to a closed terminal is an error, and would end what is being tidied up."""
    nobody = os.open(os.devnull, os.O_WRONLY)
    for descriptor in descriptors:
        with contextlib.suppress(OSError):
            os.dup2(nobody, descriptor)
    os.close(nobody)
