"""The connection that can be given up: against real sockets on loopback."""

from __future__ import annotations

import threading
import time

import pytest

from core.jobs import Cancelled, JobContext
from core.proof.conversation import Conversation
from core.vsphere.trust import pinned_context
from tests.fakes.dataplane import fake_peer, free_port, http_answer, make_pki


def test_a_closed_port_is_refused() -> None:
    with Conversation(JobContext(), 5) as line, pytest.raises(ConnectionRefusedError):
        line.connect("127.0.0.1", free_port())


def test_an_answer_is_read_to_its_end() -> None:
    body = b"x" * 50_000
    with fake_peer(http_answer("200 OK", body)) as peer, Conversation(JobContext(), 5) as line:
        line.connect("127.0.0.1", peer.port)
        assert line.request("GET / HTTP/1.1\r\n\r\n") == (200, body)


def test_tls_proves_the_name_it_was_asked_for() -> None:
    pki = make_pki(("haproxy.local", "192.0.2.7"))
    peer_answer = http_answer("401 Unauthorized")
    with fake_peer(peer_answer, pki) as peer, Conversation(JobContext(), 5) as line:
        line.connect("127.0.0.1", peer.port)
        shown = line.secure(pinned_context(pki.authority, check_name=True), "192.0.2.7")
        assert shown.split() == pki.certificate.split()
        assert line.request("GET / HTTP/1.1\r\n\r\n")[0] == 401


@pytest.mark.parametrize("phase", ["handshake", "answer"])
def test_a_silent_peer_is_given_up_at_the_limit(phase: str) -> None:
    pki = make_pki(("haproxy.local", "192.0.2.7"))
    with fake_peer(None) as peer, Conversation(JobContext(), 0.05) as line:
        line.connect("127.0.0.1", peer.port)
        act = {
            "handshake": lambda: line.secure(pinned_context(pki.authority, check_name=True), "x"),
            "answer": lambda: line.request("GET / HTTP/1.1\r\n\r\n"),
        }[phase]
        with pytest.raises(TimeoutError):
            act()


def test_a_cancel_is_heard_within_a_second_while_a_peer_says_nothing() -> None:
    ctx = JobContext()
    heard: list[float] = []
    with fake_peer(None) as peer:

        def cancel() -> None:
            peer.accepted.wait(5)
            heard.append(time.monotonic())
            ctx.cancel()

        canceller = threading.Thread(target=cancel)
        canceller.start()
        with pytest.raises(Cancelled):
            _talk(ctx, peer.port)
        canceller.join()
    assert time.monotonic() - heard[0] < 1


def _talk(ctx: JobContext, port: int) -> None:
    with Conversation(ctx, 60) as line:
        line.connect("127.0.0.1", port)
        line.request("GET / HTTP/1.1\r\n\r\n")
