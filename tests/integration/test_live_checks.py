"""The live checks, each with exactly one thing wrong in the vCenter, and nothing ever created.

Every plan here is made by ``Lab.plan``, which fails when a call that changes something was made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pyVmomi import vim

from core.checks.live import probing
from core.checks.live.probing import Answer, Endpoint, Prober
from core.errors import AppError
from core.findings import Finding, Severity
from core.jobs import Cancelled, JobContext, Progress, Report
from core.plan.facts import read_facts
from core.plan.plan import Plan, make_plan
from core.plan.preflight import CHECKS, find_live_problems
from core.plan.preparation import prepared
from core.plan.step import Action
from core.profile.model import (
    EXISTING,
    FILE,
    FRONTEND,
    LIBRARY,
    PRIMARY_WORKLOAD,
    PortGroup,
    Profile,
)
from core.text import Text
from core.vsphere.session import Session, open_session
from core.vsphere.tasks import wait_for_task
from tests.fakes.ova import make_ova
from tests.fakes.vcenter import IMPORT, Peer, changed, practice_peer

pytestmark = pytest.mark.simulator

V = vim.dvs.VmwareDistributedVirtualSwitch
M = vim.dvs.HostMember
HOSTS = [f"esx-0{number}.lab.example" for number in (1, 2, 3)]
READING = re.compile(
    "Log(in|out)|Retrieve.*|ContinueRetrieve.*|CreateContainerView|DestroyView|Find.*|Query.*"
    "|Fetch.*|HasPrivilegeOnEntities|CurrentTime|Pbm(Query|Retrieve|Check).*|GetVm.*|ParseDescriptor"
)
GROUPS = (
    PortGroup(PRIMARY_WORKLOAD, "Primary Workload Network", 120),
    PortGroup("workload", "Workload Network", 121),
)


class Lab:
    """A practice vCenter: changed by hand where a test wants that, planned against by the core."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer

    def plan(self, profile: Profile | None = None, ctx: JobContext | None = None) -> Plan:
        """The plan; making it changes nothing."""
        profile = profile or self.peer.profile()
        self.peer.control("calls", method="DELETE")
        with prepared(profile) as ready, self.session() as session:
            plan = make_plan(session, ready, ctx or JobContext())
        self.check_calls()
        if plan.steps:
            blocked = [step for step in plan.steps if step.action is Action.BLOCKED]
            assert bool(blocked) == plan.is_blocked, "a blocked plan says which step is"
            assert all(step.reason for step in blocked)
        return plan

    def probe(self, prober: Prober, profile: Profile | None = None) -> tuple[Finding, ...]:
        """The live checks alone, with somebody who knocks."""
        profile = profile or self.peer.profile()
        self.peer.control("calls", method="DELETE")
        ctx = JobContext()
        with prepared(profile) as ready, self.session() as session:
            facts, _ = read_facts(session, profile, ctx)
            assert facts is not None
            found = find_live_problems(session, ready, facts, ctx, choose_prober=lambda _: prober)
        self.check_calls()
        return found

    @contextmanager
    def session(self) -> Iterator[Session]:
        with open_session(self.peer.profile().vcenter, self.peer.password) as session:
            yield session

    def calls(self) -> dict[str, int]:
        return dict(self.peer.control("calls", method="GET"))

    def check_calls(self) -> None:
        assert [name for name in self.calls() if not READING.fullmatch(name)] == []


@pytest.fixture
def start(tools, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Lab]]:
    """Starts practice vCenters with flags of the test's choice."""
    monkeypatch.setenv("HAPROXY_SETUP_PRACTICE_VCENTER", str(tools.practice_vcenter))
    running = []

    def started(*flags: str) -> Lab:
        has_library = "-esx-direct" not in flags
        running.append(practice_peer(None, *flags, ova_bytes=1 << 16, with_library=has_library))
        return Lab(running[-1].__enter__())

    yield started
    for peer in running:
        peer.__exit__(None, None, None)


@pytest.fixture
def lab(start: Callable[..., Lab]) -> Lab:
    return start()


def codes(findings: Iterable[Finding]) -> set[str]:
    return {finding.code for finding in findings}


def only(findings: Iterable[Finding], code: str) -> Finding:
    """The first finding, when all of them are of this code."""
    found = list(findings)
    assert codes(found) == {code}, found
    return found[0]


def said(finding: Finding) -> str:
    return f"{finding.what} {finding.advice}"


# --- The vCenter, changed by hand ---------------------------------------------------------


def named(session: Session, kind: Any, name: str) -> Any:
    view = session.content.viewManager.CreateContainerView(session.content.rootFolder, [kind], True)
    try:
        return next(ref for ref in view.view if ref.name == name)
    finally:
        view.Destroy()


def done(session: Session, task: Any) -> Any:
    return wait_for_task(session, task, Text("Changing the lab"), JobContext())


