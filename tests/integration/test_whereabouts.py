"""A machine that was moved or renamed, in vCenter or in the profile, is not made a second time."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from core.background.deploying import Request, plan_online
from core.jobs import JobContext
from core.profile.document import ProfileDocument
from core.profile.model import Profile, Secrets
from core.vsphere.relatives import Relatives, find_relatives
from tests.fakes.dataplane import make_pki
from tests.fakes.vcenter import Peer, changed

pytestmark = pytest.mark.simulator

PKI = make_pki(("haproxy.local", "192.168.110.20"))
SECOND = {
    "network": {"management_address": "192.168.110.77/24", "workload_address": "192.168.120.77/24"},
    "load_balancing": {"ranges": ("192.168.120.96/28",)},
}


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of this test's own: simulators share ids and instance uuid."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "haproxy-setup"


def profile_of(peer: Peer, **vm: str) -> Profile:
    return peer.profile(vm={"name": "lb", **vm})


def deployed(peer: Peer, profile: Profile) -> Path:
    path = peer.write(profile)
    done = peer.deploy(path)
    assert done.returncode == 0, done.stderr
    return path


def plan_of(peer: Peer, path: Path) -> dict[str, Any]:
    done = peer.run("plan", str(path), "--json")
    assert "Traceback" not in done.stderr, done.stderr
    return dict(json.loads(done.stdout))


def codes(plan: dict[str, Any], *severities: str) -> set[str]:
    wanted = severities or ("error", "warning")
    return {one["code"] for one in plan["findings"] if one["severity"] in wanted}


def step_of(plan: dict[str, Any], key: str) -> dict[str, Any]:
    return next(step for step in plan["steps"] if step["key"] == key)


THERE = "The appliance of this profile is already there, as"
AT_THE_TOP = "at the top of the VM folders (in the profile: no folder)."
CHANGES = {
    "folder in the profile": ({"folder": ""}, (), f"{THERE} lb in the VM folder haproxy."),
    "name in the profile": ({"name": "balancer"}, (), f"{THERE} lb in the VM folder haproxy."),
    "folder in vCenter": (
        {},
        ("object.mv", "/Lab-DC/vm/haproxy/lb", "/Lab-DC/vm"),
        f"{THERE} lb {AT_THE_TOP}",
    ),
    "name in vCenter": (
        {},
        ("object.rename", "/Lab-DC/vm/haproxy/lb", "other"),
        f"{THERE} other in the VM folder haproxy.",
    ),
    "folder's name in vCenter": (
        {},
        ("object.rename", "/Lab-DC/vm/haproxy", "balancers"),
        f"{THERE} lb in the VM folder balancers.",
    ),
}


@pytest.mark.parametrize("how", list(CHANGES))
@pytest.mark.parametrize("power", ["on", "off"])
def test_a_machine_that_went_elsewhere_is_not_made_again(
    practice: Peer, how: str, power: str
) -> None:
    vm, order, said = CHANGES[how]
    profile = profile_of(practice)
    assert profile.vm.folder == "haproxy"
    deployed(practice, profile)
    address = profile.network.management_address.partition("/")[0]
    practice.govc("vm.change", "-vm", "lb", "-e", f"SET.guest.ipAddress={address}")
    if power == "off":
        practice.govc("vm.power", "-off", "-force", "lb")
    if order:
        practice.govc(*order)
    (there,) = practice.find("m")
    path = practice.write(changed(profile, vm=vm))
    plan = plan_of(practice, path)
    missing = {"not-found"} if how == "folder's name in vCenter" else set()
    assert codes(plan) == {"vm-elsewhere"} | missing, "not that the address is taken, too"
    step = step_of(plan, "deploy")
    assert step["action"] == "blocked"
    assert step["reason"] == said
    done = practice.deploy(path)
    assert done.returncode == 1
    assert practice.find("m") == [there]
    request = Request(changed(profile, vm=vm), Secrets(vcenter_password=practice.password))
    view = plan_online(JobContext(), request)
    assert view.is_blocked
    assert "vm-elsewhere" in {finding.code for finding in view.findings}
    redeployed = practice.run("redeploy", str(path), "--accept-eula", "--yes", "--json")
    assert redeployed.returncode == 1
    assert practice.find("m") == [there]
    proof = proof_of(practice, path)
    (finding,) = (one for one in proof["findings"] if one["code"] == "proof-elsewhere")
    assert finding["what"] == said
    assert finding["severity"] == "warning"
    assert len(proof["checks"]) == 6, "it is proven where it is"


def test_a_profile_with_the_name_and_folder_it_has_finds_it(practice: Peer) -> None:
    profile = profile_of(practice)
    deployed(practice, profile)
    practice.govc("object.mv", "/Lab-DC/vm/haproxy/lb", "/Lab-DC/vm")
    practice.govc("object.rename", "/Lab-DC/vm/lb", "other")
    path = practice.write(changed(profile, vm={"folder": "", "name": "other"}))
    plan = plan_of(practice, path)
    assert (plan["blocked"], plan["changes"]) == (False, False)


@pytest.mark.parametrize("folder", ["deep/er", "deep%2fer", "deep%252fer", "a%b"])
def test_the_folder_is_said_as_the_profile_takes_it(practice: Peer, folder: str) -> None:
    """Levels with a slash, a slash in a name escaped where it would be taken for a level."""
    profile = profile_of(practice)
    deployed(practice, profile)
    for place in ("deep", "deep/er", "deep%2fer", "deep%252fer", "a%25b"):
        practice.govc("folder.create", f"/Lab-DC/vm/{place}")
    target = folder.replace("a%b", "a%25b")
    practice.govc("object.mv", "/Lab-DC/vm/haproxy/lb", f"/Lab-DC/vm/{target}")
    path = practice.write(profile)
    (finding,) = (f for f in plan_of(practice, path)["findings"] if f["code"] == "vm-elsewhere")
    assert finding["what"] == f"{THERE} lb in the VM folder {folder}."
    pasted = practice.write(changed(profile, vm={"folder": folder}))
    plan = plan_of(practice, pasted)
    assert (plan["blocked"], plan["changes"]) == (False, False)


@pytest.mark.parametrize(
    ("order", "name", "folder"),
    [
        (("object.rename", "/Lab-DC/vm/haproxy/lb", "other"), "other", "haproxy"),
        (("object.mv", "/Lab-DC/vm/haproxy/lb", "/Lab-DC/vm"), "lb", ""),
        (("object.rename", "/Lab-DC/vm/haproxy", "balancers"), "lb", "balancers"),
    ],
)
def test_the_hand_off_is_about_the_machine_that_is_there(
    practice: Peer, order: tuple[str, ...], name: str, folder: str
) -> None:
    profile = profile_of(practice)
    path = deployed(practice, profile)
    moid = practice.machine("lb")["self"]["value"]
    before = json.loads(practice.run("handoff", str(path), "--format", "json").stdout)
    practice.govc("vm.change", "-vm", "lb", "-e", f"guestinfo.dataplaneapi.cacert={PKI.published}")
    practice.govc(*order)
    done = practice.run("handoff", str(path), "--format", "json")
    sheet = json.loads(done.stdout)
    assert sheet["doubt"] is None
    assert "warning" not in done.stderr
    assert (sheet["values"]["vm"], sheet["values"]["vm_id"]) == (name, moid)
    assert sheet["values"]["ca_certificate"].split() == PKI.authority.split()
    assert sheet["values"]["name"] == before["values"]["name"], "the load balancer keeps its name"
    items = [item for section in sheet["sections"] for item in section["items"]]
    notes = {item["key"]: item["note"] for item in items}
    assert notes["vm"] == "renamed or moved since: the profile says haproxy/lb"
    script = practice.run("handoff", str(path), "--format", "govc").stdout
    assert f"/Lab-DC/vm/{folder}".rstrip("/") in script


def deploy_second(peer: Peer, profile: Profile, name: str = "second") -> None:
    """Another profile's appliance: an id and addresses of its own."""
    second = changed(profile, vm={"name": name}, **SECOND)
    second = structs.replace(second, id="0123456789abcdef")
    done = peer.deploy(peer.write(second, "second.yaml"))
    assert done.returncode == 0, done.stdout


