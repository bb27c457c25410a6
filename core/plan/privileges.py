"""Does the account have the privileges the plan needs, on the objects it needs them?

Which method needs which privilege is what the vSphere Web Services API says of it; an object that
is still to be made inherits from what it is made in, so that is asked about instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyVmomi import vim

from core.findings import Finding
from core.plan.facts import Facts
from core.plan.host_steps import HostStep
from core.plan.machine_steps import PowerOnStep
from core.plan.permission import LIBRARY_PRIVILEGE_MISSING, Need, Where, find_missing
from core.plan.readback import find_networks, network_name, network_ref
from core.plan.step import Action, Step
from core.plan.swap_steps import RemoveOneStep, SwapStep, put_aside
from core.profile.model import Profile
from core.text import Text
from core.vsphere.machine import MachineState
from core.vsphere.relatives import Relatives, find_relatives
from core.vsphere.session import Session

_CREATE_SWITCH = ("DVSwitch.Create",)
_CREATE_GROUP = ("DVPortgroup.Create",)
CHANGE_MEMBERS = ("DVSwitch.HostOp",)
JOIN = ("Host.Config.Network",)
_ON_POOL = ("VApp.Import", "Resource.AssignVMToPool")
_ON_FOLDER = ("VApp.Import", "VirtualMachine.Inventory.Create", "VirtualMachine.Config.AddNewDisk")
_SET_UP = ("VirtualMachine.Config.AdvancedConfig",)
_SET_POLICY = ("VirtualMachine.Config.EditDevice",)
_POWER_ON = ("VirtualMachine.Interact.PowerOn",)
POWER_OFF = ("VirtualMachine.Interact.PowerOff",)
_RENAME = ("VirtualMachine.Config.Rename", "VirtualMachine.Config.AdvancedConfig")
REMOVE_MACHINE = ("VirtualMachine.Inventory.Delete",)
_SWAPS = {
    "power-off-old": POWER_OFF,
    "put-aside": _RENAME,
    "take-name": _RENAME,
    "power-off-new": POWER_OFF,
    "give-name-back": _RENAME,
    "restore": _RENAME,
    "power-on": _POWER_ON,
}
_ON_DATASTORE = ("Datastore.AllocateSpace",)
_ON_NETWORK = ("Network.Assign",)
IMPORT_ITEM = (
    "ContentLibrary.AddLibraryItem",
    "ContentLibrary.UpdateLibraryItem",
    "ContentLibrary.UpdateSession",
    "ContentLibrary.DeleteLibraryItem",
)


def find_missing_privileges(
    session: Session, profile: Profile, facts: Facts, steps: Iterable[Step]
) -> tuple[Finding, ...]:
    """A finding for each object on which the account lacks something; one call for all of them.

    Blocked steps count too: who mends what blocks them shall not meet the next error then.
    """
    pending = [step for step in steps if step.wanted.changes]
    needs = _needs(session, profile, facts, pending)
    return find_missing(session, profile.vcenter.user, needs)


def _needs(
    session: Session, profile: Profile, facts: Facts, pending: Iterable[Step]
) -> Iterator[Need]:
    steps = {step.key: step for step in pending}
    yield from _switch_needs(session, facts, steps)
    if "import" in steps:
        library = Text("content library {name}", name=profile.ova.library)
        root = session.content.rootFolder
        yield Need(root, library, IMPORT_ITEM, LIBRARY_PRIVILEGE_MISSING)
    if "deploy" in steps:
        yield from _deploy_needs(session, profile, facts, steps["deploy"])
    yield from _machine_needs(session, profile, facts, steps)


def _switch_needs(session: Session, facts: Facts, steps: dict[str, Step]) -> Iterator[Need]:
    folder = _network_folder(session, facts)
    where: Where = folder
    if facts.switch is not None:
        where = (session.ref(facts.switch.kind, facts.switch.moid), facts.switch.name)
    if "switch" in steps:
        yield Need(*folder, _CREATE_SWITCH)
    if any(key.startswith("port-group-") for key in steps):
        yield Need(*where, _CREATE_GROUP)
    joining = [step for step in steps.values() if isinstance(step, HostStep)]
    if joining:
        yield Need(*where, CHANGE_MEMBERS)
    for step in joining:
        yield Need(session.ref(vim.HostSystem, step.host.moid), step.host.name, JOIN)


def _deploy_needs(session: Session, profile: Profile, facts: Facts, step: Step) -> Iterator[Need]:
    if facts.pool:
        pool = session.ref(vim.ResourcePool, facts.pool)
        named = Text("resource pool {name}", name=_pool_name(profile, facts))
        yield Need(pool, named, _ON_POOL)
    if facts.folder:
        leftover = facts.machine if step.wanted is Action.CHANGE else None
        removes = REMOVE_MACHINE if leftover is not None else ()
        yield Need(*_vm_folder(session, profile, facts), _ON_FOLDER + removes)
        if leftover is not None:
            yield Need(*_machine(session, leftover.moid, leftover.name), REMOVE_MACHINE)
    datastore = facts.storage.datastore
    if datastore is not None:
        ref = session.ref(vim.Datastore, datastore.moid)
        yield Need(ref, Text("datastore {name}", name=datastore.name), _ON_DATASTORE)
    for _, moid in find_networks(profile, facts):
        if moid:
            known = network_ref(facts, moid)
            named = Text("network {name}", name=network_name(facts, moid))
            yield Need(session.ref(known.kind, moid), named, _ON_NETWORK)
        else:
            yield Need(*_network_folder(session, facts), _ON_NETWORK)


def _machine_needs(
    session: Session, profile: Profile, facts: Facts, steps: dict[str, Step]
) -> Iterator[Need]:
    if not facts.folder:
        return
    where: Where = _vm_folder(session, profile, facts)
    if facts.machine is not None and "deploy" not in steps:
        where = _machine(session, facts.machine.moid, facts.machine.name)
    if "settings" in steps:
        yield Need(*where, _SET_UP + (_SET_POLICY if _misses_policy(facts) else ()))
    if isinstance(steps.get("power-on"), PowerOnStep):
        yield Need(*where, _POWER_ON)
    yield from _swap_needs(session, profile, facts, steps)


def _swap_needs(
    session: Session, profile: Profile, facts: Facts, steps: dict[str, Step]
) -> Iterator[Need]:
    """Those of a redeployment's steps, each on the machine that it is about.

    One that is still to be made inherits from the folder; to delete one, vCenter wants the
    privilege on its folder too (``ManagedEntity.Destroy_Task``).
    """
    folder = _vm_folder(session, profile, facts)
    name = next((step.name for step in steps.values() if isinstance(step, SwapStep)), "")
    machines = find_relatives(session, facts.folder, name) if name else None
    about = _swapped(machines, steps) if machines is not None else {}
    for key, privileges in _SWAPS.items():
        if key in steps and name:
            machine = about.get(key)
            where = folder if machine is None else _machine(session, machine.moid, machine.name)
            yield Need(*where, privileges)
    for step in steps.values():
        if isinstance(step, RemoveOneStep):
            yield Need(*_machine(session, step.moid, step.object_name), REMOVE_MACHINE)
            yield Need(*folder, REMOVE_MACHINE)


def _swapped(machines: Relatives, steps: dict[str, Step]) -> dict[str, MachineState | None]:
    """Which machine a step of a redeployment changes, as things are before the first of them."""
    old, current = put_aside(machines), machines.current
    new = current if old is not None else machines.prepared
    return {
        "power-off-old": current,
        "put-aside": current,
        "take-name": machines.prepared,
        "power-off-new": new,
        "give-name-back": new,
        "restore": old,
        "power-on": (old or current) if "restore" in steps else (new or machines.prepared),
    }


def _machine(session: Session, moid: str, name: str) -> Where:
    ref = session.ref(vim.VirtualMachine, moid)
    return ref, Text("virtual machine {name}", name=name)


def _misses_policy(facts: Facts) -> bool:
    """Whether the policy is still to be set; an import brings it along."""
    policy = facts.storage.policy
    return policy is not None and any(policy.id not in ids for ids in facts.machine_policies)


def _network_folder(session: Session, facts: Facts) -> Where:
    ref = session.ref(vim.Folder, facts.datacenter.network_folder)
    return ref, Text("the network folder of datacenter {name}", name=facts.datacenter.name)


def _vm_folder(session: Session, profile: Profile, facts: Facts) -> Where:
    path = profile.vm.folder.strip("/") or facts.datacenter.name
    return session.ref(vim.Folder, facts.folder), Text("VM folder {name}", name=path)


def _pool_name(profile: Profile, facts: Facts) -> str:
    return profile.vm.resource_pool.strip("/") or facts.vm_cluster.name
