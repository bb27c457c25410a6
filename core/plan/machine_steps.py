"""The steps that make the appliance's machine: deploy, settings, read back, power on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.errors import RemoteError
from core.findings import Finding
from core.plan.facts import Facts, with_machine, with_this
from core.plan.leftover import is_being_deployed, remove_leftover, wait_while_busy
from core.plan.machine_import import deploy_machine
from core.plan.machine_problems import (
    STARTED_EARLY,
    find_machine_problems,
    name_taken,
    refuse_another_machine,
    refuse_differences,
)
from core.plan.readback import authority_mark, misses_setting
from core.plan.step import Action, Step
from core.plan.whereabouts import find_place_differences, place_of
from core.plan.work import Work
from core.profile.model import FIELDS, Profile
from core.text import Text
from core.vsphere.library import DEPLOY_MARK
from core.vsphere.machine import (
    ADOPTED,
    AUTHORITY_KEY,
    CLOUD_INIT_KEY,
    CLOUD_INIT_VALUE,
    IMPORTING,
    MARK_KEY,
    READY,
    MachineState,
    find_machine,
    is_powered_on,
    power_on,
    read_machine,
    reconfigure,
)
from core.vsphere.policies import profile_spec

_LOOK = Text(
    "It was renamed, moved or removed meanwhile. Nothing was powered on. Look for it in vCenter, "
    "then run again."
)


class DeployStep(Step):
    """Make the machine from the file or the library item; it stays powered off."""

    def run(self, work: Work) -> None:
        """See ``Step.run``; cancelled or failed, nothing of the machine is left."""
        work.facts = with_machine(work.session, work.profile, work.facts)
        machine = work.facts.machine
        if machine is not None and machine.is_half_made:
            remove_leftover(work, machine, self.key)
            work.facts = with_machine(work.session, work.profile, work.facts)
        elif machine is not None and is_being_deployed(machine):
            wait_while_busy(work, self.key)
        self.made = work.facts.machine is None
        if self.made:
            machine = read_machine(work.session, deploy_machine(work, self.key))
            work.facts = with_this(work.session, work.facts, machine)
        elif work.facts.machine is not None:
            refuse_another_machine(work, work.facts.machine)


class SettingsStep(Step):
    """What no import can carry, set before the first power-on: F1, our mark, storage policy."""

    def run(self, work: Work) -> None:
        """See ``Step.run``; a machine that is off stays so.

        One that somebody has powered on is beyond settings: it only gets our mark.
        """
        machine = _look_again(work)
        if machine.is_on:
            _mark_running(work, machine)
            return
        storage = work.facts.storage.policy
        policies = work.facts.machine_policies
        misses_policy = storage is not None and any(storage.id not in ids for ids in policies)
        reconfigure(
            work.session,
            machine.moid,
            Text("Setting up {name}", name=machine.name),
            work.ctx,
            extra_config=_extra_config(work, machine),
            policy=profile_spec(storage) if storage is not None and misses_policy else None,
            disk_keys=machine.disk_keys,
        )  # what it has now is for the next step to read, which compares it with the plan


class ReadBackStep(Step):
    """Compare the machine with the plan; a difference stops here."""

    def run(self, work: Work) -> None:
        """See ``Step.run``; changes nothing."""
        refuse_differences(work, _look_again(work))


class PowerOnStep(Step):
    """Power the machine on, which starts its one and only first boot."""

    def run(self, work: Work) -> None:
        """See ``Step.run``; the machine is on or off afterwards, nothing between.

        Which machine has the name is asked again; what it is like, the step before has compared.
        """
        name = work.profile.vm.name
        moid = find_machine(work.session, work.facts.folder, name)
        if work.facts.machine is None or moid != work.facts.machine.moid:
            raise RemoteError(
                Text(
                    "The name {name} no longer leads to the virtual machine that was compared.",
                    name=name,
                ),
                _LOOK,
            )
        if not is_powered_on(work.session, moid):
            power_on(work.session, moid, name, work.ctx)


def plan_machine(
    profile: Profile,
    facts: Facts,
    properties: Mapping[str, str],
    problems: tuple[Finding, ...],
) -> Iterator[Step]:
    """The machine's four steps; ``properties`` without the secrets is enough for a plan."""
    machine = facts.machine
    name = profile.vm.name
    finished = machine is not None and not machine.is_half_made and not is_being_deployed(machine)
    own: tuple[Finding, ...] = ()
    place: tuple[Finding, ...] = ()
    if machine is not None and finished:
        own = tuple(find_machine_problems(profile, facts, machine, properties))
        if facts.elsewhere is not None:  # a clone of it may even be as planned
            own = (name_taken(machine),)
        place = tuple(find_place_differences(profile, facts, machine))
    set_up = finished and machine is not None and _is_set_up(machine, facts)
    yield DeployStep(
        key="deploy",
        title=Text("Virtual machine {name}", name=name),
        object_name=name,
        wanted=Action.PRESENT if finished else Action.CREATE if machine is None else Action.CHANGE,
        detail=_deploy_detail(profile, facts),
        problems=(*problems, *own) if machine is None or own else (*own, *place),
        leaves=Text("vCenter removes a machine whose deployment is stopped."),
    )
    yield SettingsStep(
        key="settings",
        title=Text("Settings of {name}", name=name),
        object_name=name,
        wanted=Action.PRESENT if set_up else Action.CHANGE,
        detail=Text("Somebody has powered it on; it is only marked as complete")
        if machine is not None and machine.is_on and finished and not (set_up or own)
        else Text("{key}={value} before the first power-on", key=CLOUD_INIT_KEY, value="FALSE"),
        leaves=Text("The machine stays, powered off."),
    )
    yield ReadBackStep(
        key="read-back",
        title=Text("Read {name} back", name=name),
        object_name=name,
        wanted=Action.PRESENT if machine is not None and machine.is_on else Action.CHECK,
        detail=Text("NICs, properties, settings and storage policy against the plan"),
        leaves=Text("The machine stays, powered off."),
    )
    yield PowerOnStep(
        key="power-on",
        title=Text("Power on {name}", name=name),
        object_name=name,
        wanted=Action.PRESENT if machine is not None and machine.is_on else Action.CHANGE,
        leaves=Text("The machine stays, powered off or on."),
    )


