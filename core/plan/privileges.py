"""Does the account have the privileges the plan needs, on the objects it needs them?

Which method needs which privilege is what the vSphere Web Services API says of it; an object that
is still to be made inherits from what it is made in, so that is asked about instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pyVmomi import vim, vmodl

from core.errors import AppError
from core.findings import Finding, Rule, Severity, rule
from core.plan.facts import Facts
from core.plan.host_steps import HostStep
from core.plan.readback import find_networks, network_name, network_ref
from core.plan.step import Action, Step
from core.profile.model import Profile
from core.text import Text, listed
from core.vsphere.faults import explained
from core.vsphere.retrieve import read_object
from core.vsphere.session import Session

PRIVILEGE_MISSING = rule(
    "privilege-missing",
    Severity.ERROR,
    cause=Text("The account may not do something that the plan has to do."),
    cure=Text("Have a vCenter administrator grant the privileges listed on that object."),
)
LIBRARY_PRIVILEGE_MISSING = rule(
    "privilege-library",
    Severity.WARNING,
    cause=Text(
        "The account does not seem to have the right to import into content libraries. These "
        "rights come from a global permission, which vCenter shows only in part."
    ),
    cure=Text("Have a vCenter administrator grant them as a global permission, or import by hand."),
)
PRIVILEGES_UNKNOWN = rule(
    "privileges-unknown",
    Severity.NOTE,
    cause=Text("vCenter did not say which privileges the account has."),
    cure=Text("Make sure that the account has the privileges listed in the user guide."),
)

_CREATE_SWITCH = ("DVSwitch.Create",)
_CREATE_GROUP = ("DVPortgroup.Create",)
_CHANGE_MEMBERS = ("DVSwitch.HostOp",)
_JOIN = ("Host.Config.Network",)
_ON_POOL = ("VApp.Import", "Resource.AssignVMToPool")
_ON_FOLDER = ("VApp.Import", "VirtualMachine.Inventory.Create", "VirtualMachine.Config.AddNewDisk")
_SET_UP = ("VirtualMachine.Config.AdvancedConfig",)
_SET_POLICY = ("VirtualMachine.Config.EditDevice",)
_POWER_ON = ("VirtualMachine.Interact.PowerOn",)
_POWER_OFF = ("VirtualMachine.Interact.PowerOff",)
_RENAME = ("VirtualMachine.Config.Rename", "VirtualMachine.Config.AdvancedConfig")
_REMOVE_LEFTOVER = ("VirtualMachine.Inventory.Delete",)
_ON_DATASTORE = ("Datastore.AllocateSpace",)
_ON_NETWORK = ("Network.Assign",)
_IMPORT_ITEM = (
    "ContentLibrary.AddLibraryItem",
    "ContentLibrary.UpdateLibraryItem",
    "ContentLibrary.UpdateSession",
    "ContentLibrary.DeleteLibraryItem",
)


_Where = tuple[Any, object]


@dataclass(frozen=True, slots=True)
class _Need:
    """Privileges needed on one object."""

    ref: Any
    name: object
    privileges: tuple[str, ...]
    rule: Rule = PRIVILEGE_MISSING

    @property
    def moid(self) -> str:
        return str(self.ref._GetMoId())


def find_missing_privileges(
    session: Session, profile: Profile, facts: Facts, steps: Iterable[Step]
) -> tuple[Finding, ...]:
    """A finding for each object on which the account lacks something; one call for all of them.

    Blocked steps count too: who mends what blocks them shall not meet the next error then.
    """
    pending = [step for step in steps if step.wanted.changes]
    needs = _merged(_needs(session, profile, facts, pending))
    if not needs:
        return ()
    try:
        denied = _denied(session, needs)
    except AppError as error:
        return (PRIVILEGES_UNKNOWN.found("vcenter.user", what=error.what),)
    return tuple(_findings(profile, needs, denied))


def _denied(session: Session, needs: Iterable[_Need]) -> set[tuple[str, str]]:
    """(object, privilege) pairs the account does not have; empty where vCenter cannot say."""
    manager = session.content.authorizationManager
    wanted = sorted({privilege for need in needs for privilege in need.privileges})
    entities = {need.moid: need.ref for need in needs}
    with explained(Text("Checking the account's privileges")):
        current = read_object(session, session.content.sessionManager, "currentSession")
        try:
            answer = manager.HasPrivilegeOnEntities(
                list(entities.values()), current["currentSession"].key, wanted
            )
        except vmodl.fault.MethodNotFound:
            return set()
    return {
        (str(entry.entity._GetMoId()), one.privId)
        for entry in answer or []
        for one in entry.privAvailability or []
        if not one.isGranted
    }


def _needs(
    session: Session, profile: Profile, facts: Facts, pending: Iterable[Step]
) -> Iterator[_Need]:
    steps = {step.key: step for step in pending}
    yield from _switch_needs(session, facts, steps)
    if "import" in steps:
        library = Text("content library {name}", name=profile.ova.library)
        root = session.content.rootFolder
        yield _Need(root, library, _IMPORT_ITEM, LIBRARY_PRIVILEGE_MISSING)
    if "deploy" in steps:
        yield from _deploy_needs(session, profile, facts, steps["deploy"])
    yield from _machine_needs(session, profile, facts, steps)


def _switch_needs(session: Session, facts: Facts, steps: dict[str, Step]) -> Iterator[_Need]:
    folder = _network_folder(session, facts)
    where: _Where = folder
    if facts.switch is not None:
        where = (session.ref(facts.switch.kind, facts.switch.moid), facts.switch.name)
    if "switch" in steps:
        yield _Need(*folder, _CREATE_SWITCH)
    if any(key.startswith("port-group-") for key in steps):
        yield _Need(*where, _CREATE_GROUP)
    joining = [step for step in steps.values() if isinstance(step, HostStep)]
    if joining:
        yield _Need(*where, _CHANGE_MEMBERS)
    for step in joining:
        yield _Need(session.ref(vim.HostSystem, step.host.moid), step.host.name, _JOIN)


def _deploy_needs(session: Session, profile: Profile, facts: Facts, step: Step) -> Iterator[_Need]:
    if facts.pool:
        pool = session.ref(vim.ResourcePool, facts.pool)
        named = Text("resource pool {name}", name=_pool_name(profile, facts))
        yield _Need(pool, named, _ON_POOL)
    if facts.folder:
        removes = _REMOVE_LEFTOVER if step.wanted is Action.CHANGE else ()
        yield _Need(*_vm_folder(session, profile, facts), _ON_FOLDER + removes)
    datastore = facts.storage.datastore
    if datastore is not None:
        ref = session.ref(vim.Datastore, datastore.moid)
        yield _Need(ref, Text("datastore {name}", name=datastore.name), _ON_DATASTORE)
    for _, moid in find_networks(profile, facts):
        if moid:
            known = network_ref(facts, moid)
            named = Text("network {name}", name=network_name(facts, moid))
            yield _Need(session.ref(known.kind, moid), named, _ON_NETWORK)
        else:
            yield _Need(*_network_folder(session, facts), _ON_NETWORK)


def _machine_needs(
    session: Session, profile: Profile, facts: Facts, steps: dict[str, Step]
) -> Iterator[_Need]:
    if not facts.folder:
        return
    where: _Where = _vm_folder(session, profile, facts)
    if facts.machine is not None and "deploy" not in steps:
        where = (session.ref(vim.VirtualMachine, facts.machine.moid), facts.machine.name)
    if "settings" in steps:
        yield _Need(*where, _SET_UP + (_SET_POLICY if _misses_policy(facts) else ()))
    if "power-on" in steps:
        yield _Need(*where, _POWER_ON)
    # the steps of a redeployment, on machines that are side by side in the folder
    folder = _vm_folder(session, profile, facts)
    if {"power-off-old", "power-off-new"} & set(steps):
        yield _Need(*folder, _POWER_OFF)
    if {"put-aside", "take-name", "give-name-back", "restore"} & set(steps):
        yield _Need(*folder, _RENAME)
    if any(key.startswith("remove-") for key in steps):
        yield _Need(*folder, _REMOVE_LEFTOVER)


def _misses_policy(facts: Facts) -> bool:
    """Whether the policy is still to be set; an import brings it along."""
    policy = facts.storage.policy
    return policy is not None and any(policy.id not in ids for ids in facts.machine_policies)


def _network_folder(session: Session, facts: Facts) -> _Where:
    ref = session.ref(vim.Folder, facts.datacenter.network_folder)
    return ref, Text("the network folder of datacenter {name}", name=facts.datacenter.name)


def _vm_folder(session: Session, profile: Profile, facts: Facts) -> _Where:
    path = profile.vm.folder.strip("/") or facts.datacenter.name
    return session.ref(vim.Folder, facts.folder), Text("VM folder {name}", name=path)


def _pool_name(profile: Profile, facts: Facts) -> str:
    return profile.vm.resource_pool.strip("/") or facts.vm_cluster.name


def _merged(needs: Iterable[_Need]) -> list[_Need]:
    """One need for each object and rule, its privileges in the order they came up."""
    merged: dict[tuple[str, str], _Need] = {}
    for need in needs:
        key = (need.moid, need.rule.code)
        known = merged.get(key)
        privileges = (known.privileges if known else ()) + need.privileges
        name = known.name if known else need.name
        merged[key] = _Need(need.ref, name, tuple(dict.fromkeys(privileges)), need.rule)
    return list(merged.values())


def _findings(
    profile: Profile, needs: Iterable[_Need], denied: set[tuple[str, str]]
) -> Iterator[Finding]:
    for need in needs:
        missing = [p for p in need.privileges if (need.moid, p) in denied]
        if missing:
            yield need.rule.found(
                "vcenter.user",
                what=Text(
                    "{user} lacks {privileges} on {name}.",
                    user=profile.vcenter.user,
                    privileges=listed(missing),
                    name=need.name,
                ),
            )