def give_its_name_to_a_second(peer: Peer, profile: Profile) -> None:
    """Rename the appliance, and have another profile's take the name it had."""
    deploy_second(peer, profile)
    peer.govc("object.rename", "/Lab-DC/vm/haproxy/lb", "first")
    peer.govc("object.rename", "/Lab-DC/vm/haproxy/second", "lb")


def stranger(peer: Peer, name: str) -> str:
    """A machine in the appliance's folder that has nothing to do with it; its id."""
    peer.govc(
        "vm.create", "-on=false", "-ds", "datastore-01", "-pool", "haproxy-pool",
        "-net", "VM Network", "-folder", "/Lab-DC/vm/haproxy", name,
    )  # fmt: skip
    return str(peer.machine(name)["self"]["value"])


def test_the_hand_off_is_not_about_a_stranger_that_has_the_name(
    practice: Peer, state: Path
) -> None:
    profile = profile_of(practice)
    path = deployed(practice, profile)
    own = practice.machine("lb")["self"]["value"]
    practice.govc("object.rename", "/Lab-DC/vm/haproxy/lb", "ours")
    other = stranger(practice, "lb")
    done = practice.run("handoff", str(path), "--format", "json")
    sheet = json.loads(done.stdout)
    assert (sheet["values"]["vm"], sheet["values"]["vm_id"]) == ("ours", own)
    assert sheet["doubt"] is None
    assert other not in done.stdout
    practice.govc("vm.destroy", "ours")
    for is_known in (True, False):  # the journal knows a machine that is gone, then none
        done = practice.run("handoff", str(path), "--format", "json")
        sheet = json.loads(done.stdout)
        assert sheet["doubt"].startswith("Not deployed: the virtual machine lb on ")
        assert "is not this appliance" in sheet["doubt"]
        assert other not in done.stdout
        if is_known:
            shutil.rmtree(state / "journals")


