"""A TCP connection that can be given up at any moment: every wait is a loop of short ones.

The blocking ``ssl`` and ``http.client`` would hear a cancel only when their time-out is over.
"""

from __future__ import annotations

import errno
import http.client
import io
import selectors
import socket
import ssl
import time
from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

from core.jobs import JobContext

_SLICE_S = 0.2
_LARGEST = 1 << 18
_BEGUN = frozenset({0, errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EAGAIN, 10035})

_T = TypeVar("_T")


class Conversation:
    """One connection, ended with the block it is used in.

    All methods raise ``OSError`` (``TimeoutError``, ``ssl.SSLError``) as their blocking kin do,
    and ``Cancelled`` within a fifth of a second of a cancel.
    """

    def __init__(self, ctx: JobContext, limit_s: float) -> None:
        self._ctx = ctx
        self._deadline = time.monotonic() + limit_s
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setblocking(False)

    def __enter__(self) -> Conversation:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def connect(self, host: str, port: int) -> None:
        """Open the connection."""
        number = self._socket.connect_ex((host, port))
        if number not in _BEGUN:
            raise OSError(number, "connect")
        if number:
            self._wait(selectors.EVENT_WRITE)
            number = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if number:
                raise OSError(number, "connect")  # the number picks the subclass

    def secure(self, context: ssl.SSLContext, name: str) -> str:
        """Speak TLS from now on, with a peer that proves to be ``name``; its certificate as PEM."""
        tls = context.wrap_socket(self._socket, server_hostname=name, do_handshake_on_connect=False)
        self._socket = tls
        self._patiently(tls.do_handshake)
        return ssl.DER_cert_to_PEM_cert(tls.getpeercert(binary_form=True) or b"")

    def request(self, head: str) -> tuple[int, bytes]:
        """Send an HTTP request that ends the connection; status and body of the answer.

        Raises:
            http.client.HTTPException: the answer is not HTTP.
        """
        left = memoryview(head.encode("latin-1"))
        while left:
            sent = self._patiently(lambda data=left: self._socket.send(data))  # type: ignore[misc]
            left = left[sent:]
        received = bytearray()
        while len(received) < _LARGEST:
            part = self._patiently(lambda: self._socket.recv(1 << 14))
            if not part:
                break
            received += part
        answer = http.client.HTTPResponse(_Received(bytes(received)))  # type: ignore[arg-type]
        answer.begin()
        return answer.status, answer.read()

    def _patiently(self, act: Callable[[], _T]) -> _T:
        while True:
            try:
                return act()
            except (ssl.SSLWantReadError, BlockingIOError):
                self._wait(selectors.EVENT_READ)
            except ssl.SSLWantWriteError:
                self._wait(selectors.EVENT_WRITE)

    def _wait(self, event: int) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, event)
            while True:
                self._ctx.check()
                left = self._deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError("timed out")
                if selector.select(min(left, _SLICE_S)):
                    return


class _Received:
    """What has been received, in the one form ``HTTPResponse`` reads from."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, *_args: object, **_options: object) -> io.BytesIO:
        """The received bytes as a file."""
        return io.BytesIO(self._data)
