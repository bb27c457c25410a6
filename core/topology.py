"""The network a profile describes, as lanes, NICs, gateways, ranges and who reaches what.

Computed from any profile, also a half-filled or wrong one: what cannot be read stays as the text
that was typed, and nothing raises. The live picture and the hand-off sheet are made from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Any

from core.checks.ipv4 import find_address, find_interface
from core.checks.networks import find_network, read_range
from core.findings import Finding
from core.profile.model import EXISTING, FIELDS, PRIMARY_WORKLOAD, ROLES, PortGroup, Profile
from core.profile.model import FRONTEND as FRONTEND_ROLE
from core.text import Text

MANAGEMENT, WORKLOAD, FRONTEND, FURTHER = "management", "workload", "frontend", "further"
"""The roles of a lane: one per NIC, and ``further`` for port groups without a NIC."""

MOST_UPLINKS = 32
MOST_EXCEPTIONS = 8
LONGEST_TEXT = 200

_GROUPS, _RANGES, _ADDITIONAL = (
    "switch.port_groups",
    "load_balancing.ranges",
    "network.additional_workload_networks",
)


class Kind(Enum):
    """What a place stands for; decides its symbol."""

    NETWORK = "network"
    VLAN = "vlan"
    NIC = "nic"
    GATEWAY = "gateway"
    DNS = "dns"
    VCENTER = "vcenter"
    CLIENTS = "clients"
    NODES = "nodes"
    SUPERVISOR = "supervisor"
    SERVICE = "service"
    RANGE = "range"
    UPLINK = "uplink"
    SWITCH = "switch"
    APPLIANCE = "appliance"


@dataclass(frozen=True, slots=True)
class Place:
    """One value with the profile fields it comes from; ``text`` is empty if the value is.

    ``subjects`` are the entries of a list the place stands for (one range, one port group), so
    that a finding about another entry leaves it alone.
    """

    kind: Kind
    title: Text | str
    text: str
    keys: tuple[str, ...]
    subjects: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the value is still to be given."""
        return not self.text


@dataclass(frozen=True, slots=True)
class Flow:
    """Who reaches what: ``source`` (clients, nodes, ...) opens connections to ``targets``."""

    source: Kind
    title: Text
    targets: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A load balancer range inside a scale, from 0 to 1; it may go on beyond the scale's ends."""

    start: float
    end: float
    place: Place


@dataclass(frozen=True, slots=True)
class Mark:
    """An address that is taken, inside a scale, from 0 to 1."""

    position: float
    place: Place