def test_the_hand_off_is_not_about_another_profiles_appliance_with_the_name(
    practice: Peer, state: Path
) -> None:
    profile = profile_of(practice)
    path = deployed(practice, profile)
    own = practice.machine("lb")["self"]["value"]
    give_its_name_to_a_second(practice, profile)
    values = json.loads(practice.run("handoff", str(path), "--format", "json").stdout)["values"]
    assert (values["vm"], values["vm_id"]) == ("first", own)
    shutil.rmtree(state / "journals")
    values = json.loads(practice.run("handoff", str(path), "--format", "json").stdout)["values"]
    assert values["vm"] == "lb", "what is known here is only the name, and it is an appliance"


def report(peer: Peer, name: str, *, host_name: str) -> None:
    """Have the guest of a machine report this name, and a CA."""
    peer.govc(
        "vm.change", "-vm", name, "-e", f"SET.guest.hostName={host_name}",
        "-e", "SET.guest.toolsRunningStatus=guestToolsRunning",
        "-e", f"guestinfo.dataplaneapi.cacert={PKI.published}",
    )  # fmt: skip


def proof_of(peer: Peer, path: Path) -> dict[str, Any]:
    """What ``verify`` says, in a moment."""
    done = peer.run("verify", str(path), "--json", "--timeout", "0")
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == 1, "behind a simulated vCenter nothing can be proven in full"
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("how", ["renamed", "moved", "folder renamed"])
def test_the_proof_is_of_the_machine_that_is_there(practice: Peer, how: str) -> None:
    profile = profile_of(practice)
    path = deployed(practice, profile)
    report(practice, "lb", host_name="haproxy.local")
    order = {
        "renamed": ("object.rename", "/Lab-DC/vm/haproxy/lb", "other"),
        "moved": ("object.mv", "/Lab-DC/vm/haproxy/lb", "/Lab-DC/vm"),
        "folder renamed": ("object.rename", "/Lab-DC/vm/haproxy", "balancers"),
    }[how]
    practice.govc(*order)
    proof = proof_of(practice, path)
    states = {check["key"]: check["state"] for check in proof["checks"]}
    assert states["proof-host-name"] == states["proof-ca"] == "done"
    (finding,) = proof["findings"]
    assert finding["code"] == "proof-elsewhere"
    assert finding["fields"] == (["vm.name"] if how == "renamed" else ["vm.folder"])


