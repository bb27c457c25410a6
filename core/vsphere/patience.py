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
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from pyVmomi import vmodl

from core.errors import AppError
from core.jobs import Cancelled, JobContext

log = logging.getLogger(__name__)

_SLICE_S = 0.25
_LONGEST_S = 3600.0
_CONNECT_S = 20.0

_STOPPED_QUIET_S, _STOPPED_TOTAL_S = 2.0, 10.0
_QUIET_S, _TOTAL_S = 30.0, 300.0
_LINGERED_QUIET_S = 0.5


class _Here(threading.local):
    """What the present thread does: which job's it is, and whether it tidies up."""

    ctx: JobContext | None = None
    tidying = False


_here = _Here()


class Patience:
    """Whether waits for answers hear a cancel; one for each session.

    Only the job's own thread is interrupted: others, such as the lease's ticker, end otherwise.
    """

    def __init__(self) -> None:
        self._grace_s = 0.0
        self._is_stopped = False
        self._has_lingered = False
        self._is_short = False
        self._is_silent = False
        self._heard_at = 0.0
        self._tidies_since = 0.0

    @contextlib.contextmanager
    def heeding(self, ctx: JobContext) -> Iterator[None]:
        """In the block, a wait of this thread ends with ``Cancelled`` when ``ctx`` is cancelled.

        So does the block itself then, whatever error the interruption has caused in it.
        """
        before, _here.ctx = _here.ctx, ctx
        try:
            yield
        except (AppError, OSError, http.client.HTTPException, vmodl.MethodFault) as error:
            if not ctx.is_cancelled:
                raise
            log.info("Stopped; what was going on ended with %s", type(error).__name__)
            raise Cancelled from error
        finally:
            _here.ctx = before
            self._is_stopped = self._is_stopped or ctx.is_cancelled

    @contextlib.contextmanager
    def ignoring(self, *, short: bool = False) -> Iterator[None]:
        """In the block, waits do not hear a cancel: to tidy up after one.

        After a cancel, or if it is to be ``short``, a vCenter that says nothing for two seconds
        is not waited for any more; nor is it asked again by any later tidying.
        """
        if _here.tidying:
            yield
            return
        if not self._tidies_since or not self._stops:
            self._tidies_since = time.monotonic()
        _here.tidying, self._is_short = True, short
        try:
            yield
        finally:
            _here.tidying, self._is_short = False, False

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
        if not self._watches:
            count = int(sock.recv_into(buffer))
            self._hear()
            return count
        check = self._waiting(limit_s)
        before = sock.gettimeout()
        sock.settimeout(_SLICE_S)
        try:
            while True:
                try:
                    count = int(sock.recv_into(buffer))
                except TimeoutError:
                    check()
                else:
                    self._hear()
                    return count
        finally:
            sock.settimeout(before)

    def connect(self, connect: Callable[[], None], close: Callable[[], None]) -> None:
        """Look up a name, connect and shake hands; ``connect`` has a time limit of its own.

        None of the three can be interrupted, so they are done beside the job, which leaves them
        behind at a cancel; ``close`` undoes what they may still bring about.

        Raises:
            Cancelled: the user asked to stop.
            TimeoutError: nothing came in time.
        """
        if not self._watches:
            connect()
            self._hear()
            return
        check = self._waiting(_LONGEST_S)
        attempt = _Attempt(connect, close)
        attempt.start()
        try:
            while attempt.is_alive():
                attempt.join(_SLICE_S)
                if attempt.is_alive():
                    check()
        except BaseException:
            attempt.leave()
            raise
        if attempt.error is not None:
            self._is_silent = self._is_silent or _here.tidying
            raise attempt.error
        self._hear()

    @property
    def _watches(self) -> bool:
        return _here.tidying or _here.ctx is not None

    @property
    def _stops(self) -> bool:
        return self._is_stopped or (_here.ctx is not None and _here.ctx.is_cancelled)

    def _hear(self) -> None:
        self._heard_at = time.monotonic()
        if not _here.tidying:
            self._is_silent = False

    def _waiting(self, limit_s: float) -> Callable[[], None]:
        """What to call after each slice of a wait; it raises when there is no more waiting."""
        if _here.tidying and self._is_silent:
            raise TimeoutError("it did not answer before")
        deadline, cancelled_at = time.monotonic() + limit_s, 0.0

        def check() -> None:
            nonlocal cancelled_at
            now = time.monotonic()
            if _here.tidying:
                if now > self._tidying_ends():
                    self._is_silent = True
                    raise TimeoutError("it does not answer")
            elif _here.ctx is not None and _here.ctx.is_cancelled:
                cancelled_at = cancelled_at or now
                if now - cancelled_at >= self._grace_s:
                    self._has_lingered = self._has_lingered or self._grace_s > 0
                    raise Cancelled
            if now > deadline:
                raise TimeoutError("no answer in time")

        return check

    def _tidying_ends(self) -> float:
        quiet, total = _QUIET_S, _TOTAL_S
        if self._stops or self._is_short:
            quiet = _LINGERED_QUIET_S if self._has_lingered else _STOPPED_QUIET_S
            total = _STOPPED_TOTAL_S
        since = self._tidies_since
        return min(max(self._heard_at, since) + quiet, since + total)


class _Attempt(threading.Thread):
    """A connection being made; ``leave`` means that nobody wants it any more."""

    def __init__(self, connect: Callable[[], None], close: Callable[[], None]) -> None:
        super().__init__(name="connecting", daemon=True)
        self._connect, self._close = connect, close
        self._lock = threading.Lock()
        self._is_left = self._is_done = False
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self._connect()
        except BaseException as error:  # noqa: BLE001 - handed to the caller's thread
            self.error = error
        with self._lock:
            self._is_done = True
            if self._is_left:
                self._close()

    def leave(self) -> None:
        with self._lock:
            self._is_left = True
            if self._is_done:
                self._close()


class PatientConnection(http.client.HTTPSConnection):
    """An HTTPS connection whose waits, for a connection and for an answer, hear a cancel."""

    def __init__(self, *args: Any, patience: Patience, **options: Any) -> None:
        super().__init__(*args, **options)
        self._patience = patience

    def connect(self) -> None:
        """See ``http.client``; raises ``Cancelled`` too."""
        limit: Any = self.timeout
        self.timeout = min(limit, _CONNECT_S) if isinstance(limit, int | float) else _CONNECT_S
        try:
            self._patience.connect(super().connect, self.close)
        finally:
            self.timeout = limit
        if isinstance(limit, int | float):
            self.sock.settimeout(limit)

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
