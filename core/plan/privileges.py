"""Does the account have the privileges the plan needs, on the objects it needs them?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyVmomi import vim, vmodl

from core.findings import Finding, Severity, rule
from core.plan.facts import Facts
from core.plan.step import Step
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

_CREATE_SWITCH = ("DVSwitch.Create",)
_CREATE_GROUP = ("DVPortgroup.Create",)
_JOIN_HOST = ("DVSwitch.HostOp", "DVSwitch.Modify", "Host.Config.Network")
_IMPORT = ("VApp.Import",)
_ON_FOLDER = (
    "VApp.Import",
    "VirtualMachine.Config.AdvancedConfig",
    "VirtualMachine.Interact.PowerOn",
)


@dataclass(frozen=True, slots=True)
class _Need:
    kind: type
    moid: str
    name: str
    privileges: tuple[str, ...]


def find_missing_privileges(
    session: Session, profile: Profile, facts: Facts, steps: Iterable[Step]
) -> tuple[Finding, ...]:
    """A finding for each object on which the account lacks something; one call for all of them."""
    needs = list(
        _needs(facts, {step.key.partition("-")[0] for step in steps if step.action.changes})
    )
    if not needs:
        return ()
    manager = session.content.authorizationManager
    wanted = sorted({privilege for need in needs for privilege in need.privileges})
    entities = {need.moid: session.ref(need.kind, need.moid) for need in needs}
    with explained(Text("Checking the account's privileges")):
        current = read_object(session, session.content.sessionManager, "currentSession")
        try:
            answer = manager.HasPrivilegeOnEntities(
                list(entities.values()), current["currentSession"].key, wanted
            )
        except vmodl.fault.MethodNotFound:
            return ()
    denied = {
        (entry.entity._GetMoId(), one.privId)
        for entry in answer or []
        for one in entry.privAvailability or []
        if not one.isGranted
    }
    return tuple(_findings(profile, needs, denied))


def _needs(facts: Facts, changing: set[str]) -> Iterable[_Need]:
    datacenter = facts.datacenter
    if "switch" in changing:
        yield _Need(vim.Datacenter, datacenter.moid, datacenter.name, _CREATE_SWITCH)
    if "port" in changing:
        yield _Need(vim.Datacenter, datacenter.moid, datacenter.name, _CREATE_GROUP)
    if "host" in changing:
        cluster = facts.cluster
        yield _Need(vim.ClusterComputeResource, cluster.moid, cluster.name, _JOIN_HOST)
    if "deploy" in changing and facts.pool and facts.folder:
        yield _Need(vim.ResourcePool, facts.pool, facts.vm_cluster.name, _IMPORT)
        yield _Need(vim.Folder, facts.folder, datacenter.name, _ON_FOLDER)


def _findings(
    profile: Profile, needs: Iterable[_Need], denied: set[tuple[str, str]]
) -> Iterable[Finding]:
    for need in needs:
        missing = [p for p in need.privileges if (need.moid, p) in denied]
        if missing:
            yield PRIVILEGE_MISSING.found(
                "vcenter.user",
                what=Text(
                    "{user} lacks {privileges} on {name}.",
                    user=profile.vcenter.user,
                    privileges=listed(missing),
                    name=need.name,
                ),
            )