def add_switch(
    session: Session,
    name: str = "other-vds",
    *,
    groups: Mapping[str, int | Any] | None = None,
    members: Mapping[str, str] | None = None,
    **config: Any,
) -> Any:
    """A switch with port groups (name to VLAN, or its setting) and members (host to NIC)."""
    folder = named(session, vim.Datacenter, "Lab-DC").networkFolder
    policy = vim.DistributedVirtualSwitch.NameArrayUplinkPortPolicy(
        uplinkPortName=["Uplink 1", "Uplink 2"]
    )
    spec = vim.DistributedVirtualSwitch.CreateSpec(
        configSpec=V.ConfigSpec(name=name, uplinkPortPolicy=policy, **config),
        productInfo=vim.dvs.ProductSpec(version="7.0.0"),
    )
    switch = done(session, folder.CreateDVS_Task(spec))
    for group, vlan in (groups or {}).items():
        added = vim.dvs.DistributedVirtualPortgroup.ConfigSpec(
            name=group,
            type="earlyBinding",
            numPorts=8,
            defaultPortConfig=V.VmwarePortConfigPolicy(
                vlan=V.VlanIdSpec(vlanId=vlan, inherited=False) if isinstance(vlan, int) else vlan
            ),
        )
        done(session, switch.AddDVPortgroup_Task([added]))
    for host, nic in (members or {}).items():
        joining = M.ConfigSpec(
            operation="add",
            host=named(session, vim.HostSystem, host),
            backing=M.PnicBacking(pnicSpec=[M.PnicSpec(pnicDevice=nic)]),
        )
        version = switch.config.configVersion
        done(
            session, switch.ReconfigureDvs_Task(V.ConfigSpec(configVersion=version, host=[joining]))
        )
    return switch


def add_machine(
    session: Session,
    name: str,
    *,
    folder: str = "",
    is_on: bool = True,
    ranges: str = "",
    **guest: str,
) -> Any:
    """A machine, with what its tools report (``ipAddress``, ``hostName``)."""
    where = (
        named(session, vim.Folder, folder)
        if folder
        else named(session, vim.Datacenter, "Lab-DC").vmFolder
    )
    pool = named(session, vim.ResourcePool, "haproxy-pool")
    spec = vim.vm.ConfigSpec(
        name=name,
        numCPUs=1,
        memoryMB=64,
        guestId="otherGuest64",
        files=vim.vm.FileInfo(vmPathName="[datastore-01]"),
    )
    if ranges:
        info = vim.vApp.PropertyInfo(
            key=0, classId="loadbalance", id="service_ip_range", type="string", value=ranges
        )
        spec.vAppConfig = vim.vApp.VmConfigSpec(
            property=[vim.vApp.PropertySpec(operation="add", info=info)]
        )
    machine = done(session, where.CreateVM_Task(spec, pool, None))
    options = [vim.option.OptionValue(key=f"SET.guest.{k}", value=v) for k, v in guest.items()]
    done(session, machine.PowerOnVM_Task())
    done(session, machine.ReconfigVM_Task(vim.vm.ConfigSpec(extraConfig=options)))
    if not is_on:
        done(session, machine.PowerOffVM_Task())
        done(session, machine.ReconfigVM_Task(vim.vm.ConfigSpec(extraConfig=options)))
    return machine


def on_existing(profile: Profile, name: str = "other-vds", **switch: Any) -> Profile:
    """The profile on a switch of ``add_switch``."""
    return changed(profile, switch={"mode": EXISTING, "name": name, **switch})


# --- Nothing wrong ------------------------------------------------------------------------


@pytest.mark.parametrize("topology", ["default", "frontend"])
@pytest.mark.parametrize("source", [FILE, LIBRARY, IMPORT])
def test_a_healthy_vcenter_and_the_sample_have_no_finding(
    lab: Lab, topology: str, source: str
) -> None:
    plan = lab.plan(lab.peer.profile(topology, source))
    assert plan.all_findings == ()
    assert plan.exit_status == 2


def test_the_cost_does_not_grow_with_the_machines(start: Callable[..., Lab]) -> None:
    few, many = start(), start("-vms", "40")
    few.plan()
    many.plan()
    assert few.calls() == many.calls()
    assert sum(few.calls().values()) < 60


def test_every_check_reports_that_it_is_done(lab: Lab) -> None:
    heard: list[Report] = []
    lab.plan(ctx=JobContext(heard.append))
    shown = [str(one.detail) for one in heard if isinstance(one, Progress)]
    assert {f"Checked: {check.name}" for check in CHECKS} <= set(shown)
    fractions = [one.fraction for one in heard if isinstance(one, Progress) and one.fraction]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_a_cancel_is_heard_during_the_checks(lab: Lab) -> None:
    def cancel(report: Report) -> None:
        if isinstance(report, Progress) and str(report.detail).startswith("Checked"):
            ctx.cancel()

    ctx = JobContext(cancel)
    with pytest.raises(Cancelled):
        lab.plan(ctx=ctx)
    lab.check_calls()


@pytest.mark.parametrize(
    ("method", "what"),
    [("FindAllByIp", "addresses of other machines"), ("CurrentTime", "clocks")],
)
def test_a_check_that_fails_is_a_note(lab: Lab, method: str, what: str) -> None:
    lab.peer.control("faults", {"method": method, "fault": "RuntimeFault", "count": 0})
    plan = lab.plan()
    finding = only(plan.all_findings, "not-checked")
    assert finding.severity is Severity.NOTE
    assert what in str(finding.what)
    assert not plan.is_blocked


def test_everything_wrong_is_reported_at_once(lab: Lab) -> None:
    with lab.session() as session:
        add_machine(session, "squatter", ipAddress="192.168.110.20")
        done(session, named(session, vim.HostSystem, HOSTS[0]).EnterMaintenanceMode_Task(0))
    profile = lab.peer.profile(
        switch={"nics": (("Uplink 1", "vmnic0"), ("Uplink 2", "vmnic3"))},
        deployment={"management_network": "No Network"},
        vm={"datastore": "datastore-01", "folder": "haproxi"},
    )
    assert codes(lab.plan(profile).all_findings) == {
        "address-in-use",
        "host-maintenance",
        "nic-management",
        "nic-no-link",
        "datastore-policy",
        "not-found",
    }


