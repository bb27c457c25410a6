"""Which addresses are asked about: the appliance's own, and some of its ranges, never all."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

from core.checks.live.situation import Situation

MOST = 12

Named = tuple[str, IPv4Address]


def planned_addresses(situation: Situation) -> tuple[Named, ...]:
    """The appliance's addresses with their fields."""
    return tuple(
        (nic.address_key, nic.interface.ip)
        for nic in situation.addressing.nics
        if nic.interface is not None
    )


def range_sample(situation: Situation) -> tuple[Named, ...]:
    """Addresses spread over the ranges, as many as the limit leaves."""
    left = MOST - len(planned_addresses(situation))
    found = spread_over(situation.addressing.ranges, left)
    return tuple(("load_balancing.ranges", address) for address in found)


def spread_over(ranges: tuple[IPv4Network, ...], count: int) -> tuple[IPv4Address, ...]:
    """At most ``count`` addresses, evenly over all ranges, the first and the last among them.

    Each once, where ranges overlap too.
    """
    total = sum(network.num_addresses for network in ranges)
    places = range(total) if total <= count else _spread(total, max(1, count - 1), count)
    return tuple(dict.fromkeys(_at(ranges, place) for place in places))


def _spread(total: int, steps: int, count: int) -> Iterable[int]:
    return (number * (total - 1) // steps for number in range(count))


def _at(ranges: tuple[IPv4Network, ...], place: int) -> IPv4Address:
    for network in ranges:
        if place < network.num_addresses:
            return network[place]
        place -= network.num_addresses
    raise IndexError(place)
