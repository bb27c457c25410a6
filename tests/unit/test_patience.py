"""Waits hear a cancel, and tidying up after one does not wait for a vCenter that is silent."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator

import pytest

from core.errors import ConnectError
from core.jobs import Cancelled, JobContext
from core.text import Text
from core.vsphere.patience import Patience, PatientConnection

SOON_S = 1.5


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections, but says nothing: not even in a handshake."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def connection(port: int, patience: Patience) -> PatientConnection:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return PatientConnection("127.0.0.1", port, timeout=60, context=context, patience=patience)


@contextlib.contextmanager
def cancelled_after(seconds: float) -> Iterator[JobContext]:
    ctx = JobContext()
    timer = threading.Timer(seconds, ctx.cancel)
    timer.start()
    try:
        yield ctx
    finally:
        timer.cancel()
        timer.join()


def test_a_handshake_hears_a_cancel(silent: int) -> None:
    patience, started = Patience(), time.monotonic()
    with (
        cancelled_after(0.3) as ctx,
        contextlib.closing(connection(silent, patience)) as one,
        pytest.raises(Cancelled),
        patience.heeding(ctx),
    ):
        one.connect()
    assert time.monotonic() - started < 0.3 + SOON_S


def test_so_does_one_of_another_patience_in_the_same_job(silent: int) -> None:
    """As an upload's to a host, which has a connection of its own."""
    started = time.monotonic()
    with (
        cancelled_after(0.3) as ctx,
        contextlib.closing(connection(silent, Patience())) as one,
        pytest.raises(Cancelled),
        Patience().heeding(ctx),
    ):
        one.connect()
    assert time.monotonic() - started < 0.3 + SOON_S


def test_tidying_after_a_cancel_gives_a_silent_peer_up_once_for_all(silent: int) -> None:
    patience, ctx = Patience(), JobContext()
    with patience.heeding(ctx):
        ctx.cancel()
    started = time.monotonic()
    for _ in range(5):
        with (
            contextlib.closing(connection(silent, patience)) as one,
            pytest.raises(TimeoutError),
            patience.ignoring(),
        ):
            one.connect()
    assert 1.5 < time.monotonic() - started < 2.0 + SOON_S


def test_what_an_interruption_causes_is_a_cancel_and_other_errors_stay() -> None:
    ctx = JobContext()
    lost = ConnectError(Text("The connection was lost."))
    with pytest.raises(ConnectError), Patience().heeding(ctx):
        raise lost
    ctx.cancel()
    with pytest.raises(Cancelled), Patience().heeding(ctx):
        raise lost
    with pytest.raises(KeyError), Patience().heeding(ctx):
        raise KeyError("a bug is no cancel")
