"""Ctrl-C and SIGTERM at any step: the wait ends at once, nothing half-made stays.

The proxy holds back one answer, so that the process certainly waits in that phase.
"""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.profile.model import FILE, LIBRARY
from tests.fakes.fault_proxy import FaultProxy, fault_proxy
from tests.fakes.vcenter import IMPORT, Peer, practice_peer

pytestmark = pytest.mark.simulator

STOPPED = 130
LIMIT_S = 3.0

PHASES = [
    ("Login", FILE, ""),
    ("RetrievePropertiesEx", FILE, ""),
    ("CreateDVS_Task", FILE, "Distributed switch"),
    ("AddDVPortgroup_Task", FILE, "Port group"),
    ("ReconfigureDvs_Task", FILE, "Host"),
    ("CreateImportSpec", FILE, "Virtual machine"),
    ("HttpNfcLeaseGetManifest", FILE, "Virtual machine"),
    ("/nfc/", FILE, "Virtual machine"),
    ("HttpNfcLeaseComplete", FILE, "Virtual machine"),
    ("ReconfigVM_Task", FILE, "Settings"),
    ("PowerOnVM_Task", FILE, "Power on"),
    ("POST /api/session", LIBRARY, ""),
    ("POST /api/content/library/item", LIBRARY, ""),
    ("action=filter", LIBRARY, ""),
    ("action=deploy", LIBRARY, "Virtual machine"),
    ("PUT /", IMPORT, "Library item"),
    ("update-session", IMPORT, "Library item"),
]


@pytest.fixture(autouse=True)
def setting(tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HAPROXY_SETUP_PRACTICE_VCENTER", str(tools.practice_vcenter))


@pytest.fixture
def proxy(tools) -> Iterator[FaultProxy]:
    with practice_peer(tools.govc, "-lease-timeout", "3s") as peer, fault_proxy(peer) as one:
        yield one


def stopped_at(
    proxy: FaultProxy, path: Path, what: str, number: int
) -> tuple[subprocess.Popen[str], str, float]:
    """Deploy, send a signal when that request's answer is held back; output and seconds after."""
    sent: list[float] = []
    known = threading.Event()
    process = proxy.through(proxy.peer).start("deploy", str(path), "--accept-eula", "--yes")

    def stop() -> None:
        sent.append(time.monotonic())
        process.send_signal(number)
        known.set()

    proxy.hold(what, stop)
    output, _ = process.communicate(timeout=60)
    assert known.is_set(), f"{what} was never asked: {output}"
    return process, output, time.monotonic() - sent[0]


@pytest.mark.parametrize(
    ("number", "phase"), list(enumerate(PHASES)), ids=[f"{p[1]}-{p[0].strip('/')}" for p in PHASES]
)
def test_a_signal_ends_the_wait_at_once(
    proxy: FaultProxy, number: int, phase: tuple[str, str, str]
) -> None:
    what, source, step = phase
    peer = proxy.peer
    path = peer.write(proxy.through(peer).profile(source=source))
    wanted = (signal.SIGINT, signal.SIGTERM)[number % 2]
    process, output, seconds = stopped_at(proxy, path, what, wanted)
    assert process.returncode == STOPPED, output
    assert "Traceback" not in output
    assert "Stopped." in output
    assert seconds < LIMIT_S, output
    if step:
        (line,) = (one for one in output.splitlines() if one.startswith("stopped "))
        assert step in line
        assert "Kept, and used by the next run:" in output or "Nothing had been changed" in output
    # vCenter had done its part there, only the answer was missing
    complete = {"ReconfigVM_Task", "PowerOnVM_Task", "action=deploy"}
    if what not in complete:
        assert machines(peer) == [], "no partial machine stays"
    items = peer.govc("library.ls", "/Templates/*").split()
    assert items == ["/Templates/haproxy-v0.2.0"], "no partial item stays"
    proxy.reset()
    again = proxy.through(peer).deploy(path)
    assert again.returncode == 0, again.stderr
    assert machines(peer) == ["haproxy"]
    assert [p.rpartition("/")[2] for p in peer.find("w")] == ["workload-vds"]


def test_a_lease_whose_answer_never_came_is_cleaned_by_the_next_run(proxy: FaultProxy) -> None:
    """The one call that makes something and of which nothing is known without its answer."""
    peer = proxy.peer
    path = peer.write(proxy.through(peer).profile())
    process, output, seconds = stopped_at(proxy, path, "ImportVApp", signal.SIGINT)
    assert process.returncode == STOPPED, output
    assert seconds < LIMIT_S + 1
    proxy.reset()
    again = proxy.through(peer).deploy(path)
    assert again.returncode == 0, again.stderr
    assert machines(peer) == ["haproxy"]


def test_undo_can_be_stopped_too(proxy: FaultProxy) -> None:
    peer = proxy.through(proxy.peer)
    path = peer.write(peer.profile())
    assert peer.deploy(path).returncode == 0
    process = peer.start("undo", str(path), "--yes", "--power-off")
    proxy.hold("Destroy_Task", lambda: process.send_signal(signal.SIGINT))
    output, _ = process.communicate(timeout=30)
    assert process.returncode == STOPPED, output
    assert "What is left is removed by the next undo." in output
    proxy.reset()
    done = peer.run("undo", str(path), "--yes", "--power-off")
    assert done.returncode == 0, done.stderr
    assert (proxy.peer.find("m"), proxy.peer.find("w")) == ([], [])


def machines(peer: Peer) -> list[str]:
    return [path.rpartition("/")[2] for path in peer.find("m")]
