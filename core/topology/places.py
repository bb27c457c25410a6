"""What a network is made of: places with the fields they come from, lanes, scales, the switch."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from ipaddress import IPv4Network

from msgspec import Struct

from core.text import Text

MANAGEMENT, WORKLOAD, FRONTEND, FURTHER = "management", "workload", "frontend", "further"
"""The roles of a lane: one per NIC, and ``further`` for port groups without a NIC."""


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


class Place(Struct, frozen=True):
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


class Flow(Struct, frozen=True):
    """Who reaches what: ``source`` (clients, nodes, ...) opens connections to ``targets``."""

    source: Kind
    title: Text
    targets: tuple[Place, ...]


class Span(Struct, frozen=True):
    """A load balancer range inside a scale, from 0 to 1; it may go on beyond the scale's ends."""

    start: float
    end: float
    place: Place


class Mark(Struct, frozen=True):
    """An address that is taken, inside a scale, from 0 to 1."""

    position: float
    place: Place


class Scale(Struct, frozen=True):
    """A subnet with the ranges and the taken addresses in it, to scale."""

    network: IPv4Network
    spans: tuple[Span, ...]
    marks: tuple[Mark, ...]


class Lane(Struct, frozen=True):
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


class Appliance(Struct, frozen=True):
    """The load balancer's virtual machine."""

    name: Place
    host_name: Place


class Switch(Struct, frozen=True):
    """The distributed switch and its way to the physical network."""

    is_new: bool
    name: Place
    facts: tuple[Place, ...]
    cluster: Place
    uplinks: tuple[Place, ...]
    exceptions: tuple[Place, ...]


class Topology(Struct, frozen=True):
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
