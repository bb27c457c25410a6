"""The distributed switch: its state as data, and the calls that make it and its port groups.

Existing settings are never altered here: changing the MTU or a VLAN of a switch in use is one of
the things that make a host roll back its network (DOMAIN 7).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from msgspec import Struct
from pyVmomi import vim, vmodl

from core.jobs import JobContext
from core.profile.model import NicMap, PortGroup, SwitchSettings
from core.text import Text
from core.vsphere.entity_names import object_name, stored_name
from core.vsphere.faults import explained
from core.vsphere.linked import read_linked
from core.vsphere.retrieve import Row, read_objects
from core.vsphere.session import Session
from core.vsphere.tasks import wait_for_task

_Vds = vim.dvs.VmwareDistributedVirtualSwitch

MADE_MARK = "Made by HAProxy Setup for vSphere"
"""Our description of a switch or port group we make; with the journal it proves it is ours."""


class PortGroupState(Struct, frozen=True):
    """A port group as it is; ``vlan`` None where it is a trunk or a private VLAN.

    ``trunk`` are the VLANs of a trunk as vCenter shows them (``0-4094``), ``private`` the id of a
    private VLAN.
    """

    moid: str
    name: str
    vlan: int | None
    trunk: str = ""
    private: int | None = None

    @property
    def described(self) -> Text:
        """What the port group does with VLANs, for a person."""
        if self.private is not None:
            return Text("private VLAN {vlan}", vlan=self.private)
        if self.vlan is None:
            return Text("a trunk of VLANs {vlans}", vlans=self.trunk or "?")
        return Text("VLAN {vlan}", vlan=self.vlan) if self.vlan else Text("no VLAN")

    @property
    def plain_vlan(self) -> int | str | None:
        """The same for a program: the VLAN's number, or a word and what belongs to it."""
        if self.private is not None:
            return f"private {self.private}"
        return f"trunk {self.trunk}".rstrip() if self.vlan is None else self.vlan


class Member(Struct, frozen=True):
    """A host on the switch; ``nics`` are (uplink name, NIC) pairs, "" where vCenter is silent."""

    host: str
    nics: NicMap

    def uplink_of(self, nic: str) -> str:
        """The uplink a NIC is connected to, "" if none is known."""
        return next((uplink for uplink, device in self.nics if device == nic), "")


class SwitchState(Struct, frozen=True):
    """A switch as it is.

    ``reports_nics`` is False where vCenter (the stock simulator, really) lists members without
    their NICs, so that the mapping cannot be read back.
    """

    moid: str
    kind: str
    name: str
    uuid: str
    version: str
    mtu: int
    uplink_names: tuple[str, ...]
    uplink_group: str
    port_groups: tuple[PortGroupState, ...]
    members: tuple[Member, ...]
    reports_nics: bool

    def member(self, host: str) -> Member | None:
        """The membership of a host by its id."""
        return next((member for member in self.members if member.host == host), None)

    def port_group(self, name: str) -> PortGroupState | None:
        """The port group of that name on this switch."""
        return next((group for group in self.port_groups if group.name == name), None)


class SwitchRef(Protocol):
    """What identifies a switch: its id and its exact API class."""

    @property
    def moid(self) -> str:
        """The id in this vCenter."""
        ...

    @property
    def kind(self) -> str:
        """The name of the API's class."""
        ...


def read_switch(session: Session, switch: SwitchRef) -> SwitchState:
    """The switch with its port groups, uplinks and members, in two calls at most."""
    return _read(session, session.ref(switch.kind, switch.moid))


def read_uuids(session: Session, switches: Sequence[SwitchRef]) -> dict[str, str]:
    """The UUIDs of switches by id, in one call."""
    refs = [session.ref(switch.kind, switch.moid) for switch in switches]
    return {row.moid: str(row["uuid"]) for row in read_objects(session, ("uuid",), refs)}


def _read(session: Session, ref: Any) -> SwitchState:
    row, groups = read_linked(
        session,
        ref,
        ("name", "uuid", "config", "summary.productInfo", "summary.hostMember", "portgroup"),
        "portgroup",
        vim.dvs.DistributedVirtualPortgroup,
        ("name", "config.uplink", "config.defaultPortConfig"),
    )
    config = row["config"]
    name = object_name(row["name"])
    uplink_groups = _uplink_groups(config, groups)
    listed_members = list(getattr(config, "host", None) or [])
    port_names = _uplink_port_names(ref) if listed_members else {}
    members = {
        m.config.host._GetMoId(): Member(m.config.host._GetMoId(), _nic_map(m, port_names))
        for m in listed_members
    }
    for host in row["summary.hostMember"] or []:
        members.setdefault(host._GetMoId(), Member(host._GetMoId(), ()))
    policy = getattr(config, "uplinkPortPolicy", None)
    return SwitchState(
        moid=row.moid,
        kind=type(ref).__name__,
        name=name,
        uuid=row["uuid"] or "",
        version=row["summary.productInfo"].version if row["summary.productInfo"] else "",
        mtu=getattr(config, "maxMtu", None) or 1500,
        uplink_names=tuple(getattr(policy, "uplinkPortName", None) or ()),
        uplink_group=next(iter(uplink_groups), ""),
        port_groups=tuple(
            _port_group(group) for group in groups if group.moid not in uplink_groups
        ),
        members=tuple(members.values()),
        reports_nics=len(listed_members) == len(members),
    )


