"""A step that fails says what and stops there; the next run goes on from what exists."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from msgspec.structs import replace

from core.errors import StepFailed
from core.jobs import Cancelled, JobContext
from core.ova.archive import Ova
from core.ova.verify import Verification, verify
from core.plan.deployment import apply, render_for_deployment
from core.plan.plan import make_plan
from core.plan.preparation import prepared
from core.profile.model import FILE, LIBRARY, Secrets
from core.vsphere.session import open_session
from tests.fakes.vcenter import DATAPLANE_PASSWORD, IMPORT, ROOT_PASSWORD, Peer

pytestmark = pytest.mark.simulator

FAULTS = [
    ("CreateDVS_Task", False, FILE, "switch"),
    ("CreateDVS_Task", True, FILE, "switch"),
    ("AddDVPortgroup_Task", True, FILE, "port-group-1"),
    ("ReconfigureDvs_Task", False, FILE, "host-esx-01.lab.example"),
    ("ReconfigureDvs_Task", True, FILE, "host-esx-01.lab.example"),
    ("CreateImportSpec", False, FILE, "deploy"),
    ("ImportVApp", False, FILE, "deploy"),
    ("ImportVApp", True, FILE, "deploy"),
    ("NfcUpload", False, FILE, "deploy"),
    ("HttpNfcLeaseComplete", False, FILE, "deploy"),
    ("LibraryItem.deploy", False, LIBRARY, "deploy"),
    ("LibraryUpload", False, IMPORT, "import"),
    ("ReconfigVM_Task", True, FILE, "settings"),
    ("PowerOnVM_Task", False, FILE, "power-on"),
    ("PowerOnVM_Task", True, LIBRARY, "power-on"),
]


@pytest.mark.parametrize(("method", "in_task", "source", "step"), FAULTS)
def test_a_failing_step_stops_there_and_the_next_run_goes_on(
    practice: Peer, method: str, in_task: bool, source: str, step: str
) -> None:
    path = practice.write(practice.profile(source=source))
    practice.control(
        "faults", {"method": method, "fault": "InvalidState", "task": in_task, "count": 1}
    )
    failed = practice.deploy(path, "--json")
    assert failed.returncode == 1
    assert "Traceback" not in failed.stderr
    report = json.loads(failed.stdout)
    states = {one["key"]: one["state"] for one in report["steps"]}
    assert states[step] == "failed"
    later = list(states)[list(states).index(step) + 1 :]
    assert {states[key] for key in later} <= {"waiting"}, "nothing after a failed step runs"
    assert report["error"]["what"]
    assert report["error"]["advice"]
    if step == "deploy":
        assert practice.find("m") == [], "a half-made machine is removed"
    if step == "import":
        items = practice.govc("library.ls", "/Templates/*").split()
        assert items == ["/Templates/haproxy-v0.2.0"], "a half-made item is removed"

    again = practice.deploy(path, "--json")
    assert again.returncode == 0, again.stderr
    assert len(practice.find("m")) == 1
    assert practice.run("plan", str(path)).returncode == 0


def test_what_vcenter_said_and_what_exists_is_shown(practice: Peer) -> None:
    path = practice.write(practice.profile())
    practice.control("faults", {"method": "PowerOnVM_Task", "fault": "ResourceInUse", "task": True})
    failed = practice.deploy(path)
    assert failed.returncode == 1
    assert "Power on haproxy" in failed.stderr
    assert "is in use" in failed.stderr
    kept = failed.stdout.partition("Kept, and used by the next run:")[2]
    assert "Distributed switch workload-vds" in kept
    assert "Virtual machine haproxy" in kept


def test_an_existing_uplink_is_merged_never_replaced(practice: Peer) -> None:
    first = practice.profile(switch={"nics": (("Uplink 1", "vmnic1"),)})
    assert practice.deploy(practice.write(first, "one.yaml")).returncode == 0
    both = practice.profile(switch={"nics": (("Uplink 2", "vmnic2"),)})
    path = practice.write(both, "both.yaml")
    plan = json.loads(practice.run("plan", str(path), "--json").stdout)
    hosts = [s["action"] for s in plan["steps"] if s["key"].startswith("host-")]
    assert hosts == ["change"] * 3
    assert practice.deploy(path).returncode == 0
    switch = next(p for p in practice.find("w") if p.endswith("workload-vds"))
    members = json.loads(practice.govc("object.collect", "-json", switch, "config.host"))[0]["val"]
    members = members.get("_value", members) if isinstance(members, dict) else members
    for member in members:
        nics = {spec["pnicDevice"] for spec in member["config"]["backing"]["pnicSpec"]}
        assert nics == {"vmnic1", "vmnic2"}


def test_nics_go_to_the_uplinks_named_even_out_of_order(practice: Peer) -> None:
    profile = practice.profile(switch={"nics": (("Uplink 2", "vmnic1"), ("Uplink 1", "vmnic2"))})
    done = practice.deploy(practice.write(profile))
    assert done.returncode == 0, done.stderr
    assert "vmnic2 (Uplink 1)" in done.stdout
    assert "vmnic1 (Uplink 2)" in done.stdout


def test_a_host_can_have_nics_of_its_own(practice: Peer) -> None:
    profile = practice.profile(
        switch={
            "nics": (("Uplink 1", "vmnic1"),),
            "host_nics": (("esx-02.lab.example", (("Uplink 1", "vmnic2"),)),),
        }
    )
    done = practice.deploy(practice.write(profile), "--json")
    assert done.returncode == 0, done.stderr
    hosts = json.loads(done.stdout)["outcome"]["switch"]["hosts"]
    assert hosts["esx-01.lab.example"] == "vmnic1 (Uplink 1)"
    assert hosts["esx-02.lab.example"] == "vmnic2 (Uplink 1)"


def test_somebody_elses_change_of_the_switch_is_survived(practice: Peer) -> None:
    """A stale configuration version is refused by vCenter and read again (optimistic locking)."""
    path = practice.write(practice.profile())
    practice.control(
        "faults",
        {"method": "ReconfigureDvs_Task", "fault": "ConcurrentAccess", "task": True, "count": 1},
    )
    done = practice.deploy(path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("source", [FILE, LIBRARY])
def test_a_session_that_expires_in_mid_run_is_renewed(practice: Peer, source: str) -> None:
    path = practice.write(practice.profile(source=source))
    # slow enough that the sessions certainly end between two calls of the run
    practice.control("faults", {"method": "AddDVPortgroup_Task", "delay_ms": 500, "count": 1})
    process = practice.start("deploy", str(path), "--accept-eula", "--yes")
    assert process.stdout is not None
    with process.stdout:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("done           Distributed switch"):
                practice.control("expire", {})
    assert process.wait() == 0, "".join(lines)
    assert len(practice.find("m")) == 1


def test_the_storage_policy_is_on_machine_and_disk(practice: Peer) -> None:
    from core.jobs import JobContext
    from core.plan.facts import read_facts
    from core.vsphere.session import open_session

    for number, source in enumerate((FILE, LIBRARY)):
        name = f"haproxy-{number}"
        profile = practice.profile(
            source=source,
            vm={"name": name},
            network={"host_name": f"{name}.local"},
        )
        assert practice.deploy(practice.write(profile, f"{name}.yaml")).returncode == 0
        with open_session(profile.vcenter, practice.password) as session:
            facts, _ = read_facts(session, profile, JobContext())
        assert facts is not None
        assert facts.storage.policy is not None
        assert facts.machine_policies == (frozenset({facts.storage.policy.id}),) * 2
        assert practice.machine(name)["datastore"], "datastore-02 is the one that fits"
        store = practice.machine(name)["config"]["files"]["vmPathName"]
        assert store.startswith("[datastore-02]")


def test_a_dropped_policy_is_found_before_power_on(stock: Peer) -> None:
    """Stock vcsim drops the policy without a word: the gate stops there."""
    profile = stock.profile(vm={"storage_policy": "vSAN Default Storage Policy"})
    stopped = stock.deploy(stock.write(profile))
    assert stopped.returncode == 1
    assert "the storage policy is not vSAN Default Storage Policy" in stopped.stderr
    assert stock.machine()["runtime"]["powerState"] == "poweredOff"


def test_before_7_0_u2_the_older_dialect_is_spoken(tools, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.fakes.vcenter import practice_peer

    monkeypatch.setenv("HAPROXY_SETUP_PRACTICE_VCENTER", str(tools.practice_vcenter))
    with practice_peer(tools.govc, "-no-api", "-about-version", "7.0.1") as peer:
        for number, source in enumerate((LIBRARY, IMPORT)):
            name = f"haproxy-{number}"
            path = peer.write(peer.profile("frontend", source, vm={"name": name}), f"{name}.yaml")
            done = peer.deploy(path)
            assert done.returncode == 0, done.stderr + done.stdout


@pytest.mark.parametrize(
    ("wrong", "is_refused"), [({"sha1": "0" * 40}, True), ({"size": 1}, False)]
)
def test_the_checksum_of_what_the_host_received_decides(
    practice: Peer, monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any], is_refused: bool
) -> None:
    """A host may tell another size than that of the stream: what the disk takes there."""

    def other(ova: Ova, ctx: JobContext, step: str) -> Verification:
        found = verify(ova, ctx, step)
        digests = {name: replace(digest, **wrong) for name, digest in found.digests.items()}
        return replace(found, digests=digests)

    monkeypatch.setattr("core.plan.ova_steps.verify", other)
    profile = practice.profile()
    secrets = Secrets(practice.password, ROOT_PASSWORD, DATAPLANE_PASSWORD)
    properties = render_for_deployment(profile, secrets)
    with prepared(profile) as ready, open_session(profile.vcenter, practice.password) as session:
        plan = make_plan(session, ready, JobContext(), prove=False)
        expected = contextlib.nullcontext()
        if is_refused:
            expected = pytest.raises(StepFailed, match="differently from what was sent")
        with expected:
            apply(session, ready, plan, properties, JobContext())
    assert len(practice.find("m")) == (0 if is_refused else 1)


def test_a_stop_while_the_lease_is_being_prepared_leaves_no_machine(
    practice: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """vCenter refuses to abort such a lease; ready, it would lock the machine for minutes."""

    def stopped(*_: object) -> None:
        raise Cancelled

    profile = practice.profile()
    secrets = Secrets(practice.password, ROOT_PASSWORD, DATAPLANE_PASSWORD)
    monkeypatch.setattr("core.vsphere.lease._wait_until_ready", stopped)
    with prepared(profile) as ready, open_session(profile.vcenter, practice.password) as session:
        for _ in range(5):
            plan = make_plan(session, ready, JobContext())
            properties = render_for_deployment(profile, secrets)
            with pytest.raises(Cancelled):
                apply(session, ready, plan, properties, JobContext())
            assert practice.find("m") == []