# --- The OVA in vCenter's eyes ------------------------------------------------------------


def with_ova(lab: Lab, tmp_path: Path, *replace: tuple[str, str], **options: Any) -> Profile:
    """The profile with another OVA of the appliance's structure."""
    path = make_ova(tmp_path / "x.ova", replace=replace, **options)
    return changed(lab.peer.profile(), ova={"file": str(path)})


def test_what_vcenter_does_not_accept_is_known_before_the_first_change(
    lab: Lab, tmp_path: Path
) -> None:
    """An item of the hardware section without a number means nothing to vCenter."""
    wrong = ("<rasd:VirtualQuantity>4096<", "<rasd:VirtualQuantity>four<")
    plan = lab.plan(with_ova(lab, tmp_path, wrong))
    finding = only(plan.all_findings, "ovf-refused")
    assert finding.is_error
    assert finding.fields == ("ova.file",)
    assert str(finding.what).startswith("vCenter does not accept the OVF: ")
    assert plan.is_blocked
    assert lab.calls()["ParseDescriptor"] == 1


def test_what_vcenter_warns_of_is_a_warning(lab: Lab, tmp_path: Path) -> None:
    extra = '<vmw:ExtraConfig vmw:key="evil.key" vmw:value="1"/></VirtualHardwareSection>'
    plan = lab.plan(with_ova(lab, tmp_path, ("</VirtualHardwareSection>", extra)))
    finding = only(plan.all_findings, "ovf-warning")
    assert finding.severity is Severity.WARNING
    assert "evil.key" in str(finding.what)
    assert not plan.is_blocked


def test_a_vcenter_that_cannot_parse_is_a_note(lab: Lab) -> None:
    lab.peer.control("faults", {"method": "ParseDescriptor", "fault": "RuntimeFault", "count": 0})
    plan = lab.plan()
    finding = only(plan.all_findings, "not-checked")
    assert finding.severity is Severity.NOTE
    assert "OVF descriptor" in str(finding.what)
    assert not plan.is_blocked


def test_an_item_of_a_library_is_not_parsed(lab: Lab) -> None:
    lab.plan(lab.peer.profile(source=LIBRARY))
    assert "ParseDescriptor" not in lab.calls()


def test_a_missing_manifest_is_said_by_plan_and_step(lab: Lab, tmp_path: Path) -> None:
    plan = lab.plan(with_ova(lab, tmp_path, manifest=b""))
    finding = only(plan.all_findings, "ova-no-manifest")
    assert finding.severity is Severity.WARNING
    assert not plan.is_blocked
    assert "without a manifest" in str(next(s for s in plan.steps if s.key == "ova").detail)


def test_a_false_claim_to_be_a_published_release_is_said(lab: Lab, tmp_path: Path) -> None:
    claim = (
        "<Product>HAProxy Load Balancer API SAMPLE 0.2.0<",
        "<Product>HAProxy for the Load Balancer API 0.2.0<",
    )
    plan = lab.plan(with_ova(lab, tmp_path, claim))
    assert only(plan.all_findings, "ova-not-published").severity is Severity.WARNING
    assert not plan.is_blocked


# --- The vCenter itself -------------------------------------------------------------------


def test_an_esxi_host_is_refused(start: Callable[..., Lab]) -> None:
    """F19."""
    plan = start("-esx-direct").plan()
    assert only(plan.all_findings, "vcenter-is-esxi").is_error
    assert plan.is_blocked
    assert plan.steps == ()


def test_a_vcenter_before_7_is_warned_about(start: Callable[..., Lab]) -> None:
    lab = start("-about-version", "6.7.0")
    plan = lab.plan(lab.peer.profile(switch={"version": "6.6.0"}))
    finding = only(plan.all_findings, "vcenter-old")
    assert str(finding.what) == (
        "This vCenter is version 6.7.0; Workload Management with this load balancer needs 7.0 or "
        "newer."
    )
    assert not plan.is_blocked


def test_vcenter_9_is_warned_about(start: Callable[..., Lab]) -> None:
    """F2."""
    plan = start("-about-version", "9.0.2").plan()
    finding = only(plan.all_findings, "vcenter-9")
    assert finding.severity is Severity.WARNING
    assert not plan.is_blocked


def test_a_vcenter_without_the_newer_rest_api_is_no_finding(start: Callable[..., Lab]) -> None:
    lab = start("-no-api")
    assert lab.plan(lab.peer.profile(source=LIBRARY)).all_findings == ()


# --- Privileges ---------------------------------------------------------------------------

ON = {
    "DVSwitch.Create": "the network folder of datacenter Lab-DC",
    "DVPortgroup.Create": "the network folder of datacenter Lab-DC",
    "DVSwitch.HostOp": "the network folder of datacenter Lab-DC",
    "Host.Config.Network": HOSTS[0],
    "Resource.AssignVMToPool": "resource pool haproxy-pool",
    "VirtualMachine.Inventory.Create": "VM folder haproxy",
    "VirtualMachine.Config.AddNewDisk": "VM folder haproxy",
    "VirtualMachine.Config.AdvancedConfig": "VM folder haproxy",
    "VirtualMachine.Interact.PowerOn": "VM folder haproxy",
    "Datastore.AllocateSpace": "datastore datastore-02",
    "Network.Assign": "network VM Network",
}


