"""Waiting for an answer of vCenter, but not longer than until the user asks to stop.

A call in flight cannot be called back; what can be done is to stop waiting for it. The connection
is closed then, since nobody could tell a late answer from that of the next call.
"""

from __future__ import annotations

import contextlib
import http.client
import select
import threading
import time
from collections.abc import Iterator
from typing import Any

from core.jobs import Cancelled, JobContext

_SLICE_S = 0.25


class Patience:
    """Whether waits for answers hear a cancel; one for each session.

    Only the job's own thread is interrupted: others, such as the lease's ticker, end otherwise.
    """

    def __init__(self) -> None:
        self._ctx: JobContext | None = None
        self._thread = 0
        self._grace_s = 0.0

    @contextlib.contextmanager
    def heeding(self, ctx: JobContext) -> Iterator[None]:
        """In the block, a wait of this thread ends with ``Cancelled`` when ``ctx`` is cancelled."""
        before = self._ctx, self._thread
        self._ctx, self._thread = ctx, threading.get_ident()
        try:
            yield
        finally:
            self._ctx, self._thread = before

    @contextlib.contextmanager
    def ignoring(self) -> Iterator[None]:
        """In the block, waits last as long as they do: to tidy up after a cancel."""
        before, self._ctx = self._ctx, None
        try:
            yield
        finally:
            self._ctx = before

    @contextlib.contextmanager
    def lingering(self, seconds: float) -> Iterator[None]:
        """In the block, waits go on that long after a cancel: an answer says what to undo."""
        before, self._grace_s = self._grace_s, seconds
        try:
            yield
        finally:
            self._grace_s = before

    def wait_for_answer(self, connection: http.client.HTTPConnection) -> None:
        """Wait until something can be read; the connection is closed if it does not come to that.

        Raises:
            Cancelled: the user asked to stop.
            TimeoutError: nothing came within the socket's time limit.
        """
        ctx, sock = self._ctx, connection.sock
        if ctx is None or sock is None or threading.get_ident() != self._thread:
            return
        limit, cancelled_at = connection.timeout, 0.0
        deadline = time.monotonic() + (limit if isinstance(limit, int | float) else 3600.0)
        try:
            while not _has_input(sock):
                now = time.monotonic()
                if ctx.is_cancelled:
                    cancelled_at = cancelled_at or now
                if cancelled_at and now - cancelled_at >= self._grace_s:
                    ctx.check()
                if now > deadline:
                    raise TimeoutError("timed out")
        except (Cancelled, OSError, ValueError, KeyboardInterrupt):
            connection.close()
            raise


class PatientConnection(http.client.HTTPSConnection):
    """An HTTPS connection whose waits for an answer hear a cancel."""

    def __init__(self, *args: Any, patience: Patience, **options: Any) -> None:
        super().__init__(*args, **options)
        self._patience = patience

    def getresponse(self) -> http.client.HTTPResponse:
        """See ``http.client``; raises ``Cancelled`` too."""
        self._patience.wait_for_answer(self)
        return super().getresponse()


def _has_input(sock: Any) -> bool:
    pending = getattr(sock, "pending", None)
    if pending is not None and pending():
        return True
    return bool(select.select([sock], [], [], _SLICE_S)[0])
