"""Replacing the appliance by a new one, as the vendor's upgrade procedure wants it (F16, F17).

The new machine is made beside the old one and stays off; then they change places. Names and marks
in the vCenter say how far that has come, so that any interruption is found and continued by any
computer: ``name-new`` is prepared, ``name-old-<date>`` is put aside, and only one is ever on.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, structs

from core.certificates import Authority, CertificateError, normalised_authority
from core.errors import InvalidInput
from core.findings import Finding, Severity, rule
from core.jobs import JobContext
from core.journal.recorder import Recorder
from core.ova.early import EarlyVerification
from core.plan.deployment import run_step
from core.plan.facts import Facts, read_facts
from core.plan.machine_problems import expected_machine, name_taken
from core.plan.ova_steps import summary_licences
from core.plan.plan import Plan
from core.plan.preparation import Prepared
from core.plan.privileges import find_missing_privileges
from core.plan.readback import find_deployed_differences, find_networks
from core.plan.step import Action
from core.plan.storage import ABOUT_ROOM
from core.plan.swap_plan import plan_back, plan_forward, plan_removal
from core.plan.swap_steps import put_aside
from core.plan.unfinished import UNFINISHED
from core.plan.whereabouts import elsewhere_finding, find_elsewhere, find_made, path_of
from core.plan.work import Work
from core.profile.model import Profile
from core.proof.appliance import find_appliance
from core.properties import one_line
from core.redaction import REDACTOR
from core.text import Joined, Text, listed
from core.vsphere.entity_names import stored_name
from core.vsphere.machine import MachineState
from core.vsphere.relatives import (
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
    cure=Text("Deploy one first."),
)
NETWORK_GONE = rule(
    "redeploy-network-gone",
    Severity.ERROR,
    cause=Text("A network that the new appliance needs is not there."),
    cure=Text("Deploy, which makes it, then redeploy."),
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
        "the new CA certificate (the hand-off sheet shows it), then restart the service "
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
    cure=Text("Redeploy again, or roll back."),
)
OLD_RUNS = rule(
    "accept-old-runs",
    Severity.ERROR,
    cause=Text("The machine that was put aside is powered on: both answer for the same addresses."),
    cure=Text("Find out who needs it; power off one of the two, then try again."),
    source="F16",
)


class Redeployment(Struct, frozen=True):
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
        facts, problems = read_facts(
            session, renamed, ctx, disk_bytes=prepared.disk_bytes, is_second=True
        )
        problems = (*prepared.findings, *problems)
        if facts is None or not facts.folder:
            problems += tuple(_without_folder(session, profile, facts))
            return Redeployment(Plan((), problems, None, prepared.licences), renamed)
        machines = find_relatives(session, facts.folder, profile.vm.name)
        misplaced = tuple(_about_whereabouts(session, profile, facts, machines))
    problems += misplaced
    old = put_aside(machines)
    has_swapped = old is not None and machines.current is not None
    needs_new = machines.prepared is None and not has_swapped
    if has_swapped:  # nothing more is made
        problems = tuple(finding for finding in problems if finding.code not in ABOUT_ROOM)
    if needs_new and facts.machine is not None:
        problems += (name_taken(facts.machine),)
        facts = structs.replace(facts, machine=None)
    authority = None
    if old is None and machines.current is None and machines.prepared is None and not misplaced:
        what = Text("There is no virtual machine {name}.", name=profile.vm.name)
        problems += (NOTHING_TO_REPLACE.found("vm.name", what=what),)
    original = None if misplaced else old or machines.current
    if original is not None and not has_swapped:
        if not profile.appliance.ca_certificate:
            authority = authority_of(original)
        problems += tuple(_about_original(profile, facts, prepared, original, authority))
    if needs_new or machines.prepared is not None:
        problems += tuple(_about_networks(renamed, facts, profile.vm.name))
    properties = dict(prepared.properties) | _authority_properties(authority, with_key=False)
    steps = tuple(plan_forward(profile, renamed, facts, prepared, machines, properties, problems))
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
        facts, problems = read_facts(session, renamed, ctx, is_second=True)
        if facts is None or not facts.folder:
            problems += tuple(_without_folder(session, profile, facts))
            return Redeployment(Plan((), problems, None, ()), renamed)
        machines = find_relatives(session, facts.folder, profile.vm.name)
        misplaced = tuple(_about_whereabouts(session, profile, facts, machines))
    steps = tuple(plan_back(profile.vm.name, machines))
    findings = (*misplaced, *find_missing_privileges(session, renamed, facts, steps))
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
            problems += tuple(_without_folder(session, profile, facts))
            return Redeployment(Plan((), problems, None, ()), profile)
        machines = find_relatives(session, facts.folder, profile.vm.name)
        misplaced = tuple(_about_whereabouts(session, profile, facts, machines))
    found = list(misplaced)
    steps = []
    for machine in machines.replaced:
        if machine.is_on:
            what = Text("Virtual machine {name} is powered on.", name=machine.name)
            found.append(OLD_RUNS.found("vm.name", what=what))
        steps.append(plan_removal(machine))
    if steps and not misplaced and (machines.current is None or not machines.current.is_on):
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
    early: EarlyVerification | None = None,
) -> Relatives:
    """Carry out any of the three plans; gives the machines as they are afterwards.

    ``early`` is a verification of the OVA that goes on already.

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
    work.early, work.replaces = early, prepared.profile.vm.name
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
    vm = structs.replace(profile.vm, name=prepared_name(profile.vm.name))
    return structs.replace(profile, vm=vm)


