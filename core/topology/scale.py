"""A subnet drawn to scale: which part of it the ranges take, and where the taken addresses are."""

from __future__ import annotations

from ipaddress import IPv4Network

from core.topology.places import Mark, Scale, Span
from core.topology.plugs import Plug, Taken


def scale_of(plug: Plug, taken: Taken) -> Scale | None:
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
