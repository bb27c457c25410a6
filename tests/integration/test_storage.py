"""Datastore, hosts and disk have to fit each other: found before the first change, or chosen well.

Each vCenter here has one thing wrong; ``test_live_checks`` holds that a healthy one has no finding.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.profile.model import FILE, LIBRARY
from tests.fakes.vcenter import Peer

pytestmark = pytest.mark.simulator

HOSTS = [f"esx-0{number}.lab.example" for number in (1, 2, 3)]
GB = 10**9


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def profile(peer: Peer, source: str = FILE, **vm: str) -> Path:
    """The sample without a policy, on the second datastore unless ``vm`` says another."""
    return peer.write(
        peer.profile(source=source, vm={"storage_policy": "", "datastore": "datastore-02"} | vm)
    )


def mount(peer: Peer, host: str, datastore: str = "datastore-02", **how: Any) -> None:
    peer.control("mount", {"datastore": datastore, "host": host, **how})


def planned(peer: Peer, path: Path) -> tuple[int, list[dict[str, Any]], str]:
    """Exit status, findings, and where the plan would put the machine."""
    done = peer.run("plan", str(path), "--json")
    report = json.loads(done.stdout)
    (detail,) = (step["detail"] for step in report["steps"] if step["key"] == "deploy")
    return done.returncode, report["findings"], detail


def without_drs(peer: Peer) -> None:
    peer.govc("cluster.change", "-drs-enabled=false", "/Lab-DC/host/Supervisor-Cluster")


def host_of_machine(peer: Peer) -> str:
    reference = peer.machine()["runtime"]["host"]
    kind, value = reference["type"], reference["value"]
    (found,) = json.loads(peer.govc("object.collect", "-json", f"{kind}:{value}", "name"))
    return str(found["val"].get("_value", found["val"]) if isinstance(found["val"], dict)
               else found["val"])  # fmt: skip


@pytest.mark.parametrize("source", [FILE, LIBRARY])
@pytest.mark.parametrize("drs", [True, False])
@pytest.mark.parametrize(
    "unfit",
    [{"access": "none"}, {"access": "readOnly"}, {"accessible": False}],
    ids=["not mounted", "read-only", "not accessible"],
)
def test_the_machine_is_made_on_a_host_that_can_write_to_its_datastore(
    practice: Peer, unfit: dict[str, Any], drs: bool, source: str
) -> None:
    if not drs:
        without_drs(practice)
    for host in HOSTS[:2]:
        mount(practice, host, **unfit)
    done = practice.deploy(profile(practice, source), "--json")
    assert done.returncode == 0, done.stderr
    assert host_of_machine(practice) == HOSTS[2]


def test_without_drs_a_host_in_maintenance_is_not_chosen(practice: Peer) -> None:
    without_drs(practice)
    practice.govc("host.maintenance.enter", f"/Lab-DC/host/Supervisor-Cluster/{HOSTS[0]}")
    done = practice.deploy(profile(practice), "--json")
    assert done.returncode == 0, done.stderr
    assert host_of_machine(practice) == HOSTS[1]


@pytest.mark.parametrize("source", [FILE, LIBRARY])
def test_a_datastore_that_no_ready_host_has_blocks_naming_those_that_do(
    practice: Peer, source: str
) -> None:
    for host in HOSTS[:2]:
        mount(practice, host, access="none")
    practice.govc("host.maintenance.enter", f"/Lab-DC/host/Supervisor-Cluster/{HOSTS[2]}")
    status, findings, _ = planned(practice, profile(practice, source))
    assert status == 1
    errors = [one for one in findings if one["severity"] == "error"]
    assert [one["code"] for one in errors] == ["datastore-off-hosts"]
    assert "datastore-02" in errors[0]["what"]
    assert HOSTS[2] in errors[0]["advice"]
    assert HOSTS[0] not in errors[0]["advice"]


def test_a_cluster_without_a_host_that_is_ready_blocks(practice: Peer) -> None:
    for host in HOSTS:
        practice.govc("host.maintenance.enter", f"/Lab-DC/host/Supervisor-Cluster/{host}")
    status, findings, _ = planned(practice, profile(practice))
    assert status == 1
    assert [f["code"] for f in findings if f["severity"] == "error"] == ["host-none-ready"]


def test_a_datastore_that_several_hosts_share_is_preferred(practice: Peer) -> None:
    path = profile(practice, datastore="")
    assert "datastore-02" in planned(practice, path)[2], "both are shared: the one with more room"
    practice.control("mount", {"datastore": "datastore-02", "shared": False})
    status, findings, detail = planned(practice, path)
    assert "datastore-01" in detail
    assert (status, findings) == (2, [])


def test_a_datastore_that_no_ready_host_can_write_to_is_not_chosen(practice: Peer) -> None:
    for host in HOSTS:
        mount(practice, host, access="readOnly")
    status, findings, detail = planned(practice, profile(practice, datastore=""))
    assert "datastore-01" in detail
    assert (status, findings) == (2, [])


def test_when_none_can_be_chosen_the_reason_is_said(practice: Peer) -> None:
    for name in ("datastore-01", "datastore-02"):
        for host in HOSTS:
            mount(practice, host, name, access="readOnly")
    status, findings, _ = planned(practice, profile(practice, datastore=""))
    assert (status, [one["code"] for one in findings]) == (1, ["datastore-none"])
    assert "no host that is ready can write to them" in findings[0]["advice"]


@pytest.mark.parametrize("source", [FILE, LIBRARY])
@pytest.mark.parametrize(("disk_format", "fits"), [("thin", True), ("thick", False)])
def test_the_disk_format_says_how_much_room_is_needed(
    practice: Peer, source: str, disk_format: str, fits: bool
) -> None:
    """The sample's disk holds 20 GiB when thick, and a few MB are in it."""
    practice.control("mount", {"datastore": "datastore-02", "free": 5 * GB})
    path = profile(practice, source, disk_format=disk_format)
    status, findings, _ = planned(practice, path)
    assert status == (2 if fits else 1)
    assert [one["code"] for one in findings] == ([] if fits else ["datastore-unusable"])
    if not fits:
        assert "has 5.0 GB free, and the disk takes 21." in findings[0]["what"]
    named_none = planned(practice, profile(practice, source, datastore="", disk_format=disk_format))
    assert named_none[0] == 2
    assert "datastore-01" in named_none[2], "it has more room now"


def test_a_full_datastore_does_not_block_what_is_deployed_already(practice: Peer) -> None:
    path = profile(practice)
    assert practice.deploy(path).returncode == 0
    practice.control("mount", {"datastore": "datastore-02", "free": 1})
    status, findings, _ = planned(practice, path)
    assert (status, findings) == (0, [])

    redeploy = ("redeploy", str(path), "--accept-eula", "--yes", "--json")
    blocked = practice.run(*redeploy)
    assert blocked.returncode == 1
    assert "datastore-unusable" in {f["code"] for f in json.loads(blocked.stdout)["findings"]}
    practice.control("mount", {"datastore": "datastore-02", "free": 500 * GB})
    assert practice.run(*redeploy).returncode == 0
    practice.control("mount", {"datastore": "datastore-02", "free": 1})
    assert practice.run(*redeploy).returncode == 0, "the new one is there"
