"""Waiting for an answer of vCenter, but not longer than until the user asks to stop.

A call in flight cannot be called back; what can be done is to stop waiting for it. The connection
is closed then, since nobody could tell a late answer from that of the next call.

``select`` cannot tell whether there is an answer: on a fresh TLS connection it reports the server's
session tickets. So it is the read itself that has a short time limit, again and again.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import threading
import time
from collections.abc import Iterator
from typing import Any

from core.jobs import Cancelled, JobContext

_SLICE_S = 0.25
_LONGEST_S = 3600.0


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

    def receive(self, sock: Any, buffer: Any, limit_s: float) -> int:
        """What ``sock.recv_into`` does, at most ``limit_s`` long.

        Raises:
            Cancelled: the user asked to stop.
            TimeoutError: nothing came in time.
        """
        ctx = self._ctx
        if ctx is None or threading.get_ident() != self._thread:
            return int(sock.recv_into(buffer))
        deadline, cancelled_at = time.monotonic() + limit_s, 0.0
        before = sock.gettimeout()
        sock.settimeout(_SLICE_S)
        try:
            while True:
                try:
                    return int(sock.recv_into(buffer))
                except TimeoutError:
                    now = time.monotonic()
                    if ctx.is_cancelled:
                        cancelled_at = cancelled_at or now
                    if cancelled_at and now - cancelled_at >= self._grace_s:
                        ctx.check()
                    if now > deadline:
                        raise
        finally:
            sock.settimeout(before)


class PatientConnection(http.client.HTTPSConnection):
    """An HTTPS connection whose waits for an answer hear a cancel."""

    def __init__(self, *args: Any, patience: Patience, **options: Any) -> None:
        super().__init__(*args, **options)
        self._patience = patience

    def getresponse(self) -> http.client.HTTPResponse:
        """See ``http.client``; raises ``Cancelled`` too."""
        self.response_class = patient_response(self._patience, self.timeout)
        try:
            return super().getresponse()
        except (Cancelled, KeyboardInterrupt):
            self.close()
            raise


def patient_response(patience: Patience, limit_s: object) -> Any:
    """What stands for ``HTTPResponse`` in a connection whose waits hear a cancel."""
    limit = float(limit_s) if isinstance(limit_s, int | float) else _LONGEST_S

    def response(sock: Any, *args: Any, **options: Any) -> http.client.HTTPResponse:
        readable: Any = _Readable(sock, patience, limit)
        return http.client.HTTPResponse(readable, *args, **options)

    return response


class _Readable:
    """The one thing ``HTTPResponse`` wants of a socket."""

    def __init__(self, sock: Any, patience: Patience, limit_s: float) -> None:
        self._raw = _PatientStream(sock, patience, limit_s)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._raw)


class _PatientStream(io.RawIOBase):
    """Reads a socket patiently; ``_held`` keeps it open until the answer has been read."""

    def __init__(self, sock: Any, patience: Patience, limit_s: float) -> None:
        self._sock, self._patience, self._limit_s = sock, patience, limit_s
        self._held = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._patience.receive(self._sock, buffer, self._limit_s)

    def close(self) -> None:
        self._held.close()
        super().close()
