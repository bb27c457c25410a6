"""What there is to choose from in a vCenter, read in a handful of round trips.

Neither the calls, nor what comes, nor the work here grows with the virtual machines: the inventory
is read without going near them. What only some need is read when they do: the VM folders for whom
a folder is chosen or named, services and hosts (physical NICs) for the cluster that was chosen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct, structs
from pyVmomi import vim

from core.vsphere.entity_names import object_name, stored_name
from core.vsphere.retrieve import Row, Way, read_along, read_object, read_objects, read_tree
from core.vsphere.session import Session


class Datacenter(Struct, frozen=True):
    """A datacenter; ``path`` has the folders above it, ``Europe/Lab-DC``; ``exact`` as in Place."""

    moid: str
    name: str
    path: str
    vm_folder: str
    network_folder: str
    exact: str = ""


class Cluster(Struct, frozen=True):
    """A cluster with its hosts and root pool.

    ``drs``, ``ha`` and ``drs_automation`` are known after ``read_services`` only, None or "" else.
    """

    moid: str
    name: str
    datacenter: str
    hosts: tuple[str, ...]
    root_pool: str
    datastores: tuple[str, ...]
    networks: tuple[str, ...]
    drs: bool | None = None
    ha: bool | None = None
    drs_automation: str = ""


class Network(Struct, frozen=True):
    """A network a NIC can be connected to; ``switch`` is set for distributed port groups.

    ``kind`` is the API's class of it.
    """

    moid: str
    kind: str
    name: str
    datacenter: str
    switch: str
    is_uplink: bool


class Switch(Struct, frozen=True):
    """A vSphere Distributed Switch, as far as choosing one needs it; ``kind`` its API class."""

    moid: str
    kind: str
    name: str
    datacenter: str
    version: str


class Datastore(Struct, frozen=True):
    """A datastore; sizes in bytes."""

    moid: str
    name: str
    datacenter: str
    capacity: int
    free: int
    is_usable: bool


class Place(Struct, frozen=True):
    """A VM folder or resource pool; ``path`` starts below the datacenter's or cluster's root.

    ``exact`` is the path of the names as vCenter stores them: only there is a slash always a step.
    """

    moid: str
    path: str
    owner: str
    exact: str = ""


class Inventory(Struct, frozen=True):
    """All that the forms offer, without the virtual machines.

    Of the VM folders only the topmost of each datacenter is known, until ``read_folders``.
    """

    datacenters: tuple[Datacenter, ...]
    clusters: tuple[Cluster, ...]
    switches: tuple[Switch, ...]
    networks: tuple[Network, ...]
    datastores: tuple[Datastore, ...]
    folders: tuple[Place, ...]
    pools: tuple[Place, ...]


_WANTED: Mapping[type, tuple[str, ...]] = {
    vim.Datacenter: ("name", "parent", "vmFolder", "networkFolder"),
    vim.Folder: ("name", "parent"),
    vim.ClusterComputeResource: (
        "name",
        "parent",
        "host",
        "resourcePool",
        "datastore",
        "network",
    ),
    vim.ResourcePool: ("name", "parent"),
    vim.Datastore: (
        "name",
        "parent",
        "summary.capacity",
        "summary.freeSpace",
        "summary.accessible",
        "summary.maintenanceMode",
    ),
    vim.Network: ("name", "parent"),
    vim.dvs.DistributedVirtualPortgroup: (
        "name",
        "parent",
        "config.distributedVirtualSwitch",
        "config.uplink",
    ),
    vim.DistributedVirtualSwitch: ("name", "parent", "summary.productInfo.version"),
}


_WAYS: tuple[Way, ...] = (
    (vim.Folder, "childEntity", (vim.Folder, vim.Datacenter, vim.ComputeResource)),
    (vim.Datacenter, "hostFolder", (vim.Folder,)),
    (vim.Datacenter, "networkFolder", (vim.Folder,)),
    (vim.Datacenter, "datastoreFolder", (vim.Folder,)),
    (vim.Datacenter, "vmFolder", ()),  # itself, not what is in it: that is mostly machines
    (vim.ComputeResource, "resourcePool", (vim.ResourcePool,)),
    (vim.ResourcePool, "resourcePool", (vim.ResourcePool,)),
)


def read_inventory(session: Session) -> Inventory:
    """Everything the forms offer but the VM folders, in one call for each 2,000 objects."""
    root = session.content.rootFolder
    rows = read_along(session, root, _WAYS, _WANTED)
    if not any(isinstance(row.ref, vim.Datacenter) for row in rows):
        # nothing in there, or no way in for this account
        rows = read_tree(session, root, _WANTED)
    return _Tree(rows).inventory()


def read_folders(
    session: Session, inventory: Inventory, datacenter: Datacenter | None = None
) -> Inventory:
    """The inventory with all VM folders, of one datacenter or of all, in two calls more."""
    asked = (datacenter,) if datacenter else inventory.datacenters
    tops = [session.ref(vim.Folder, dc.vm_folder) for dc in asked]
    if not tops:
        return inventory
    container = tops[0] if len(tops) == 1 else session.content.rootFolder
    below = read_tree(session, container, {vim.Folder: _WANTED[vim.Folder]})
    tree = _Tree((*(Row(top, {}) for top in tops), *below))
    return structs.replace(
        inventory, folders=tree.places(vim.Folder, {dc.vm_folder: dc.moid for dc in asked})
    )


def read_folder(session: Session, inventory: Inventory, moid: str) -> Place | None:
    """Where one VM folder is, in one call; None if it is in none of the datacenters.

    Asked upwards: the API lets whoever may see an object see the names of all that is above it.
    """
    up = (vim.ManagedEntity, "parent", (vim.ManagedEntity,))
    ref = session.ref(vim.Folder, moid)
    above = read_along(session, ref, (up,), {vim.Folder: _WANTED[vim.Folder]}, with_start=True)
    owners = {dc.vm_folder: dc.moid for dc in inventory.datacenters}
    return next((p for p in _Tree(above).places(vim.Folder, owners) if p.moid == moid), None)


def read_services(session: Session, cluster: Cluster) -> Cluster:
    """The cluster with what its DRS and HA are set to.

    Reads the whole ``configurationEx``: a real vCenter refuses paths into that polymorphic
    property, which the simulator accepts; and ``configuration`` is deprecated since 2.5.
    """
    ref = session.ref(vim.ClusterComputeResource, cluster.moid)
    config = read_object(session, ref, "configurationEx")["configurationEx"]
    drs, ha = getattr(config, "drsConfig", None), getattr(config, "dasConfig", None)
    return structs.replace(
        cluster,
        drs=getattr(drs, "enabled", None),
        ha=getattr(ha, "enabled", None),
        drs_automation=str(getattr(drs, "defaultVmBehavior", "") or ""),
    )


class _Tree:
    """The rows of the query with their parents, to find paths and owners."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows: dict[str, Row] = {row.moid: row for row in rows}

    def inventory(self) -> Inventory:
        datacenters = tuple(
            Datacenter(
                row.moid,
                self._name(row),
                self._path(row, ()),
                _moid(row["vmFolder"]),
                _moid(row["networkFolder"]),
                self._path(row, (), exact=True),
            )
            for row in self._of(vim.Datacenter)
        )
        vm_folders = {dc.vm_folder: dc.moid for dc in datacenters}
        clusters = tuple(self._cluster(row) for row in self._of(vim.ClusterComputeResource))
        root_pools = {cluster.root_pool: cluster.moid for cluster in clusters}
        return Inventory(
            datacenters=_sorted(datacenters),
            clusters=_sorted(clusters),
            switches=_sorted(
                Switch(
                    row.moid,
                    type(row.ref).__name__,
                    self._name(row),
                    self._datacenter(row),
                    row["summary.productInfo.version"] or "",
                )
                for row in self._of(vim.DistributedVirtualSwitch)
            ),
            networks=_sorted(self._network(row) for row in self._of(vim.Network)),
            datastores=_sorted(self._datastore(row) for row in self._of(vim.Datastore)),
            folders=self.places(vim.Folder, vm_folders),
            pools=self.places(vim.ResourcePool, root_pools),
        )

    def _of(self, kind: type) -> Iterable[Row]:
        return (row for row in self.rows.values() if isinstance(row.ref, kind))

    def _name(self, row: Row) -> str:
        return object_name(row["name"])

    def _parent(self, row: Row) -> Row | None:
        return self.rows.get(_moid(row["parent"]))

    def _path(self, row: Row, roots: Iterable[str], *, exact: bool = False) -> str:
        names: list[str] = []
        here: Row | None = row
        while here is not None and here.moid not in roots:
            name = self._name(here)
            names.append(stored_name(name) if exact else name)
            here = self._parent(here)
        return "/".join(reversed(names))

    def _datacenter(self, row: Row) -> str:
        here: Row | None = row
        while here is not None and not isinstance(here.ref, vim.Datacenter):
            here = self._parent(here)
        return here.moid if here is not None else ""

    def _root_above(self, row: Row, roots: Mapping[str, str]) -> str:
        here: Row | None = row
        while here is not None:
            if here.moid in roots:
                return here.moid
            here = self._parent(here)
        return ""

    def places(self, kind: type, roots: Mapping[str, str]) -> tuple[Place, ...]:
        """What is exactly of that kind at and below the ``roots``, which have the owners."""
        places = []
        for row in self._of(kind):
            if type(row.ref) is not kind:
                continue  # a vApp is a resource pool to vCenter, but no place for the appliance
            root = self._root_above(row, roots)
            if root:
                path, exact = self._path(row, (root,)), self._path(row, (root,), exact=True)
                places.append(Place(row.moid, path, roots[root], exact))
        return tuple(sorted(places, key=lambda place: place.path.casefold()))

    def _cluster(self, row: Row) -> Cluster:
        return Cluster(
            moid=row.moid,
            name=self._name(row),
            datacenter=self._datacenter(row),
            hosts=_moids(row["host"]),
            root_pool=_moid(row["resourcePool"]),
            datastores=_moids(row["datastore"]),
            networks=_moids(row["network"]),
        )

    def _network(self, row: Row) -> Network:
        name = self._name(row)
        # the simulator marks no uplink port group; vCenter names it so (SIMULATOR 2)
        uplink = row["config.uplink"] or (
            isinstance(row.ref, vim.dvs.DistributedVirtualPortgroup) and "-DVUplinks-" in name
        )
        return Network(
            row.moid,
            type(row.ref).__name__,
            name,
            self._datacenter(row),
            _moid(row["config.distributedVirtualSwitch"]),
            bool(uplink),
        )

    def _datastore(self, row: Row) -> Datastore:
        usable = bool(row["summary.accessible"]) and (
            (row["summary.maintenanceMode"] or "normal") == "normal"
        )
        return Datastore(
            row.moid,
            self._name(row),
            self._datacenter(row),
            row["summary.capacity"] or 0,
            row["summary.freeSpace"] or 0,
            usable,
        )


