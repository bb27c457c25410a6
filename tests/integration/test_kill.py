"""SIGKILL at any moment, then run again: it converges to one switch and one machine (issue 2)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.profile.model import LIBRARY
from tests.fakes.vcenter import IMPORT, Peer, practice_peer, stock_peer

pytestmark = pytest.mark.simulator

LARGE = 96 << 20
WAITING = "Waiting until vCenter gives up the broken-off import (up to 5 minutes)"


def killed_when(peer: Peer, path: Path, marker: str) -> list[str]:
    """Start a deployment and SIGKILL it the moment it prints a line with ``marker``."""
    process = peer.start("deploy", str(path), "--accept-eula", "--yes")
    seen: list[str] = []
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            seen.append(line)
            if marker in line:
                break
        process.kill()
    process.wait()
    return seen


def converges(peer: Peer, path: Path, machines_before: int) -> str:
    """One more run ends well, and nothing is there twice; what that run said meanwhile."""
    again = peer.deploy(path, "--json")
    assert again.returncode == 0, again.stderr
    assert len(peer.find("m")) == machines_before + 1
    assert len([p for p in peer.find("w") if "workload-vds" in p]) == 1
    extra = {o["key"]: o["value"] for o in peer.machine()["config"]["extraConfig"]}
    assert extra["haproxy-setup.state"] == "ready"
    assert peer.machine()["runtime"]["powerState"] == "poweredOn"
    assert json.loads(peer.deploy(path, "--json").stdout)["outcome"]["changed"] == 0
    return again.stderr


BETWEEN = [
    "done           OVA",
    "done           Distributed switch",
    "done           Port group Primary",
    "done           Port group Workload",
    "done           Host",
    "done           Virtual machine",
    "done           Settings",
    "done           Read",
]


@pytest.mark.parametrize("marker", BETWEEN, ids=lambda m: m.split(maxsplit=1)[1].replace(" ", "-"))
def test_killed_between_steps(peer: Peer, marker: str) -> None:
    path = peer.write(peer.profile())
    before = len(peer.find("m"))
    killed_when(peer, path, marker)
    converges(peer, path, before)


def test_killed_during_the_upload_on_the_practice_vcenter(
    tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The abandoned lease locks the half-made machine until it times out, as a real one does."""
    monkeypatch.setenv("HAPROXY_SETUP_PRACTICE_VCENTER", str(tools.practice_vcenter))
    with practice_peer(tools.govc, "-lease-timeout", "3s", ova_bytes=LARGE) as peer:
        path = peer.write(peer.profile())
        before = len(peer.find("m"))
        # the host takes nothing for a while, so that the kill certainly meets an upload
        peer.control("faults", {"method": "NfcUpload", "fault": "", "delay_ms": 2000, "count": 1})
        seen = killed_when(peer, path, "Virtual machine haproxy  0.0 of")
        assert not any(line.startswith("done           Virtual machine") for line in seen)
        assert len(peer.find("m")) == before + 1, "the half-made machine is there"
        said = converges(peer, path, before)
        assert said.count(WAITING) == 1, "no silence of minutes in a log"


def test_an_undo_that_waits_for_the_abandoned_upload_says_so(
    tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAPROXY_SETUP_PRACTICE_VCENTER", str(tools.practice_vcenter))
    with practice_peer(tools.govc, "-lease-timeout", "3s", ova_bytes=LARGE) as peer:
        path = peer.write(peer.profile())
        before = len(peer.find("m"))
        peer.control("faults", {"method": "NfcUpload", "fault": "", "delay_ms": 2000, "count": 1})
        killed_when(peer, path, "Virtual machine haproxy  0.0 of")
        done = peer.run("undo", str(path), "--yes")
        assert done.returncode == 0, done.stderr
        assert done.stdout.count(WAITING) == 1
        assert len(peer.find("m")) == before


def test_killed_during_the_upload_on_stock(tools, tmp_path: Path) -> None:
    """Stock vcsim keeps the half-made machine for ever: the next run has to remove it."""
    with stock_peer(tools.vcsim, tools.govc, tmp_path, ova_bytes=LARGE) as peer:
        path = peer.write(peer.profile())
        before = len(peer.find("m"))
        killed_when(peer, path, "Virtual machine haproxy  0.0 of")
        assert len(peer.find("m")) == before + 1, "the half-made machine is there"
        plan = peer.run("plan", str(path))
        assert plan.returncode == 2
        assert "Remove what a broken-off deployment left" in plan.stdout
        converges(peer, path, before)


@pytest.mark.parametrize("source", [LIBRARY, IMPORT])
def test_killed_during_the_library_steps(peer: Peer, source: str) -> None:
    path = peer.write(peer.profile(source=source))
    before = len(peer.find("m"))
    marker = "Library item" if source == IMPORT else "done           Host"
    killed_when(peer, path, marker)
    converges(peer, path, before)
    items = [line for line in peer.govc("library.ls", "/Templates/*").split("\n") if line]
    assert len(items) == len(set(items))


def test_what_was_imported_is_used_by_the_next_run(peer: Peer) -> None:
    """The library may list a disk otherwise than the OVA does; stock vcsim's does."""
    path = peer.write(peer.profile(source=IMPORT))
    assert peer.deploy(path).returncode == 0
    peer.govc("vm.destroy", "haproxy")
    again = peer.deploy(path, "--json")
    assert again.returncode == 0, again.stderr
    steps = {step["key"]: step for step in json.loads(again.stdout)["steps"]}
    assert (steps["import"]["action"], steps["deploy"]["action"]) == ("present", "create")
