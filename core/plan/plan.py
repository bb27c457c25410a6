"""The plan: what would be done, step by step, and what stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from core.checks.live.probing import Prober, no_prober, prober_for
from core.findings import Finding, Severity, has_errors, rule
from core.jobs import JobContext
from core.plan.blocking import await_machine, block_steps
from core.plan.facts import Facts, read_facts
from core.plan.host_problems import find_unknown_hosts
from core.plan.host_steps import plan_hosts
from core.plan.lookup import Lookup
from core.plan.machine_problems import MACHINE_DIFFERS, NAME_TAKEN
from core.plan.machine_steps import is_unfinished, plan_machine
from core.plan.ova_steps import find_item_problems, plan_import, plan_verify, summary_licences
from core.plan.preflight import find_live_problems
from core.plan.preparation import Prepared
from core.plan.privileges import find_missing_privileges
from core.plan.readback import own_name
from core.plan.step import Action, Step
from core.plan.switch_steps import plan_port_groups, plan_switch
from core.plan.unfinished import find_unfinished_redeployment
from core.profile.model import Profile
from core.proof.record import read_record
from core.proof.steps import ProofStep, plan_proof
from core.proof.surroundings import surroundings_for
from core.text import Text, listed
from core.vsphere.machine import MachineState
from core.vsphere.session import Session

_SHOWN = 12

VM_CLUSTER_OFF_SWITCH = rule(
    "vm-cluster-off-switch",
    Severity.ERROR,
    cause=Text(
        "The appliance would run in a cluster whose hosts are not on the switch of its networks."
    ),
    cure=Text("Run it in the cluster of the switch, or add those hosts to the switch first."),
)

NETWORK_OFF_CLUSTER = rule(
    "network-off-cluster",
    Severity.ERROR,
    cause=Text("The appliance cannot be connected to a network that its hosts do not have."),
    cure=Text("Choose a network of that cluster, or add the hosts to its switch first."),
)


class Plan(Struct, frozen=True):
    """The steps in order, and the findings that concern no single step.

    ``facts`` is what was read for it, None where too much is missing; ``licences`` are the texts
    to be accepted before the appliance is deployed; ``proven_at`` is when the machine that runs
    was proven to work, ISO 8601, "" if it never was or has not passed since.
    """

    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    facts: Facts | None
    licences: tuple[str, ...]
    proven_at: str = ""

    def __post_init__(self) -> None:
        block_steps(self.steps, self.findings)

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """Those of the steps too, each once."""
        own = (finding for step in self.steps for finding in step.problems)
        return tuple(dict.fromkeys((*self.findings, *own)))

    @property
    def is_blocked(self) -> bool:
        """Whether it cannot be applied."""
        return self.facts is None or has_errors(self.all_findings)

    @property
    def has_changes(self) -> bool:
        """Whether applying it would change anything."""
        return any(step.action.changes for step in self.steps)

    @property
    def deploys(self) -> bool:
        """Whether it makes the machine, which needs its passwords and the licence accepted."""
        return any(step.key == "deploy" and step.action.changes for step in self.steps)

    @property
    def proves(self) -> bool:
        """Whether it is to show that the appliance works, which is not known or may have changed.

        For its login the password of the Data Plane API is of use, even where nothing is made.
        """
        return any(isinstance(step, ProofStep) for step in self.steps)

    @property
    def exit_status(self) -> int:
        """For the command line: 0 nothing to do, 1 blocked, 2 there are changes.

        Checks are no changes: where nothing else is left it is 0, or a script that deploys until
        there is nothing to do would never end where a check cannot be made.
        """
        if self.is_blocked:
            return 1
        return 2 if self.has_changes else 0

    def as_dict(self) -> dict[str, object]:
        """For ``--json``."""
        return {
            "blocked": self.is_blocked,
            "changes": self.has_changes,
            "proven_at": self.proven_at or None,
            "steps": [step.as_dict() for step in self.steps],
            "findings": [finding.as_dict() for finding in self.all_findings],
        }


def make_plan(
    session: Session,
    prepared: Prepared,
    ctx: JobContext,
    *,
    prove: bool = True,
    probe: bool = True,
) -> Plan:
    """Compare a checked profile with the vCenter of the session; changes nothing.

    ``probe`` False keeps this computer from knocking at the planned addresses.

    Raises:
        AppError: the vCenter could not be read.
        Cancelled: the user asked to stop.
    """
    with session.patience.heeding(ctx):
        return _make_plan(session, prepared, ctx, prove, prober_for if probe else no_prober)


def _make_plan(
    session: Session,
    prepared: Prepared,
    ctx: JobContext,
    prove: bool,
    choose_prober: Callable[[Session], Prober | None],
) -> Plan:
    profile = prepared.profile
    facts, problems = read_facts(session, profile, ctx, disk_bytes=prepared.disk_bytes)
    problems = (*prepared.findings, *problems)
    if facts is None:
        return Plan((), problems, None, prepared.licences)
    if prepared.version:
        problems += prepared.find_version_problems(facts.about.version)
    steps = _steps(profile, facts, prepared, problems)
    machine = facts.machine
    proven_at = _proven_at(session, profile, machine)
    if prove and (not proven_at or any(step.action.changes for step in steps)):
        steps += tuple(plan_proof(profile, surroundings_for(session)))
    assigned = {finding for step in steps for finding in step.problems}
    findings = (
        *(finding for finding in problems if finding not in assigned),
        *find_unknown_hosts(profile, facts),
        *_find_missing_networks(profile, facts),
        *_find_cluster_problems(profile, facts),
        *find_missing_privileges(session, profile, facts, steps),
        *find_unfinished_redeployment(session, profile, facts),
        *find_live_problems(session, prepared, facts, ctx, choose_prober=choose_prober),
    )
    licences = prepared.licences
    if facts.library is not None and not licences:
        licences = summary_licences(facts.library.summary)
    codes = {finding.code for finding in assigned}
    if codes & {NAME_TAKEN.code, MACHINE_DIFFERS.code}:
        await_machine(steps, is_another=NAME_TAKEN.code in codes)
    return Plan(steps, findings, facts, licences, proven_at)


def _proven_at(session: Session, profile: Profile, machine: MachineState | None) -> str:
    """When this very machine has passed every check, if that was its last proof; else ""."""
    if machine is None or not machine.is_on or is_unfinished(machine):
        return ""
    record = read_record(profile.id)
    if record is None or not record.proven:
        return ""
    return record.at if record.is_about(session.about.instance_uuid, machine.moid) else ""


def _steps(
    profile: Profile, facts: Facts, prepared: Prepared, problems: tuple[Finding, ...]
) -> tuple[Step, ...]:
    machine = facts.machine
    needs_machine = machine is None or machine.is_half_made
    library = (
        *_about(problems, ("ova.",)),
        *(find_item_problems(profile, facts.library) if needs_machine else ()),
    )
    optional = (
        plan_verify(profile, prepared.ova, needs_machine),
        plan_switch(profile, facts, _about(problems, ("switch.name", "switch.version"))),
        *plan_port_groups(profile, facts),
        *plan_hosts(profile, facts),
        plan_import(profile, facts, prepared.ova, library, needs_machine),
        *plan_machine(
            profile, facts, prepared.properties, (*_about(problems, ("vm.", "datastore")), *library)
        ),
    )
    return tuple(step for step in optional if step is not None)


def _about(problems: Iterable[Finding], prefixes: tuple[str, ...]) -> tuple[Finding, ...]:
    return tuple(f for f in problems if any(k.startswith(prefixes) for k in f.fields))


def _find_missing_networks(profile: Profile, facts: Facts) -> tuple[Finding, ...]:
    """Networks of the appliance that are neither there nor about to be made."""
    lookup = Lookup(facts.inventory, profile)
    planned = {group.name for group in profile.switch.port_groups}
    own_switch = facts.switch.moid if facts.switch else ""
    fields = ("management_network", "workload_network", "frontend_network")
    for (_, wanted), name in zip(profile.network_mapping(), fields, strict=False):
        field = f"deployment.{name}"
        if own_name(profile, wanted) in planned:
            continue
        network = lookup.network(field, wanted, facts.datacenter)
        offered = facts.vm_cluster.networks
        is_elsewhere = network and (not own_switch or network.switch != own_switch)
        if network and is_elsewhere and network.moid not in offered:
            lookup.findings.append(
                NETWORK_OFF_CLUSTER.found(
                    field,
                    what=Text(
                        "No host of cluster {cluster} has the network {name}.",
                        cluster=facts.vm_cluster.name,
                        name=wanted,
                    ),
                    advice=Text("It has: {names}.", names=_networks_of(facts) or "-"),
                )
            )
    return tuple(lookup.findings)


def _networks_of(facts: Facts) -> str:
    """The networks of the machine's cluster, by name."""
    offered = facts.vm_cluster.networks
    here = (n for n in facts.inventory.networks if n.moid in offered and not n.is_uplink)
    names = sorted({network.name for network in here}, key=str.casefold)
    more = len(names) - _SHOWN
    return listed(names[:_SHOWN]) + (f" … (+{more})" if more > 0 else "")


