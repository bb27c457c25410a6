"""Somebody puts another machine under the name while a run is at it: that one is left alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.cli.main import main
from core.errors import RemoteError, StepFailed
from core.jobs import JobContext, Report, StepEvent, StepState
from core.logs import stop_log
from core.plan import deployment, machine_steps
from core.plan.deployment import Outcome, apply, render_for_deployment
from core.plan.facts import read_facts, with_machine
from core.plan.plan import make_plan
from core.plan.preparation import prepared
from core.plan.work import Work
from core.profile.model import FILE, LIBRARY, Profile, Secrets
from core.proof.checks import CHECKS
from core.proof.steps import plan_proof
from core.proof.surroundings import Surroundings, surroundings_for
from core.vsphere.machine import MachineState
from core.vsphere.session import Session, open_session
from tests.fakes.vcenter import DATAPLANE_PASSWORD, ROOT_PASSWORD, Peer

pytestmark = pytest.mark.simulator

HOWS = ["renamed", "moved", "removed", "replaced", "cloned"]
NOW = "Virtual machine haproxy was renamed or moved meanwhile: now it is"
GIVE = "Give the profile that name and folder"
LOOK = "It was renamed, moved or removed meanwhile. Nothing was powered on. Look for it"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def change(peer: Peer, how: str) -> None:
    """What somebody does with the machine in vCenter; a clone differs in nothing but its id."""
    (path,) = (one for one in peer.find("m") if one.endswith("/haproxy"))
    folder = path.rpartition("/")[0]
    if how == "removed":
        peer.govc("vm.destroy", path)
    elif how == "moved":
        peer.govc("folder.create", "/Lab-DC/vm/attic")
        peer.govc("object.mv", path, "/Lab-DC/vm/attic")
    else:
        peer.govc("object.rename", path, "elsewhere")
    where = ("-folder", folder, "-ds", "datastore-01", "-pool", "haproxy-pool")
    if how == "replaced":
        peer.govc("vm.create", "-on=false", *where, "-net", "VM Network", "haproxy")
    if how == "cloned":
        peer.govc("vm.clone", "-vm", "elsewhere", "-on=false", *where, "haproxy")


def after(step: str, act: Callable[[], None]) -> JobContext:
    """A job during which something is done at the end of a step."""

    def report(one: Report) -> None:
        if isinstance(one, StepEvent) and (one.step, one.state) == (step, StepState.DONE):
            act()

    return JobContext(report)


def snapshot(peer: Peer) -> dict[str, tuple[str, str, dict[str, str]]]:
    """Every machine: id, power, extra configuration."""
    found = {}
    for path in peer.find("m"):
        machine = peer.machine(path)
        extra = {o["key"]: o["value"] for o in machine["config"].get("extraConfig") or []}
        power = machine["runtime"]["powerState"]
        found[path] = (machine["self"]["value"], power, extra)
    return found


def deploy(peer: Peer, profile: Profile, ctx: JobContext) -> Outcome:
    secrets = Secrets(peer.password, ROOT_PASSWORD, DATAPLANE_PASSWORD)
    properties = render_for_deployment(profile, secrets)
    with prepared(profile) as ready, open_session(profile.vcenter, peer.password) as session:
        plan = make_plan(session, ready, JobContext(), prove=False)
        return apply(session, ready, plan, properties, ctx)


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize(("step", "stops"), [("deploy", "settings"), ("settings", "read-back")])
def test_what_has_the_name_since_is_neither_set_up_nor_powered_on(
    practice: Peer, how: str, step: str, stops: str
) -> None:
    seen: list[dict] = []

    def act() -> None:
        change(practice, how)
        seen.append(snapshot(practice))

    with pytest.raises(StepFailed, match="The name haproxy no longer leads to") as stopped:
        deploy(practice, practice.profile(), after(step, act))
    assert stopped.value.step == stops
    assert LOOK in str(stopped.value.advice)
    swapped = how in {"replaced", "cloned"}
    assert ("that was deployed" in str(stopped.value)) is swapped
    assert snapshot(practice) == seen[0], "nothing was done to any machine"


@pytest.mark.parametrize("how", HOWS)
def test_what_is_said_at_the_end_is_said_of_the_machine_that_was_made(
    practice: Peer, how: str
) -> None:
    made: list[str] = []

    def act() -> None:
        (path,) = practice.find("m")
        made.append(practice.machine(path)["self"]["value"])
        change(practice, how)

    outcome = deploy(practice, practice.profile(), after("power-on", act))
    assert outcome.machine.get("id") == (None if how == "removed" else made[0])


@pytest.mark.parametrize("how", ["renamed", "replaced", "removed"])
def test_the_command_line_ends_with_the_machine_that_was_made(
    practice: Peer, how: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in practice.environment.items():
        monkeypatch.setenv(name, value)
    read = deployment.find_by_id

    def changed_and_read(session: Session, moid: str) -> MachineState | None:
        change(practice, how)
        return read(session, moid)

    monkeypatch.setattr(deployment, "find_by_id", changed_and_read)
    path = str(practice.write(practice.profile()))
    flags = ("--accept-eula", "--yes", "--no-wait", *(["--json"] if how == "removed" else []))
    status = main(["deploy", path, *flags])
    stop_log()
    said = capsys.readouterr()
    if how != "removed":
        assert status == 0, said.err
        assert "\nelsewhere is powered on; it is not proven that it works.\n" in said.out
        return
    assert status == 1
    assert "Virtual machine haproxy is gone." in said.err
    told = json.loads(said.out)
    assert told["outcome"]["machine"] == {}
    assert told["error"]["what"] == "Virtual machine haproxy is gone."


@pytest.mark.parametrize("source", [FILE, LIBRARY])
def test_what_was_deployed_is_known_by_its_id_from_the_first_moment(
    practice: Peer, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody is quicker than the first look at what was just made."""
    make = machine_steps.deploy_machine
    seen: list[dict] = []

    def made_and_swapped(work: Work, step: str) -> str:
        moid = make(work, step)
        change(practice, "replaced")
        seen.append(snapshot(practice))
        return moid

    monkeypatch.setattr(machine_steps, "deploy_machine", made_and_swapped)
    profile = practice.profile(source=source)
    with pytest.raises(StepFailed, match="no longer leads to the virtual machine that was") as end:
        deploy(practice, profile, JobContext())
    assert end.value.step == "settings"
    assert snapshot(practice) == seen[0]
    own = seen[0]["/Lab-DC/vm/haproxy/elsewhere"][0]
    with open_session(profile.vcenter, practice.password) as session:
        practice.govc("vm.destroy", "/Lab-DC/vm/haproxy/haproxy")
        facts, _ = read_facts(session, profile, JobContext())
    assert facts is not None
    assert facts.elsewhere is not None
    assert facts.elsewhere.moid == own, "the journal knows what was made"