def _uplink_groups(config: Any, groups: Iterable[Row]) -> tuple[str, ...]:
    declared = [ref._GetMoId() for ref in getattr(config, "uplinkPortgroup", None) or []]
    marked = [group.moid for group in groups if group["config.uplink"]]
    # the simulator declares neither; vCenter names the group so (SIMULATOR 2)
    named = [group.moid for group in groups if "-DVUplinks-" in object_name(group["name"])]
    return tuple(dict.fromkeys(declared + marked + named))


def _uplink_port_names(ref: Any) -> dict[str, str]:
    criteria = vim.dvs.PortCriteria(uplinkPort=True)
    return {
        port.key: (port.config.name if port.config else "") or ""
        for port in ref.FetchDVPorts(criteria) or []
    }


def _nic_map(member: Any, port_names: dict[str, str]) -> NicMap:
    backing = member.config.backing
    return tuple(
        (port_names.get(spec.uplinkPortKey or "", ""), spec.pnicDevice)
        for spec in getattr(backing, "pnicSpec", None) or []
    )


def _port_group(group: Row) -> PortGroupState:
    name = object_name(group["name"])
    setting = getattr(group["config.defaultPortConfig"], "vlan", None)
    if isinstance(setting, _Vds.PvlanSpec):
        return PortGroupState(group.moid, name, None, private=setting.pvlanId)
    if isinstance(setting, _Vds.TrunkVlanSpec):
        ranges = sorted((one.start, one.end) for one in setting.vlanId or [])
        shown = ", ".join(str(lo) if lo == hi else f"{lo}-{hi}" for lo, hi in ranges)
        return PortGroupState(group.moid, name, None, trunk=shown)
    return PortGroupState(group.moid, name, setting.vlanId if setting is not None else 0)


def available_versions(session: Session) -> tuple[Any, ...] | None:
    """The switch versions this vCenter offers, as its own ProductSpec objects.

    None where it cannot be asked (the stock simulator); never a list of ours: those lists have
    refused valid versions in every tool that had one (DOMAIN 6).
    """
    manager = session.content.dvSwitchManager
    try:
        return tuple(manager.QueryAvailableDvsSpec() or ())
    except vmodl.fault.MethodNotFound:
        return None


def compatible_hosts(session: Session, cluster: str, product: Any) -> frozenset[str] | None:
    """Ids of the cluster's hosts that can join a switch of that version; None if not answered."""
    container = session.ref(vim.ClusterComputeResource, cluster)
    try:
        hosts = session.content.dvSwitchManager.QueryCompatibleHostForNewDvs(
            container, True, product
        )
    except vmodl.fault.MethodNotFound:
        return None
    return frozenset(host._GetMoId() for host in hosts or [])


def compatible_hosts_for(
    session: Session, cluster: str, switch: SwitchRef
) -> frozenset[str] | None:
    """Ids of the cluster's hosts that can join an existing switch; None if not answered."""
    container = session.ref(vim.ClusterComputeResource, cluster)
    ref = session.ref(switch.kind, switch.moid)
    try:
        hosts = session.content.dvSwitchManager.QueryCompatibleHostForExistingDvs(
            container, True, ref
        )
    except vmodl.fault.MethodNotFound:
        return None
    return frozenset(host._GetMoId() for host in hosts or [])


def create_switch(
    session: Session, network_folder: str, settings: SwitchSettings, product: Any, ctx: JobContext
) -> SwitchState:
    """Make the switch in the datacenter's network folder.

    ``product`` is vCenter's own ProductSpec of the wanted version, or one made from the profile
    where vCenter cannot be asked.

    Raises:
        AppError: vCenter refused; nothing was made then.
    """
    doing = Text("Creating distributed switch {name}", name=settings.name)
    spec = vim.DistributedVirtualSwitch.CreateSpec(
        productInfo=product,
        configSpec=_Vds.ConfigSpec(
            name=stored_name(settings.name),
            description=MADE_MARK,
            maxMtu=settings.mtu,
            uplinkPortPolicy=vim.DistributedVirtualSwitch.NameArrayUplinkPortPolicy(
                uplinkPortName=list(settings.uplink_names)
            ),
        ),
    )
    folder = session.ref(vim.Folder, network_folder)
    with explained(doing):
        task = folder.CreateDVS_Task(spec)
    return _read(session, wait_for_task(session, task, doing, ctx))


def plain_product(version: str) -> Any:
    """A ProductSpec for a vCenter that cannot be asked which versions it offers."""
    return vim.dvs.ProductSpec(name="DVS", vendor="VMware, Inc.", version=version)


def create_port_group(
    session: Session, switch: SwitchRef, group: PortGroup, ctx: JobContext
) -> None:
    """Add one port group: static binding, elastic, its VLAN (0: none).

    Raises:
        AppError: vCenter refused.
    """
    doing = Text("Creating port group {name}", name=group.name)
    spec = vim.dvs.DistributedVirtualPortgroup.ConfigSpec(
        name=stored_name(group.name),
        description=MADE_MARK,
        type="earlyBinding",
        numPorts=8,
        autoExpand=True,
        defaultPortConfig=_Vds.VmwarePortConfigPolicy(
            vlan=_Vds.VlanIdSpec(vlanId=group.vlan or 0, inherited=False)
        ),
    )
    ref = session.ref(switch.kind, switch.moid)
    with explained(doing):
        task = ref.AddDVPortgroup_Task([spec])
    wait_for_task(session, task, doing, ctx)