class PhysicalNic(Struct, frozen=True):
    """A physical NIC of a host: its link and what it is used for."""

    device: str
    mac: str
    speed_mbit: int | None
    used_by: str
    switch_uuid: str
    carries_management: bool

    @property
    def has_link(self) -> bool:
        """Whether a cable with something at its other end is plugged in."""
        return bool(self.speed_mbit)

    @property
    def is_free(self) -> bool:
        """Whether no switch uses it."""
        return not self.used_by


class Host(Struct, frozen=True):
    """A host of the cluster with its physical NICs."""

    moid: str
    name: str
    version: str
    is_connected: bool
    in_maintenance: bool
    nics: tuple[PhysicalNic, ...]

    def nic(self, device: str) -> PhysicalNic | None:
        """The NIC of that device name, such as ``vmnic2``."""
        return next((nic for nic in self.nics if nic.device == device), None)


_HOST_PATHS = (
    "name",
    "config.product.version",
    "runtime.connectionState",
    "runtime.inMaintenanceMode",
    "config.network.pnic",
    "config.network.vswitch",
    "config.network.proxySwitch",
    "config.network.vnic",
    "config.virtualNicManagerInfo.netConfig",
)


def read_hosts(session: Session, moids: Iterable[str]) -> tuple[Host, ...]:
    """The hosts of a cluster with link, speed and use of each physical NIC, in one query."""
    refs = [session.ref(vim.HostSystem, moid) for moid in moids]
    return _sorted(_host(row) for row in read_objects(session, _HOST_PATHS, refs))


