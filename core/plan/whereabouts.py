"""Where the appliance of a profile really is: under another name or folder, on another datastore.

A machine is looked for by folder and name, and both can be changed: in the profile, or in vCenter.
The journal knows which machine the profile made; without it a second one would be made (F16).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.findings import Finding, Severity, rule
from core.journal.store import machines_made
from core.profile.model import Profile
from core.text import Joined, Text
from core.vsphere.entity_names import object_name
from core.vsphere.inventory import Place, read_folder
from core.vsphere.library import DEPLOY_MARK
from core.vsphere.machine import MachineState, find_by_id
from core.vsphere.relatives import is_prepared, is_put_aside
from core.vsphere.session import Session

if TYPE_CHECKING:
    from core.plan.facts import Facts

ELSEWHERE = rule(
    "vm-elsewhere",
    Severity.ERROR,
    cause=Text(
        "The appliance which this profile made has another name, or is in another folder, than the "
        "profile says. A second one would answer for the same addresses."
    ),
    cure=Text(
        "Give the profile that name and folder, or rename or move the machine back in vCenter. To "
        "have it made anew, undo first: haproxy-setup undo PROFILE. For a second appliance "
        "duplicate the profile, which gives it an id of its own, and change the addresses."
    ),
    source="F16",
)
PLACE_DIFFERS = rule(
    "vm-place-differs",
    Severity.NOTE,
    cause=Text(
        "The appliance is not where the profile would have it made. It may have been moved "
        "(vMotion, Storage DRS), or the profile was changed afterwards."
    ),
    cure=Text(
        "Nothing is moved. Give the profile the place that it has, or move the machine in vCenter."
    ),
)


def find_elsewhere(session: Session, profile: Profile, facts: Facts) -> MachineState | None:
    """The machine that this profile made, where it is not the one with the profile's name.

    Only for that case (``is_known``): one look for each machine in the journal. What a
    redeployment that was interrupted has renamed is not meant (``unfinished``), nor what an id was
    given to again. Without the profile's folder (renamed itself) the name alone tells the former.
    """
    for machine in _made(session, profile):
        is_here = facts.folder in {"", machine.folder}
        if not (is_here and _is_being_replaced(machine, profile.vm.name)):
            return machine
    return None


def find_made(session: Session, profile: Profile) -> tuple[MachineState, ...]:
    """Every machine that this profile made and that is there, those of a redeployment too."""
    return tuple(_made(session, profile))


def _made(session: Session, profile: Profile) -> Iterator[MachineState]:
    for moid in machines_made(profile, session.about.instance_uuid):
        machine = find_by_id(session, moid)
        if machine is not None and is_appliance(machine):
            yield machine


def elsewhere_finding(
    session: Session, profile: Profile, facts: Facts, machine: MachineState
) -> Finding:
    """What to say of a machine from ``find_elsewhere``."""
    fields = differing_fields(profile, facts, machine)
    return ELSEWHERE.found(*fields, what=said_of(session, facts, machine))


def differing_fields(profile: Profile, facts: Facts, machine: MachineState) -> tuple[str, ...]:
    """Which fields of the profile say otherwise than a machine from ``find_elsewhere``."""
    is_renamed, is_moved = machine.name != profile.vm.name, machine.folder != facts.folder
    return (*(["vm.name"] if is_renamed else []), *(["vm.folder"] if is_moved else []))


def said_of(session: Session, facts: Facts, machine: MachineState) -> Text:
    """Where the appliance is; name and folder apart, as the profile takes them.

    Where it cannot take them, vCenter's own path.
    """
    folder = folder_of(session, facts, machine)
    if folder is None:
        return Text(
            "The appliance of this profile is already there, as {path}.",
            path=path_of(session, facts, machine),
        )
    if not folder:
        return Text(
            "The appliance of this profile is already there, as {name} at the top of the VM "
            "folders (in the profile: no folder).",
            name=machine.name,
        )
    return Text(
        "The appliance of this profile is already there, as {name} in the VM folder {folder}.",
        name=machine.name,
        folder=folder,
    )


def folder_of(session: Session, facts: Facts, machine: MachineState) -> str | None:
    """The folder of a machine as ``vm.folder`` takes it, "" being the top.

    None where that field cannot say it: in a vApp, or in another datacenter. Written as people do,
    unless a slash could be taken for a level, or what is in a name for an escaped character.
    """
    folder = _folder(session, facts, machine)
    if folder is None or folder.owner != facts.datacenter.moid:
        return None
    has_levels_only = folder.path.count("/") == folder.exact.count("/")
    is_clear = has_levels_only and object_name(folder.path) == folder.path
    return folder.path if is_clear else folder.exact


def path_of(session: Session, facts: Facts, machine: MachineState) -> str:
    """As vCenter's own tools write it; the name alone where it is in no folder (a vApp)."""
    folder = _folder(session, facts, machine)
    if folder is None:
        return machine.name
    datacenters = facts.inventory.datacenters
    datacenter = next((d.path for d in datacenters if d.moid == folder.owner), "")
    return "/".join(("", *filter(None, (datacenter, "vm", folder.path, machine.name))))


