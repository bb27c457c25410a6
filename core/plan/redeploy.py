"""Replacing the appliance by a new one, as the vendor's upgrade procedure wants it (F16, F17).

The new machine is made beside the old one and stays off; then they change places. Names and marks
in the vCenter say how far that has come, so that any interruption is found and continued by any
computer: ``name-new`` is prepared, ``name-old-<date>`` is put aside, and only one is ever on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from core.certificates import Authority, CertificateError, normalised_authority
from core.errors import InvalidInput
from core.findings import Finding, Severity, rule
from core.jobs import JobContext
from core.journal.recorder import Recorder
from core.plan.deployment import run_step
from core.plan.facts import Facts, read_facts
from core.plan.machine_steps import expected_machine, plan_machine
from core.plan.ova_steps import find_item_problems, plan_import, plan_verify, summary_licences
from core.plan.plan import Plan
from core.plan.preparation import Prepared
from core.plan.privileges import find_missing_privileges
from core.plan.readback import find_deployed_differences, find_networks
from core.plan.step import Action, Step
from core.plan.swap_steps import (
    GiveNameBackStep,
    PowerOffNewStep,
    PowerOffOldStep,
    PowerOnOnlyStep,
    PutAsideStep,
    RemoveOneStep,
    RestoreStep,
    TakeNameStep,
    put_aside,
    today,
)
from core.plan.undo import is_ours
from core.plan.work import Work
from core.profile.model import Profile
from core.properties import one_line
from core.redaction import REDACTOR
from core.text import Text
from core.vsphere.machine import MachineState
from core.vsphere.relatives import (
    REPLACED_KEY,
    Relatives,
    find_relatives,
    prepared_name,
    replaced_name,
)
from core.vsphere.session import Session

_CA, _CA_KEY = "appliance.ca_cert", "appliance.ca_cert_key"
_LONGEST_NAME = 80

NOTHING_TO_REPLACE = rule(
    "redeploy-nothing",
    Severity.ERROR,
    cause=Text("There is no appliance of that name that could be replaced."),
    cure=Text("Deploy one first: haproxy-setup deploy PROFILE."),
)
NETWORK_GONE = rule(
    "redeploy-network-gone",
    Severity.ERROR,
    cause=Text("A network that the new appliance needs is not there."),
    cure=Text("Run haproxy-setup deploy PROFILE, which makes it, then redeploy."),
)
NAME_TOO_LONG = rule(
    "redeploy-name-too-long",
    Severity.ERROR,
    cause=Text(
        "vCenter allows 80 characters, and the old appliance's name gets a date at its end."
    ),
    cure=Text("Give the machine a shorter name in vCenter and in the profile."),
)
NEW_CA = rule(
    "redeploy-new-ca",
    Severity.WARNING,
    cause=Text(
        "The profile has no certificate authority of its own, and the key of the old appliance's "
        "is inside that appliance only. The new one makes another, which the Supervisor refuses "
        "until it is told."
    ),
    cure=Text(
        "After the change: in vCenter, Workload Management, the Supervisor's load balancer, enter "
        "the new CA certificate (haproxy-setup handoff PROFILE shows it), then restart the service "
        "wcp in the vCenter's management interface (port 5480). To avoid that in future, give the "
        "profile a CA of your own."
    ),
    source="F17",
)
OLD_CA = rule(
    "redeploy-same-ca",
    Severity.NOTE,
    cause=Text("The new appliance gets the certificate authority that the old one was given."),
    cure=Text("Nothing needs to be changed in Workload Management."),
    source="F17",
)
OTHER_SETTINGS = rule(
    "redeploy-other-settings",
    Severity.WARNING,
    cause=Text("The profile has other values than the appliance that is replaced."),
    cure=Text("Give the old values if the new appliance shall be the same."),
)
NOT_PROVEN = rule(
    "accept-not-running",
    Severity.ERROR,
    cause=Text("The old appliance is kept until the new one runs."),
    cure=Text("Run haproxy-setup redeploy PROFILE again, or with --roll-back."),
)
OLD_RUNS = rule(
    "accept-old-runs",
    Severity.ERROR,
    cause=Text("The machine that was put aside is powered on: both answer for the same addresses."),
    cure=Text("Find out who needs it; power off one of the two, then try again."),
    source="F16",
)


@dataclass(frozen=True, slots=True)
class Redeployment:
    """A plan to replace, and what it needs beyond a plan.

    ``profile`` has the name of the machine that is prepared; ``authority`` is the old one's CA,
    where its key was at hand.
    """

    plan: Plan
    profile: Profile
    authority: Authority | None = None

    def with_authority(self, properties: dict[str, str]) -> dict[str, str]:
        """The appliance's properties with the CA that is kept."""
        return properties | _authority_properties(self.authority)


