"""What can be guessed from values that are there: suggestions and derived facts, never put in.

Pure functions over a profile; the window shows them in grey beside the field.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network

from core.checks.addressing import Nic, read_addressing
from core.checks.ipv4 import find_interface
from core.checks.networks import entries, find_network
from core.fields import FieldSpec, Kind
from core.profile.model import FRONTEND, PRIMARY_WORKLOAD, Profile
from core.text import Text


def suggested(spec: FieldSpec, profile: Profile) -> str:
    """A value for an empty field as one would type it; empty where nothing can be guessed."""
    guess = _GUESSES.get(spec.key)
    return guess(profile) if guess is not None and not profile.value(spec.key) else ""


def derived(spec: FieldSpec, profile: Profile) -> Text | None:
    """A fact that follows from the value, such as how many addresses a network has."""
    value = profile.value(spec.key)
    if not value:
        return _EMPTY_MEANS[spec.key](profile) if spec.key in _EMPTY_MEANS else None
    if spec.kind is Kind.INTERFACE:
        interface = find_interface(value)
        return _bounds(interface.network) if interface else None
    if spec.kind is Kind.CIDR:
        network = find_network(value)
        return _bounds(network) if network else None
    if spec.kind is Kind.CIDR_LIST:
        return _sizes(value)
    return None


def _sizes(value: tuple[str, ...]) -> Text | None:
    networks = [network for network in map(find_network, entries(value)) if network]
    if len(networks) == 1:
        return _bounds(networks[0])
    if not networks:
        return None
    total = sum(network.num_addresses for network in networks)
    return Text(
        "{addresses} in {networks}",
        addresses=Text("{count} address", "{count} addresses", count=total),
        networks=Text("{count} network", "{count} networks", count=len(networks)),
    )


def _bounds(network: IPv4Network) -> Text:
    """How many addresses and which, as short as it can be said beside a field."""
    first, last = network.network_address, network.broadcast_address
    if network.prefixlen >= 24:
        return Text(
            "{count} address, .{first} to .{last}",
            "{count} addresses, .{first} to .{last}",
            count=network.num_addresses,
            first=first.packed[-1],
            last=last.packed[-1],
        )
    return Text(
        "{count} address, {first} to {last}",
        "{count} addresses, {first} to {last}",
        count=network.num_addresses,
        first=first,
        last=last,
    )


def _gateway(name: str) -> Callable[[Profile], str]:
    def guess(profile: Profile) -> str:
        """The first address of the subnet, which most networks use; else the last one."""
        nic = next((n for n in read_addressing(profile, ()).nics if n.name == name), None)
        if nic is None or nic.interface is None or nic.interface.network.prefixlen > 30:
            return ""
        first = nic.interface.network.network_address + 1
        if first != nic.interface.ip:
            return str(first)
        return str(nic.interface.network.broadcast_address - 1)

    return guess


def _address(role: str) -> Callable[[Profile], str]:
    def guess(profile: Profile) -> str:
        """The management address with the VLAN as its third number, as many number networks.

        Only where the numbers can say it: a /24 for private use, and a VLAN up to 254.
        """
        management = read_addressing(profile, ()).nics[0].interface
        group = profile.switch.port_group(role)
        vlan = group.vlan if group is not None else None
        if management is None or management.network.prefixlen != 24 or not vlan:
            return ""
        first, second, third, last = management.ip.packed
        if not management.ip.is_private or not 1 <= vlan <= 254 or vlan == third:
            return ""
        return f"{first}.{second}.{vlan}.{last}/24"

    return guess


def _range(profile: Profile) -> str:
    """The larger free half, quarter, ... of the balanced subnet: no machine we know is in it."""
    addressing = read_addressing(profile, ())
    nic = addressing.balanced
    if nic.subnet is None or nic.subnet.prefixlen > 29:
        return ""
    taken = {address for _, address in addressing.neighbours()}
    taken |= _addresses(addressing.nics)
    if nic.gateway is None:
        taken.add(nic.subnet.network_address + 1)
    for prefix in range(max(nic.subnet.prefixlen + 1, 24), 31):
        # From the top: people number machines from the bottom.
        blocks = list(nic.subnet.subnets(new_prefix=prefix))
        for block in reversed(blocks):
            if not any(address in block for address in taken):
                return str(block)
    return ""


def _addresses(nics: tuple[Nic, ...]) -> set[IPv4Address]:
    found = {nic.gateway for nic in nics if nic.gateway}
    return found | {nic.interface.ip for nic in nics if nic.interface}


def _vm_cluster(profile: Profile) -> Text | None:
    cluster = profile.switch.cluster
    return Text("{name}", name=cluster) if cluster else None


def _port_group(role: str) -> Callable[[Profile], Text | None]:
    def name(profile: Profile) -> Text | None:
        group = profile.switch.port_group(role)
        return Text("{name}", name=group.name) if group and group.name else None

    return name


_GUESSES: dict[str, Callable[[Profile], str]] = {
    "network.workload_address": _address(PRIMARY_WORKLOAD),
    "network.frontend_address": _address(FRONTEND),
    "network.management_gateway": _gateway("management"),
    "network.workload_gateway": _gateway("workload"),
    "network.frontend_gateway": _gateway("frontend"),
    "load_balancing.ranges": _range,
}
_EMPTY_MEANS: dict[str, Callable[[Profile], Text | None]] = {
    "vm.cluster": _vm_cluster,
    "deployment.workload_network": _port_group(PRIMARY_WORKLOAD),
    "deployment.frontend_network": _port_group(FRONTEND),
}