def _folder(session: Session, facts: Facts, machine: MachineState) -> Place | None:
    return read_folder(session, facts.inventory, machine.folder) if machine.folder else None


def is_known(session: Session, profile: Profile, machine: MachineState) -> bool:
    """Whether it is an appliance which this profile made, as far as the journal knows."""
    made = machines_made(profile, session.about.instance_uuid)
    return machine.moid in made and is_appliance(machine)


def is_appliance(machine: MachineState) -> bool:
    """Whether it is one at all: a name, or after a restored backup an id, may be a stranger's."""
    is_marked = bool(machine.mark) or machine.annotation.startswith(DEPLOY_MARK)
    return is_marked or any(key.startswith("loadbalance.") for key in machine.properties)


def _is_being_replaced(machine: MachineState, name: str) -> bool:
    return is_prepared(machine, name) or is_put_aside(machine, name)


def place_of(facts: Facts, machine: MachineState) -> dict[str, str]:
    """Cluster, resource pool and datastore that a machine has now, by name; "" where unknown."""
    inventory = facts.inventory
    pool = next((p for p in inventory.pools if p.moid == machine.pool), None)
    owner = pool.owner if pool is not None else ""
    stores = {store.moid: store.name for store in inventory.datastores}
    return {
        "cluster": next((c.name for c in inventory.clusters if c.moid == owner), ""),
        "resource_pool": (pool.path or "Resources") if pool is not None else "",
        "datastore": ", ".join(stores[m] for m in machine.datastores if m in stores),
    }


def find_place_differences(
    profile: Profile, facts: Facts, machine: MachineState
) -> Iterator[Finding]:
    """One finding if a machine is not where the profile expressly says."""
    vm, place = profile.vm, place_of(facts, machine)
    differing = []
    if vm.cluster and place["cluster"] not in {"", facts.vm_cluster.name}:
        differing.append("cluster")
    if vm.resource_pool and facts.pool and place["resource_pool"] and machine.pool != facts.pool:
        differing.append("resource_pool")
    store = facts.storage.datastore if vm.datastore else None
    if store is not None and machine.datastores and set(machine.datastores) != {store.moid}:
        differing.append("datastore")
    if not differing:
        return
    wanted = {
        "cluster": vm.cluster,
        "resource_pool": vm.resource_pool,
        "datastore": vm.datastore,
    }
    yield PLACE_DIFFERS.found(
        *(f"vm.{key}" for key in differing),
        what=Text(
            "Virtual machine {name} has {found}; the profile says {wanted}.",
            name=machine.name,
            found=Joined(_named(key, place[key]) for key in differing),
            wanted=Joined(_named(key, wanted[key]) for key in differing),
        ),
    )


def _named(key: str, name: str) -> Text:
    if key == "cluster":
        return Text("cluster {name}", name=name)
    if key == "resource_pool":
        return Text("resource pool {name}", name=name)
    return Text("datastore {name}", name=name or "-")
