"""What a plan needs to know of a vCenter, read in few round trips before anything is changed."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, structs

from core.findings import Finding, Severity, rule
from core.jobs import JobContext, Progress
from core.plan.lookup import Lookup, kind_of
from core.plan.storage import StorageFacts, disk_bytes_of, read_storage
from core.plan.whereabouts import elsewhere_finding, find_elsewhere, is_known
from core.profile.model import EXISTING, LIBRARY, Profile
from core.text import Text
from core.vsphere.inventory import (
    Cluster,
    Datacenter,
    Host,
    Inventory,
    read_hosts,
    read_inventory,
    read_services,
)
from core.vsphere.library import ContentLibrary, Item, Library
from core.vsphere.machine import MachineState, find_machine, find_named, read_machine
from core.vsphere.ovf_import import Placement
from core.vsphere.policies import PolicyService
from core.vsphere.session import About, Session
from core.vsphere.switch import (
    SwitchState,
    available_versions,
    compatible_hosts,
    compatible_hosts_for,
    read_switch,
)

IS_HOST = rule(
    "vcenter-is-esxi",
    Severity.ERROR,
    cause=Text("A single ESXi host hands no OVF settings to the appliance; only vCenter does."),
    cure=Text("Give the address of the vCenter Server that manages the host."),
    source="F19",
)
TOO_OLD = rule(
    "vcenter-old",
    Severity.WARNING,
    cause=Text("Workload Management with this load balancer needs vCenter 7.0 or newer."),
    cure=Text("Update the vCenter first, or go on at your own risk."),
)
UNTESTED = rule(
    "vcenter-9",
    Severity.WARNING,
    cause=Text(
        "HAProxy is deprecated as of vSphere 9.0, and the published appliance is reported not to "
        "configure itself there; whether this program's setting for 8.0 U3 helps is unknown."
    ),
    cure=Text("Consider the Foundation Load Balancer, or try it where a failure does no harm."),
    source="F2",
)
FOLDER_NAME = rule(
    "vm-name-of-folder",
    Severity.ERROR,
    cause=Text("A folder or vApp in the target folder has the name of the virtual machine."),
    cure=Text("Choose another name for the machine, or another folder."),
)


class LibraryFacts(Struct, frozen=True):
    """The content library, the item if it is there, and vCenter's summary of that."""

    library: Library
    item: Item | None
    summary: dict[str, Any]


class Facts(Struct, frozen=True):
    """A vCenter as far as one profile is concerned.

    ``versions`` and ``compatible`` are None where this vCenter does not answer (the stock
    simulator). ``machine_policies`` are the ids on the machine's home and its disks. ``hosts`` are
    those of the switch's cluster, ``vm_hosts`` those of the machine's. ``elsewhere`` is the machine
    that this profile made, where it has another name or folder by now.
    """

    about: About
    inventory: Inventory
    datacenter: Datacenter
    cluster: Cluster
    vm_cluster: Cluster
    hosts: tuple[Host, ...]
    vm_hosts: tuple[Host, ...]
    switch: SwitchState | None
    versions: tuple[Any, ...] | None
    compatible: frozenset[str] | None
    folder: str
    pool: str
    storage: StorageFacts
    library: LibraryFacts | None
    machine: MachineState | None
    machine_policies: tuple[frozenset[str], ...]
    elsewhere: MachineState | None = None

    @property
    def placement(self) -> Placement:
        """Where the machine goes."""
        storage = self.storage
        datastore = storage.datastore.moid if storage.datastore else ""
        return Placement(self.folder, self.pool, datastore, storage.host, storage.policy)

    @property
    def appliance(self) -> MachineState | None:
        """The appliance of the profile, wherever it is, whatever else may have its name."""
        return self.elsewhere or self.machine

    @property
    def needs_machine(self) -> bool:
        """Whether the machine is still to be made."""
        return self.machine is None or self.machine.is_half_made