def make_redeployment(session: Session, prepared: Prepared, ctx: JobContext) -> Redeployment:
    """What is left to do until a new appliance has taken the old one's place; changes nothing.

    Raises:
        AppError: the vCenter could not be read.
        Cancelled: the user asked to stop.
    """
    profile = prepared.profile
    renamed = _renamed(profile)
    with session.patience.heeding(ctx):
        facts, problems = read_facts(session, renamed, ctx, disk_bytes=prepared.disk_bytes)
        problems = (*prepared.findings, *problems)
        if facts is None or not facts.folder:
            return Redeployment(Plan((), problems, None, prepared.licences), renamed)
        machines = find_relatives(session, facts.folder, profile.vm.name)
    old = put_aside(machines)
    authority = None
    needs_new = machines.prepared is None and not (old is not None and machines.current is not None)
    if old is None and machines.current is None and machines.prepared is None:
        what = Text("There is no virtual machine {name}.", name=profile.vm.name)
        problems += (NOTHING_TO_REPLACE.found("vm.name", what=what),)
    original = old or machines.current
    if original is not None and not (machines.current is not None and old is not None):
        if not profile.appliance.ca_certificate:
            authority = authority_of(original)
        problems += tuple(_about_original(profile, facts, prepared, original, authority))
    if needs_new or machines.prepared is not None:
        problems += tuple(_about_networks(renamed, facts, profile.vm.name))
    properties = dict(prepared.properties) | _authority_properties(authority, with_key=False)
    steps = tuple(_forward(profile, renamed, facts, prepared, machines, properties, problems))
    licences = prepared.licences
    if facts.library is not None and not licences:
        licences = summary_licences(facts.library.summary)
    own = {finding for step in steps for finding in step.problems}
    findings = (
        *(finding for finding in problems if finding not in own),
        *find_missing_privileges(session, renamed, facts, steps),
    )
    return Redeployment(Plan(steps, findings, facts, licences), renamed, authority)


def make_roll_back(session: Session, prepared: Prepared, ctx: JobContext) -> Redeployment:
    """What is left to do until the old appliance is back in its place and the new one gone.

    Raises:
        AppError: the vCenter could not be read.
        Cancelled: the user asked to stop.
    """
    profile = prepared.profile
    renamed = _renamed(profile)
    with session.patience.heeding(ctx):
        facts, problems = read_facts(session, renamed, ctx)
        if facts is None or not facts.folder:
            return Redeployment(Plan((), problems, None, ()), renamed)
        machines = find_relatives(session, facts.folder, profile.vm.name)
    steps = tuple(_backward(profile.vm.name, machines))
    findings = find_missing_privileges(session, renamed, facts, steps)
    return Redeployment(Plan(steps, findings, facts, ()), renamed)


def make_acceptance(session: Session, prepared: Prepared, ctx: JobContext) -> Redeployment:
    """Which machines go when the new appliance is accepted.

    Raises:
        AppError: the vCenter could not be read.
        Cancelled: the user asked to stop.
    """
    profile = prepared.profile
    with session.patience.heeding(ctx):
        facts, problems = read_facts(session, profile, ctx)
        if facts is None or not facts.folder:
            return Redeployment(Plan((), problems, None, ()), profile)
        machines = find_relatives(session, facts.folder, profile.vm.name)
    found: list[Finding] = []
    steps = []
    for machine in machines.replaced:
        if not machine.extra_config.get(REPLACED_KEY):
            continue
        if machine.is_on:
            what = Text("Virtual machine {name} is powered on.", name=machine.name)
            found.append(OLD_RUNS.found("vm.name", what=what))
        steps.append(_removal(machine))
    if steps and (machines.current is None or not machines.current.is_on):
        what = Text("Virtual machine {name} is not running.", name=profile.vm.name)
        found.append(NOT_PROVEN.found("vm.name", what=what))
    found += find_missing_privileges(session, profile, facts, steps)
    return Redeployment(Plan(tuple(steps), tuple(found), facts, ()), profile)