def test_one_that_runs_is_looked_at_again_once_it_is_marked(
    practice: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody powers it on, which leaves nothing but our mark to be set; then it is renamed."""
    mark = machine_steps.reconfigure

    def marked_and_renamed(*args: Any, **options: Any) -> None:
        mark(*args, **options)
        change(practice, "renamed")

    monkeypatch.setattr(machine_steps, "reconfigure", marked_and_renamed)
    ctx = after("deploy", lambda: practice.govc("vm.power", "-on", "haproxy"))
    with pytest.raises(StepFailed, match="no longer leads to a virtual machine") as stopped:
        deploy(practice, practice.profile(), ctx)
    assert stopped.value.step == "settings"


# --- The proof ----------------------------------------------------------------------------


def work_of(peer: Peer, profile: Profile, session: object) -> Work:
    facts, _ = read_facts(session, profile, JobContext())  # type: ignore[arg-type]
    assert facts is not None
    return Work(session, profile, JobContext(), facts, {})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("how", "begun", "says", "advises"),
    [
        ("renamed", True, f"{NOW} /Lab-DC/vm/haproxy/elsewhere.", GIVE),
        ("renamed", False, f"{NOW} /Lab-DC/vm/haproxy/elsewhere.", GIVE),
        ("moved", True, f"{NOW} /Lab-DC/vm/attic/haproxy.", GIVE),
        ("removed", True, "Virtual machine haproxy is gone.", "Somebody removed it meanwhile."),
        ("removed", False, "The name haproxy no longer leads to a virtual machine.",
         "It was renamed, moved or removed meanwhile."),
    ],
)  # fmt: skip
def test_the_proof_says_what_became_of_its_machine(
    practice: Peer, how: str, begun: bool, says: str, advises: str
) -> None:
    """Begun, it knows the machine by its id; else the journal may know it."""
    profile = practice.profile()
    assert practice.deploy(practice.write(profile), "--no-wait").returncode == 0
    practice.govc("folder.create", "/Lab-DC/vm/attic")
    with open_session(profile.vcenter, practice.password) as session:
        work = work_of(practice, profile, session)
        steps = list(plan_proof(profile, surroundings_for(session)))
        if begun:
            steps[0].run(work)
        change_to = {"moved": ("object.mv", "/Lab-DC/vm/haproxy/haproxy", "/Lab-DC/vm/attic")}
        if how in change_to:
            practice.govc(*change_to[how])
        else:
            change(practice, how)
        work.facts = with_machine(session, profile, work.facts)
        assert work.facts.machine is None
        with pytest.raises(RemoteError) as lost:
            steps[1].run(work)
    assert says in str(lost.value.what)
    assert advises in str(lost.value.advice)


def test_the_proof_of_one_that_is_renamed_or_removed_meanwhile(practice: Peer) -> None:
    """What is proven is the machine; only one that is gone ends it, and is said to be gone."""
    profile = practice.profile()
    assert practice.deploy(practice.write(profile), "--no-wait").returncode == 0
    with open_session(profile.vcenter, practice.password) as session:
        work = work_of(practice, profile, session)
        around = Surroundings(route=None, has_guest=True)
        steps = list(plan_proof(profile, around))
        assert [step.check for step in steps] == list(CHECKS)
        practice.govc(
            "vm.change", "-vm", "haproxy", "-e", "SET.guest.hostName=haproxy.local",
            "-e", "SET.guest.toolsRunningStatus=guestToolsRunning",
        )  # fmt: skip
        change(practice, "renamed")
        steps[1].run(work)
        assert steps[1].skipped is None
        practice.govc("vm.destroy", "elsewhere")
        with pytest.raises(RemoteError, match="Virtual machine haproxy is gone") as lost:
            steps[1].run(work)
    assert "Somebody removed it meanwhile. Run again to deploy it anew." in str(lost.value.advice)