@dataclass(frozen=True, slots=True)
class Scale:
    """A subnet with the ranges and the taken addresses in it, to scale."""

    network: IPv4Network
    spans: tuple[Span, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Lane:
    """One network: a port group, what is plugged into it and who is on it."""

    role: str
    title: Text
    name: Place
    vlan: Place | None = None
    subnet: str | None = None
    on_switch: bool = True
    nic: Place | None = None
    gateway: Place | None = None
    flows: tuple[Flow, ...] = ()
    machines: tuple[Place, ...] = ()
    behind_gateway: tuple[Place, ...] = ()
    scale: Scale | None = None


@dataclass(frozen=True, slots=True)
class Appliance:
    """The load balancer's virtual machine."""

    name: Place
    host_name: Place


@dataclass(frozen=True, slots=True)
class Switch:
    """The distributed switch and its way to the physical network."""

    is_new: bool
    name: Place
    facts: tuple[Place, ...]
    cluster: Place
    uplinks: tuple[Place, ...]
    exceptions: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Topology:
    """The whole network. Lanes that are not on the switch come first, so the others adjoin."""

    appliance: Appliance
    switch: Switch
    lanes: tuple[Lane, ...]
    ranges: tuple[Place, ...]
    balanced: str

    def lane(self, role: str) -> Lane | None:
        """The lane of a NIC's role, if there is one."""
        return next((lane for lane in self.lanes if lane.role == role), None)

    def places(self) -> Iterator[Place]:
        """Every place of the network, each once, from top to bottom."""
        yield from (self.appliance.name, self.appliance.host_name, self.switch.name)
        yield from self.switch.facts
        for lane in self.lanes:
            yield lane.name
            yield from (place for place in (lane.vlan, lane.nic, lane.gateway) if place)
            for flow in lane.flows:
                yield from flow.targets
            yield from (*lane.machines, *lane.behind_gateway)
        yield self.switch.cluster
        yield from (*self.switch.uplinks, *self.switch.exceptions)


@dataclass(frozen=True, slots=True)
class _Plug:
    """A NIC as far as its values can be read."""

    role: str
    nic: Place
    gateway: Place
    interface: IPv4Interface | None
    router: IPv4Address | None

    @property
    def subnet(self) -> IPv4Network | None:
        return self.interface.network if self.interface else None


@dataclass(frozen=True, slots=True)
class _Range:
    place: Place
    networks: tuple[IPv4Network, ...]


@dataclass(frozen=True, slots=True)
class _Taken:
    """What the ranges are drawn against."""

    balanced: str
    marks: tuple[tuple[IPv4Address, Place], ...]
    ranges: tuple[_Range, ...]
    subnets: tuple[IPv4Network, ...]


def build_topology(profile: Profile) -> Topology:
    """The network of ``profile``, whatever state the profile is in."""
    balanced = FRONTEND if profile.is_frontend else WORKLOAD
    roles = (MANAGEMENT, WORKLOAD, FRONTEND) if profile.is_frontend else (MANAGEMENT, WORKLOAD)
    plugs = tuple(_plug(profile, number, role) for number, role in enumerate(roles, 1))
    dns, vcenter = _dns(profile), _vcenter(profile)
    ranges = _ranges(profile)
    marks: list[tuple[IPv4Address, Place]] = []
    for plug in plugs:
        if plug.router is not None:
            marks.append((plug.router, plug.gateway))
        if plug.interface is not None:
            marks.append((plug.interface.ip, plug.nic))
    for machine in (*dns, vcenter):
        address = find_address(machine.text) if machine.text else None
        if address is not None:
            marks.append((address, machine))
    taken = _Taken(
        balanced,
        tuple(marks),
        ranges,
        tuple(plug.subnet for plug in plugs if plug.subnet is not None),
    )
    lanes = list(_nic_lanes(profile, plugs, taken, (vcenter, *dns)))
    used = {lane.name.text for lane in lanes if lane.on_switch}
    unnamed_used = {lane.role for lane in lanes if lane.on_switch and not lane.name.text}
    lanes += _further_lanes(profile, used, unnamed_used)
    lanes.sort(key=lambda lane: lane.on_switch)  # stable: the order of the NICs stays
    return Topology(
        appliance=Appliance(
            Place(Kind.APPLIANCE, Text("Appliance"), _line(profile.vm.name), ("vm.name",)),
            Place(
                Kind.APPLIANCE,
                FIELDS["network.host_name"].label,
                _line(profile.network.host_name),
                ("network.host_name",),
            ),
        ),
        switch=_switch(profile),
        lanes=tuple(lanes),
        ranges=tuple(item.place for item in ranges),
        balanced=balanced,
    )


def concerns(finding: Finding, place: Place, siblings: Iterable[Place]) -> bool:
    """Whether a finding is about ``place``; ``siblings`` are all places of the same network.

    A finding about a list says in its sentence which entry it means; if it names one that is
    shown, only that one is concerned.
    """
    shared = set(finding.fields) & set(place.keys)
    if not shared:
        return False
    if not place.subjects:
        return True
    named = named_in(finding)
    if named & set(place.subjects):
        return True
    return not any(named & set(other.subjects) for other in siblings if shared & set(other.keys))


def named_in(finding: Finding) -> set[str]:
    """The values a finding's sentence names, as they were typed."""
    named: set[str] = set()
    for value in finding.what.values.values():
        text = str(value)
        named.update((text, text.strip("“”"), *text.split(", ")))
    return named - {""}


def _line(value: Any) -> str:
    """A value as one line of text, whatever was typed or loaded.

    Control and other invisible characters go: XML has no way to write them.
    """
    if value is None:
        return ""
    words = " ".join(str(value)[: LONGEST_TEXT * 2].split())
    return "".join(filter(str.isprintable, words))[:LONGEST_TEXT].strip()


def _entries(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = (value,)
    if not isinstance(value, (tuple, list)):
        return ()
    return tuple(filter(None, dict.fromkeys(map(_line, value))))


def _plug(profile: Profile, number: int, role: str) -> _Plug:
    address_key, gateway_key = f"network.{role}_address", f"network.{role}_gateway"
    address, gateway = _line(profile.value(address_key)), _line(profile.value(gateway_key))
    return _Plug(
        role,
        Place(Kind.NIC, Text("NIC {number}", number=number), address, (address_key,)),
        Place(Kind.GATEWAY, Text("Gateway"), gateway, (gateway_key,)),
        find_interface(address) if address else None,
        find_address(gateway) if gateway else None,
    )


def _dns(profile: Profile) -> tuple[Place, ...]:
    servers = _entries(profile.network.dns)
    return tuple(
        Place(Kind.DNS, Text("DNS"), server, ("network.dns",), (server,) if server else ())
        for server in servers or ("",)
    )


def _vcenter(profile: Profile) -> Place:
    address = _line(profile.vcenter.address)
    return Place(Kind.VCENTER, Text("vCenter"), address, ("vcenter.address",))


def _ranges(profile: Profile) -> tuple[_Range, ...]:
    ranges = []
    for entry in _entries(profile.load_balancing.ranges):
        networks = tuple(map(IPv4Network, read_range(entry).right))
        count = sum(network.num_addresses for network in networks)
        title = Text("{count} virtual IPs", count=count) if count > 1 else Text("1 virtual IP")
        if not networks:
            title = Text("Virtual IPs")
        subjects = (entry, *map(str, networks))
        ranges.append(_Range(Place(Kind.RANGE, title, entry, (_RANGES,), subjects), networks))
    return tuple(ranges)


def _nic_lanes(
    profile: Profile, plugs: tuple[_Plug, ...], taken: _Taken, machines: tuple[Place, ...]
) -> Iterator[Lane]:
    titles = {
        MANAGEMENT: Text("Management"),
        WORKLOAD: Text("Workload"),
        FRONTEND: Text("Frontend"),
    }
    names = {network.lower(): _line(name) for network, name in profile.network_mapping()}
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
            scale=_scale(plug, taken),
        )


def _group(profile: Profile, role: str, name: str) -> PortGroup | None:
    groups = profile.switch.port_groups
    if name:
        return next((group for group in groups if _line(group.name) == name), None)
    wanted = {WORKLOAD: PRIMARY_WORKLOAD, FRONTEND: FRONTEND_ROLE}.get(role)
    return next((group for group in groups if group.role == wanted), None)


def _lane_name(profile: Profile, role: str, name: str, group: PortGroup | None) -> Place:
    key = f"deployment.{role}_network"
    typed = bool(_line(profile.value(key)))
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
    subjects = (_line(group.name),) if _line(group.name) else ()
    return Place(Kind.VLAN, Text("VLAN"), _line(group.vlan), (_GROUPS,), subjects)


def _flows(profile: Profile, plug: _Plug, taken: _Taken, name: str) -> Iterator[Flow]:
    if plug.role == MANAGEMENT:
        address = str(plug.interface.ip) if plug.interface else ""
        port = _line(profile.load_balancing.port)
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
            _line(profile.supervisor.services_cidr),
            ("supervisor.services_cidr",),
        )
        yield Flow(Kind.NODES, Text("Kubernetes nodes"), () if services.is_empty else (services,))