def test_each_missing_privilege_is_listed_with_its_object(lab: Lab) -> None:
    for privilege, where in ON.items():
        lab.peer.control("refuse", {"privileges": [privilege]})
        plan = lab.plan()
        assert codes(plan.all_findings) == {"privilege-missing"}, privilege
        shown = [str(finding.what) for finding in plan.all_findings]
        assert any(one.endswith(f"lacks {privilege} on {where}.") for one in shown), shown
        assert plan.is_blocked


def test_privileges_missing_on_several_objects_cost_one_call(lab: Lab) -> None:
    lab.peer.control("refuse", {"privileges": ["VApp.Import", "Host.Config.Network"]})
    plan = lab.plan()
    shown = " ".join(str(finding.what) for finding in plan.all_findings)
    for where in (*HOSTS, "resource pool haproxy-pool", "VM folder haproxy"):
        assert f"on {where}." in shown
    assert len(plan.all_findings) == 5
    assert lab.calls()["HasPrivilegeOnEntities"] == 1


def test_rights_on_content_libraries_are_a_warning(lab: Lab) -> None:
    lab.peer.control("refuse", {"privileges": ["ContentLibrary.UpdateSession"]})
    plan = lab.plan(lab.peer.profile(source=IMPORT))
    finding = only(plan.all_findings, "privilege-library")
    assert "ContentLibrary.UpdateSession on content library Templates" in str(finding.what)
    assert not plan.is_blocked


def test_privileges_for_what_is_there_are_asked_on_it(lab: Lab) -> None:
    with lab.session() as session:
        add_switch(session)
    lab.peer.control("refuse", {"privileges": ["DVPortgroup.Create", "DVSwitch.Create"]})
    plan = lab.plan(on_existing(lab.peer.profile()))
    finding = only(plan.all_findings, "privilege-missing")
    assert str(finding.what).endswith("lacks DVPortgroup.Create on other-vds.")


def test_not_hearing_about_privileges_is_a_note(lab: Lab) -> None:
    lab.peer.control(
        "faults", {"method": "HasPrivilegeOnEntities", "fault": "InvalidArgument", "count": 0}
    )
    plan = lab.plan()
    assert only(plan.all_findings, "privileges-unknown").severity is Severity.NOTE
    assert not plan.is_blocked


# --- Names --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("section", "field", "offered"),
    [
        ("switch", "datacenter", "Lab-DC"),
        ("switch", "cluster", "Supervisor-Cluster"),
        ("vm", "cluster", "Supervisor-Cluster"),
        ("vm", "folder", "haproxy"),
        ("vm", "resource_pool", "haproxy-pool"),
        ("vm", "datastore", "datastore-02"),
        ("vm", "storage_policy", "haproxy-policy"),
        ("deployment", "management_network", "VM Network"),
        ("ova", "library", "Templates"),
        ("ova", "item", "haproxy-v0.2.0"),
    ],
)
def test_a_missing_object_lists_those_that_are_there(
    lab: Lab, section: str, field: str, offered: str
) -> None:
    source = LIBRARY if section == "ova" else FILE
    profile = lab.peer.profile(source=source, **{section: {field: "Nowhere"}})
    plan = lab.plan(profile)
    finding = only(plan.all_findings, "not-found")
    assert finding.fields == (f"{section}.{field}",)
    assert "Nowhere" in str(finding.what)
    assert offered in str(finding.advice)
    assert plan.is_blocked


def test_a_missing_switch_and_port_group_list_those_that_are_there(lab: Lab) -> None:
    with lab.session() as session:
        add_switch(session, groups={"pg-lab": 7})
    finding = only(lab.plan(on_existing(lab.peer.profile(), "vds")).all_findings, "not-found")
    assert finding.fields == ("switch.name",)
    assert "other-vds" in str(finding.advice)
    group = PortGroup(PRIMARY_WORKLOAD, "pg-lap", None, EXISTING)
    profile = on_existing(lab.peer.profile(), port_groups=(group,))
    finding = only(lab.plan(profile).all_findings, "not-found")
    assert finding.fields == ("switch.port_groups",)
    assert "pg-lab" in str(finding.advice)


@pytest.mark.parametrize("is_on", [False, True])
def test_a_taken_machine_name_blocks(lab: Lab, is_on: bool) -> None:
    with lab.session() as session:
        add_machine(session, "haproxy", folder="haproxy", is_on=is_on)
    plan = lab.plan()
    assert only(plan.all_findings, "vm-name-taken").fields == ("vm.name",)
    actions = {step.key: step.action for step in plan.steps}
    assert actions["deploy"] is Action.BLOCKED
    later = [actions[key] for key in ("settings", "read-back", "power-on")]
    assert later == [Action.CHANGE, Action.CHECK, Action.CHANGE], "nothing of it is ours"


def test_a_port_group_name_used_on_another_switch_blocks(lab: Lab) -> None:
    with lab.session() as session:
        add_switch(session, groups={"Workload Network": 121})
    finding = only(lab.plan().all_findings, "port-group-name-taken")
    assert "switch other-vds" in str(finding.what)


