"""A redeployment where the appliance is not the machine that has its name: nothing is touched."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from core.errors import StepFailed
from core.jobs import JobContext, Report, StepEvent, StepState
from core.plan.exchange import Exchange, make_exchange, ready_for, render_for_exchange
from core.plan.redeploy import apply_redeployment
from core.profile.model import Secrets
from core.vsphere.session import open_session
from tests.fakes.vcenter import DATAPLANE_PASSWORD, ROOT_PASSWORD, Peer

pytestmark = pytest.mark.simulator

FOLDER = "/Lab-DC/vm/haproxy"
THERE = "The appliance of this profile is already there, as"
WAYS = {
    "redeploy": ("redeploy", "--accept-eula", "--yes"),
    "roll back": ("redeploy", "--roll-back", "--yes"),
    "accept": ("accept", "--yes"),
}


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "haproxy-setup"


def deployed(peer: Peer) -> Path:
    path = peer.write(peer.profile())
    done = peer.deploy(path, "--no-wait")
    assert done.returncode == 0, done.stderr
    return path


def run(peer: Peer, way: str, path: Path) -> tuple[int, dict[str, Any]]:
    command, *flags = WAYS[way]
    done = peer.run(command, str(path), *flags, "--json")
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout)


def machines(peer: Peer) -> dict[str, tuple[str, str]]:
    """Every machine by its path: id and power."""
    found = {}
    for path in peer.find("m"):
        machine = peer.machine(path)
        found[path] = (machine["self"]["value"], machine["runtime"]["powerState"])
    return found


def stranger(peer: Peer, name: str = "haproxy") -> None:
    """A running machine that has the appliance's name, or nearly, and is none."""
    peer.govc(
        "vm.create", "-on=true", "-ds", "datastore-01", "-pool", "haproxy-pool",
        "-net", "VM Network", "-folder", FOLDER, name,
    )  # fmt: skip


def errors(plan: dict[str, Any]) -> dict[str, str]:
    return {one["code"]: one["what"] for one in plan["findings"] if one["severity"] == "error"}


@pytest.mark.parametrize("way", list(WAYS))
@pytest.mark.parametrize(
    ("order", "said", "missing"),
    [
        (("object.rename", FOLDER, "balancers"), f"{THERE} haproxy in the VM folder balancers.", 1),
        (("object.rename", f"{FOLDER}/haproxy", "other"), f"{THERE} other in the VM folder", 0),
        (("object.mv", f"{FOLDER}/haproxy", "/Lab-DC/vm"), f"{THERE} haproxy at the top", 0),
    ],
)
def test_it_says_where_the_appliance_is_now(
    practice: Peer, order: tuple[str, ...], said: str, missing: int, way: str
) -> None:
    path = deployed(practice)
    practice.govc(*order)
    before = machines(practice)
    status, plan = run(practice, way, path)
    assert (status, plan["blocked"]) == (1, True)
    found = errors(plan)
    assert set(found) == {"vm-elsewhere"} | ({"not-found"} if missing else set())
    assert found["vm-elsewhere"].startswith(said)
    advice = [one["advice"] for one in plan["findings"] if one["code"] == "vm-elsewhere"]
    assert len(advice) == 1, "said once"
    assert advice[0].startswith("Give the profile that name and folder, or rename or move")
    assert machines(practice) == before


@pytest.mark.parametrize("way", list(WAYS))
def test_a_stranger_that_has_the_name_is_left_alone(practice: Peer, way: str, state: Path) -> None:
    """It would be powered off, put aside, and deleted with the acceptance."""
    path = deployed(practice)
    practice.govc("object.rename", f"{FOLDER}/haproxy", "ours")
    stranger(practice)
    before = machines(practice)
    assert len(before) == 2
    status, plan = run(practice, way, path)
    assert (status, plan["blocked"]) == (1, True)
    found = errors(plan)
    assert set(found) == {"vm-name-taken", "vm-elsewhere"}
    assert found["vm-elsewhere"].startswith(f"{THERE} ours in the VM folder haproxy.")
    assert "not what the profile says" not in json.dumps(plan), "nothing of the stranger's values"
    shutil.rmtree(state / "journals")
    status, plan = run(practice, way, path)
    assert (status, set(errors(plan))) == (1, {"vm-name-taken"})
    assert machines(practice) == before


