"""Undo: the inventory afterwards is what it was before, and what others use stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from core.background.deploying import Request, plan_online
from core.jobs import JobContext
from core.journal.claim import CopiedProfile
from core.profile.document import load_profile
from core.profile.model import FILE, LIBRARY, Secrets
from tests.fakes.inventory_snapshot import snapshot
from tests.fakes.vcenter import IMPORT, Peer, changed

pytestmark = pytest.mark.simulator


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of this test's own: simulators share ids and instance uuid."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "haproxy-setup"


def undo(peer: Peer, path: Path, *flags: str) -> tuple[int, dict]:
    done = peer.run("undo", str(path), "--yes", "--json", *flags)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout)


def actions(report: dict) -> dict[str, str]:
    return {step["title"]: step["action"] for step in report["steps"]}


@pytest.mark.parametrize("source", [FILE, LIBRARY, IMPORT])
def test_undo_leaves_the_inventory_exactly_as_before(peer: Peer, source: str) -> None:
    path = peer.write(peer.profile("frontend", source))
    before = snapshot(peer)
    assert peer.deploy(path).returncode == 0
    assert snapshot(peer) != before
    status, report = undo(peer, path, "--power-off")
    assert status == 0, report.get("error")
    assert snapshot(peer) == before
    assert set(actions(report).values()) == {"remove"}
    status, report = undo(peer, path)
    assert (status, report["steps"]) == (0, [])


def deployed(peer: Peer, **changes: object) -> Path:
    path = peer.write(peer.profile(**changes))
    done = peer.deploy(path)
    assert done.returncode == 0, done.stderr
    return path


def killed_at(peer: Peer, marker: str, command: str, path: Path, *flags: str) -> None:
    """Start a command and SIGKILL it the moment it prints a line with ``marker``."""
    process = peer.start(command, str(path), "--yes", *flags)
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            if marker in line:
                break
        process.kill()
    process.wait()


def test_a_running_appliance_is_named_and_needs_a_word_more(practice: Peer) -> None:
    path = deployed(practice)
    there = snapshot(practice)
    status, report = undo(practice, path)
    assert status == 1
    assert [f["code"] for f in report["findings"]] == ["undo-machine-runs"]
    assert "haproxy is powered on" in report["findings"][0]["what"]
    assert snapshot(practice) == there


def test_what_others_use_since_stays_and_is_named(practice: Peer) -> None:
    before = snapshot(practice)
    path = deployed(practice)
    practice.govc(
        "vm.create", "-on=false", "-net", "Workload Network", "-ds", "datastore-01",
        "-host", "esx-02.lab.example", "theirs",
    )  # fmt: skip
    status, report = undo(practice, path, "--power-off")
    assert status == 0
    kept = {step["title"]: step["reason"] for step in report["steps"] if step["action"] == "keep"}
    assert kept["Port group Workload Network"] == "it is used by theirs"
    assert "theirs" in kept["Host esx-02.lab.example on switch workload-vds"]
    assert "Workload Network" in kept["Distributed switch workload-vds"]
    assert len(kept) == 3, "the rest goes"
    assert [p for p in practice.find("m") if "haproxy" in p] == []

    practice.govc("vm.destroy", "theirs")
    assert undo(practice, path)[0] == 0, "repeated, it removes what has become free"
    assert snapshot(practice) == before


def test_a_switch_with_somebody_elses_port_group_stays(peer: Peer) -> None:
    path = deployed(peer)
    peer.govc("dvs.portgroup.add", "-dvs", "workload-vds", "-type", "earlyBinding", "theirs")
    status, report = undo(peer, path, "--power-off")
    assert status == 0
    kept = {step["title"]: step["reason"] for step in report["steps"] if step["action"] == "keep"}
    assert list(kept) == ["Distributed switch workload-vds"]
    assert "theirs" in kept["Distributed switch workload-vds"]
    assert any(p.endswith("/workload-vds") for p in peer.find("w"))


def test_without_a_journal_only_the_machine_is_certain(practice: Peer, state: Path) -> None:
    path = deployed(practice)
    (journal,) = (state / "journals").iterdir()
    journal.unlink()
    status, report = undo(practice, path, "--power-off")
    assert status == 0
    assert actions(report) == {
        "Virtual machine haproxy": "remove",
        "Port group Primary Workload Network": "keep",
        "Port group Workload Network": "keep",
        "Distributed switch workload-vds": "keep",
    }
    assert "undo-no-journal" in {f["code"] for f in report["findings"]}
    assert practice.find("m") == []
    assert any(p.endswith("/workload-vds") for p in practice.find("w"))


def test_a_damaged_journal_is_moved_aside_and_said(practice: Peer, state: Path) -> None:
    path = deployed(practice)
    (journal,) = (state / "journals").iterdir()
    journal.write_text("{", "utf-8")
    done = practice.run("undo", str(path), "--yes", "--power-off")
    assert done.returncode == 0, done.stderr
    assert "was damaged; it is now" in done.stdout
    assert any(".bad-" in p.name for p in (state / "journals").iterdir())


def test_a_machine_somebody_else_made_stays(practice: Peer, state: Path) -> None:
    """The same values, powered on, but no mark of ours: adopted, never removed."""
    path = deployed(practice)
    practice.govc("vm.change", "-vm", "haproxy", "-e", "haproxy-setup.state=")
    (journal,) = (state / "journals").iterdir()
    journal.unlink()
    practice.govc("vm.power", "-off", "haproxy")
    assert practice.deploy(path).returncode == 0
    status, report = undo(practice, path, "--power-off")
    assert status == 0
    assert actions(report)["Virtual machine haproxy"] == "keep"
    assert len(practice.find("m")) == 1


def test_an_existing_switch_keeps_what_it_had(practice: Peer) -> None:
    practice.govc("dvs.create", "workload-vds")
    before = snapshot(practice)
    existing = {"mode": "existing", "nics": (("Uplink 1", "vmnic1"),)}
    path = practice.write(practice.profile(switch=existing))
    done = practice.deploy(path)
    if done.returncode:
        existing["nics"] = ()
        path = practice.write(practice.profile(switch=existing))
        done = practice.deploy(path)
    assert done.returncode == 0, done.stderr + done.stdout
    status, report = undo(practice, path, "--power-off")
    assert status == 0
    assert "Distributed switch workload-vds" not in actions(report)
    assert snapshot(practice) == before


def test_nics_plugged_into_a_membership_that_was_there_are_unplugged(practice: Peer) -> None:
    first = practice.profile(switch={"nics": (("Uplink 1", "vmnic1"),)})
    assert practice.deploy(practice.write(first, "first.yaml")).returncode == 0
    before = snapshot(practice)
    second = practice.profile(
        switch={"nics": (("Uplink 2", "vmnic2"),)},
        vm={"name": "second"},
        network={"host_name": "second.local"},
    )
    path = practice.write(second, "second.yaml")
    done = practice.deploy(path)
    assert done.returncode == 0, done.stderr
    status, report = undo(practice, path, "--power-off")
    assert status == 0
    assert len(report["outcome"]["removed"]) == 4, "the machine, and the NICs of three hosts"
    assert snapshot(practice) == before


@pytest.mark.parametrize(
    "marker",
    ["done           Distributed", "done           Host", "done           Virtual machine"],
)
def test_a_killed_deployment_can_be_taken_back(peer: Peer, marker: str) -> None:
    path = peer.write(peer.profile())
    before = snapshot(peer)
    killed_at(peer, marker, "deploy", path, "--accept-eula")
    status, report = undo(peer, path, "--power-off")
    assert status == 0, report.get("error")
    assert snapshot(peer) == before


@pytest.mark.parametrize(
    "marker", ["done           Virtual machine", "done           Host", "done           Port group"]
)
def test_a_killed_undo_is_finished_by_the_next(practice: Peer, marker: str) -> None:
    before = snapshot(practice)
    path = deployed(practice)
    killed_at(practice, marker, "undo", path, "--power-off")
    status, report = undo(practice, path, "--power-off")
    assert status == 0, report.get("error")
    assert snapshot(practice) == before


def test_nobody_to_ask_means_no(practice: Peer) -> None:
    path = deployed(practice)
    there = snapshot(practice)
    refused = practice.run("undo", str(path), "--power-off")
    assert refused.returncode == 1
    assert "--yes" in refused.stderr
    assert snapshot(practice) == there


def test_the_second_of_two_runs_is_refused_naming_the_first(practice: Peer) -> None:
    path = practice.write(practice.profile())
    practice.control("faults", {"method": "AddDVPortgroup_Task", "delay_ms": 4000, "count": 1})
    first = practice.start("deploy", str(path), "--accept-eula", "--yes")
    assert first.stdout is not None
    with first.stdout:
        while not first.stdout.readline().startswith("done           Distributed"):
            pass
        second = practice.deploy(path, "--json")
        assert second.returncode == 1
        error = json.loads(second.stdout)["error"]
        assert error["code"] == "already-running"
        assert str(first.pid) in error["what"]
        first.stdout.read()
    assert first.wait() == 0


def test_another_workstation_that_deploys_is_left_in_peace(
    practice: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = practice.write(practice.profile())
    practice.control("faults", {"method": "NfcUpload", "delay_ms": 5000, "count": 1})
    first = practice.start("deploy", str(path), "--accept-eula", "--yes")
    assert first.stdout is not None
    with first.stdout:
        while "Virtual machine haproxy  " not in first.stdout.readline():
            pass
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another workstation"))
        second = practice.deploy(path)
        assert second.returncode == 1
        assert "Another run is deploying haproxy" in second.stderr
        first.stdout.read()
    assert first.wait() == 0
    assert len(practice.find("m")) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full disk")
def test_a_full_disk_is_in_nobodys_way(practice: Peer, state: Path) -> None:
    log = state / "log" / "haproxy-setup.log"
    log.parent.mkdir(parents=True)
    log.symlink_to("/dev/full")
    (state / "locks").symlink_to("/dev/full")
    (state / "journals").symlink_to("/dev/full")
    done = practice.deploy(practice.write(practice.profile()))
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_a_journal_that_cannot_be_written_is_said_and_in_nobodys_way(
    practice: Peer, state: Path
) -> None:
    state.mkdir(parents=True)
    (state / "journals").write_text("a file where the folder should be", "utf-8")
    done = practice.deploy(practice.write(practice.profile()))
    assert done.returncode == 0, done.stderr
    (log,) = state.rglob("haproxy-setup.log")
    assert log.read_text("utf-8").count("The journal is not kept") == 1


def test_a_copied_profile_neither_undoes_nor_extends_the_originals_deployment(
    practice: Peer, state: Path
) -> None:
    original = deployed(practice)
    there, (journal,) = snapshot(practice), (state / "journals").iterdir()
    written = journal.read_bytes()
    copy = original.with_name("copy.yaml")
    text = original.read_text("utf-8")
    copy.write_text(text.replace("name: haproxy\n", "name: second\n"), "utf-8")
    status, report = undo(practice, copy, "--power-off")
    assert (status, report["error"]["code"]) == (1, "profile-copied")
    assert f"{copy} is a copy of {original}; give it its own id." in report["error"]["what"]
    again = practice.deploy(copy)
    assert again.returncode == 1
    assert "is a copy of" in again.stderr
    planned = practice.run("plan", str(copy), "--json")
    assert planned.returncode == 1
    assert json.loads(planned.stdout)["error"]["code"] == "profile-copied"
    request = Request(load_profile(copy).profile, Secrets(vcenter_password=practice.password))
    with pytest.raises(CopiedProfile, match="is a copy of"):  # the window's plan
        plan_online(JobContext(), replace(request, path=str(copy)))
    own = replace(request, profile=load_profile(original).profile, path=str(original))
    assert not plan_online(JobContext(), own).is_blocked
    assert snapshot(practice) == there
    assert journal.read_bytes() == written
    assert undo(practice, original, "--power-off")[0] == 0


def test_a_moved_profile_keeps_its_journal(practice: Peer) -> None:
    before = snapshot(practice)
    path = deployed(practice)
    moved = path.rename(path.with_name("moved.yaml"))
    assert undo(practice, moved, "--power-off")[0] == 0
    assert snapshot(practice) == before


def test_whose_a_deployment_is_can_be_said_where_it_cannot_be_known(practice: Peer) -> None:
    original = deployed(practice)
    there = snapshot(practice)
    document = load_profile(original)
    document.set("vm.name", "second")
    other = original.with_name("other.yaml")
    document.save(other, overwrite=True)
    original.write_text("id: [", "utf-8")
    for command in ("plan", "undo", "deploy"):
        refused = practice.run(command, str(other), "--json")
        error = json.loads(refused.stdout)["error"]
        assert (refused.returncode, error["code"]) == (1, "profile-moved-or-copied")
        assert "plan --moved" in error["advice"]
    assert snapshot(practice) == there
    assert practice.run("plan", str(other), "--moved").returncode in {1, 2}, "it has its plan"
    assert practice.run("plan", str(other), "--json").returncode in {1, 2}
    assert undo(practice, other, "--power-off")[0] == 0
    assert practice.find("m") == []


@pytest.mark.parametrize(
    ("key", "value"), [("ova.file", "/nowhere/left.ova"), ("network.management_address", "999")]
)
def test_it_can_be_said_whatever_else_is_wrong_with_it(
    practice: Peer, tmp_path: Path, key: str, value: str
) -> None:
    """The OVA stayed where it was, say: undo does not need it."""
    original = deployed(practice)
    document = load_profile(original)
    document.set(key, value)
    moved = tmp_path / "moved.yaml"
    document.save(moved)
    original.unlink()
    assert undo(practice, moved, "--power-off")[0] == 1
    told = practice.run("plan", str(moved), "--moved", "--json")
    assert told.returncode == 1, "there is no plan with that"
    assert undo(practice, moved, "--power-off")[0] == 0
    assert practice.find("m") == []


def test_what_another_profile_deployed_is_said_before_it_goes(practice: Peer) -> None:
    """A copy with an id of its own, in which nobody changed the name of the machine."""
    original = deployed(practice)
    document = load_profile(original)
    document.set("id", "second")
    copy = original.with_name("copy.yaml")
    document.save(copy)
    asked = practice.run("undo", str(copy), "--power-off")
    assert f"was deployed with {original}." in asked.stdout
    assert len(practice.find("m")) == 1, "nobody agreed"
    original.unlink()
    asked = practice.run("undo", str(copy), "--power-off")
    assert "was deployed with" not in asked.stdout


def test_an_item_is_found_without_the_profile_naming_its_library(practice: Peer) -> None:
    before = snapshot(practice)
    profile = practice.profile(source=IMPORT)
    path = practice.write(profile)
    assert practice.deploy(path).returncode == 0
    plain = {"import_to_library": False, "library": "", "item": ""}
    practice.write(changed(profile, ova=plain))
    status, report = undo(practice, path, "--power-off")
    assert status == 0, report.get("error")
    assert actions(report)["Library item imported"] == "remove"
    assert snapshot(practice) == before


def test_two_items_are_two_steps(practice: Peer) -> None:
    before = snapshot(practice)
    profile = practice.profile(source=IMPORT)
    path = practice.write(profile)
    assert practice.deploy(path).returncode == 0
    practice.govc("vm.destroy", "haproxy")
    practice.write(changed(profile, ova={"item": "imported too"}))
    assert practice.deploy(path).returncode == 0
    status, report = undo(practice, path, "--power-off")
    assert status == 0, report.get("error")
    keys = [step["key"] for step in report["steps"]]
    assert len(set(keys)) == len(keys), "each is agreed to and shown by its key"
    items = {step["object"] for step in report["steps"] if step["key"].startswith("item-")}
    assert items == {"imported", "imported too"}
    assert snapshot(practice) == before