def test_a_switch_name_that_something_else_has_blocks(lab: Lab) -> None:
    with lab.session() as session:
        add_switch(session, groups={"pg-lab": 7})
    profile = lab.peer.profile(switch={"name": "pg-lab"})
    finding = only(lab.plan(profile).all_findings, "network-name-taken")
    assert finding.fields == ("switch.name",)
    assert "pg-lab is used already by a distributed port group" in str(finding.what)


@pytest.mark.parametrize(
    ("name", "kind"), [("VM Network", "a standard network"), ("spare-vds", "a distributed switch")]
)
def test_a_port_group_name_that_something_else_has_blocks(lab: Lab, name: str, kind: str) -> None:
    with lab.session() as session:
        members = dict.fromkeys(HOSTS, "vmnic1")
        add_switch(session, groups={"pg-management": 110}, members=members)
        add_switch(session, "spare-vds")
    groups = (GROUPS[0], PortGroup("workload", name, 121))
    profile = on_other_switch(lab.peer.profile(switch={"port_groups": groups}))
    finding = only(lab.plan(profile).all_findings, "network-name-taken")
    assert finding.fields == ("switch.port_groups",)
    assert f"{name} is used already by {kind}" in str(finding.what)


# --- The switch ---------------------------------------------------------------------------


def test_a_version_not_offered_lists_the_offered_ones(lab: Lab) -> None:
    finding = only(
        lab.plan(lab.peer.profile(switch={"version": "7.5.0"})).all_findings,
        "switch-version-not-offered",
    )
    assert {"7.0.0", "8.0.3"} <= set(re.findall(r"\d\.\d\.\d", str(finding.advice)))


def test_an_existing_switch_that_differs_blocks(lab: Lab) -> None:
    with lab.session() as session:
        add_switch(session, "workload-vds", maxMtu=1500)
    plan = lab.plan(lab.peer.profile(switch={"version": "8.0.0"}))
    finding = only(plan.all_findings, "switch-differs")
    assert finding.fields == ("switch.version",)
    assert "7.0.0 instead of 8.0.0" in str(finding.what)


def test_an_existing_port_group_with_another_vlan_blocks(lab: Lab) -> None:
    with lab.session() as session:
        add_switch(session, "workload-vds", maxMtu=1500, groups={"Workload Network": 99})
    finding = only(lab.plan().all_findings, "port-group-vlan-differs")
    assert "VLAN 99 instead of VLAN 121" in str(finding.what)


def trunk(*ranges: tuple[int, int]) -> Any:
    """The setting of a trunk."""
    found = [vim.NumericRange(start=start, end=end) for start, end in ranges]
    return V.TrunkVlanSpec(vlanId=found, inherited=False)


PRIVATE = V.PvlanSpec(pvlanId=200, inherited=False)


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        (trunk((0, 4094)), "a trunk of VLANs 0-4094"),
        (PRIVATE, "private VLAN 200"),
        (7, "VLAN 7"),
    ],
)
@pytest.mark.parametrize(("vlan", "wanted"), [(None, "no VLAN"), (0, "no VLAN"), (20, "VLAN 20")])
def test_one_to_be_made_that_is_there_otherwise_blocks(
    lab: Lab, setting: Any, says: str, vlan: int | None, wanted: str
) -> None:
    with lab.session() as session:
        add_switch(session, groups={"Primary Workload Network": setting})
    groups = (PortGroup(PRIMARY_WORKLOAD, "Primary Workload Network", vlan),)
    plan = lab.plan(on_existing(lab.peer.profile(), port_groups=groups))
    finding = only(plan.all_findings, "port-group-vlan-differs")
    assert str(finding.what) == (
        f"Port group Primary Workload Network exists with {says} instead of {wanted}."
    )


@pytest.mark.parametrize(
    ("setting", "detail", "code", "says"),
    [
        (
            trunk((20, 20), (1, 10)),
            "Trunk of VLANs 1-10, 20",
            "port-group-trunk",
            "is a trunk of VLANs 1-10, 20; the appliance adds no tag, so that it is in the "
            "untagged network only",
        ),
        (
            PRIVATE,
            "Private VLAN 200",
            "port-group-private-vlan",
            "is in private VLAN 200: not every port there reaches every other",
        ),
    ],
)
def test_an_existing_trunk_or_private_vlan_is_said(
    lab: Lab, setting: Any, detail: str, code: str, says: str
) -> None:
    with lab.session() as session:
        add_switch(session, groups={"there": setting})
    groups = (PortGroup(PRIMARY_WORKLOAD, "there", None, EXISTING),)
    plan = lab.plan(on_existing(lab.peer.profile(), port_groups=groups))
    finding = only(plan.all_findings, code)
    assert str(finding.what) == f"Port group there {says}."
    assert finding.severity is Severity.WARNING
    assert not plan.is_blocked
    (step,) = (step for step in plan.steps if step.key == "port-group-1")
    assert (step.action, str(step.detail)) == (Action.PRESENT, detail)
    assert plan.facts is not None
    assert plan.facts.switch is not None
    (group,) = plan.facts.switch.port_groups
    assert group.plain_vlan == {"port-group-trunk": "trunk 1-10, 20"}.get(code, "private 200")


def test_a_large_mtu_is_not_proven_where_the_ports_are_silent(lab: Lab) -> None:
    plan = lab.plan(lab.peer.profile(switch={"mtu": 9000}))
    finding = only(plan.all_findings, "mtu-unproven")
    assert finding.severity is Severity.NOTE
    assert f"{HOSTS[2]} vmnic2" in str(finding.what)
    assert lab.calls()["QueryNetworkHint"] == 3