def read_facts(
    session: Session,
    profile: Profile,
    ctx: JobContext,
    *,
    disk_bytes: int = 0,
    is_second: bool = False,
) -> tuple[Facts | None, tuple[Finding, ...]]:
    """Everything a plan needs, and every object that is missing, found in one go.

    ``disk_bytes`` is the room the disk needs at once; where it is not known (0), the library may
    know. ``is_second``: it is right that the profile has a machine of another name already, since
    one is made to replace it. Facts are None where too much is missing to go on.
    """
    about = session.about
    problems = list(find_version_problems(about))
    if not about.is_vcenter:
        return None, tuple(problems)
    _say(ctx, Text("Reading the inventory"))
    inventory = read_inventory(session)
    lookup = Lookup(inventory, profile)
    datacenter = lookup.datacenter()
    cluster = vm_cluster = None
    if datacenter is not None:
        cluster = lookup.cluster("switch.cluster", profile.switch.cluster, datacenter)
        vm_cluster = cluster
        if profile.vm.cluster and profile.vm.cluster != profile.switch.cluster:
            vm_cluster = lookup.cluster("vm.cluster", profile.vm.cluster, datacenter)
    if datacenter is None or cluster is None or vm_cluster is None:
        return None, (*problems, *lookup.findings)
    _say(ctx, Text("Reading hosts and switch"))
    cluster = read_services(session, cluster)
    same = vm_cluster.moid == cluster.moid
    vm_cluster = cluster if same else read_services(session, vm_cluster)
    must_exist = profile.switch.mode == EXISTING
    found = lookup.switch(datacenter, required=must_exist)
    switch = read_switch(session, found) if found else None
    versions = available_versions(session) if switch is None else None
    folder, pool = lookup.folder(session, datacenter), lookup.pool(vm_cluster)
    _say(ctx, Text("Reading storage"))
    hosts = read_hosts(session, cluster.hosts)
    vm_hosts = hosts if same else read_hosts(session, vm_cluster.hosts)
    storage = read_storage(session, profile, lookup, vm_cluster, vm_hosts)
    facts = Facts(
        about=about,
        inventory=inventory,
        datacenter=datacenter,
        cluster=cluster,
        vm_cluster=vm_cluster,
        hosts=hosts,
        vm_hosts=vm_hosts,
        switch=switch,
        versions=versions,
        compatible=_compatible(session, profile, cluster, switch, versions),
        folder=folder,
        pool=pool,
        storage=storage.choose(disk_bytes),
        library=None,
        machine=None,
        machine_policies=(),
    )
    taken: tuple[Finding, ...] = ()
    if folder:
        name = profile.vm.name
        moid, is_machine = find_named(session, folder, name)
        if is_machine:
            facts = with_this(session, facts, read_machine(session, moid))
        elif moid:
            what = Text("Something else than a machine is called {name} there.", name=name)
            taken = (FOLDER_NAME.found("vm.name", what=what),)
    named = facts.machine  # none, too, where the folder was renamed
    if not is_second and (named is None or not is_known(session, profile, named)):
        elsewhere = find_elsewhere(session, profile, facts)
        if elsewhere is not None:
            facts = _replaced(facts, elsewhere=elsewhere)
            taken += (elsewhere_finding(session, profile, facts, elsewhere),)
    if profile.ova.uses_library and pool and folder:
        _say(ctx, Text("Reading the content library"))
        facts = with_library(session, profile, facts, lookup)
        if not disk_bytes and facts.library is not None:
            disk_bytes = disk_bytes_of(facts.library.summary, profile.vm.disk_format)
            facts = _replaced(facts, storage=storage.choose(disk_bytes))
    misfits = storage.find_misfit()
    room = storage.find_problems(session, disk_bytes) if facts.needs_machine else ()
    return facts, (*problems, *taken, *lookup.findings, *misfits, *room)


def find_version_problems(about: About) -> tuple[Finding, ...]:
    """What is to be said about this vCenter's kind and version (F2, F19)."""
    if not about.is_vcenter:
        what = Text("{name} is an ESXi host, not a vCenter Server.", name=about.name)
        return (IS_HOST.found("vcenter.address", what=what),)
    named = Text("This vCenter is version {version}.", version=about.version)
    if about.release < (7,):
        why = Text(
            "This vCenter is version {version}; Workload Management with this load balancer needs "
            "7.0 or newer.",
            version=about.version,
        )
        return (TOO_OLD.found("vcenter.address", what=why),)
    if about.release >= (9,):
        return (UNTESTED.found("vcenter.address", what=named, advice=UNTESTED.cause),)
    return ()


def with_machine(session: Session, profile: Profile, facts: Facts) -> Facts:
    """The facts with the machine as it is now."""
    moid = find_machine(session, facts.folder, profile.vm.name)
    if not moid:
        return _replaced(facts, machine=None, machine_policies=())
    return with_this(session, facts, read_machine(session, moid))


def with_this(session: Session, facts: Facts, machine: MachineState) -> Facts:
    """The facts with that machine, whatever its name, and the storage policies it has now."""
    policies: tuple[frozenset[str], ...] = ()
    if facts.storage.policy is not None:
        with_service = PolicyService(session)
        try:
            policies = with_service.policies_of(machine.moid, machine.disk_keys)
        finally:
            with_service.close()
    return _replaced(facts, machine=machine, machine_policies=policies)


def with_library(
    session: Session, profile: Profile, facts: Facts, lookup: Lookup | None = None
) -> Facts:
    """The facts with the content library as it is now."""
    lookup = lookup or Lookup(facts.inventory, profile)
    content = ContentLibrary(session)
    library = content.find_library(profile.ova.library)
    if library is None:
        names = (known.name for known in content.libraries())
        lookup.missing("ova.library", kind_of("ova.library"), profile.ova.library, names)
        return facts
    item = content.find_item(library, profile.ova.item)
    if item is None and profile.ova.source == LIBRARY:
        names = (known.name for known in content.items(library))
        lookup.missing("ova.item", kind_of("ova.item"), profile.ova.item, names)
    summary = content.summary(item, facts.placement) if item is not None and item.files else {}
    return _replaced(facts, library=LibraryFacts(library, item, summary))


def _replaced(facts: Facts, **changes: Any) -> Facts:
    return structs.replace(facts, **changes)


def _compatible(
    session: Session,
    profile: Profile,
    cluster: Cluster,
    switch: SwitchState | None,
    versions: tuple[Any, ...] | None,
) -> frozenset[str] | None:
    if switch is not None:
        missing = set(cluster.hosts) - {member.host for member in switch.members}
        return compatible_hosts_for(session, cluster.moid, switch) if missing else None
    product = next((v for v in versions or () if v.version == profile.switch.version), None)
    return compatible_hosts(session, cluster.moid, product) if product is not None else None


def _say(ctx: JobContext, what: Text) -> None:
    ctx.check()
    ctx.report(Progress("plan", None, what))