def _additional(profile: Profile) -> tuple[Place, ...]:
    places = []
    for entry in _entries(profile.network.additional_workload_networks):
        network = find_network(entry)
        subjects = (entry, str(network)) if network else (entry,)
        title = Text("Via workload gateway")
        places.append(Place(Kind.NETWORK, title, entry, (_ADDITIONAL,), subjects))
    return tuple(places)


def _scale(plug: _Plug, taken: _Taken) -> Scale | None:
    """The subnet of a NIC to scale: always where ranges belong, elsewhere if one is in it."""
    networks = [network for item in taken.ranges for network in item.networks]
    subnet = plug.subnet
    if plug.role != taken.balanced:
        if subnet is None or not any(network.overlaps(subnet) for network in networks):
            return None
    elif subnet is None:
        subnet = _hull([n for n in networks if not any(n.overlaps(o) for o in taken.subnets)])
        if subnet is None:
            return None
    spans = tuple(
        Span(*_clipped(network, subnet), item.place)
        for item in taken.ranges
        for network in item.networks
        if network.overlaps(subnet)
    )
    marks = tuple(
        Mark(_fraction(int(address), subnet), place)
        for address, place in sorted(taken.marks, key=lambda mark: mark[0])
        if address in subnet
    )
    return Scale(subnet, spans, marks)


