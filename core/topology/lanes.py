"""The lanes: one for each NIC, and one for each further port group."""

from __future__ import annotations

from collections.abc import Iterator

from core.checks.networks import find_network
from core.profile.model import EXISTING, PRIMARY_WORKLOAD, ROLES, PortGroup, Profile
from core.profile.model import FRONTEND as FRONTEND_ROLE
from core.text import Text
from core.topology.places import (
    FRONTEND,
    FURTHER,
    MANAGEMENT,
    WORKLOAD,
    Flow,
    Kind,
    Lane,
    Place,
)
from core.topology.plugs import Plug, Taken
from core.topology.scale import scale_of
from core.topology.shown import entries, line

_GROUPS, _RANGES, _ADDITIONAL = (
    "switch.port_groups",
    "load_balancing.ranges",
    "network.additional_workload_networks",
)
_NODES = Flow(Kind.NODES, Text("Kubernetes nodes"), ())


def nic_lanes(
    profile: Profile, plugs: tuple[Plug, ...], taken: Taken, machines: tuple[Place, ...]
) -> Iterator[Lane]:
    """A lane for each NIC; ``machines`` are on the management network."""
    titles = {
        MANAGEMENT: Text("Management"),
        WORKLOAD: Text("Workload"),
        FRONTEND: Text("Frontend"),
    }
    names = {network.lower(): line(name) for network, name in profile.network_mapping()}
    # The frontend stands between the two others, so that workload networks adjoin.
    for plug in sorted(plugs, key=lambda plug: (plug.role != MANAGEMENT, plug.role != FRONTEND)):
        role, name = plug.role, names[plug.role]
        group = _group(profile, role, name)
        is_primary = role == WORKLOAD
        yield Lane(
            role=role,
            title=titles[role],
            name=_lane_name(profile, role, name, group),
            vlan=_vlan(group) if group else None,
            subnet=str(plug.subnet) if plug.subnet else None,
            on_switch=group is not None or (not name and role != MANAGEMENT),
            nic=plug.nic,
            gateway=plug.gateway,
            flows=tuple(_flows(profile, plug, taken, name)),
            machines=machines if role == MANAGEMENT else (),
            behind_gateway=_additional(profile) if is_primary else (),
            scale=scale_of(plug, taken),
        )


def further_lanes(profile: Profile, used: set[str], unnamed: set[str]) -> Iterator[Lane]:
    """A lane for each port group that no NIC uses; ``unnamed`` roles wait for a name."""
    labels = {choice.value: choice.label for choice in ROLES}
    taken = set(used)
    roles = {WORKLOAD: PRIMARY_WORKLOAD, FRONTEND: FRONTEND_ROLE}
    waiting = {roles[role] for role in unnamed if role in roles}
    for group in profile.switch.port_groups:
        name = line(group.name)
        if name and name in taken:
            taken.discard(name)  # a second one of that name is a lane of its own
            continue
        if not name and group.role in waiting:
            waiting.discard(group.role)
            continue
        place = Place(Kind.NETWORK, Text("Port group"), name, (_GROUPS,), (name,) if name else ())
        flows = () if group.role == FRONTEND_ROLE else (_NODES,)
        title = labels.get(group.role, Text("Port group"))
        yield Lane(FURTHER, title, place, vlan=_vlan(group), flows=flows)


def _group(profile: Profile, role: str, name: str) -> PortGroup | None:
    groups = profile.switch.port_groups
    if name:
        return next((group for group in groups if line(group.name) == name), None)
    wanted = {WORKLOAD: PRIMARY_WORKLOAD, FRONTEND: FRONTEND_ROLE}.get(role)
    return next((group for group in groups if group.role == wanted), None)


def _lane_name(profile: Profile, role: str, name: str, group: PortGroup | None) -> Place:
    key = f"deployment.{role}_network"
    typed = bool(line(profile.value(key)))
    if role == MANAGEMENT or (typed and group is None):
        keys: tuple[str, ...] = (key,) if group is None else (key, _GROUPS)
    else:
        keys = (key, _GROUPS) if typed else (_GROUPS, key)
    # The lane's own field concerns it whatever entry of the table is meant.
    subjects = (name,) if name and _GROUPS in keys else ()
    return Place(Kind.NETWORK, Text("Port group"), name, keys, subjects)


def _vlan(group: PortGroup) -> Place | None:
    """The VLAN of a port group; ``None`` if it is whatever the existing one has."""
    if group.vlan is None and group.mode == EXISTING:
        return None
    subjects = (line(group.name),) if line(group.name) else ()
    return Place(Kind.VLAN, Text("VLAN"), line(group.vlan), (_GROUPS,), subjects)


def _flows(profile: Profile, plug: Plug, taken: Taken, name: str) -> Iterator[Flow]:
    if plug.role == MANAGEMENT:
        address = str(plug.interface.ip) if plug.interface else ""
        port = line(profile.load_balancing.port)
        yield Flow(
            Kind.SUPERVISOR,
            Text("Supervisor"),
            (
                Place(
                    Kind.SERVICE,
                    Text("Data Plane API"),
                    f"{address}:{port}" if address and port else "",
                    # A problem of the address is shown at the NIC, not twice.
                    ("load_balancing.port",),
                ),
            ),
        )
    if plug.role == taken.balanced:
        targets = tuple(item.place for item in taken.ranges)
        empty = Place(Kind.RANGE, Text("Virtual IPs"), "", (_RANGES,))
        yield Flow(Kind.CLIENTS, Text("Clients"), targets or (empty,))
    if plug.role == WORKLOAD:
        services = Place(
            Kind.SERVICE,
            Text("Kubernetes services"),
            line(profile.supervisor.services_cidr),
            ("supervisor.services_cidr",),
        )
        yield Flow(Kind.NODES, Text("Kubernetes nodes"), () if services.is_empty else (services,))


def _additional(profile: Profile) -> tuple[Place, ...]:
    places = []
    for entry in entries(profile.network.additional_workload_networks):
        network = find_network(entry)
        subjects = (entry, str(network)) if network else (entry,)
        title = Text("Via workload gateway")
        places.append(Place(Kind.NETWORK, title, entry, (_ADDITIONAL,), subjects))
    return tuple(places)
