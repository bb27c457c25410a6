"""SIGKILL at random moments of a deployment: each next run converges (issue 5).

A moment is a request or a piece of an upload passing the proxy, so that no clock decides. Six in
CI; HAPROXY_SETUP_KILLS=50 for more, HAPROXY_SETUP_SEED for others.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.profile.model import FILE, LIBRARY
from tests.fakes.fault_proxy import FaultProxy, fault_proxy
from tests.fakes.vcenter import Peer, practice_peer

pytestmark = [pytest.mark.simulator, pytest.mark.slow]

KILLS = int(os.environ.get("HAPROXY_SETUP_KILLS", "6"))
SEED = os.environ.get("HAPROXY_SETUP_SEED", "5")
GROUPS = ["Primary Workload Network", "Workload Network"]


@pytest.fixture(autouse=True)
def setting(tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HAPROXY_SETUP_PRACTICE_VCENTER", str(tools.practice_vcenter))


def fresh(govc: Path) -> Iterator[FaultProxy]:
    with practice_peer(govc, "-lease-timeout", "2s") as peer, fault_proxy(peer) as proxy:
        yield proxy


def names(peer: Peer, kind: str) -> list[str]:
    found = [path.rpartition("/")[2] for path in peer.find(kind)]
    return sorted(name for name in found if "DVUplinks" not in name)


def is_complete(peer: Peer) -> None:
    """One switch, the planned port groups, one machine that runs, no orphan."""
    assert names(peer, "m") == ["haproxy"]
    assert names(peer, "w") == ["workload-vds"]
    assert names(peer, "g") == GROUPS
    assert peer.machine()["runtime"]["powerState"] == "poweredOn"
    extra = {o["key"]: o["value"] for o in peer.machine()["config"]["extraConfig"]}
    assert extra["haproxy-setup.state"] == "ready"
    switch = next(p for p in peer.find("w"))
    members = json.loads(peer.govc("object.collect", "-json", switch, "summary.hostMember"))
    value = members[0]["val"]
    assert len(value.get("_value", value) if isinstance(value, dict) else value) == 3
    stores = {p.rpartition("/")[2] for p in peer.find("s")}
    machines = [
        line
        for store in stores
        for line in peer.govc("datastore.ls", "-ds", store).split("\n")
        if line.startswith("haproxy")
    ]
    assert machines == ["haproxy"], "no files of a machine that is gone"


def moments(govc: Path, source: str) -> int:
    """How many moments an undisturbed run has."""
    for proxy in fresh(govc):
        path = proxy.peer.write(proxy.through(proxy.peer).profile(source=source))
        proxy.reset()
        done = proxy.through(proxy.peer).deploy(path)
        assert done.returncode == 0, done.stderr
        is_complete(proxy.peer)
        return proxy.moments
    raise AssertionError


@pytest.mark.parametrize("source", [FILE, LIBRARY])
@pytest.mark.timeout(120 + 20 * KILLS)
def test_a_run_killed_at_any_moment_is_finished_by_the_next(tools, source: str) -> None:
    chance = random.Random(f"{SEED} {source}")
    count = moments(tools.govc, source)
    for moment in chance.sample(range(1, count), min(KILLS // 2, count - 1)):
        for proxy in fresh(tools.govc):
            peer = proxy.through(proxy.peer)
            path = peer.write(peer.profile(source=source))
            proxy.reset()
            process = peer.start("deploy", str(path), "--accept-eula", "--yes")
            proxy.call_at(moment, process.kill)
            output, _ = process.communicate(timeout=60)
            assert process.returncode in {-9, 0}, output
            last = proxy.requests[-1]
            proxy.reset()
            again = peer.deploy(path)
            assert again.returncode == 0, f"killed at {moment} ({last}): {again.stderr}"
            is_complete(proxy.peer)
            third = peer.deploy(path, "--json")
            assert json.loads(third.stdout)["outcome"]["changed"] == 0