def _hull(networks: list[IPv4Network]) -> IPv4Network | None:
    """The smallest network around some; ``None`` if they lie too far apart to be drawn."""
    if not networks:
        return None
    hull = networks[0] if networks[0].prefixlen < 24 else networks[0].supernet(new_prefix=24)
    while not all(network.subnet_of(hull) for network in networks):
        if hull.prefixlen <= 8:
            return None
        hull = hull.supernet()
    return hull


def _fraction(address: int, network: IPv4Network) -> float:
    return (address - int(network.network_address) + 0.5) / network.num_addresses


def _clipped(inner: IPv4Network, outer: IPv4Network) -> tuple[float, float]:
    first, size = int(outer.network_address), outer.num_addresses
    start = (int(inner.network_address) - first) / size
    end = (int(inner.broadcast_address) + 1 - first) / size
    return max(0.0, start), min(1.0, end)


def _further_lanes(profile: Profile, used: set[str], unnamed: set[str]) -> Iterator[Lane]:
    labels = {choice.value: choice.label for choice in ROLES}
    taken = set(used)
    roles = {WORKLOAD: PRIMARY_WORKLOAD, FRONTEND: FRONTEND_ROLE}
    waiting = {roles[role] for role in unnamed if role in roles}
    for group in profile.switch.port_groups:
        name = _line(group.name)
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


_NODES = Flow(Kind.NODES, Text("Kubernetes nodes"), ())


def _switch(profile: Profile) -> Switch:
    switch = profile.switch
    is_new = switch.mode != EXISTING
    facts = (
        Place(Kind.SWITCH, Text("Version"), _line(switch.version), ("switch.version",)),
        Place(Kind.SWITCH, Text("MTU"), _line(switch.mtu), ("switch.mtu",)),
    )
    return Switch(
        is_new=is_new,
        name=Place(Kind.SWITCH, Text("Switch"), _line(switch.name), ("switch.name",)),
        facts=facts if is_new else (),
        cluster=Place(Kind.SWITCH, Text("Cluster"), _line(switch.cluster), ("switch.cluster",)),
        uplinks=tuple(_uplinks(profile, is_new)),
        exceptions=tuple(_exceptions(profile)),
    )


def _uplinks(profile: Profile, is_new: bool) -> Iterator[Place]:
    nics = {_line(uplink): _line(nic) for uplink, nic in profile.switch.nics}
    names: list[str] = []
    count = profile.switch.uplinks
    if is_new and isinstance(count, int):
        names = [f"Uplink {number}" for number in range(1, min(count, MOST_UPLINKS) + 1)]
    names += [name for name in nics if name not in names]
    for name in names[: MOST_UPLINKS * 2]:
        nic = nics.get(name, "")
        keys = ("switch.nics", "switch.uplinks") if is_new else ("switch.nics",)
        subjects = tuple(filter(None, (name, nic)))
        yield Place(Kind.UPLINK, name or Text("Uplink"), nic, keys, subjects)
    if not names:
        yield Place(Kind.UPLINK, Text("Uplink"), "", ("switch.nics",))


def _exceptions(profile: Profile) -> Iterator[Place]:
    hosts = profile.switch.host_nics
    for host, nics in hosts[:MOST_EXCEPTIONS]:
        text = ", ".join(filter(None, (_line(nic) for _, nic in nics)))
        name = _line(host)
        subjects = (name,) if name else ()
        yield Place(Kind.UPLINK, name or Text("Host"), text, ("switch.host_nics",), subjects)
    more = len(hosts) - MOST_EXCEPTIONS
    if more > 0:
        yield Place(Kind.UPLINK, Text("More hosts"), f"+{more}", ("switch.host_nics",))
