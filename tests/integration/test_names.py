"""Names with the characters that vCenter stores escaped: made, found again, and taken back.

The sign itself, the start of what would be an escape sequence, and a literal one are all meant.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.jobs import JobContext
from core.profile.model import FILE, LIBRARY, PRIMARY_WORKLOAD, PortGroup, Profile
from core.vsphere.entity_names import object_name, stored_name
from core.vsphere.machine import settle_name
from core.vsphere.session import open_session
from tests.fakes.inventory_snapshot import snapshot
from tests.fakes.vcenter import Peer, changed

pytestmark = pytest.mark.simulator

SWITCH, GROUP, MACHINE = "50%/a\\b %2f", "group/100%", "ha%25/proxy\\1"
DATACENTER, CLUSTER, DATASTORE = "Lab/DC %41", "Super\\visor 5%", "data/store%2f"
FOLDER = "lab/folder 1%"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("plain name", "plain name"),
        ("10.0.0.0/24", "10.0.0.0%2f24"),
        ("a\\b", "a%5cb"),
        ("50%", "50%25"),
        ("%2f", "%252f"),
        ("%25", "%2525"),
    ],
)
def test_a_name_and_what_vcenter_stores(name: str, stored: str) -> None:
    assert stored_name(name) == stored
    assert object_name(stored) == name


@pytest.mark.parametrize("raw", ["a%2Fb", "a%2fb", "a/b"])
def test_every_way_in_which_a_server_may_hand_out_a_slash_is_understood(raw: str) -> None:
    assert object_name(raw) == "a/b"


def special(peer: Peer, source: str = FILE, **vm: str) -> Profile:
    """The profile with such names; stock vcsim makes no machine from an OVA under one.

    It escapes the name into a copy of the specification that holds every list twice.
    """
    groups = (PortGroup(PRIMARY_WORKLOAD, GROUP, 120),)
    return changed(
        peer.profile(source=source),
        switch={"name": SWITCH, "port_groups": groups},
        deployment={"workload_network": GROUP},
        vm=({"name": MACHINE} if peer.is_ours else {}) | vm,
    )


@pytest.mark.parametrize("source", [FILE, LIBRARY])
def test_what_has_such_names_is_made_recognised_and_taken_back(peer: Peer, source: str) -> None:
    before = snapshot(peer)
    profile = special(peer, source)
    path = peer.write(profile)
    done = peer.deploy(path, "--json")
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout)["outcome"]
    assert outcome["switch"]["name"] == SWITCH
    assert outcome["machine"]["name"] == profile.vm.name
    assert last(peer.find("w")) >= {stored_name(SWITCH)}
    assert last(peer.find("g")) >= {stored_name(GROUP)}
    assert last(peer.find("m")) >= {stored_name(profile.vm.name)}

    planned = peer.run("plan", str(path), "--json")
    assert planned.returncode == 0, planned.stdout
    undone = peer.run("undo", str(path), "--yes", "--power-off", "--json")
    assert undone.returncode == 0, undone.stdout
    titles = {step["title"]: step["action"] for step in json.loads(undone.stdout)["steps"]}
    assert titles[f"Distributed switch {SWITCH}"] == "remove"
    assert titles[f"Virtual machine {profile.vm.name}"] == "remove"
    assert snapshot(peer) == before


def test_what_is_there_under_such_names_is_found(peer: Peer) -> None:
    datacenter, cluster = ("Lab-DC", "Supervisor-Cluster") if peer.is_ours else ("DC0", "DC0_C0")
    peer.govc("folder.create", f"/{datacenter}/vm/outer")
    peer.govc("folder.create", f"/{datacenter}/vm/outer/inner")
    peer.govc("object.rename", f"/{datacenter}/vm/outer/inner", stored_name(FOLDER))
    place = {"folder": f"outer/{FOLDER}", "storage_policy": ""}
    if peer.is_ours:  # stock vcsim renames no datastore
        datastore = "/Lab-DC/datastore/datastore-02"
        peer.govc("object.rename", datastore, stored_name(DATASTORE))
        place["datastore"] = DATASTORE
    peer.govc("object.rename", f"/{datacenter}/host/{cluster}", stored_name(CLUSTER))
    peer.govc("object.rename", f"/{datacenter}", stored_name(DATACENTER))
    profile = special(peer, **place)
    profile = changed(profile, switch={"datacenter": DATACENTER, "cluster": CLUSTER})
    path = peer.write(profile)
    before = snapshot(peer)
    done = peer.deploy(path)
    assert done.returncode == 0, done.stderr + done.stdout
    assert peer.run("plan", str(path)).returncode == 0
    (machine,) = (one for one in peer.find("m") if one.endswith(f"/{stored_name(profile.vm.name)}"))
    assert machine.split("/")[-3:-1] == ["outer", stored_name(FOLDER)]
    script = peer.run("handoff", str(path), "--format", "govc").stdout
    root = f"/{stored_name(DATACENTER)}"
    assert f"export GOVC_DATACENTER='{root}'" in script
    assert f"-folder '{root}/vm/outer/{stored_name(FOLDER)}'" in script
    assert json.dumps({"Name": "Workload", "Network": stored_name(GROUP)}) in script
    script = peer.run("handoff", str(path), "--format", "powercli").stdout
    assert f"Get-Datacenter -Name '{DATACENTER}'" in script
    assert f"-Type VM -Name '{FOLDER}'" in script
    assert f"$ovf.NetworkMapping.Workload.Value = '{GROUP}'" in script
    assert peer.run("undo", str(path), "--yes", "--power-off").returncode == 0
    assert snapshot(peer) == before


def test_a_folder_is_told_from_a_path_by_its_escaped_name(practice: Peer) -> None:
    for folder in ("a", "a/b"):
        practice.govc("folder.create", f"/Lab-DC/vm/{folder}")
    practice.govc("folder.create", "/Lab-DC/vm/flat")
    practice.govc("object.rename", "/Lab-DC/vm/flat", "a/b")
    for wanted, found in (("a/b", "/Lab-DC/vm/a/b/"), ("a%2fb", "/Lab-DC/vm/a%2fb/")):
        path = practice.write(changed(practice.profile(), vm={"folder": wanted}))
        assert practice.deploy(path).returncode == 0
        (machine,) = practice.find("m")
        assert machine.startswith(found)
        assert practice.run("undo", str(path), "--yes", "--power-off").returncode == 0


def test_a_redeployment_renames_such_a_machine_too(practice: Peer) -> None:
    path = practice.write(special(practice))
    assert practice.deploy(path).returncode == 0
    done = practice.run("redeploy", str(path), "--accept-eula", "--yes")
    assert done.returncode == 0, done.stderr
    names = sorted(last(practice.find("m")))
    assert names[0] == stored_name(MACHINE)
    assert names[1].startswith(f"{stored_name(MACHINE)}-old-")


def last(paths: list[str]) -> set[str]:
    return {path.rpartition("/")[2] for path in paths}


def test_a_machine_that_came_out_under_another_name_gets_its_own(practice: Peer) -> None:
    """How a content library takes a name is not documented: what it made of it is looked at."""
    assert practice.deploy(practice.write(practice.profile())).returncode == 0
    moid = practice.machine()["self"]["value"]
    target = practice.profile().vcenter
    with open_session(target, practice.password) as session:
        settle_name(session, moid, MACHINE, JobContext())
        assert last(practice.find("m")) == {stored_name(MACHINE)}
        settle_name(session, moid, MACHINE, JobContext())
    assert practice.control("calls", method="GET")["ReconfigVM_Task"] == 2, "settings, and one name"
