"""What the account may not do is found before the first change, on the object it may not do it on.

Those of a deployment are in ``test_live_checks``; these are the ways back and around.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.profile.model import LIBRARY
from tests.fakes.inventory_snapshot import snapshot
from tests.fakes.vcenter import IMPORT, USER, Peer

pytestmark = pytest.mark.simulator

HOSTS = [f"esx-0{number}.lab.example" for number in (1, 2, 3)]
UNDO = {
    "VirtualMachine.Interact.PowerOff": ["Virtual machine haproxy"],
    "VirtualMachine.Inventory.Delete": ["Virtual machine haproxy", "folder haproxy"],
    "DVPortgroup.Delete": [
        "Port group Workload Network",
        "Port group Primary Workload Network",
        "folder network",
    ],
    "DVSwitch.Delete": ["Distributed switch workload-vds", "folder network"],
    "DVSwitch.HostOp": ["Distributed switch workload-vds"],
    "Host.Config.Network": [f"Host {name}" for name in HOSTS],
}
REDEPLOY = {
    "VApp.Import": ["resource pool haproxy-pool", "VM folder haproxy"],
    "VirtualMachine.Interact.PowerOff": ["virtual machine haproxy"],
    "VirtualMachine.Config.Rename": ["virtual machine haproxy", "VM folder haproxy"],
    "VirtualMachine.Interact.PowerOn": ["VM folder haproxy"],
}


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def deployed(peer: Peer, source: str = LIBRARY) -> Path:
    path = peer.write(peer.profile(source=source))
    done = peer.deploy(path, "--no-wait")
    assert done.returncode == 0, done.stderr
    return path


def refused(peer: Peer, privilege: str, command: str, path: Path, *flags: str) -> list[str]:
    """Where the account lacks that one privilege; nothing may have been changed."""
    before = snapshot(peer)
    peer.control("refuse", {"privileges": [privilege]})
    done = peer.run(command, str(path), "--yes", "--json", *flags)
    peer.control("refuse", {"privileges": []})
    assert snapshot(peer) == before
    assert done.returncode == 1, done.stdout
    report = json.loads(done.stdout)
    found = [f["what"] for f in report["findings"] if f["code"] == "privilege-missing"]
    start = f"{USER} lacks {privilege} on "
    assert all(one.startswith(start) for one in found), found
    return [one.removeprefix(start).rstrip(".") for one in found]


def test_an_undo_that_lacks_a_privilege_removes_nothing(practice: Peer) -> None:
    path = deployed(practice)
    for privilege, where in UNDO.items():
        found = refused(practice, privilege, "undo", path, "--power-off")
        assert sorted(found) == sorted(where), privilege
    assert practice.run("undo", str(path), "--yes", "--power-off").returncode == 0


def test_an_undo_needs_no_privilege_for_what_stays_or_is_off(practice: Peer) -> None:
    path = deployed(practice)
    practice.govc("vm.power", "-off", "haproxy")
    practice.govc(
        "vm.create", "-on=false", "-net", "Workload Network", "-ds", "datastore-01",
        "-host", HOSTS[0], "theirs",
    )  # fmt: skip
    unneeded = ["VirtualMachine.Interact.PowerOff", "DVSwitch.Delete"]
    practice.control("refuse", {"privileges": unneeded})
    done = practice.run("undo", str(path), "--yes")
    assert done.returncode == 0, done.stderr


def test_rights_on_a_library_are_a_warning_to_undo(practice: Peer) -> None:
    """vCenter shows only a part of them: the item may well go."""
    path = deployed(practice, IMPORT)
    practice.control("refuse", {"privileges": ["ContentLibrary.DeleteLibraryItem"]})
    done = practice.run("undo", str(path), "--yes", "--power-off", "--json")
    assert done.returncode == 0, done.stdout
    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["code"], finding["severity"]) == ("privilege-library", "warning")
    assert "on Library item imported" in finding["what"]


def test_a_redeployment_that_lacks_a_privilege_changes_nothing(practice: Peer) -> None:
    path = deployed(practice)
    for privilege, where in REDEPLOY.items():
        found = refused(practice, privilege, "redeploy", path, "--accept-eula")
        assert sorted(found) == sorted(where), privilege


def test_the_way_back_and_the_end_of_one_are_asked_about_too(practice: Peer) -> None:
    path = deployed(practice)
    assert practice.run("redeploy", str(path), "--accept-eula", "--yes").returncode == 0
    (old,) = (one for one in (p.rpartition("/")[2] for p in practice.find("m")) if "-old-" in one)
    current, old = "virtual machine haproxy", f"virtual machine {old}"
    back = {
        "VirtualMachine.Interact.PowerOff": [current],
        "VirtualMachine.Config.Rename": [current, old],
        "VirtualMachine.Interact.PowerOn": [old],
        "VirtualMachine.Inventory.Delete": [current, "VM folder haproxy"],
    }
    for privilege, where in back.items():
        found = refused(practice, privilege, "redeploy", path, "--roll-back")
        assert sorted(found) == sorted(where), privilege
    privilege = "VirtualMachine.Inventory.Delete"
    assert sorted(refused(practice, privilege, "accept", path)) == ["VM folder haproxy", old]
