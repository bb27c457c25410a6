"""The gate before power-on: what somebody changes between the import and it stops the run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyVmomi import vim

from core.errors import AppError, StepFailed
from core.jobs import JobContext, Report, StepEvent, StepState
from core.plan.deployment import apply, render_for_deployment
from core.plan.plan import make_plan
from core.plan.preparation import prepared
from core.profile.model import FILE, LIBRARY, Secrets
from core.text import Text
from core.vsphere.machine import find_by_id, is_powered_on, read_machine
from core.vsphere.retrieve import read_object
from core.vsphere.session import Session, open_session
from core.vsphere.tasks import wait_for_task
from tests.fakes.vcenter import DATAPLANE_PASSWORD, IMPORT, ROOT_PASSWORD, Peer

pytestmark = pytest.mark.simulator

Change = Callable[[Session, str], None]


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def property_set(key: str, value: str) -> Change:
    """Gives the machine another value, as vCenter's vApp options do."""

    def change(session: Session, moid: str) -> None:
        path = "config.vAppConfig"
        config = read_object(session, session.ref(vim.VirtualMachine, moid), path)[path]
        (info,) = (one for one in config.property if f"{one.classId}.{one.id}" == key)
        info.value = value
        edit = vim.vApp.PropertySpec(operation="edit", info=info)
        _reconfigure(session, moid, vAppConfig=vim.vApp.VmConfigSpec(property=[edit]))

    return change


def unplug(session: Session, moid: str) -> None:
    """Takes the tick from "Connect at power on" of the second NIC."""
    path = "config.hardware.device"
    devices = read_object(session, session.ref(vim.VirtualMachine, moid), path)[path]
    cards = [d for d in devices if isinstance(d, vim.vm.device.VirtualEthernetCard)]
    card = sorted(cards, key=lambda one: one.key)[1]
    card.connectable.startConnected = False
    edit = vim.vm.device.VirtualDeviceSpec(operation="edit", device=card)
    _reconfigure(session, moid, deviceChange=[edit])


def _reconfigure(session: Session, moid: str, **changes: Any) -> None:
    task = session.ref(vim.VirtualMachine, moid).ReconfigVM_Task(vim.vm.ConfigSpec(**changes))
    wait_for_task(session, task, Text("Changing it"), JobContext())


CHANGES = [
    (property_set("appliance.ca_cert", "PEM"), "appliance.ca_cert is PEM instead of empty"),
    (
        property_set("network.additional_workload_networks", "10.9.0.0/24"),
        "network.additional_workload_networks is 10.9.0.0/24 instead of empty",
    ),
    (property_set("appliance.root_pwd", ""), "appliance.root_pwd is not set"),
    (unplug, "NIC 2 (Workload) is not connected, or not at power-on (connect it in vCenter)"),
]


@pytest.mark.parametrize("source", [FILE, LIBRARY, IMPORT])
def test_what_is_changed_in_between_is_found(peer: Peer, source: str) -> None:
    profile = peer.profile(source=source)
    secrets = Secrets(peer.password, ROOT_PASSWORD, DATAPLANE_PASSWORD)
    properties = render_for_deployment(profile, secrets)
    with prepared(profile) as ready, open_session(profile.vcenter, peer.password) as session:
        moid = ""

        def change_all(report: Report) -> None:
            nonlocal moid
            done = isinstance(report, StepEvent) and report.state is StepState.DONE
            if done and report.step == "settings":
                moid = peer.machine()["self"]["value"]
                for change, _ in CHANGES:
                    change(session, moid)

        plan = make_plan(session, ready, JobContext(), prove=False)
        with pytest.raises(StepFailed) as stopped:
            apply(session, ready, plan, properties, JobContext(change_all))
        assert stopped.value.step == "read-back"
        for _, says in CHANGES:
            assert says in str(stopped.value)
        assert not read_machine(session, moid).is_on

        again = make_plan(session, ready, JobContext(), prove=False)
        (finding,) = (f for f in again.all_findings if f.is_error)
        assert finding.code == "vm-differs"
        for _, says in CHANGES:
            assert says in str(finding.what)


