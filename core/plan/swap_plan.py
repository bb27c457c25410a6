"""Which steps of an exchange of machines are left, from the machines as they are (F16, F17)."""

from __future__ import annotations

from collections.abc import Iterator

from core.findings import Finding
from core.plan.facts import Facts
from core.plan.machine_steps import plan_machine
from core.plan.ova_steps import find_item_problems, plan_import, plan_verify
from core.plan.preparation import Prepared
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
from core.plan.undo_plan import is_ours
from core.profile.model import Profile
from core.text import Text
from core.vsphere.machine import MachineState
from core.vsphere.relatives import Relatives, prepared_name, replaced_name


def plan_forward(
    profile: Profile,
    renamed: Profile,
    facts: Facts,
    prepared: Prepared,
    machines: Relatives,
    properties: dict[str, str],
    problems: tuple[Finding, ...],
) -> Iterator[Step]:
    """The steps that are left until a new machine has taken the old one's place."""
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


def plan_back(name: str, machines: Relatives) -> Iterator[Step]:
    """The steps that are left until the old machine is back in its place and the new one gone."""
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
        yield plan_removal(new, prepared_name(name))


def _power_on(name: str, *, is_there: bool) -> PowerOnOnlyStep:
    return PowerOnOnlyStep(
        key="power-on",
        title=Text("Power on {name}", name=name),
        object_name=name,
        wanted=Action.PRESENT if is_there else Action.CHANGE,
        leaves=Text("The machine stays, powered off or on."),
        name=name,
    )


def plan_removal(machine: MachineState, name: str = "") -> RemoveOneStep:
    """The step that deletes a machine, which will have that name by then."""
    shown = name or machine.name
    return RemoveOneStep(
        key=f"remove-{machine.moid}",
        title=Text("Remove virtual machine {name}", name=shown),
        object_name=shown,
        wanted=Action.REMOVE,
        leaves=Text("The machine stays; the next run removes it."),
        moid=machine.moid,
    )