def test_a_stranger_that_has_the_name_is_never_proven(practice: Peer, state: Path) -> None:
    """The appliance is, under its own name; without it nothing is, and both machines are named."""
    profile = profile_of(practice)
    path = deployed(practice, profile)
    report(practice, "lb", host_name="haproxy.local")
    practice.govc("object.rename", "/Lab-DC/vm/haproxy/lb", "ours")
    moid = stranger(practice, "lb")
    report(practice, "lb", host_name="web.local")
    other = f"The virtual machine /Lab-DC/vm/haproxy/lb ({moid}) is not the appliance of this"
    proof = proof_of(practice, path)
    states = {check["key"]: check["state"] for check in proof["checks"]}
    assert states["proof-host-name"] == states["proof-ca"] == "done"
    (finding,) = proof["findings"]
    assert finding["code"] == "proof-elsewhere"
    assert finding["what"] == f"{THERE} ours in the VM folder haproxy. {other} profile."
    records = state / "proofs"
    (record,) = records.iterdir()
    assert json.loads(record.read_text("utf-8"))["machine"] != moid
    before = record.read_bytes()

    practice.govc("vm.destroy", "ours")
    for is_known in (True, False):  # the journal knows a machine that is gone, then none
        proof = proof_of(practice, path)
        assert proof["checks"] == []
        assert (proof["proven"], proof["failed"]) == (False, True)
        (finding,) = proof["findings"]
        assert (finding["code"], finding["fields"]) == ("proof-stranger", ["vm.name"])
        assert finding["what"] == f"{other} profile."
        assert record.read_bytes() == before, "the last proof is of the appliance"
        if is_known:
            shutil.rmtree(state / "journals")
    said = practice.run("verify", str(path)).stdout
    assert f"({moid}) is not the appliance of this profile." in said


def test_another_profiles_appliance_with_the_name_is_not_proven(
    practice: Peer, state: Path
) -> None:
    profile = profile_of(practice)
    path = deployed(practice, profile)
    report(practice, "lb", host_name="haproxy.local")
    give_its_name_to_a_second(practice, profile)
    proof = proof_of(practice, path)
    (finding,) = proof["findings"]
    assert finding["code"] == "proof-elsewhere"
    assert finding["what"].startswith(f"{THERE} first in the VM folder haproxy.")
    shutil.rmtree(state / "journals")
    codes_ = {one["code"] for one in proof_of(practice, path)["findings"]}
    assert "proof-differs" in codes_, "what is known here is only the name: it is not as planned"