def test_a_small_mtu_is_warned_about(lab: Lab) -> None:
    plan = lab.plan(lab.peer.profile(switch={"mtu": 1400}))
    assert only(plan.all_findings, "mtu-small").severity is Severity.WARNING


# --- Cluster, hosts and NICs --------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ({"drsConfig": vim.cluster.DrsConfigInfo(enabled=False)}, "cluster-drs-off"),
        (
            {"drsConfig": vim.cluster.DrsConfigInfo(enabled=True, defaultVmBehavior="manual")},
            "cluster-drs-not-automated",
        ),
        ({"dasConfig": vim.cluster.DasConfigInfo(enabled=False)}, "cluster-ha-off"),
    ],
)
def test_a_cluster_without_its_services_is_warned_about(
    lab: Lab, config: dict[str, Any], code: str
) -> None:
    with lab.session() as session:
        cluster = named(session, vim.ClusterComputeResource, "Supervisor-Cluster")
        spec = vim.cluster.ConfigSpecEx(**config)
        done(session, cluster.ReconfigureComputeResource_Task(spec, True))
    plan = lab.plan()
    assert only(plan.all_findings, code).severity is Severity.WARNING
    assert not plan.is_blocked


def test_few_hosts_are_warned_about(start: Callable[..., Lab]) -> None:
    finding = only(start("-hosts", "2").plan().all_findings, "cluster-hosts-few")
    assert "2 hosts" in str(finding.what)


def test_a_disconnected_host_blocks(lab: Lab) -> None:
    with lab.session() as session:
        done(session, named(session, vim.HostSystem, HOSTS[1]).DisconnectHost_Task())
    finding = only(lab.plan().all_findings, "host-disconnected")
    assert HOSTS[1] in str(finding.what)


def test_a_host_in_maintenance_is_warned_about(lab: Lab) -> None:
    with lab.session() as session:
        done(session, named(session, vim.HostSystem, HOSTS[1]).EnterMaintenanceMode_Task(0))
    plan = lab.plan()
    assert HOSTS[1] in str(only(plan.all_findings, "host-maintenance").what)
    assert not plan.is_blocked


def test_a_host_too_old_for_the_switch_blocks(start: Callable[..., Lab]) -> None:
    plan = start("-old-host", f"{HOSTS[1]}=6.7.0").plan()
    finding = only(plan.all_findings, "host-incompatible")
    assert f"{HOSTS[1]} (ESXi 6.7.0)" in str(finding.what)


@pytest.mark.parametrize(
    ("nic", "code"),
    [("vmnic0", "nic-management"), ("vmnic3", "nic-no-link"), ("vmnic9", "nic-missing")],
)
def test_an_unfit_nic_blocks_and_lists_the_free_ones(lab: Lab, nic: str, code: str) -> None:
    nics = (("Uplink 1", nic), ("Uplink 2", "vmnic2"))
    plan = lab.plan(lab.peer.profile(switch={"nics": nics}))
    (finding,) = plan.all_findings
    assert (finding.code, finding.fields) == (code, ("switch.nics",))
    assert f"hosts {', '.join(HOSTS)}" in str(finding.what).casefold(), "once for all of them"
    assert "vmnic1, vmnic2" in str(finding.advice)
    reasons = [step.reason for step in plan.steps if step.key.startswith("host-")]
    assert reasons == [finding.what] * 3, "each of their steps is blocked"


def test_what_is_wrong_on_one_host_is_said_apart_from_the_others(lab: Lab) -> None:
    """Two lack a NIC, on the third another switch has it; free is what is so on each of them."""
    with lab.session() as session:
        add_switch(session, members={HOSTS[0]: "vmnic1"})
    nics = (("Uplink 1", "vmnic9"), ("Uplink 2", "vmnic1"))
    missing, used = lab.plan(lab.peer.profile(switch={"nics": nics})).all_findings
    assert (missing.code, used.code) == ("nic-missing", "nic-in-use")
    assert str(missing.what) == f"Hosts {', '.join(HOSTS)} have no NIC vmnic9."
    assert str(missing.advice) == "Free NICs with a link: vmnic2."
    assert str(used.what) == f"vmnic1 of host {HOSTS[0]} is used by other-vds."


def test_a_nic_of_another_switch_blocks(lab: Lab) -> None:
    with lab.session() as session:
        add_switch(session, members={HOSTS[1]: "vmnic2"})
    finding = only(lab.plan().all_findings, "nic-in-use")
    assert f"vmnic2 of host {HOSTS[1]} is used by other-vds" in str(finding.what)


def test_an_uplink_that_is_taken_blocks(lab: Lab) -> None:
    with lab.session() as session:
        add_switch(session, members={HOSTS[1]: "vmnic1"})
    profile = on_existing(lab.peer.profile(), nics=(("Uplink 1", "vmnic2"),))
    finding = only(lab.plan(profile).all_findings, "uplink-taken")
    assert f"Uplink 1 of host {HOSTS[1]} is connected to vmnic1" in str(finding.what)


