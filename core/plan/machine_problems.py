"""A machine that is there already: is it the one that is planned, and what to say if not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import structs

from core.errors import RemoteError
from core.findings import Finding, Severity, rule
from core.plan.facts import Facts
from core.plan.readback import (
    Expected,
    find_deployed_differences,
    find_differences,
    find_networks,
    misses_setting,
)
from core.plan.work import Work
from core.profile.model import Profile
from core.text import Joined, Text
from core.vsphere.machine import ADOPTED, CLOUD_INIT_KEY, READY, MachineState

_FIELD = "vm.name"
_PLUG_IN = Text(
    "Nothing needs to be deployed anew. Connect the network adapter in vCenter (vSphere Client: "
    "Edit Settings, Connected and Connect At Power On), then run again."
)

NAME_TAKEN = rule(
    "vm-name-taken",
    Severity.ERROR,
    cause=Text("The folder has a virtual machine of that name which is not this appliance."),
    cure=Text("Choose another name or folder, or remove that machine in vCenter."),
)
MACHINE_DIFFERS = rule(
    "vm-differs",
    Severity.ERROR,
    cause=Text(
        "The appliance is there with other values. It takes them once, at its first boot, so they "
        "cannot be changed afterwards."
    ),
    cure=Text(
        "Give the values it has, or replace it by an appliance with the new ones: haproxy-setup "
        "redeploy PROFILE."
    ),
)

STARTED_EARLY = rule(
    "vm-started-early",
    Severity.ERROR,
    cause=Text(
        "Somebody powered the appliance on before this program had set what its one and only first "
        "boot needs. It has not reported the certificate with which that boot ends."
    ),
    cure=Text(
        "If it was powered on within the last ten minutes, wait and run again: once it has "
        "reported its certificate, nothing is lost. Otherwise undo, agreeing to powering it off, "
        "and deploy again."
    ),
    source="F1",
)


def expected_machine(profile: Profile, facts: Facts, properties: Mapping[str, str]) -> Expected:
    """What the machine has to be, with the ids of this vCenter."""
    return Expected(find_networks(profile, facts), properties, facts.storage.policy)


def find_machine_problems(
    profile: Profile, facts: Facts, machine: MachineState, properties: Mapping[str, str]
) -> Iterator[Finding]:
    """What speaks against taking a machine of that name for the one that is planned."""
    expected = expected_machine(profile, facts, properties)
    differences = deployed = find_deployed_differences(machine, expected, facts)
    if machine.is_on:  # too late for what would be set before power-on
        differences = find_differences(machine, facts.machine_policies, expected, facts)
    if machine.is_on and not deployed and misses_setting(machine):
        what = Text(
            "Virtual machine {name} was powered on before {key} was set.",
            name=machine.name,
            key=CLOUD_INIT_KEY,
        )
        yield STARTED_EARLY.found(_FIELD, what=what)
        return
    if not differences:
        return
    is_appliance = machine.mark in {READY, ADOPTED} or any(
        key.startswith("loadbalance.") for key in machine.properties
    )
    if not is_appliance:
        yield name_taken(machine)
        return
    said: Text = Joined(differences[:5], "; ")
    if len(differences) > 5:
        said = Text("{some} … (+{more})", some=said, more=len(differences) - 5)
    yield MACHINE_DIFFERS.found(
        _FIELD,
        what=Text(
            "A virtual machine {name} exists, but {differences}.",
            name=machine.name,
            differences=said,
        ),
        advice=_PLUG_IN if _is_only_unplugged(machine, expected, facts) else None,
    )


def name_taken(machine: MachineState) -> Finding:
    """What to say of a machine that has the appliance's name and is not it."""
    return NAME_TAKEN.found(
        _FIELD,
        what=Text(
            "A virtual machine {name} exists which is not this appliance.", name=machine.name
        ),
    )


def _is_only_unplugged(machine: MachineState, expected: Expected, facts: Facts) -> bool:
    """Whether it would be the one that is planned if its NICs were connected."""
    plugged_in = structs.replace(machine, unplugged=())
    policies = facts.machine_policies
    if machine.is_on:
        return not find_differences(plugged_in, policies, expected, facts)
    return not find_deployed_differences(plugged_in, expected, facts)


def refuse_differences(work: Work, machine: MachineState) -> None:
    """The gate before power-on: a machine must be in everything what was planned.

    Raises:
        RemoteError: it is not; nothing of it was changed.
    """
    facts = work.facts
    expected = expected_machine(work.profile, facts, work.properties)
    differences = find_differences(machine, facts.machine_policies, expected, facts)
    if not differences:
        return
    what = Text(
        "{name} is not what was planned: {differences}.",
        name=machine.name,
        differences=Joined(differences, "; "),
    )
    plugged_in = structs.replace(machine, unplugged=())
    if not find_differences(plugged_in, facts.machine_policies, expected, facts):
        raise RemoteError(what, _PLUG_IN)
    raise RemoteError(
        what,
        Text(
            "It was not powered on, since its first boot happens only once. Remove the machine in "
            "vCenter, mend the cause and run again."
        ),
    )


def refuse_another_machine(work: Work, machine: MachineState) -> None:
    """A machine that was found, not made, must be the one that is planned.

    Raises:
        RemoteError: it is another one, or a NIC of it is not connected; nothing was changed.
    """
    expected = expected_machine(work.profile, work.facts, work.properties)
    differences = find_deployed_differences(machine, expected, work.facts)
    plugged_in = structs.replace(machine, unplugged=())
    if differences and not find_deployed_differences(plugged_in, expected, work.facts):
        raise RemoteError(
            Text(
                "A virtual machine {name} exists, but {differences}.",
                name=machine.name,
                differences=Joined(differences, "; "),
            ),
            _PLUG_IN,
        )
    if differences:
        raise RemoteError(
            Text(
                "A virtual machine {name} has appeared which is not the one planned: {difference}.",
                name=machine.name,
                difference=differences[0],
            ),
            Text("It was left alone. Choose another name, or remove that machine in vCenter."),
        )