def test_a_nic_that_is_unplugged_in_between_needs_no_new_machine(practice: Peer) -> None:
    """The gate advises what the plan does: to connect it; then the run goes on."""
    profile = practice.profile()
    secrets = Secrets(practice.password, ROOT_PASSWORD, DATAPLANE_PASSWORD)
    properties = render_for_deployment(profile, secrets)
    with (
        prepared(profile) as ready,
        open_session(profile.vcenter, practice.password) as session,
    ):

        def change(report: Report) -> None:
            done = isinstance(report, StepEvent) and report.state is StepState.DONE
            if done and report.step == "settings":
                unplug(session, practice.machine()["self"]["value"])

        plan = make_plan(session, ready, JobContext(), prove=False)
        with pytest.raises(StepFailed, match="is not connected") as stopped:
            apply(session, ready, plan, properties, JobContext(change))
        assert stopped.value.step == "read-back"
        assert practice.machine()["runtime"]["powerState"] == "poweredOff"
        again = make_plan(session, ready, JobContext(), prove=False)
        (finding,) = (f for f in again.all_findings if f.is_error)
        assert str(stopped.value.advice) == str(finding.advice)
        assert "Nothing needs to be deployed anew." in str(stopped.value.advice)


@pytest.mark.parametrize("how", ["renamed", "removed", "replaced"])
def test_what_is_powered_on_is_what_was_compared(practice: Peer, how: str) -> None:
    """Somebody puts another machine in its place between the comparison and the power-on."""
    profile = practice.profile()
    secrets = Secrets(practice.password, ROOT_PASSWORD, DATAPLANE_PASSWORD)
    properties = render_for_deployment(profile, secrets)

    def swap(report: Report) -> None:
        done = isinstance(report, StepEvent) and report.state is StepState.DONE
        if done and report.step == "read-back":
            (path,) = (one for one in practice.find("m") if one.endswith("/haproxy"))
            if how == "removed":
                practice.govc("vm.destroy", path)
                return
            practice.govc("object.rename", path, "elsewhere")
            if how == "renamed":
                return
            where = ("-host", practice.find("h")[0], "-ds", practice.find("s")[0])
            practice.govc("vm.create", "-on=false", *where, "-net", "VM Network", "haproxy")

    with (
        prepared(profile) as ready,
        open_session(profile.vcenter, practice.password) as session,
    ):
        plan = make_plan(session, ready, JobContext(), prove=False)
        says = "The name haproxy no longer leads to the virtual machine that was compared."
        with pytest.raises(StepFailed, match=says) as stopped:
            apply(session, ready, plan, properties, JobContext(swap))
    assert stopped.value.step == "power-on"
    advice = str(stopped.value.advice)
    assert "renamed, moved or removed meanwhile. Nothing was powered on. Look" in advice
    left = {"renamed": ["elsewhere"], "removed": [], "replaced": ["haproxy", "elsewhere"]}
    for name in left[how]:
        assert practice.machine(name)["runtime"]["powerState"] == "poweredOff"


def test_a_machine_is_read_in_one_call(practice: Peer) -> None:
    """With the states of its tasks, forgotten ones among them."""
    profile = practice.profile()
    assert practice.deploy(practice.write(profile), "--no-wait").returncode == 0
    moid = practice.machine()["self"]["value"]
    with open_session(profile.vcenter, practice.password) as session:
        calls: list[str] = []
        invoke = session.stub.InvokeMethod

        def counted(mo: Any, info: Any, *others: Any) -> Any:
            calls.append(info.name)
            return invoke(mo, info, *others)

        session.stub.InvokeMethod = counted  # type: ignore[method-assign]
        machine = read_machine(session, moid)
        assert (machine.moid, machine.is_on, machine.is_busy) == (moid, True, False)
        assert is_powered_on(session, moid)
        assert calls == ["RetrievePropertiesEx", "RetrievePropertiesEx"]
        assert find_by_id(session, "vm-gone") is None
        with pytest.raises(AppError):
            is_powered_on(session, "vm-gone")
