"""The ranges in the three notations that the next step uses, made from one input (F8)."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from msgspec import Struct

from core.checks.addressing import read_addressing
from core.checks.networks import merged
from core.profile.model import Profile


class Range(Struct, frozen=True):
    """One range: what the appliance answers for, and what of it can be a virtual IP.

    ``left_out`` are addresses of the CIDR that no service can have: the network and broadcast
    address of the subnet it lies in.
    """

    cidr: IPv4Network
    first: IPv4Address
    last: IPv4Address
    left_out: tuple[IPv4Address, ...] = ()

    @property
    def count(self) -> int:
        """How many virtual IPs it has."""
        return int(self.last) - int(self.first) + 1

    @property
    def first_last(self) -> str:
        """As the wizard and PowerCLI want it."""
        return f"{self.first}-{self.last}"

    def as_dict(self) -> dict[str, object]:
        """As the APIs want it."""
        return {"address": str(self.first), "count": self.count}


def read_ranges(profile: Profile) -> tuple[Range, ...]:
    """The ranges of a profile without errors, as the appliance gets them."""
    return tuple(_ranges(profile))


def _ranges(profile: Profile) -> Iterator[Range]:
    addressing = read_addressing(profile, ())
    subnet = addressing.balanced.subnet
    reserved = set()
    if subnet is not None and subnet.prefixlen < 31:
        reserved = {subnet.network_address, subnet.broadcast_address}
    for text in merged(str(network) for network in addressing.ranges):
        cidr = IPv4Network(text)
        first, last = cidr.network_address, cidr.broadcast_address
        left_out = tuple(sorted(a for a in reserved if a in cidr))
        if first in reserved and cidr.num_addresses > 1:
            first += 1
        if last in reserved and cidr.num_addresses > 1:
            last -= 1
        if first in reserved or last in reserved:
            continue
        yield Range(cidr, first, last, left_out)