def _host(row: Row) -> Host:
    vnics = row["config.network.vnic"] or []
    management_keys = {
        key
        for config in row["config.virtualNicManagerInfo.netConfig"] or []
        if config.nicType == "management"
        for key in config.selectedVnic or []
    }
    # selectedVnic holds keys such as "management.key-vim.host.VirtualNic-vmk0"
    management = [
        v for v in vnics if any(key.endswith(v.key or v.device) for key in management_keys)
    ]
    management_groups = {v.portgroup for v in management if v.portgroup}
    management_uuids = {
        v.spec.distributedVirtualPort.switchUuid
        for v in management
        if v.spec and v.spec.distributedVirtualPort
    }
    users: dict[str, tuple[str, str, bool]] = {}
    for switch in row["config.network.vswitch"] or []:
        groups = {key.partition("PortGroup-")[2] for key in switch.portgroup or []}
        carries = bool(groups & management_groups)
        users |= dict.fromkeys(switch.pnic or [], (switch.name, "", carries))
    for proxy in row["config.network.proxySwitch"] or []:
        carries = proxy.dvsUuid in management_uuids
        name = object_name(proxy.dvsName)
        users |= dict.fromkeys(proxy.pnic or [], (name, proxy.dvsUuid, carries))
    nics = []
    for pnic in row["config.network.pnic"] or []:
        used_by, uuid, carries = users.get(pnic.key, users.get(pnic.device, ("", "", False)))
        speed = pnic.linkSpeed.speedMb if pnic.linkSpeed else None
        nics.append(PhysicalNic(pnic.device, pnic.mac or "", speed, used_by, uuid, carries))
    return Host(
        moid=row.moid,
        name=object_name(row["name"]),
        version=row["config.product.version"] or "",
        is_connected=str(row["runtime.connectionState"]) == "connected",
        in_maintenance=bool(row["runtime.inMaintenanceMode"]),
        nics=tuple(nics),
    )


def _moid(ref: Any) -> str:
    return str(ref._GetMoId()) if ref is not None else ""


def _moids(refs: Any) -> tuple[str, ...]:
    return tuple(_moid(ref) for ref in refs or [])


def _sorted(items: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(items, key=lambda item: item.name.casefold()))
