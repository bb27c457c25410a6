"""The SOAP stub of a job: bounded in time, and able to renew a session that expired.

pyvmomi's own session-keeping stub repeats *any* call up to four times after a socket error,
``ImportVApp`` included; this one repeats a call only after ``NotAuthenticated``, when vCenter has
said that it did not do it.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable
from functools import partial
from itertools import dropwhile
from traceback import walk_tb
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

from pyVmomi import SoapStubAdapter, vim
from pyVmomi.SoapAdapter import SoapResponseDeserializer
from pyVmomi.VmomiSupport import GetServiceVersions, versionIdMap

from core.errors import ConnectError
from core.text import Text
from core.vsphere.patience import Patience, PatientConnection

CALL_TIMEOUT_S = 120
CONNECTIONS = 16
"""How many are kept, at least as many as there are live checks: pyvmomi would close all but five
at the end of their call, and shake hands again for the next."""
_VERSION_TIMEOUT_S = 10


class UnreadableAnswer(http.client.HTTPException):
    """A whole answer that pyvmomi cannot decode: a type or a value which it does not know.

    An ``HTTPException``, so that whoever can do without the answer goes on as if it had been lost.
    """


class BoundedStub(SoapStubAdapter):  # type: ignore[misc]
    """A stub whose waits hear a cancel, and which calls a broken-off answer a lost connection."""

    def __init__(self, *, patience: Patience, **options: Any) -> None:
        super().__init__(**options)
        self.patience = patience
        self.scheme = partial(PatientConnection, patience=patience)

    def InvokeMethod(self, mo: Any, info: Any, args: Any, outerStub: Any = None) -> Any:
        """Pyvmomi's one way to call."""
        try:
            return super().InvokeMethod(mo, info, args, outerStub)
        except ExpatError as error:
            # a connection that broke off in the answer, or a proxy's page in place of one
            raise http.client.HTTPException(f"the answer is no whole XML: {error}") from error
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            if not _is_from_decoding(error):
                raise  # a mistake of ours, in what was to be sent
            raise UnreadableAnswer(f"{info.name}: {type(error).__name__}: {error}") from error


def _is_from_decoding(error: Exception) -> bool:
    """Whether pyvmomi's decoder raised it, and not what it reads the answer from."""
    decoder = SoapResponseDeserializer.Deserialize.__code__
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    inside = list(dropwhile(lambda frame: frame.f_code is not decoder, frames))
    modules = {str(frame.f_globals.get("__name__")) for frame in inside}
    return bool(inside) and modules.isdisjoint({"http.client", "ssl", "socket"})


class RenewingStub(BoundedStub):
    """Logs in again when vCenter has forgotten the session, then repeats the refused call once.

    ``renew`` logs in; None while there is no session to keep. Two threads may call at once (the
    job and its lease ticker): the lock lets one of them log in for both.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.renew: Callable[[], None] | None = None
        self.renewals = 0
        self._renewing = threading.RLock()
        self._is_renewing = False

    def InvokeMethod(self, mo: Any, info: Any, args: Any, outerStub: Any = None) -> Any:
        """Pyvmomi's one way to call; see the class."""
        before = self.renewals
        try:
            return super().InvokeMethod(mo, info, args, outerStub)
        except vim.fault.NotAuthenticated:
            with self._renewing:
                if self.renew is None or self._is_renewing:
                    raise
                if self.renewals == before:
                    self._is_renewing = True
                    try:
                        self.renew()
                    finally:
                        self._is_renewing = False
                    self.renewals += 1
            return super().InvokeMethod(mo, info, args, outerStub)


def open_stub(host: str, port: int, tls: ssl.SSLSocket) -> RenewingStub:
    """A stub that speaks the newest API version both sides know, asked for over ``tls``.

    ``tls`` is the first of its connections from then on if the vCenter keeps it open, and is closed
    with it.

    Raises:
        ConnectError: what answers is not a vSphere API; ``tls`` is closed.
    """
    # as http.client does where it connects: a call is two writes, and the second one would wait
    # until the first is acknowledged, for 40 ms
    tls.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    patience = Patience()
    connection = PatientConnection(
        host, port, context=tls.context, timeout=CALL_TIMEOUT_S, patience=patience
    )
    connection.sock = tls
    stub = RenewingStub(
        patience=patience,
        host=host,
        port=port,
        path="/sdk",
        version=_newest_common_version(connection),
        sslContext=tls.context,
        httpConnectionTimeout=CALL_TIMEOUT_S,
        poolSize=CONNECTIONS,
    )
    if connection.sock is not None:  # else the vCenter wanted a connection for that alone
        tls.settimeout(CALL_TIMEOUT_S)
        stub.ReturnConnection(connection)
    return stub


def _newest_common_version(connection: PatientConnection) -> str:
    """Reads vimServiceVersions.xml with a time limit, which pyvmomi's own probe lacks."""
    host, port = connection.host, connection.port
    connection.sock.settimeout(_VERSION_TIMEOUT_S)
    try:
        connection.request("GET", "/sdk/vimServiceVersions.xml")
        answer = connection.getresponse()
        body = answer.read(1 << 20)
        offered = _versions(body)
        if not answer.isclosed():
            connection.close()  # far more than the file has: the next call connects anew
    except (OSError, http.client.HTTPException, ExpatError) as error:
        connection.close()
        raise _not_vsphere(host, port, str(error)) from error
    for version in GetServiceVersions("vim25"):
        if versionIdMap[version] in offered:
            return str(version)
    connection.close()
    raise _not_vsphere(host, port, f"HTTP {answer.status}, versions {sorted(map(str, offered))}")


def _versions(xml: bytes) -> set[str]:
    """The text of every ``version`` element; with expat, which pyvmomi has loaded already."""
    texts: list[str] = []
    inside: list[str] = []

    def start(name: str, _attributes: dict[str, str]) -> None:
        inside.append(name)
        if name == "version":
            texts.append("")

    def read(text: str) -> None:
        if inside[-1] == "version":
            texts[-1] += text

    parser = ParserCreate()
    parser.StartElementHandler, parser.CharacterDataHandler = start, read
    parser.EndElementHandler = lambda _name: inside.pop()
    parser.Parse(xml, True)
    return set(texts)


def _not_vsphere(host: str, port: int, details: str) -> ConnectError:
    return ConnectError(
        Text("{host}:{port} answers, but not as a vCenter Server.", host=host, port=port),
        Text("Check that the address is the vCenter's, and that its services have started."),
        details=details,
    )
