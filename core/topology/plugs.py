"""NICs, ranges and machines of a profile, as far as their addresses can be read."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from msgspec import Struct

from core.checks.ipv4 import find_address, find_interface
from core.checks.networks import read_range
from core.profile.model import Profile
from core.text import Text
from core.topology.places import Kind, Place
from core.topology.shown import entries, line

_RANGES = "load_balancing.ranges"


class Plug(Struct, frozen=True):
    """A NIC as far as its values can be read."""

    role: str
    nic: Place
    gateway: Place
    interface: IPv4Interface | None
    router: IPv4Address | None

    @property
    def subnet(self) -> IPv4Network | None:
        """The network the NIC is on, if its address could be read."""
        return self.interface.network if self.interface else None


class Range(Struct, frozen=True):
    """A load balancer range: how it is shown, and the networks it stands for."""

    place: Place
    networks: tuple[IPv4Network, ...]


class Taken(Struct, frozen=True):
    """What the ranges are drawn against."""

    balanced: str
    marks: tuple[tuple[IPv4Address, Place], ...]
    ranges: tuple[Range, ...]
    subnets: tuple[IPv4Network, ...]


def read_plug(profile: Profile, number: int, role: str) -> Plug:
    """The NIC of a role ("management")."""
    address_key, gateway_key = f"network.{role}_address", f"network.{role}_gateway"
    address, gateway = line(profile.value(address_key)), line(profile.value(gateway_key))
    return Plug(
        role,
        Place(Kind.NIC, Text("NIC {number}", number=number), address, (address_key,)),
        Place(Kind.GATEWAY, Text("Gateway"), gateway, (gateway_key,)),
        find_interface(address) if address else None,
        find_address(gateway) if gateway else None,
    )


def read_dns(profile: Profile) -> tuple[Place, ...]:
    """The DNS servers, one empty place where there is none."""
    servers = entries(profile.network.dns)
    return tuple(
        Place(Kind.DNS, Text("DNS"), server, ("network.dns",), (server,) if server else ())
        for server in servers or ("",)
    )


def read_vcenter(profile: Profile) -> Place:
    """The vCenter."""
    address = line(profile.vcenter.address)
    return Place(Kind.VCENTER, Text("vCenter"), address, ("vcenter.address",))


def read_ranges(profile: Profile) -> tuple[Range, ...]:
    """The load balancer ranges, in their order."""
    ranges = []
    for entry in entries(profile.load_balancing.ranges):
        networks = tuple(map(IPv4Network, read_range(entry).right))
        count = sum(network.num_addresses for network in networks)
        title = Text("{count} virtual IP", "{count} virtual IPs", count=count)
        if not networks:
            title = Text("Virtual IPs")
        subjects = (entry, *map(str, networks))
        ranges.append(Range(Place(Kind.RANGE, title, entry, (_RANGES,), subjects), networks))
    return tuple(ranges)
