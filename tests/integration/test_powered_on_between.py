"""A run is killed between making the machine and powering it on, and a person powers it on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import StepFailed
from core.jobs import JobContext, Report, StepEvent, StepState
from core.plan.deployment import apply, render_for_deployment
from core.plan.plan import make_plan
from core.plan.preparation import prepared
from core.profile.model import FILE, LIBRARY, Secrets
from core.vsphere.session import open_session
from tests.fakes.vcenter import DATAPLANE_PASSWORD, ROOT_PASSWORD, Peer

pytestmark = pytest.mark.simulator

CA = "guestinfo.dataplaneapi.cacert=LS0t"
F1 = "guest_rpc.auth.cloud-init.set"
PREPARATION = ("deploy", "read-back", "power-on")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def killed_before_the_settings(peer: Peer, source: str) -> Path:
    """The profile of a machine that is there and off, without its settings."""
    path = peer.write(peer.profile(source=source))
    process = peer.start("deploy", str(path), "--accept-eula", "--yes", "--no-wait")
    # The settings are one call after the machine: nothing else holds the run up just there.
    peer.control("faults", {"method": "ReconfigVM_Task", "delay_ms": 60_000, "count": 1})
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            if line.startswith("done           Virtual machine"):
                break
        process.kill()
    process.wait()
    peer.control("faults", method="DELETE")
    return path


def extra(peer: Peer) -> dict[str, str]:
    return {o["key"]: o["value"] for o in peer.machine()["config"]["extraConfig"]}


def actions(peer: Peer, path: Path) -> dict[str, str]:
    done = peer.run("plan", str(path), "--json")
    return {step["key"]: step["action"] for step in json.loads(done.stdout)["steps"]}


@pytest.mark.parametrize("source", [FILE, LIBRARY])
def test_one_that_has_booted_is_taken_as_started(practice: Peer, source: str) -> None:
    path = killed_before_the_settings(practice, source)
    practice.govc("vm.power", "-on", "haproxy")
    practice.govc("vm.change", "-vm", "haproxy", "-e", CA)
    before = extra(practice)
    planned = actions(practice, path)
    assert {planned[key] for key in PREPARATION} == {"present"}
    assert any(key.startswith("proof-") for key in planned), "whether it works is still to be shown"

    done = practice.deploy(path, "--no-wait", "--json")
    assert done.returncode == 0, done.stdout
    assert extra(practice) == before | {"haproxy-setup.state": "ready"}, "nothing else is changed"
    assert set(actions(practice, path).values()) == {"present", "check"}, "it is not proven yet"

    practice.govc("vm.power", "-off", "haproxy")
    assert actions(practice, path)["deploy"] == "present", "off, it is no leftover to be removed"


def test_one_with_every_setting_is_waited_for(practice: Peer) -> None:
    """An import brings F1 along, so its first boot is as planned, whenever it is powered on."""
    path = killed_before_the_settings(practice, FILE)
    practice.govc("vm.power", "-on", "haproxy")
    done = practice.deploy(path, "--no-wait", "--json")
    assert done.returncode == 0, done.stdout
    assert extra(practice)["haproxy-setup.state"] == "ready"
    assert practice.machine()["runtime"]["powerState"] == "poweredOn"


def test_one_that_booted_without_its_settings_is_named_with_the_cure(practice: Peer) -> None:
    """F1: what a library deploys has no such setting until this program sets it."""
    path = killed_before_the_settings(practice, LIBRARY)
    practice.govc("vm.power", "-on", "haproxy")
    done = practice.run("plan", str(path), "--json")
    assert done.returncode == 1
    (finding,) = json.loads(done.stdout)["findings"]
    assert finding["code"] == "vm-started-early"
    assert f"haproxy was powered on before {F1} was set" in finding["what"]
    assert "Otherwise undo" in finding["advice"]
    assert F1 not in extra(practice), "too late to be set"

    assert practice.run("undo", str(path), "--yes", "--power-off").returncode == 0
    assert practice.deploy(path, "--no-wait").returncode == 0, "the cure is one"


@pytest.mark.parametrize(("source", "is_lost"), [(FILE, False), (LIBRARY, True)])
def test_powered_on_while_the_run_is_at_it(practice: Peer, source: str, is_lost: bool) -> None:
    def power_on(report: Report) -> None:
        is_made = isinstance(report, StepEvent) and report.state is StepState.DONE
        if is_made and report.step == "deploy":
            practice.govc("vm.power", "-on", "haproxy")

    profile = practice.profile(source=source)
    secrets = Secrets(practice.password, ROOT_PASSWORD, DATAPLANE_PASSWORD)
    properties = render_for_deployment(profile, secrets)
    with prepared(profile) as ready, open_session(profile.vcenter, practice.password) as session:
        plan = make_plan(session, ready, JobContext(), prove=False)
        if is_lost:
            with pytest.raises(StepFailed, match="was powered on before"):
                apply(session, ready, plan, properties, JobContext(power_on))
        else:
            apply(session, ready, plan, properties, JobContext(power_on))
    assert extra(practice).get("haproxy-setup.state") == (None if is_lost else "ready")


def test_a_second_run_says_nothing_of_somebody_else(practice: Peer) -> None:
    path = practice.write(practice.profile())
    assert practice.deploy(path).returncode == 0
    again = practice.run("plan", str(path))
    assert again.returncode == 0
    assert "Somebody" not in again.stdout
