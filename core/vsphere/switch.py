"""The distributed switch: its state as data, and the calls that make or extend it.

Existing settings are never altered here: changing the MTU or a VLAN of a switch in use is one of
the things that make a host roll back its network (DOMAIN 7).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from pyVmomi import vim, vmodl

from core.errors import AppError, RemoteError
from core.jobs import JobContext
from core.profile.model import NicMap, PortGroup, SwitchSettings
from core.text import Text, listed
from core.vsphere.faults import explained
from core.vsphere.inventory import object_name
from core.vsphere.retrieve import Row, read_object, read_objects
from core.vsphere.session import Session
from core.vsphere.tasks import wait_for_task

_Vds = vim.dvs.VmwareDistributedVirtualSwitch
_Member = vim.dvs.HostMember
_Manager = vim.dvs.DistributedVirtualSwitchManager
_CONFLICT_RETRIES = 3

MADE_MARK = "Made by HAProxy Setup for vSphere"
"""Our description of a switch or port group we make; with the journal it proves it is ours."""


@dataclass(frozen=True, slots=True)
class PortGroupState:
    """A port group as it is; ``vlan`` None where it is a trunk or a private VLAN."""

    moid: str
    name: str
    vlan: int | None


@dataclass(frozen=True, slots=True)
class Member:
    """A host on the switch; ``nics`` are (uplink name, NIC) pairs, "" where vCenter is silent."""

    host: str
    nics: NicMap


@dataclass(frozen=True, slots=True)
class SwitchState:
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
    """The switch with its port groups, uplinks and members, in three calls at most."""
    return _read(session, session.ref(switch.kind, switch.moid))


def _read(session: Session, ref: Any) -> SwitchState:
    row = read_object(
        session,
        ref,
        "name",
        "uuid",
        "config",
        "summary.productInfo",
        "summary.hostMember",
        "portgroup",
    )
    config = row["config"]
    groups = read_objects(
        session,
        ("name", "config.uplink", "config.defaultPortConfig"),
        row["portgroup"] or [],
    )
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
            PortGroupState(group.moid, object_name(group["name"]), _vlan(group))
            for group in groups
            if group.moid not in uplink_groups
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


def _vlan(group: Row) -> int | None:
    vlan = getattr(group["config.defaultPortConfig"], "vlan", None)
    if vlan is None:
        return 0
    return vlan.vlanId if isinstance(vlan, _Vds.VlanIdSpec) else None


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
            name=settings.name,
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
        name=group.name,
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


def join_host(
    session: Session, switch: SwitchState, host: str, name: str, wanted: NicMap, ctx: JobContext
) -> SwitchState:
    """Make ``host`` a member with each NIC on its uplink; NICs it has there already stay.

    A host's uplink ports exist only once it has joined, so a mapping that is not simply "first
    NICs to first uplinks" takes two calls: join without NICs, then plug them in by port.

    Returns:
        The switch as read back afterwards.

    Raises:
        AppError: vCenter refused, or the mapping read back is another one.
    """
    doing = Text("Adding host {host} to {switch}", host=name, switch=switch.name)
    in_order = tuple(uplink for uplink, _ in wanted) == switch.uplink_names[: len(wanted)]
    if switch.member(host) is None:
        first = [_Member.PnicSpec(pnicDevice=nic) for _, nic in wanted] if in_order else []
        reconfigure_member(session, switch, host, "add", lambda _: first, doing, ctx)
        switch = read_switch(session, switch)
    if not switch.reports_nics and in_order:
        return switch  # the mapping cannot be read back here; the caller says so
    if not is_joined(switch, host, wanted):
        merged = partial(_merged_specs, session, switch, host, wanted)
        reconfigure_member(session, switch, host, "edit", merged, doing, ctx)
        switch = read_switch(session, switch)
    if not is_joined(switch, host, wanted):
        member = switch.member(host)
        raise RemoteError(
            Text(
                "{doing}: vCenter reports {found} instead of {wanted}.",
                doing=doing,
                found=nics_text(member.nics if member else ()),
                wanted=nics_text(wanted),
            ),
            Text("Check the host's physical adapters in the switch's topology view."),
        )
    return switch


def is_joined(switch: SwitchState, host: str, wanted: NicMap) -> bool:
    """Whether the host is a member with every wanted NIC on its uplink."""
    member = switch.member(host)
    if member is None:
        return False
    return not switch.reports_nics or set(wanted) <= set(member.nics)


def nics_text(nics: NicMap) -> str:
    """``vmnic2 (Uplink 1), vmnic3 (Uplink 2)``."""
    return listed(f"{nic} ({uplink})" if uplink else nic for uplink, nic in nics) or "-"


def _merged_specs(
    session: Session, switch: SwitchState, host: str, wanted: NicMap, present: list[Any]
) -> list[Any]:
    """All NICs the member shall have: those it has, moved or extended to what is wanted.

    ``edit`` replaces the whole list, so leaving out a present NIC would unplug it.
    """
    ref = session.ref(switch.kind, switch.moid)
    criteria = vim.dvs.PortCriteria(uplinkPort=True, host=[session.ref(vim.HostSystem, host)])
    keys = {
        port.config.name: port.key
        for port in ref.FetchDVPorts(criteria) or []
        if port.config and port.config.name
    }
    moved = {nic for _, nic in wanted}
    return [
        *(spec for spec in present if spec.pnicDevice not in moved),
        *(
            _Member.PnicSpec(
                pnicDevice=nic,
                uplinkPortKey=keys.get(uplink),
                uplinkPortgroupKey=switch.uplink_group or None,
            )
            for uplink, nic in wanted
        ),
    ]


NicChange = Callable[[list[Any]], list[Any]]
"""From the NIC specifications a member has at this moment to those it shall have."""


def reconfigure_member(
    session: Session,
    switch: SwitchState,
    host: str,
    operation: str,
    change: NicChange,
    doing: Text,
    ctx: JobContext,
) -> None:
    """One host, one task, on top of what the member has at this moment.

    NICs and configuration version are read in one call, and anew after a conflict: so the version
    guards against a change that somebody else makes in between.

    Raises:
        AppError: vCenter refused.
    """
    ref = session.ref(switch.kind, switch.moid)
    for attempts_left in reversed(range(_CONFLICT_RETRIES)):
        config = read_object(session, ref, "config")["config"]
        present = [
            spec
            for member in getattr(config, "host", None) or []
            if member.config.host._GetMoId() == host
            for spec in getattr(member.config.backing, "pnicSpec", None) or []
        ]
        backing = None
        if operation != "remove":
            backing = _Member.PnicBacking(pnicSpec=change(present))
        member = _Member.ConfigSpec(
            operation=operation, host=session.ref(vim.HostSystem, host), backing=backing
        )
        version = getattr(config, "configVersion", None) or ""
        spec = _Vds.ConfigSpec(configVersion=version, host=[member])
        try:
            with explained(doing):
                task = ref.ReconfigureDvs_Task(spec)
            wait_for_task(session, task, doing, ctx)
        except AppError as error:
            conflict = isinstance(error.__cause__, vim.fault.ConcurrentAccess)
            if not conflict or not attempts_left:
                raise
        else:
            return