def _authority_properties(authority: Authority | None, *, with_key: bool = True) -> dict[str, str]:
    if authority is None:
        return {}
    found = {_CA: one_line(authority.certificate)}
    return found | ({_CA_KEY: one_line(authority.key)} if with_key else {})


def _without_folder(session: Session, profile: Profile, facts: Facts | None) -> Iterator[Finding]:
    """Where the appliance is, if the profile's folder is not there (any more)."""
    if facts is None:
        return
    moved = find_elsewhere(session, profile, facts)
    if moved is not None:
        yield elsewhere_finding(session, profile, facts, moved)
        return
    made = find_made(session, profile)  # a redeployment was interrupted: none of them is in use
    if made:
        what = Text(
            "A redeployment of the appliance was interrupted; its machines are now {paths}.",
            paths=listed(path_of(session, facts, machine) for machine in made),
        )
        advice = Text(
            "Give the profile that folder, or rename or move it back in vCenter, then run again."
        )
        yield UNFINISHED.found("vm.folder", what=what, advice=advice)


def _about_whereabouts(
    session: Session, profile: Profile, facts: Facts, machines: Relatives
) -> Iterator[Finding]:
    """What is to be said if the machine that has the name is not the appliance, or none has it.

    A stranger would be powered off, renamed, and removed with the acceptance (F16).
    """
    named = machines.current
    if named is None:
        moved = find_elsewhere(session, profile, facts)
    else:
        moved = find_appliance(session, profile, structs.replace(facts, machine=named))
    if named is not None and moved is not named:
        yield name_taken(named)
    if moved is not None and moved is not named:
        yield elsewhere_finding(session, profile, facts, moved)


def _about_original(
    profile: Profile,
    facts: Facts,
    prepared: Prepared,
    original: MachineState,
    authority: Authority | None,
) -> Iterator[Finding]:
    name = original.name
    if len(stored_name(replaced_name(profile.vm.name, "20000101"))) > _LONGEST_NAME:
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
            differences=Joined(differences[:5], "; "),
        )
        yield OTHER_SETTINGS.found("vm.name", what=what)


def _about_networks(profile: Profile, facts: Facts, name: str) -> Iterator[Finding]:
    found = find_networks(profile, facts)
    for (_, moid), (_, network) in zip(found, profile.network_mapping(), strict=True):
        if not moid:
            what = Text("Network {network} for {name} is not there.", network=network, name=name)
            yield NETWORK_GONE.found("deployment.workload_network", what=what)