def test_a_stranger_with_the_name_of_an_old_one_is_in_nobodys_way(practice: Peer) -> None:
    path = deployed(practice)
    stranger(practice, "haproxy-old-20250101")
    there = f"{FOLDER}/haproxy-old-20250101"
    before = machines(practice)
    assert run(practice, "redeploy", path)[0] == 0
    assert run(practice, "roll back", path)[0] == 0
    after = machines(practice)
    assert after[there] == before[there]
    assert after[f"{FOLDER}/haproxy"] == before[f"{FOLDER}/haproxy"]


def test_a_stranger_that_came_after_the_swap_does_not_count_as_the_new_one(practice: Peer) -> None:
    """The old one is aside, a stranger in its place: nothing is accepted or rolled back."""
    path = deployed(practice)
    assert run(practice, "redeploy", path)[0] == 0
    practice.govc("object.rename", f"{FOLDER}/haproxy", "new")
    stranger(practice)
    before = machines(practice)
    assert len(before) == 3
    for way in WAYS:
        status, plan = run(practice, way, path)
        assert status == 1, way
        assert set(errors(plan)) == {"vm-name-taken", "vm-elsewhere"}, way
        assert machines(practice) == before, way
    practice.govc("vm.power", "-off", "-force", f"{FOLDER}/haproxy")
    practice.govc("vm.destroy", f"{FOLDER}/haproxy")
    practice.govc("object.rename", f"{FOLDER}/new", "haproxy")
    assert run(practice, "accept", path)[0] == 0
    assert len(machines(practice)) == 1


def test_a_stranger_that_comes_while_it_runs_is_not_powered_on(practice: Peer) -> None:
    """Between putting the old one aside and renaming the new one the name is free."""
    profile = practice.profile()
    path = practice.write(profile)
    assert practice.deploy(path, "--no-wait").returncode == 0
    seen: list[dict[str, tuple[str, str]]] = []

    def report(one: Report) -> None:
        if isinstance(one, StepEvent) and (one.step, one.state) == ("put-aside", StepState.DONE):
            stranger(practice)
            practice.govc("vm.power", "-off", "-force", f"{FOLDER}/haproxy")
            seen.append(machines(practice))

    secrets = Secrets(practice.password, ROOT_PASSWORD, DATAPLANE_PASSWORD)
    with (
        ready_for(Exchange.REDEPLOY, profile) as ready,
        open_session(profile.vcenter, practice.password) as session,
    ):
        plan = make_exchange(Exchange.REDEPLOY, session, ready, JobContext())
        properties = render_for_exchange(ready, plan, secrets)
        with pytest.raises(StepFailed, match="exists which is not this appliance") as stopped:
            apply_redeployment(session, ready, plan, properties, JobContext(report))
    assert stopped.value.step == "take-name"
    assert "Rename it in vCenter, then run again" in str(stopped.value.advice)
    assert machines(practice) == seen[0]
    practice.govc("object.rename", f"{FOLDER}/haproxy", "web")
    assert run(practice, "redeploy", path)[0] == 0
    after = machines(practice)
    assert after[f"{FOLDER}/haproxy"][1] == "poweredOn"
    assert after[f"{FOLDER}/web"][1] == "poweredOff"


@pytest.mark.parametrize("way", list(WAYS))
def test_in_the_middle_it_says_where_the_machines_went_with_their_folder(
    practice: Peer, way: str
) -> None:
    path = deployed(practice)
    practice.control("faults", {"method": "PowerOnVM_Task", "fault": "InvalidState", "count": 1})
    assert run(practice, "redeploy", path)[0] == 1
    practice.govc("object.rename", f"{FOLDER}/haproxy", "haproxy-new")
    practice.govc("object.rename", FOLDER, "balancers")
    before = machines(practice)
    status, plan = run(practice, way, path)
    assert status == 1
    found = errors(plan)
    assert set(found) == {"not-found", "redeploy-unfinished"}
    assert all(one in found["redeploy-unfinished"] for one in before)
    assert machines(practice) == before
    practice.govc("object.rename", "/Lab-DC/vm/balancers", "haproxy")
    assert run(practice, "redeploy", path)[0] == 0