@pytest.mark.parametrize(
    "nics",
    [
        (("Uplink 2", "vmnic1"),),
        (("Uplink 1", "vmnic2"), ("Uplink 2", "vmnic1")),  # an exchange moves it just as well
    ],
)
def test_a_nic_on_another_uplink_of_the_switch_is_never_moved(lab: Lab, nics: Any) -> None:
    with lab.session() as session:
        add_switch(session, members={HOSTS[0]: "vmnic1", HOSTS[1]: "vmnic1"})
    finding = only(
        lab.plan(on_existing(lab.peer.profile(), nics=nics)).all_findings, "nic-on-other-uplink"
    )
    assert str(finding.what) == (
        f"vmnic1 of hosts {HOSTS[0]}, {HOSTS[1]} is on Uplink 1 of switch other-vds already, not "
        "on Uplink 2."
    )
    assert str(finding.advice) == "Give the NIC the uplink it has, or move it in vCenter first."


def test_an_uplink_the_existing_switch_lacks_blocks(lab: Lab) -> None:
    with lab.session() as session:
        add_switch(session)
    profile = on_existing(lab.peer.profile(), nics=(("lag1-0", "vmnic2"),))
    finding = only(lab.plan(profile).all_findings, "uplink-not-on-switch")
    assert "Uplink 1, Uplink 2" in str(finding.advice)


def test_an_exception_for_an_unknown_host_blocks(lab: Lab) -> None:
    strange = (("esx-99.lab.example", (("Uplink 1", "vmnic1"),)),)
    plan = lab.plan(lab.peer.profile(switch={"host_nics": strange}))
    assert HOSTS[0] in str(only(plan.all_findings, "host-unknown").advice)


# --- Storage and place --------------------------------------------------------------------


def test_a_datastore_that_does_not_fit_the_policy_lists_those_that_do(lab: Lab) -> None:
    plan = lab.plan(lab.peer.profile(vm={"datastore": "datastore-01"}))
    assert "datastore-02" in str(only(plan.all_findings, "datastore-policy").advice)


@pytest.mark.parametrize(
    ("datastore", "code"), [("datastore-02", "datastore-unusable"), ("", "datastore-none")]
)
def test_a_disk_without_room_blocks(lab: Lab, datastore: str, code: str) -> None:
    profile = lab.peer.profile(vm={"datastore": datastore})
    with lab.session() as session:
        _, problems = read_facts(session, profile, JobContext(), disk_bytes=10**15)
    assert only(problems, code).is_error


def test_an_appliance_in_a_cluster_off_the_switch_blocks(start: Callable[..., Lab]) -> None:
    lab = start("-clusters", "2")
    plan = lab.plan(lab.peer.profile(vm={"cluster": "Cluster-2", "resource_pool": ""}))
    assert "Cluster-2" in str(only(plan.all_findings, "vm-cluster-off-switch").what)


# --- Networks and VLANs -------------------------------------------------------------------


def on_other_switch(profile: Profile) -> Profile:
    """Management on a port group of ``other-vds``, whose members have vmnic1 there."""
    return changed(
        profile,
        switch={"uplinks": 1, "nics": (("Uplink 1", "vmnic2"),)},
        deployment={"management_network": "pg-management"},
    )


def test_management_on_the_vlan_of_a_workload_network_is_warned_about(lab: Lab) -> None:
    with lab.session() as session:
        members = dict.fromkeys(HOSTS, "vmnic1")
        add_switch(session, groups={"pg-management": 120}, members=members)
    plan = lab.plan(on_other_switch(lab.peer.profile()))
    finding = only(plan.all_findings, "vlan-shared")
    assert "pg-management" in str(finding.what)
    assert "VLAN 120" in str(finding.what)
    assert not plan.is_blocked


def test_networks_of_one_switch_without_vlans_are_warned_about(lab: Lab) -> None:
    groups = (PortGroup(PRIMARY_WORKLOAD, "one", 0), PortGroup(FRONTEND, "two", 0))
    plan = lab.plan(lab.peer.profile("frontend", switch={"port_groups": groups}))
    finding = only(plan.all_findings, "vlan-shared")
    assert "Workload (one) and Frontend (two) are both on no VLAN" in str(finding.what)


def test_a_network_no_host_of_the_cluster_has_blocks(lab: Lab) -> None:
    with lab.session() as session:
        add_switch(session, groups={"pg-management": 110})
    plan = lab.plan(on_other_switch(lab.peer.profile()))
    finding = only(plan.all_findings, "network-off-cluster")
    assert "pg-management" in str(finding.what)
    assert "VM Network" in str(finding.advice), "those it has are named"
    assert "pg-management" not in str(finding.advice)
    assert plan.is_blocked


def test_a_standard_network_with_another_vlan_on_a_host_is_warned_about(lab: Lab) -> None:
    with lab.session() as session:
        system = named(session, vim.HostSystem, HOSTS[2]).configManager.networkSystem
        system.RemovePortGroup("VM Network")
        spec = vim.host.PortGroup.Specification(
            name="VM Network",
            vlanId=110,
            vswitchName="vSwitch0",
            policy=vim.host.NetworkPolicy(),
        )
        system.AddPortGroup(spec)
    finding = only(lab.plan().all_findings, "vlan-differs-on-hosts")
    assert f"{HOSTS[2]}: 110" in str(finding.what)