def _is_set_up(machine: MachineState, facts: Facts) -> bool:
    has_setting = machine.extra_config.get(CLOUD_INIT_KEY, "").upper() == CLOUD_INIT_VALUE
    policy = facts.storage.policy
    has_policy = policy is None or all(policy.id in ids for ids in facts.machine_policies)
    if machine.is_on:
        return not is_unfinished(machine)
    return has_setting and has_policy and machine.mark in {READY, ADOPTED}


def is_unfinished(machine: MachineState) -> bool:
    """Whether a run of ours made it and was stopped before it could say that it is complete."""
    made = machine.mark == "" and machine.annotation.startswith(DEPLOY_MARK)
    return made or machine.mark == IMPORTING


def _mark_running(work: Work, machine: MachineState) -> None:
    """Say of a machine that runs that it is complete, or else it would be a leftover when off.

    Raises:
        RemoteError: it was powered on too early.
    """
    if misses_setting(machine):
        what = Text(
            "Virtual machine {name} was powered on before {key} was set.",
            name=machine.name,
            key=CLOUD_INIT_KEY,
        )
        raise RemoteError(what, STARTED_EARLY.cure)
    doing = Text("Setting up {name}", name=machine.name)
    marks = {MARK_KEY: _mark(work, machine), **work.marks}
    reconfigure(work.session, machine.moid, doing, work.ctx, extra_config=marks)
    _look_again(work)


def _extra_config(work: Work, machine: MachineState) -> dict[str, str]:
    handed_on = work.properties.get("appliance.ca_cert") and not (
        work.profile.appliance.ca_certificate
    )
    authority = {AUTHORITY_KEY: authority_mark(machine)} if handed_on else {}
    marks = {MARK_KEY: _mark(work, machine), **work.marks}
    return {CLOUD_INIT_KEY: CLOUD_INIT_VALUE, **marks, **authority}


def _mark(work: Work, machine: MachineState) -> str:
    """``READY`` on what we made, however it was interrupted; undo may remove that."""
    ours = machine.mark in {IMPORTING, READY} or machine.annotation.startswith(DEPLOY_MARK)
    if work.journal is not None and not ours:
        ours = work.journal.has_made_machine(machine.moid)
    return READY if ours else ADOPTED


def _deploy_detail(profile: Profile, facts: Facts) -> Text:
    machine = facts.machine
    if machine is not None and machine.is_half_made:
        return Text("Remove what a broken-off deployment left, then deploy again")
    if machine is not None and is_being_deployed(machine):
        return Text("A deployment of it is running in vCenter; wait for its end")
    if machine is not None:
        return _present_place(profile, facts, machine)
    datastore = facts.storage.datastore
    return Text(
        "Configuration {configuration}, cluster {cluster}, datastore {datastore}",
        configuration=_configuration(profile),
        cluster=facts.vm_cluster.name,
        datastore=datastore.name if datastore else "-",
    )


def _configuration(profile: Profile) -> Text | str:
    """As the form calls it."""
    chosen = profile.deployment.configuration
    choices = FIELDS["deployment.configuration"].choices
    return next((one.label for one in choices if one.value == chosen), chosen)


def _present_place(profile: Profile, facts: Facts, machine: MachineState) -> Text:
    """Where it is, which need not be where the profile would have it made."""
    place = place_of(facts, machine)
    cluster: Text | str = place["cluster"] or "-"
    if place["resource_pool"] not in {"", "Resources"}:
        pool = place["resource_pool"]
        cluster = Text("{cluster} (resource pool {pool})", cluster=cluster, pool=pool)
    return Text(
        "Configuration {configuration}, cluster {cluster}, datastore {datastore}",
        configuration=_configuration(profile),
        cluster=cluster,
        datastore=place["datastore"] or "-",
    )


def _look_again(work: Work) -> MachineState:
    """The machine as it is now, if its name still leads to it; the facts get it too.

    Raises:
        RemoteError: it does not. Whatever has the name by now is none of our business.
    """
    name, known = work.profile.vm.name, work.facts.machine
    facts = with_machine(work.session, work.profile, work.facts)
    machine = facts.machine
    if machine is None:
        what = Text("The name {name} no longer leads to a virtual machine.", name=name)
        raise RemoteError(what, _LOOK)
    if known is None or machine.moid != known.moid:
        what = Text(
            "The name {name} no longer leads to the virtual machine that was deployed.", name=name
        )
        raise RemoteError(what, _LOOK)
    work.facts = facts
    return machine