@pytest.mark.parametrize("power", ["on", "off"])
@pytest.mark.parametrize("other", ["another profile's", "a clone"])
def test_an_appliance_that_took_the_name_is_not_taken_for_ours(
    practice: Peer, other: str, power: str
) -> None:
    """Its values, and what to do about them, are of no interest: ours is there (F16)."""
    profile = profile_of(practice)
    path = deployed(practice, profile)
    if power == "off":
        practice.govc("vm.power", "-off", "-force", "lb")
    practice.govc("object.rename", "/Lab-DC/vm/haproxy/lb", "ours")
    if other == "a clone":
        where = ("-folder", "/Lab-DC/vm/haproxy", "-ds", "datastore-01")
        practice.govc("vm.clone", "-vm", "ours", f"-on={str(power == 'on').lower()}", *where, "lb")
    else:
        deploy_second(practice, profile, name="lb")
    before = practice.find("m")
    plan = plan_of(practice, path)
    assert {"vm-elsewhere", "vm-name-taken"} <= codes(plan), codes(plan)
    assert "vm-differs" not in codes(plan)
    step = step_of(plan, "deploy")
    assert step["action"] == "blocked"
    said = {finding["what"] for finding in plan["findings"]}
    assert f"{THERE} ours in the VM folder haproxy." in said
    assert "A virtual machine lb exists which is not this appliance." in said
    for command in ("deploy", "redeploy"):
        done = practice.run(command, str(path), "--accept-eula", "--yes", "--json")
        assert done.returncode == 1, done.stdout
    assert practice.find("m") == before
    proof = proof_of(practice, path)
    assert "proof-elsewhere" in {one["code"] for one in proof["findings"]}


def test_undo_takes_it_away_where_it_is_and_then_it_is_made_anew(practice: Peer) -> None:
    profile = profile_of(practice)
    deployed(practice, profile)
    path = practice.write(changed(profile, vm={"folder": ""}))
    assert practice.deploy(path).returncode == 1
    assert practice.run("undo", str(path), "--yes", "--power-off").returncode == 0
    assert practice.find("m") == []
    assert practice.deploy(path).returncode == 0
    assert practice.find("m") == ["/Lab-DC/vm/lb"]


def test_a_machine_that_is_gone_or_unknown_here_is_in_nobodys_way(
    practice: Peer, state: Path
) -> None:
    profile = profile_of(practice)
    path = deployed(practice, profile)
    practice.govc("vm.destroy", "lb")
    assert not plan_of(practice, path)["blocked"], "it is really gone"
    assert practice.deploy(path).returncode == 0
    shutil.rmtree(state / "journals")
    other = changed(profile, vm={"folder": ""}, **SECOND)
    assert "vm-elsewhere" not in codes(plan_of(practice, practice.write(other)))


def test_a_duplicate_makes_a_second_appliance(practice: Peer) -> None:
    profile = profile_of(practice)
    deployed(practice, profile)
    deploy_second(practice, profile)
    assert len(practice.find("m")) == 2


def test_an_id_that_is_another_machines_by_now_is_in_nobodys_way(
    practice: Peer, state: Path
) -> None:
    """After a vCenter was restored from a backup."""
    profile = profile_of(practice)
    path = deployed(practice, profile)
    practice.govc("vm.destroy", "lb")
    practice.govc(
        "vm.create", "-on=false", "-ds", "datastore-01", "-pool", "haproxy-pool",
        "-net", "VM Network", "web",
    )  # fmt: skip
    moid = practice.machine("web")["self"]["value"]
    (journal,) = (state / "journals").iterdir()
    data = json.loads(journal.read_text("utf-8"))
    for entry in data["entries"]:
        if entry["kind"] == "machine":
            entry["moid"] = moid
    journal.write_text(json.dumps(data), "utf-8")
    assert "vm-elsewhere" not in codes(plan_of(practice, path))


