"""Finding out whether an address answers from here, by TCP alone: no privilege, no packet craft."""

from __future__ import annotations

import errno
import logging
import os
import selectors
import socket
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

if TYPE_CHECKING:
    from core.vsphere.session import Session

log = logging.getLogger(__name__)

SWITCH = "HAPROXY_SETUP_PROBES"
_OFF = frozenset({"0", "off", "no", "false"})

_BEGUN = frozenset({0, errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EAGAIN, 10035})
_REFUSED = frozenset({errno.ECONNREFUSED, errno.ECONNRESET, 10061, 10054})


class Answer(Enum):
    """What came back from an endpoint; a refusal is a sign of life too."""

    OPEN = "open"
    REFUSED = "refused"
    SILENT = "silent"
    UNREACHABLE = "unreachable"
    NO_SUCH_NAME = "no such name"


class Endpoint(Struct, frozen=True):
    """A host and a TCP port."""

    host: str
    port: int


class Prober(Protocol):
    """Whoever knocks at addresses; a fake in tests."""

    def probe(self, endpoints: Iterable[Endpoint], limit_s: float) -> Mapping[Endpoint, Answer]:
        """What each endpoint answers within ``limit_s`` seconds in all."""


class TcpProber:
    """Knocks at all endpoints at once by starting a TCP connection, and hangs up at once."""

    def probe(self, endpoints: Iterable[Endpoint], limit_s: float) -> Mapping[Endpoint, Answer]:
        """See ``Prober``; names are looked up first, which the limit does not bound."""
        answers: dict[Endpoint, Answer] = {}
        deadline = time.monotonic() + limit_s
        with ExitStack() as held, selectors.DefaultSelector() as selector:
            for endpoint in dict.fromkeys(endpoints):
                answer = _knock(endpoint, selector, held)
                answers[endpoint] = answer or Answer.SILENT
            while selector.get_map() and (left := deadline - time.monotonic()) > 0:
                for key, _ in selector.select(left):
                    selector.unregister(key.fileobj)
                    answers[key.data] = _result(key.fileobj)
        return answers


def prober_for(session: Session) -> Prober | None:
    """The prober to use with a vCenter; None where nothing is to be probed.

    ``HAPROXY_SETUP_PROBES=off`` in the environment switches probing off. Behind a simulated
    vCenter there are no networks: whoever answers at the profile's addresses is somebody else.
    """
    if os.environ.get(SWITCH, "").strip().casefold() in _OFF:
        log.debug("Nothing is probed: switched off by %s.", SWITCH)
        return None
    if session.is_simulated:
        log.debug("Nothing is probed: the vCenter is a simulated one.")
        return None
    return TcpProber()


def no_prober(_session: Session) -> Prober | None:
    """In the place of ``prober_for`` where the user does not want anything to be probed."""
    return None


def _knock(endpoint: Endpoint, selector: selectors.BaseSelector, held: ExitStack) -> Answer | None:
    """Start a connection; the answer if it is known at once, else None."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            endpoint.host, endpoint.port, type=socket.SOCK_STREAM
        )[0]
    except (OSError, UnicodeError):
        return Answer.NO_SUCH_NAME
    try:
        knocking = held.enter_context(socket.socket(family, kind, protocol))
        knocking.setblocking(False)
        number = knocking.connect_ex(address)
    except OSError:
        return Answer.UNREACHABLE
    if number not in _BEGUN:
        return _meaning(number)
    selector.register(knocking, selectors.EVENT_WRITE, endpoint)
    return None


def _result(knocking: object) -> Answer:
    if not isinstance(knocking, socket.socket):
        raise TypeError(type(knocking).__name__)
    return _meaning(knocking.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))


def _meaning(number: int) -> Answer:
    if number == 0:
        return Answer.OPEN
    return Answer.REFUSED if number in _REFUSED else Answer.UNREACHABLE
