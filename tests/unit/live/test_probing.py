from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from core.checks.live import probing
from core.checks.live.probing import (
    Answer,
    Endpoint,
    TcpProber,
    is_this_computer,
    no_prober,
    prober_for,
)


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


@pytest.mark.parametrize(
    ("host", "is_it"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("LOCALHOST.", True),
        ("vc.localhost", True),
        ("nowhere.invalid", True),
        ("192.0.2.1", False),
        ("2001:db8::1", False),
    ],
)
def test_this_computer_is_recognised(host: str, is_it: bool) -> None:
    assert is_this_computer(host) is is_it


@pytest.mark.parametrize(
    ("address", "is_it"), [("127.0.0.1", True), ("192.0.2.1", False), ("fe80::1%eth0", False)]
)
def test_a_name_is_what_it_resolves_to(
    monkeypatch: pytest.MonkeyPatch, address: str, is_it: bool
) -> None:
    monkeypatch.setattr(
        probing.socket,
        "getaddrinfo",
        lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (address, 0))],
    )
    assert is_this_computer("tunnel.lab.example") is is_it


def test_nobody_knocks_for_a_vcenter_on_this_computer() -> None:
    assert prober_for("127.0.0.1") is None


def test_the_environment_switches_knocking_off(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(prober_for("192.0.2.1"), TcpProber)
    monkeypatch.setenv("HAPROXY_SETUP_PROBES", "off")
    assert prober_for("192.0.2.1") is None
    assert no_prober("192.0.2.1") is None