def apply_redeployment(
    session: Session,
    prepared: Prepared,
    redeployment: Redeployment,
    properties: dict[str, str],
    ctx: JobContext,
    *,
    path: str = "",
) -> Relatives:
    """Carry out any of the three plans; gives the machines as they are afterwards.

    Raises:
        StepFailed: a step failed; the same command goes on from there.
        Cancelled: the user asked to stop; the same command goes on from there.
    """
    plan = redeployment.plan
    if plan.facts is None or plan.is_blocked:
        raise InvalidInput([finding for finding in plan.all_findings if finding.is_error])
    facts = plan.facts
    work = Work(session, redeployment.profile, ctx, facts, properties, prepared.ova)
    work.journal = Recorder(prepared.profile, session.about.instance_uuid, path)
    for step in plan.steps:
        if step.action is not Action.PRESENT:
            run_step(step, work)
    return find_relatives(session, facts.folder, prepared.profile.vm.name)


def authority_of(machine: MachineState) -> Authority | None:
    """The CA an appliance was given, if vCenter still has certificate and key of it (F17).

    An appliance that made its own keeps the key to itself.
    """
    certificate = machine.properties.get(_CA, "")
    key = machine.properties.get(_CA_KEY, "")
    if not certificate or not key:
        return None
    REDACTOR.hide([key])
    try:
        found = normalised_authority(certificate, key)
    except CertificateError:
        return None
    if found is not None:
        REDACTOR.hide([found.key, one_line(found.key)])
    return found


def _renamed(profile: Profile) -> Profile:
    vm = dataclasses.replace(profile.vm, name=prepared_name(profile.vm.name))
    return dataclasses.replace(profile, vm=vm)


def _authority_properties(authority: Authority | None, *, with_key: bool = True) -> dict[str, str]:
    if authority is None:
        return {}
    found = {_CA: one_line(authority.certificate)}
    return found | ({_CA_KEY: one_line(authority.key)} if with_key else {})


def _about_original(
    profile: Profile,
    facts: Facts,
    prepared: Prepared,
    original: MachineState,
    authority: Authority | None,
) -> Iterator[Finding]:
    name = original.name
    if len(replaced_name(profile.vm.name, "20000101")) > _LONGEST_NAME:
        what = Text("The name {name} is too long to be put aside.", name=name)
        yield NAME_TOO_LONG.found("vm.name", what=what)
    if authority is not None:
        what = Text("The CA of {name} is kept.", name=name)
        yield OLD_CA.found("appliance.ca_certificate", what=what)
    elif not profile.appliance.ca_certificate:
        what = Text("The new appliance will have another CA than {name}.", name=name)
        yield NEW_CA.found("appliance.ca_certificate", what=what)
    expected = expected_machine(profile, facts, prepared.properties)
    differences = find_deployed_differences(original, expected, facts)
    if differences:
        what = Text(
            "{name} is not what the profile says: {differences}.",
            name=name,
            differences="; ".join(map(str, differences[:5])),
        )
        yield OTHER_SETTINGS.found("vm.name", what=what)


def _about_networks(profile: Profile, facts: Facts, name: str) -> Iterator[Finding]:
    found = find_networks(profile, facts)
    for (_, moid), (_, network) in zip(found, profile.network_mapping(), strict=True):
        if not moid:
            what = Text("Network {network} for {name} is not there.", network=network, name=name)
            yield NETWORK_GONE.found("deployment.workload_network", what=what)


