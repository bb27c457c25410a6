"""A proxy between the tool and a vCenter that spoils one request of a run, each in one way.

It ends TLS with a certificate of its own, which the profile pins, and leads uploads through
itself too: addresses and thumbprints in the vCenter's answers become its own.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import re
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import BinaryIO

from core.vsphere.trust import pinned_context
from tests.fakes.certificates import Made, make_certificate
from tests.fakes.vcenter import Peer

_CHUNK = 64 << 10
_DROPPED_HEADERS = {"host", "accept-encoding", "connection", "transfer-encoding"}
_SOAP_FAULT = (
    b'<?xml version="1.0" encoding="UTF-8"?>'
    b'<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    b'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><soapenv:Fault>'
    b"<faultcode>ServerFaultCode</faultcode><faultstring>Injected.</faultstring><detail>"
    b'<InvalidStateFault xmlns="urn:vim25" xsi:type="InvalidState"/></detail>'
    b"</soapenv:Fault></soapenv:Body></soapenv:Envelope>"
)


class Spoil(Enum):
    """What happens to a request."""

    DROP_BEFORE = "dropped before the vCenter got it"
    DROP_AFTER = "dropped after the vCenter did it"
    CUT = "answered by half"
    DELAY = "answered late"
    UNAVAILABLE = "answered with 503"
    FAULT = "answered with a fault"


class Dropped(Exception):
    """The connection is to be closed."""


@dataclass
class FaultProxy:
    """A running proxy.

    ``requests`` counts what was asked since ``reset``, with method and SOAP action or path;
    ``moments`` counts these and every piece of an upload. ``files_apart`` closes the connection on
    which a file of the vCenter was asked for, "said" in the answer or "unsaid".
    """

    peer: Peer
    made: Made
    port: int = 0
    delay_s: float = 0.4
    files_apart: str = ""
    requests: list[str] = field(default_factory=list)
    moments: int = 0
    _spoil: Spoil | None = None
    _at: int = 0
    _hook: Callable[[], None] | None = None
    _hook_at: int = 0
    _held: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _open: set[socket.socket] = field(default_factory=set)
    _ended: threading.Event = field(default_factory=threading.Event)

    def reset(self, spoil: Spoil | None = None, at: int = 0) -> None:
        """Count from zero again; the request number ``at`` (from 1) is spoiled."""
        with self._lock:
            self.requests, self.moments = [], 0
            self._spoil, self._at, self._hook, self._held = spoil, at, None, ""

    def call_at(self, moment: int, hook: Callable[[], None]) -> None:
        """Call ``hook`` when that many moments have passed."""
        with self._lock:
            self._hook, self._hook_at = hook, moment

    def hold(self, what: str, hook: Callable[[], None]) -> None:
        """Call ``hook`` when the next request comes that has ``what`` in its name.

        The vCenter carries it out, but nobody hears of it until the proxy ends.
        """
        with self._lock:
            self._held, self._hook = what, hook

    def _is_held(self, what: str) -> bool:
        with self._lock:
            if not self._held or self._held not in what:
                return False
            hook, self._held = self._hook, ""
        if hook is not None:
            hook()
        return True

    def _moment(self) -> None:
        with self._lock:
            self.moments += 1
            due = self._hook if self.moments == self._hook_at else None
        if due is not None:
            due()

    def _count(self, what: str) -> Spoil | None:
        self._moment()
        with self._lock:
            self.requests.append(what)
            return self._spoil if len(self.requests) == self._at else None

    # --- serving --------------------------------------------------------------------------

    def accept(self, listener: socket.socket, context: ssl.SSLContext) -> None:
        """Serve until the listener is closed."""
        while not self._ended.is_set():
            try:
                raw, _ = listener.accept()
            except OSError:
                return
            thread = threading.Thread(
                target=self._serve, args=(raw, context), name="fixture: fault proxy", daemon=True
            )
            thread.start()

    def close(self) -> None:
        """Close every connection."""
        self._ended.set()
        with self._lock:
            left = list(self._open)
        for one in left:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _serve(self, raw: socket.socket, context: ssl.SSLContext) -> None:
        upstream = http.client.HTTPSConnection(
            self.peer.address, self.peer.port, timeout=60,
            context=pinned_context(self.peer.certificate, check_name=False),
        )  # fmt: skip
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with (
            contextlib.suppress(OSError),
            contextlib.closing(upstream),
            context.wrap_socket(raw, server_side=True) as client,
        ):
            with self._lock:
                self._open.add(client)
            try:
                with client.makefile("rb") as stream:
                    while self._one(client, stream, upstream):
                        pass
            except (OSError, http.client.HTTPException, Dropped):
                pass
            finally:
                with self._lock:
                    self._open.discard(client)

    def _one(
        self, client: ssl.SSLSocket, stream: BinaryIO, upstream: http.client.HTTPSConnection
    ) -> bool:
        line = stream.readline().decode("latin-1").split()
        if len(line) < 2:
            return False
        method, path = line[:2]
        headers = http.client.parse_headers(stream)
        length = int(headers.get("Content-Length") or 0)
        is_upload = length > (1 << 18)
        body = b"" if is_upload else stream.read(length)
        action = re.search(rb"<(?:soapenv:)?Body><(\w+)", body)
        what = f"{method} {action[1].decode() if action else path}"
        spoil = self._count(what)
        if spoil is Spoil.DROP_BEFORE:
            raise Dropped
        if spoil is Spoil.UNAVAILABLE or spoil is Spoil.FAULT:
            if is_upload:
                self._swallow(stream, length)
            self._answer(client, *self._refusal(spoil, path))
            return True
        upstream.putrequest(method, path, skip_accept_encoding=True, skip_host=True)
        upstream.putheader("Host", f"{self.peer.address}:{self.peer.port}")
        for name, value in headers.items():
            if name.lower() not in _DROPPED_HEADERS:
                upstream.putheader(name, value)
        if is_upload:
            upstream.endheaders()
            self._pass_on(stream, length, upstream, half=spoil is Spoil.CUT)
        else:
            upstream.endheaders(body)
        answer = upstream.getresponse()
        content = self._translated(answer.read())
        if self._is_held(what):
            self._ended.wait(60)
            raise Dropped
        if spoil is Spoil.DROP_AFTER:
            raise Dropped
        if spoil is Spoil.DELAY:
            self._ended.wait(self.delay_s)
        kept = [
            (k, v) for k, v in answer.getheaders() if k.lower() in {"content-type", "set-cookie"}
        ]
        is_last = bool(self.files_apart) and path.endswith(".xml")
        if is_last and self.files_apart == "said":
            kept.append(("Connection", "close"))
        self._answer(client, answer.status, kept, content, cut=spoil is Spoil.CUT)
        return not is_last

    def _pass_on(
        self, stream: BinaryIO, length: int, upstream: http.client.HTTPSConnection, *, half: bool
    ) -> None:
        left = length
        while left:
            piece = stream.read(min(_CHUNK, left))
            if not piece:
                raise Dropped
            left -= len(piece)
            upstream.send(piece)
            self._moment()
            if half and left < length // 2:
                raise Dropped

    def _swallow(self, stream: BinaryIO, length: int) -> None:
        while length > 0:
            length -= len(stream.read(min(_CHUNK, length)) or b"-" * length)

    def _refusal(self, spoil: Spoil, path: str) -> tuple[int, list[tuple[str, str]], bytes]:
        if spoil is Spoil.UNAVAILABLE:
            return 503, [("Content-Type", "text/plain")], b"Service Unavailable"
        if path.startswith(("/sdk", "/pbm")) and not path.endswith(".xml"):
            return 500, [("Content-Type", "text/xml")], _SOAP_FAULT
        return 500, [("Content-Type", "application/json")], b'{"error_type":"ERROR","messages":[]}'

    def _answer(
        self, client: ssl.SSLSocket, status: int, headers: list[tuple[str, str]], content: bytes,
        *, cut: bool = False,
    ) -> None:  # fmt: skip
        lines = [f"HTTP/1.1 {status} {http.client.responses.get(status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in headers]
        if status != 204:
            lines.append(f"Content-Length: {len(content)}")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        client.sendall(head + (content[: len(content) // 2] if cut else content))
        if cut:
            raise Dropped

    def _translated(self, content: bytes) -> bytes:
        theirs = f"{self.peer.address}:{self.peer.port}".encode()
        content = content.replace(theirs, f"127.0.0.1:{self.port}".encode())
        return content.replace(
            _thumbprint(ssl.PEM_cert_to_DER_cert(self.peer.certificate)), _thumbprint(self.made.der)
        )

    def through(self, peer: Peer) -> Peer:
        """The same vCenter, reached through the proxy."""
        from dataclasses import replace

        return replace(peer, port=self.port, certificate=self.made.pem)


def _thumbprint(der: bytes) -> bytes:
    digest = hashlib.sha1(der, usedforsecurity=False).hexdigest().upper()
    return ":".join(digest[i : i + 2] for i in range(0, 40, 2)).encode()


@contextlib.contextmanager
def fault_proxy(peer: Peer, shown: Made | None = None) -> Iterator[FaultProxy]:
    """A proxy in front of a vCenter, on a free loopback port."""
    made = shown or make_certificate("127.0.0.1", ca=None)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as name:
        pem = Path(name) / "proxy.pem"
        pem.write_text(made.pem + made.key_pem, "ascii")
        context.load_cert_chain(pem)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = FaultProxy(peer, made, listener.getsockname()[1])
        thread = threading.Thread(
            target=proxy.accept, args=(listener, context), name="fixture: fault proxy", daemon=True
        )
        thread.start()
        try:
            yield proxy
        finally:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            proxy.close()
            thread.join(5)