# --- Addresses (F7, F16) ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("is_on", "address", "code"),
    [
        (True, "192.168.110.20", "address-in-use"),
        (True, "192.168.120.20", "address-in-use"),
        (False, "192.168.110.20", "address-of-other"),
        (True, "192.168.120.128", "range-in-use"),
        (False, "192.168.120.255", "range-of-other"),
    ],
)
def test_another_machine_with_a_planned_address_is_found(
    lab: Lab, is_on: bool, address: str, code: str
) -> None:
    with lab.session() as session:
        add_machine(session, "squatter", is_on=is_on, ipAddress=address)
    plan = lab.plan()
    finding = only(plan.all_findings, code)
    assert "squatter" in str(finding.what)
    assert address in str(finding.what)
    assert plan.is_blocked is is_on


@pytest.mark.parametrize(
    ("is_on", "code"), [(True, "range-of-appliance"), (False, "range-of-other")]
)
def test_another_appliance_with_the_same_range_is_found(lab: Lab, is_on: bool, code: str) -> None:
    with lab.session() as session:
        add_machine(
            session,
            "haproxy-old",
            is_on=is_on,
            ranges="192.168.99.0/28,192.168.120.192/27",
            hostName="haproxy.local",
        )
    plan = lab.plan()
    finding = only(plan.all_findings, code)
    assert "haproxy-old" in str(finding.what)
    assert "192.168.120.192/27" in str(finding.what)
    assert plan.is_blocked is is_on


def test_another_appliance_with_other_ranges_is_no_finding(lab: Lab) -> None:
    with lab.session() as session:
        add_machine(session, "haproxy-2", ranges="192.168.99.0/28", hostName="haproxy.local")
    assert lab.plan().all_findings == ()


# --- Knocking -----------------------------------------------------------------------------


class Knocker:
    """Answers as told, by host, and remembers whom it was asked about."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = answers
        self.asked: list[Endpoint] = []

    def probe(self, endpoints: Iterable[Endpoint], limit_s: float) -> Mapping[Endpoint, Answer]:
        found = list(endpoints)
        assert limit_s <= 3.0
        self.asked += found
        return {one: self.answers.get(one.host, Answer.SILENT) for one in found}


HOSTS_OPEN = dict.fromkeys(HOSTS, Answer.OPEN)


def test_nobody_knocks_behind_a_simulated_vcenter(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("somebody knocked")

    monkeypatch.setattr(probing.TcpProber, "probe", fail)
    assert lab.plan().all_findings == ()


def test_only_planned_addresses_and_hosts_are_knocked_at(lab: Lab) -> None:
    knocker = Knocker(HOSTS_OPEN)
    assert lab.probe(knocker) == ()
    hosts = {one.host for one in knocker.asked} - set(HOSTS)
    assert {"192.168.110.20", "192.168.120.20"} <= hosts
    assert len(hosts) <= 12
    rest = hosts - {"192.168.110.20", "192.168.120.20"}
    assert all(128 <= int(host.removeprefix("192.168.120.")) <= 255 for host in rest)
    assert {one.port for one in knocker.asked} == {22, 443, 5556}


def test_an_address_that_answers_is_warned_about(lab: Lab) -> None:
    found = lab.probe(Knocker({**HOSTS_OPEN, "192.168.120.20": Answer.REFUSED}))
    finding = only(found, "address-answers")
    assert finding.fields == ("network.workload_address",)
    assert finding.severity is Severity.WARNING
    assert "port 443 refuses" in str(finding.what)


def test_a_range_that_answers_is_warned_about(lab: Lab) -> None:
    found = lab.probe(Knocker({**HOSTS_OPEN, "192.168.120.128": Answer.OPEN}))
    assert "192.168.120.128" in str(only(found, "range-answers").what)


@pytest.mark.parametrize(
    ("closed", "code"), [(HOSTS[:1], "upload-doubtful"), (HOSTS, "upload-impossible")]
)
def test_hosts_out_of_reach_of_an_upload_propose_the_library(
    lab: Lab, closed: list[str], code: str
) -> None:
    answers = {**HOSTS_OPEN, **dict.fromkeys(closed, Answer.NO_SUCH_NAME)}
    finding = only(lab.probe(Knocker(answers)), code)
    assert f"{closed[0]} (unknown name)" in str(finding.what)
    assert "ova.import_to_library" in str(finding.advice)


@pytest.mark.parametrize("source", [LIBRARY, IMPORT])
def test_hosts_are_not_knocked_at_without_an_upload_to_them(lab: Lab, source: str) -> None:
    knocker = Knocker({})
    assert lab.probe(knocker, lab.peer.profile(source=source)) == ()
    assert not {one.host for one in knocker.asked} & set(HOSTS)


def test_without_drs_only_the_chosen_host_has_to_be_in_reach(lab: Lab) -> None:
    with lab.session() as session:
        cluster = named(session, vim.ClusterComputeResource, "Supervisor-Cluster")
        drs = vim.cluster.DrsConfigInfo(enabled=False)
        spec = vim.cluster.ConfigSpecEx(drsConfig=drs)
        done(session, cluster.ReconfigureComputeResource_Task(spec, True))
    knocker = Knocker({HOSTS[0]: Answer.OPEN})
    assert only(lab.probe(knocker), "cluster-drs-off")
    assert {one.host for one in knocker.asked} & set(HOSTS) == {HOSTS[0]}


def test_a_broken_prober_is_a_note(lab: Lab) -> None:
    class Broken:
        def probe(self, endpoints: Iterable[Endpoint], limit_s: float) -> Mapping[Endpoint, Answer]:
            raise AppError(Text("The network is down."))

    found = lab.probe(Broken(), lab.peer.profile(source=LIBRARY))
    assert "The network is down" in str(only(found, "not-checked").what)
