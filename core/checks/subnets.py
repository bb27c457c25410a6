"""Rules over the appliance's own networks: gateways and subnets that must not meet."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from core.checks.addressing import Addressing, Nic, label
from core.findings import Finding, Severity, rule
from core.text import Text

GATEWAY_OUTSIDE = rule(
    "gateway-outside-subnet",
    Severity.ERROR,
    cause=Text(
        "A gateway has to be in the NIC's own network; the appliance's routing stops at one "
        "that is not."
    ),
    cure=Text("Enter the gateway of that network, or correct the address or prefix length."),
    source="F13",
)
GATEWAY_SELF = rule(
    "gateway-is-appliance",
    Severity.ERROR,
    cause=Text("The gateway is another machine; the appliance cannot be its own."),
    cure=Text("Enter the address of the network's router."),
    source="F13",
)
GATEWAY_NOT_HOST = rule(
    "gateway-not-host",
    Severity.ERROR,
    cause=Text("The first and the last address of a network cannot be given to a machine."),
    cure=Text("Enter the address of the network's router."),
    source="F13",
)
SUBNETS_OVERLAP = rule(
    "subnets-overlap",
    Severity.ERROR,
    cause=Text(
        "Each NIC of the appliance needs a subnet of its own. With management and workload on "
        "the same one the Supervisor's control plane has two equal routes and never gets ready."
    ),
    cure=Text("Use different subnets for management, workload and frontend."),
    source="guide",
)
ADDITIONAL_OVERLAP = rule(
    "additional-network-overlap",
    Severity.ERROR,
    cause=Text(
        "Additional workload networks are routed through the workload gateway; the appliance's "
        "own networks must not be among them."
    ),
    cure=Text("List only networks that lie behind the workload gateway."),
    source="F10",
)
ADDRESS_TAKEN = rule(
    "address-taken",
    Severity.ERROR,
    cause=Text("Two machines cannot have one address."),
    cure=Text("Give the appliance an address of its own."),
    source="F16",
)
SERVICES_OVERLAP = rule(
    "services-overlap",
    Severity.WARNING,
    cause=Text(
        "The services CIDR is used inside the Supervisor; what has an address in it cannot be "
        "reached from there."
    ),
    cure=Text("Choose another services CIDR, such as 10.96.0.0/23, and use it in the Supervisor."),
    source="DOMAIN 4",
)


def check_subnets(addressing: Addressing) -> Iterator[Finding]:
    """Findings about gateways, subnets and who else has an address in them."""
    for nic in addressing.nics:
        yield from _check_gateway(nic)
    yield from _check_distinct(addressing)
    yield from _check_taken(addressing)
    yield from _check_additional(addressing)
    yield from _check_services(addressing)


def _check_gateway(nic: Nic) -> Iterator[Finding]:
    if nic.gateway is None or nic.interface is None:
        return
    network = nic.interface.network
    keys = (nic.gateway_key, nic.address_key)
    if nic.gateway not in network:
        yield GATEWAY_OUTSIDE.found(
            *keys,
            what=Text(
                "The gateway {gateway} is not in {network}, the network of {address}.",
                gateway=nic.gateway,
                network=network,
                address=nic.interface,
            ),
        )
    elif nic.gateway == nic.interface.ip:
        yield GATEWAY_SELF.found(
            *keys,
            what=Text("The gateway {gateway} is the appliance itself.", gateway=nic.gateway),
        )
    elif network.prefixlen < 31 and nic.gateway in (
        network.network_address,
        network.broadcast_address,
    ):
        yield GATEWAY_NOT_HOST.found(
            *keys,
            what=Text(
                "The gateway {gateway} is the first or the last address of {network}.",
                gateway=nic.gateway,
                network=network,
            ),
        )


def _check_distinct(addressing: Addressing) -> Iterator[Finding]:
    for (first, one), (second, other) in combinations(addressing.subnets(), 2):
        if one.overlaps(other):
            yield SUBNETS_OVERLAP.found(
                second.address_key,
                first.address_key,
                what=Text(
                    "{first} ({one}) and {second} ({other}) are on the same subnet.",
                    first=label(first.address_key),
                    one=first.interface,
                    second=label(second.address_key),
                    other=second.interface,
                ),
            )


def _check_taken(addressing: Addressing) -> Iterator[Finding]:
    for nic in addressing.nics:
        for key, address in addressing.neighbours():
            if nic.interface is not None and nic.interface.ip == address:
                yield ADDRESS_TAKEN.found(
                    nic.address_key,
                    key,
                    what=Text(
                        "{address} is the appliance's address and stands under {other} too.",
                        address=address,
                        other=label(key),
                    ),
                )


def _check_additional(addressing: Addressing) -> Iterator[Finding]:
    for network in addressing.additional:
        for nic, subnet in addressing.subnets():
            if network.overlaps(subnet):
                yield ADDITIONAL_OVERLAP.found(
                    "network.additional_workload_networks",
                    nic.address_key,
                    what=Text(
                        "The additional network {network} overlaps {subnet}, the network of "
                        "{address}.",
                        network=network,
                        subnet=subnet,
                        address=label(nic.address_key),
                    ),
                )


def _check_services(addressing: Addressing) -> Iterator[Finding]:
    services = addressing.services
    if services is None:
        return
    others = [(nic.address_key, subnet) for nic, subnet in addressing.subnets()]
    others += [("network.additional_workload_networks", n) for n in addressing.additional]
    others += [("load_balancing.ranges", n) for n in addressing.ranges]
    met: list[tuple[str, object]] = [(k, n) for k, n in others if services.overlaps(n)]
    met += [(key, address) for key, address in addressing.neighbours() if address in services]
    for key, other in met:
        yield SERVICES_OVERLAP.found(
            "supervisor.services_cidr",
            key,
            what=Text(
                "The services CIDR {services} overlaps {other} ({name}).",
                services=services,
                other=other,
                name=label(key),
            ),
        )