def test_a_redeployment_in_the_middle_is_said_as_such(practice: Peer, state: Path) -> None:
    profile = profile_of(practice)
    path = deployed(practice, profile)
    practice.control("faults", {"method": "PowerOnVM_Task", "fault": "InvalidState", "count": 1})
    assert practice.run("redeploy", str(path), "--accept-eula", "--yes").returncode == 1
    old = next(one for one in practice.find("m") if "-old-" in one)
    practice.govc("object.rename", "/Lab-DC/vm/haproxy/lb", "lb-new")
    assert codes(plan_of(practice, path)) == {"redeploy-unfinished"}, old
    shutil.rmtree(state / "journals")  # by what is in the vCenter alone, as from elsewhere
    assert "redeploy-unfinished" in codes(plan_of(practice, path))
    practice.govc("object.rename", "/Lab-DC/vm/haproxy", "balancers")
    found = codes(plan_of(practice, path), "error")
    assert "not-found" in found
    assert "vm-elsewhere" not in found, "neither of the two is the appliance"


@pytest.mark.parametrize("put_aside", [False, True])
def test_the_machines_in_a_folder_are_read_only_if_one_may_be_put_aside(
    practice: Peer, monkeypatch: pytest.MonkeyPatch, put_aside: bool
) -> None:
    """There may be thousands, and who deploys for the first time needs none of them."""
    profile = profile_of(practice)
    path = practice.write(profile)
    if put_aside:
        deployed(practice, profile)
        practice.govc("object.rename", "/Lab-DC/vm/haproxy/lb", "lb-old-20260131")
    folders = []

    def found(session: Any, folder: str, name: str, further: Any = ()) -> Relatives:
        folders.append(folder)
        return find_relatives(session, folder, name, further)

    monkeypatch.setattr("core.plan.unfinished.find_relatives", found)
    profile = ProfileDocument(path.read_text("utf-8")).profile
    plan_online(JobContext(), Request(profile, Secrets(vcenter_password=practice.password)))
    assert len(folders) == int(put_aside)


def test_after_a_redeployment_it_is_the_new_machine_that_counts(practice: Peer) -> None:
    profile = profile_of(practice)
    path = deployed(practice, profile)
    assert practice.run("redeploy", str(path), "--accept-eula", "--yes").returncode == 0
    assert practice.run("accept", str(path), "--yes").returncode == 0
    assert plan_of(practice, path)["changes"] is False
    practice.govc("object.mv", "/Lab-DC/vm/haproxy/lb", "/Lab-DC/vm")
    (finding,) = (f for f in plan_of(practice, path)["findings"] if f["code"] == "vm-elsewhere")
    assert finding["what"] == f"{THERE} lb {AT_THE_TOP}"
    assert finding["fields"] == ["vm.folder"]


def test_the_plan_shows_where_a_machine_is_and_not_where_it_should_be(practice: Peer) -> None:
    profile = profile_of(practice, datastore="datastore-01", resource_pool="", storage_policy="")
    path = deployed(practice, profile)
    assert codes(plan_of(practice, path), "note") <= {"switch-mtu", "mtu-unknown"}
    vm = {"datastore": "datastore-02", "resource_pool": "haproxy-pool"}
    plan = plan_of(practice, practice.write(changed(profile, vm=vm)))
    step = step_of(plan, "deploy")
    assert step["action"] == "present"
    assert step["detail"].endswith("cluster Supervisor-Cluster, datastore datastore-01")
    (finding,) = (f for f in plan["findings"] if f["code"] == "vm-place-differs")
    assert finding["severity"] == "note"
    assert finding["fields"] == ["vm.resource_pool", "vm.datastore"]
    assert finding["what"] == (
        "Virtual machine lb has resource pool Resources, datastore datastore-01; the profile "
        "says resource pool haproxy-pool, datastore datastore-02."
    )
    assert (plan["blocked"], plan["changes"]) == (False, False)


def test_a_machine_in_a_pool_of_its_own_shows_it(practice: Peer) -> None:
    path = deployed(practice, profile_of(practice, resource_pool="haproxy-pool"))
    plan = plan_of(practice, path)
    assert "Supervisor-Cluster (resource pool haproxy-pool)" in step_of(plan, "deploy")["detail"]
    assert "vm-place-differs" not in codes(plan, "note")
