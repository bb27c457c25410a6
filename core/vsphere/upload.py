"""Sending a file to the host or library that asked for it: streamed, counted, pinned."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import ssl
import time
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

from msgspec import Struct, field

from core.errors import ConnectError, RemoteError, TrustError
from core.jobs import ByteMeter, JobContext
from core.structs import Discreet
from core.text import Text
from core.vsphere.patience import Patience, PatientConnection
from core.vsphere.session import Session

_CHUNK = 1 << 20
_SLICE_S = 1.0
_STALL_S = 600.0
_ANSWER_S = 1800.0


class Source(Protocol):
    """What is sent: something with a length that fills buffers."""

    def readinto(self, buffer: memoryview, /) -> int:
        """Fill ``buffer`` from the present position; 0 at the end."""
        ...

    def __len__(self) -> int: ...


class Destination(Discreet, Struct, frozen=True):
    """Where bytes go and by what the receiver is believed.

    ``thumbprint`` (SHA-1, any colons) replaces the verification by ``context`` where a trusted
    vCenter gave one. ``headers`` may hold a session id, hence no repr.
    """

    url: str
    method: str
    context: ssl.SSLContext
    thumbprint: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def disk_destination(session: Session, device_url: Any, *, create: bool) -> Destination:
    """Where a lease wants a disk.

    The URL leads to an ESXi host, whose certificate is not vCenter's: it is believed by the
    thumbprint vCenter gave with the URL. ``create`` is the OVF file item's: PUT, else POST.
    """
    headers = {"Content-Type": "application/x-vnd.vmware-streamVmdk"}
    if create:
        headers["Overwrite"] = "t"
    # a lease of a single host says "*" for "the address you know me by"
    url = device_url.url.replace("//*", f"//{session.target.address}", 1)
    return Destination(
        url,
        "PUT" if create else "POST",
        session.context,
        getattr(device_url, "sslThumbprint", "") or "",
        headers,
    )


def send(to: Destination, source: Source, meter: ByteMeter, ctx: JobContext) -> None:
    """Send one file in constant memory; nothing goes out before the receiver is believed.

    Args:
        to: where, and by what the receiver is believed.
        source: the file's bytes.
        meter: counts what was sent, hears a cancel at each chunk.
        ctx: hears a cancel while the receiver is slow.

    Raises:
        ConnectError: the receiver cannot be reached, or stalls.
        TrustError: it shows another certificate than vCenter announced.
        RemoteError: it refused the file.
    """
    url = urlsplit(to.url)
    host, port = str(url.hostname), url.port or 443
    context = _unverified() if to.thumbprint else to.context
    patience = Patience()
    connection = PatientConnection(host, port, timeout=10, context=context, patience=patience)
    try:
        _connect(connection, host, port, to.thumbprint)
        target = url.path + (f"?{url.query}" if url.query else "")
        connection.putrequest(to.method, target, skip_accept_encoding=True)
        for name, value in to.headers.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(source)))
        connection.endheaders()
        _stream(connection.sock, source, meter, ctx)
        answer = _answer(connection, patience, ctx, host)
        if answer.status not in {200, 201, 204}:
            raise RemoteError(
                Text(
                    "Host {host} refused the file: HTTP {status} {reason}.",
                    host=host,
                    status=answer.status,
                    reason=answer.reason,
                ),
                Text("See the host's recent events; run again to send it anew."),
            )
    except (OSError, http.client.HTTPException) as error:
        raise ConnectError(
            Text("The upload to host {host} broke off.", host=host),
            Text(
                "The upload goes from this computer straight to {host} on port {port}. Check "
                "network and host, or deploy from a content library, then run again.",
                host=host,
                port=port,
            ),
            details=f"{type(error).__name__}: {error}",
        ) from error
    finally:
        connection.close()


def _unverified() -> ssl.SSLContext:
    """For a peer whose certificate is compared by thumbprint before anything is sent."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _connect(
    connection: http.client.HTTPSConnection, host: str, port: int, thumbprint: str
) -> None:
    try:
        connection.connect()
    except OSError as error:
        raise ConnectError(
            Text("Host {host} cannot be reached on port {port}.", host=host, port=port),
            Text(
                "An upload goes from this computer straight to the ESXi host. Make its name "
                "resolvable and port {port} reachable, or deploy from a content library.",
                port=port,
            ),
            details=str(error),
        ) from error
    if thumbprint:
        certificate = connection.sock.getpeercert(binary_form=True) or b""
        announced = thumbprint.replace(":", "").lower()
        # vCenter gives SHA-1; by its length a SHA-256 would be known too
        if len(announced) == 64:
            shown = hashlib.sha256(certificate).hexdigest()
        else:
            shown = hashlib.sha1(certificate, usedforsecurity=False).hexdigest()
        if not hmac.compare_digest(shown, announced):
            raise TrustError(
                Text("Host {host} shows another certificate than vCenter announced.", host=host),
                Text("Something may be in between. Compare the host's certificate in vCenter."),
                certificate=ssl.DER_cert_to_PEM_cert(certificate),
            )


def _stream(sock: Any, source: Source, meter: ByteMeter, ctx: JobContext) -> None:
    """Send everything, noticing a cancel within a second even while the host takes nothing."""
    sock.settimeout(_SLICE_S)
    buffer = memoryview(bytearray(_CHUNK))
    while count := source.readinto(buffer):
        rest = buffer[:count]
        last_moved = time.monotonic()
        while rest:
            try:
                rest = rest[sock.send(rest) :]
            except TimeoutError:
                ctx.check()
                if time.monotonic() - last_moved > _STALL_S:
                    raise
        meter.add(count)


def _answer(
    connection: PatientConnection, patience: Patience, ctx: JobContext, host: str
) -> http.client.HTTPResponse:
    """The host may work for minutes after the last byte; hear a cancel meanwhile."""
    connection.timeout = _ANSWER_S
    try:
        with patience.heeding(ctx):
            answer = connection.getresponse()
            answer.read()
            return answer
    except TimeoutError as error:
        raise ConnectError(
            Text("Host {host} took the disk but did not answer.", host=host),
            Text("Check the host, then run again."),
        ) from error