def _forward(
    profile: Profile,
    renamed: Profile,
    facts: Facts,
    prepared: Prepared,
    machines: Relatives,
    properties: dict[str, str],
    problems: tuple[Finding, ...],
) -> Iterator[Step]:
    name, new_name = profile.vm.name, renamed.vm.name
    old, current = put_aside(machines), machines.current
    has_swapped = old is not None and current is not None
    if not has_swapped:
        needs = machines.prepared is None or machines.prepared.is_half_made
        library = find_item_problems(profile, facts.library) if needs else ()
        about = tuple(
            f for f in problems if any(k.startswith(("vm.", "datastore", "ova.")) for k in f.fields)
        )
        optional = (
            plan_verify(renamed, prepared.ova, needs),
            plan_import(renamed, facts, prepared.ova, (), needs),
        )
        yield from (step for step in optional if step is not None)
        steps = plan_machine(renamed, facts, properties, (*about, *library))
        yield from (step for step in steps if step.key != "power-on")
    yield PowerOffOldStep(
        key="power-off-old",
        title=Text("Power off {name}", name=name),
        object_name=name,
        wanted=Action.CHANGE if old is None and current and current.is_on else Action.PRESENT,
        detail=Text("From here until the new one has started there is no load balancer"),
        leaves=Text("The old machine stays, on or off; the next run goes on."),
        name=name,
    )
    yield PutAsideStep(
        key="put-aside",
        title=Text("Put {name} aside", name=name),
        object_name=name,
        wanted=Action.CHANGE if old is None and current else Action.PRESENT,
        detail=Text("As {name}", name=replaced_name(name, today())),
        leaves=Text("The old machine stays, powered off; the next run goes on."),
        name=name,
    )
    yield TakeNameStep(
        key="take-name",
        title=Text("Rename {old} to {new}", old=new_name, new=name),
        object_name=new_name,
        wanted=Action.PRESENT if has_swapped else Action.CHANGE,
        leaves=Text("Both machines stay, powered off; the next run goes on."),
        name=name,
    )
    yield _power_on(name, is_there=has_swapped and current is not None and current.is_on)


def _backward(name: str, machines: Relatives) -> Iterator[Step]:
    old, current = put_aside(machines), machines.current
    new = current if old is not None else machines.prepared
    new = new or machines.prepared
    if old is None and new is None:
        return
    shown = new.name if new is not None else prepared_name(name)
    yield PowerOffNewStep(
        key="power-off-new",
        title=Text("Power off {name}", name=shown),
        object_name=shown,
        wanted=Action.CHANGE if new is not None and new.is_on else Action.PRESENT,
        leaves=Text("The new machine stays, on or off; the next run goes on."),
        name=name,
    )
    yield GiveNameBackStep(
        key="give-name-back",
        title=Text("Rename {old} to {new}", old=name, new=prepared_name(name)),
        object_name=name,
        wanted=Action.CHANGE if old is not None and current is not None else Action.PRESENT,
        leaves=Text("Both machines stay, powered off; the next run goes on."),
        name=name,
    )
    yield RestoreStep(
        key="restore",
        title=Text("Rename {old} to {new}", old=old.name if old else name, new=name),
        object_name=old.name if old else name,
        wanted=Action.CHANGE if old is not None else Action.PRESENT,
        leaves=Text("Both machines stay, powered off; the next run goes on."),
        name=name,
    )
    yield _power_on(name, is_there=old is None and current is not None and current.is_on)
    if new is not None and is_ours(new, None):
        yield _removal(new, prepared_name(name))


def _power_on(name: str, *, is_there: bool) -> PowerOnOnlyStep:
    return PowerOnOnlyStep(
        key="power-on",
        title=Text("Power on {name}", name=name),
        object_name=name,
        wanted=Action.PRESENT if is_there else Action.CHANGE,
        leaves=Text("The machine stays, powered off or on."),
        name=name,
    )


def _removal(machine: MachineState, name: str = "") -> RemoveOneStep:
    shown = name or machine.name
    return RemoveOneStep(
        key=f"remove-{machine.moid}",
        title=Text("Remove virtual machine {name}", name=shown),
        object_name=shown,
        wanted=Action.REMOVE,
        leaves=Text("The machine stays; the next run removes it."),
        moid=machine.moid,
    )