def _find_cluster_problems(profile: Profile, facts: Facts) -> tuple[Finding, ...]:
    if facts.vm_cluster.moid == facts.cluster.moid:
        return ()
    members = {member.host for member in facts.switch.members} if facts.switch else set()
    planned = {group.name for group in profile.switch.port_groups}
    uses_switch = any(name in planned for _, name in profile.network_mapping())
    if not uses_switch or set(facts.vm_cluster.hosts) <= members:
        return ()
    what = Text(
        "The hosts of cluster {cluster} are not on switch {switch}.",
        cluster=facts.vm_cluster.name,
        switch=profile.switch.name,
    )
    return (VM_CLUSTER_OFF_SWITCH.found("vm.cluster", what=what),)


def outline(profile: Profile) -> tuple[Mapping[str, str], ...]:
    """The plan without a vCenter: what would be made, were nothing there yet."""
    switch = profile.switch
    lines = [(Text("OVA {file}", file=profile.ova.file or profile.ova.item), Action.CHECK)]
    lines.append((Text("Distributed switch {name}", name=switch.name), Action.CREATE))
    lines += [
        (Text("Port group {name}", name=group.name), Action.CREATE) for group in switch.port_groups
    ]
    lines.append((Text("Hosts of cluster {name}", name=switch.cluster), Action.CREATE))
    lines.append((Text("Virtual machine {name}", name=profile.vm.name), Action.CREATE))
    lines.append((Text("Read {name} back", name=profile.vm.name), Action.CHECK))
    lines.append((Text("Power on {name}", name=profile.vm.name), Action.CHANGE))
    return tuple({"title": str(title), "action": action.value} for title, action in lines)
