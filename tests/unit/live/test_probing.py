from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from core.checks.live.probing import (
    Answer,
    Endpoint,
    TcpProber,
    no_prober,
    prober_for,
)

if TYPE_CHECKING:
    from core.vsphere.session import Session


def login(address: str, *, is_simulated: bool = False) -> Session:
    """As much of a login as is looked at."""
    target = SimpleNamespace(address=address)
    return cast("Session", SimpleNamespace(target=target, is_simulated=is_simulated))


@contextmanager
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def free_port() -> int:
    with listening() as port:
        return port


def test_an_open_and_a_closed_port_are_both_heard() -> None:
    with listening() as port:
        opened, closed = Endpoint("127.0.0.1", port), Endpoint("127.0.0.1", free_port())
        answers = TcpProber().probe([opened, closed, opened], 2.0)
    assert answers == {opened: Answer.OPEN, closed: Answer.REFUSED}


def test_an_unknown_name_is_told_apart() -> None:
    lost = Endpoint("esx-01.invalid", 443)
    assert TcpProber().probe([lost], 2.0) == {lost: Answer.NO_SUCH_NAME}


def test_a_silent_address_takes_no_longer_than_the_limit() -> None:
    # A listener whose queue is full does not answer: on Linux it drops what knocks then.
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            silent = Endpoint("127.0.0.1", port)
            answers = TcpProber().probe([silent], 0.05)
    assert answers[silent] in {Answer.SILENT, Answer.OPEN}  # where the queue is longer


def test_nothing_to_knock_at_is_no_wait() -> None:
    assert TcpProber().probe([], 2.0) == {}


@pytest.mark.parametrize("address", ["127.0.0.1", "192.0.2.1"])
def test_nobody_knocks_behind_a_simulated_vcenter_wherever_it_is(address: str) -> None:
    assert prober_for(login(address, is_simulated=True)) is None
    assert isinstance(prober_for(login(address)), TcpProber), "the near end of a tunnel, it may be"


def test_the_environment_switches_knocking_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAPROXY_SETUP_PROBES", "off")
    assert prober_for(login("192.0.2.1")) is None
    assert no_prober(login("192.0.2.1")) is None
