"""Ctrl-C and SIGTERM at any step: the wait ends at once, nothing half-made stays.

The proxy holds back one answer, so that the process certainly waits in that phase.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.profile.model import FILE, LIBRARY
from core.vsphere.library import DEPLOY_MARK
from tests.fakes.fault_proxy import FaultProxy, fault_proxy
from tests.fakes.vcenter import IMPORT, ROOT, Peer, practice_peer

pytestmark = pytest.mark.simulator

STOPPED = 130
SIGNALS = (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM))
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
    wanted = SIGNALS[number % len(SIGNALS)]
    process, output, seconds = stopped_at(proxy, path, what, wanted)
    assert process.returncode == STOPPED, output
    assert "Traceback" not in output
    assert "Stopped." in output
    assert seconds < LIMIT_S, output
    if step:
        (line,) = (one for one in output.splitlines() if one.startswith("stopped "))
        assert step in line
        assert "Nothing had been changed" not in output, "nobody knows yet"
        heading = "Was in progress, and may be there or not:\n"
        assert output.partition(heading)[2].startswith(f"  {step}")
    # vCenter had done its part there, only the answer was missing
    complete = {"ReconfigVM_Task", "PowerOnVM_Task"}
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


def test_a_machine_that_the_library_had_made_already_is_taken_back(proxy: FaultProxy) -> None:
    """vCenter's answer comes too late: by then nobody waits for it."""
    path = proxy.peer.write(proxy.through(proxy.peer).profile(source=LIBRARY))
    process, output, seconds = stopped_at(proxy, path, "action=deploy", signal.SIGTERM)
    assert process.returncode == STOPPED, output
    assert "vCenter had made virtual machine haproxy already; it was removed again." in output
    assert machines(proxy.peer) == []
    assert seconds < LIMIT_S


def test_a_machine_that_the_library_is_making_for_somebody_else_is_left_alone(
    proxy: FaultProxy,
) -> None:
    """Made under the same name meanwhile: only the note of this very run proves that it is ours."""
    peer = proxy.peer
    path = peer.write(proxy.through(peer).profile(source=LIBRARY))

    def stolen(process: subprocess.Popen[str]) -> None:
        peer.govc("vm.change", "-vm", "haproxy", "-annotation", f"{DEPLOY_MARK} (00000000)")
        process.send_signal(signal.SIGTERM)

    process = proxy.through(peer).start("deploy", str(path), "--accept-eula", "--yes")
    proxy.hold("action=deploy", lambda: stolen(process))
    output, _ = process.communicate(timeout=60)
    assert process.returncode == STOPPED, output
    assert machines(peer) == ["haproxy"]
    assert "If it is there later: the next run goes on with it, undo removes it." in output


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="needs SIGHUP")
def test_closing_the_terminal_stops_in_good_order(proxy: FaultProxy) -> None:
    """Writing to it fails from then on, and the signal comes twice: from kernel and shell."""
    import pty

    peer = proxy.through(proxy.peer)
    path = peer.write(peer.profile())
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "gui", "deploy", str(path), "--accept-eula", "--yes"],
        env=peer.environment, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    closed: list[float] = []

    def close() -> None:
        closed.append(time.monotonic())
        os.close(ours)
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGHUP)

    drained = threading.Thread(target=drain, args=(ours,), daemon=True)
    drained.start()
    proxy.hold("/nfc/", close)
    assert process.wait(timeout=60) == STOPPED
    assert time.monotonic() - closed[0] < LIMIT_S
    assert machines(proxy.peer) == [], "the import was given up"


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="needs SIGHUP")
def test_nohup_is_respected(proxy: FaultProxy) -> None:
    peer = proxy.through(proxy.peer)
    path = peer.write(peer.profile())
    process = subprocess.Popen(
        ["nohup", sys.executable, "-m", "gui", "deploy", str(path), "--accept-eula", "--yes"],
        env=peer.environment, cwd=ROOT, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            if line.startswith("done           Distributed"):
                process.send_signal(signal.SIGHUP)
    assert process.wait(timeout=60) == 0


def drain(descriptor: int) -> None:
    """Read a terminal to its end, so that the program never waits for its reader."""
    with contextlib.suppress(OSError):
        while os.read(descriptor, 4096):
            pass


def test_a_sigterm_gives_its_json_too(proxy: FaultProxy) -> None:
    peer = proxy.through(proxy.peer)
    path = peer.write(peer.profile())
    process = peer.start("deploy", str(path), "--accept-eula", "--yes", "--json")
    proxy.hold("ImportVApp", lambda: process.send_signal(signal.SIGTERM))
    output, _ = process.communicate(timeout=60)
    assert process.returncode == STOPPED, output
    report = json.loads(output[output.index("\n{") :])
    assert report["error"]["code"] == "stopped"
    assert (report["kept"][0], report["in_progress"]) == ("switch", ["deploy"])
    proxy.reset()


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


SILENT_LIMIT_S = 8.0


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="finds the process in /proc")
@pytest.mark.parametrize(
    ("method", "source", "known_by"),
    [
        ("RetrievePropertiesEx", FILE, "RetrievePropertiesEx"),
        ("CreateDVS_Task", FILE, "CreateDVS_Task"),
        ("ImportVApp", FILE, "ImportVApp"),
        ("NfcUpload", FILE, "ImportVApp"),
        ("LibraryUpload", IMPORT, ""),
        ("LibraryItem.deploy", LIBRARY, "ReconfigureDvs_Task"),
    ],
)
def test_a_vcenter_that_says_nothing_any_more_does_not_hold_up_the_end(
    tools, method: str, source: str, known_by: str
) -> None:
    """Neither answers nor handshakes: there is nothing to tidy up with."""
    before = children()
    with practice_peer(tools.govc) as peer:
        (simulator,) = children() - before
        path = peer.write(peer.profile(source=source))
        peer.control("faults", {"method": method, "delay_ms": 20_000, "count": 1})
        process = peer.start("deploy", str(path), "--accept-eula", "--yes")
        deadline = time.monotonic() + 20
        while known_by and not peer.control("calls", method="GET").get(known_by):
            assert time.monotonic() < deadline, f"{known_by} was never called"
            time.sleep(0.1)
        time.sleep(1.5 if known_by else 4.0)
        assert process.poll() is None
        os.kill(simulator, signal.SIGSTOP)
        try:
            sent = time.monotonic()
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=60)
            seconds = time.monotonic() - sent
        finally:
            os.kill(simulator, signal.SIGCONT)
            process.kill()
            process.wait()
        assert process.returncode == STOPPED, output
        assert "Traceback" not in output
        assert "Stopped." in output
        assert seconds < SILENT_LIMIT_S, output


def children() -> set[int]:
    """The processes this test has started: the fourth field of ``stat`` is the parent."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            pid, _, rest = stat.read_text().partition(" (")
            if rest.rpartition(")")[2].split()[1] == str(os.getpid()):
                found.add(int(pid))
    return found


def machines(peer: Peer) -> list[str]:
    return [path.rpartition("/")[2] for path in peer.find("m")]
