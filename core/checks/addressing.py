"""The addresses of a whole profile, read once; what cannot be read is left out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from msgspec import Struct

from core.checks.ipv4 import find_address, find_interface
from core.checks.networks import find_network
from core.profile.model import FIELDS, Profile, is_visible
from core.text import Text

Named = tuple[str, IPv4Address]
NamedNetwork = tuple[str, IPv4Network]


class Nic(Struct, frozen=True):
    """One NIC of the appliance: its keys and what could be read of its values."""

    name: str
    address_key: str
    gateway_key: str
    interface: IPv4Interface | None
    gateway: IPv4Address | None

    @property
    def subnet(self) -> IPv4Network | None:
        """The network the NIC is on, if its address could be read."""
        return self.interface.network if self.interface else None


class Addressing(Struct, frozen=True):
    """The NICs in the order of the appliance, and everything their networks must not touch."""

    nics: tuple[Nic, ...]
    dns: tuple[IPv4Address, ...]
    ranges: tuple[IPv4Network, ...]
    additional: tuple[IPv4Network, ...]
    services: IPv4Network | None
    vcenter: IPv4Address | None

    @property
    def balanced(self) -> Nic:
        """The NIC virtual IPs belong to: frontend if there is one, else workload."""
        return self.nics[-1]

    def neighbours(self) -> Iterator[Named]:
        """Machines that are not the appliance: (field key, address)."""
        for server in self.dns:
            yield "network.dns", server
        if self.vcenter:
            yield "vcenter.address", self.vcenter

    def subnets(self) -> Iterator[tuple[Nic, IPv4Network]]:
        """The NICs whose networks are known."""
        for nic in self.nics:
            if nic.subnet is not None:
                yield nic, nic.subnet


def label(key: str) -> Text:
    """The label of a field, for sentences about it."""
    return FIELDS[key].label


def read_addressing(profile: Profile, broken: Collection[str]) -> Addressing:
    """The addresses of a profile; ``broken`` fields have a finding already and are left out."""

    def usable(key: str) -> bool:
        return key not in broken and bool(profile.value(key)) and is_visible(FIELDS[key], profile)

    def nic(name: str) -> Nic:
        address, gateway = f"network.{name}_address", f"network.{name}_gateway"
        return Nic(
            name,
            address,
            gateway,
            find_interface(profile.value(address)) if usable(address) else None,
            find_address(profile.value(gateway)) if usable(gateway) else None,
        )

    def networks(key: str) -> tuple[IPv4Network, ...]:
        found = map(find_network, profile.value(key)) if usable(key) else ()
        return tuple(network for network in found if network is not None)

    names = ("management", "workload", *(("frontend",) if profile.is_frontend else ()))
    servers = map(find_address, profile.network.dns) if usable("network.dns") else ()
    services = "supervisor.services_cidr"
    return Addressing(
        nics=tuple(map(nic, names)),
        dns=tuple(server for server in servers if server is not None),
        ranges=networks("load_balancing.ranges"),
        additional=networks("network.additional_workload_networks"),
        services=find_network(profile.value(services)) if usable(services) else None,
        vcenter=find_address(profile.vcenter.address) if usable("vcenter.address") else None,
    )
