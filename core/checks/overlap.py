"""What load balancer ranges must not hold: the appliance answers for every address in them."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network

from core.checks.addressing import Addressing, Named, Nic, label
from core.checks.networks import bounds
from core.findings import Finding, Severity, rule
from core.text import Text

ON_MANAGEMENT = rule(
    "range-on-management",
    Severity.ERROR,
    cause=Text(
        "Ranges have to be on another subnet than management: the appliance would answer for "
        "machines of the management network."
    ),
    cure=Text("Use a part of the frontend (or workload) network."),
    source="guide",
)
WHOLE_SUBNET = rule(
    "range-whole-subnet",
    Severity.ERROR,
    cause=Text(
        "The range covers the whole subnet, so the appliance would answer for its gateway, its "
        "nodes and everything else there."
    ),
    cure=Text("Use a part of the subnet that nothing else uses, for instance its upper half."),
    source="F7",
)
HOLDS_APPLIANCE = rule(
    "range-holds-appliance",
    Severity.ERROR,
    cause=Text("The appliance's own addresses have to be outside the ranges."),
    cure=Text("Move the range, or give the appliance another address."),
    source="F7",
)
HOLDS_GATEWAY = rule(
    "range-holds-gateway",
    Severity.ERROR,
    cause=Text(
        "The appliance would answer for the gateway's address and cut off everyone who needs it."
    ),
    cure=Text("Move the range so that the gateway is outside."),
    source="F7",
)
HOLDS_DNS = rule(
    "range-holds-dns",
    Severity.ERROR,
    cause=Text("The appliance would answer in place of the DNS server."),
    cure=Text("Move the range so that the DNS server is outside."),
    source="F7",
)
HOLDS_VCENTER = rule(
    "range-holds-vcenter",
    Severity.ERROR,
    cause=Text("The appliance would answer in place of the vCenter."),
    cure=Text("Move the range so that the vCenter is outside."),
    source="F7",
)
ON_ADDITIONAL = rule(
    "range-on-additional-network",
    Severity.ERROR,
    cause=Text("The appliance would answer for nodes of an additional workload network."),
    cure=Text("Keep ranges and additional workload networks apart."),
    source="F7",
)
OUTSIDE_SUBNET = rule(
    "range-outside-subnet",
    Severity.WARNING,
    cause=Text(
        "Answers from virtual IPs outside the NIC's subnet leave through the management gateway: "
        "traffic goes one way only, unless routing is made for it."
    ),
    cure=Text("Use a part of the frontend (with two NICs: workload) network."),
    source="F12",
)

KEY = "load_balancing.ranges"


def check_overlap(addressing: Addressing) -> Iterator[Finding]:
    """Findings about each range against everything else that has addresses."""
    for network in addressing.ranges:
        whole = _covered(addressing, network)
        if whole is not None:
            yield _whole_subnet(addressing, network, whole)
            continue
        management = addressing.nics[0]
        if management.subnet is not None and network.overlaps(management.subnet):
            yield ON_MANAGEMENT.found(
                KEY,
                management.address_key,
                what=Text(
                    "The range {range} is on the management network {network}.",
                    range=network,
                    network=management.subnet,
                ),
                advice=_advice(addressing),
            )
            continue
        yield from _check_holds(addressing, network)
        yield from _check_place(addressing, network)


def suggested_range(nic: Nic, avoided: tuple[IPv4Address, ...]) -> IPv4Network | None:
    """The largest half, quarter, ... of the NIC's subnet that is free of some addresses."""
    if nic.subnet is None:
        return None
    for prefix in range(nic.subnet.prefixlen + 1, min(nic.subnet.prefixlen + 5, 30)):
        for part in reversed(list(nic.subnet.subnets(new_prefix=prefix))):
            if not any(address in part for address in avoided):
                return part
    return None


def _covered(addressing: Addressing, network: IPv4Network) -> Nic | None:
    for nic, subnet in addressing.subnets():
        if subnet.subnet_of(network):
            return nic
    return None


def _whole_subnet(addressing: Addressing, network: IPv4Network, nic: Nic) -> Finding:
    return WHOLE_SUBNET.found(
        KEY,
        nic.address_key,
        what=Text(
            "The range {range} covers all of {subnet}, the network of {address}: {bounds}.",
            range=network,
            subnet=nic.subnet,
            address=label(nic.address_key),
            bounds=bounds(network),
        ),
        advice=_advice(addressing),
    )


def _advice(addressing: Addressing) -> Text | None:
    nic = addressing.balanced
    part = suggested_range(nic, tuple(address for _, address in _everyone(addressing)))
    if part is None:
        return None
    return Text(
        "Use a part of {subnet} that nothing else uses, for instance {range}: {bounds}.",
        subnet=nic.subnet,
        range=part,
        bounds=bounds(part),
    )


def _everyone(addressing: Addressing) -> Iterator[Named]:
    for nic in addressing.nics:
        if nic.interface is not None:
            yield nic.address_key, nic.interface.ip
        if nic.gateway is not None:
            yield nic.gateway_key, nic.gateway
    yield from addressing.neighbours()


def _check_holds(addressing: Addressing, network: IPv4Network) -> Iterator[Finding]:
    for key, address in _everyone(addressing):
        if address not in network:
            continue
        if key.endswith("_address"):
            kind = HOLDS_APPLIANCE
        elif key.endswith("_gateway"):
            kind = HOLDS_GATEWAY
        else:
            kind = HOLDS_DNS if key == "network.dns" else HOLDS_VCENTER
        yield kind.found(
            KEY,
            key,
            what=Text(
                "The range {range} ({bounds}) holds {address}, which is {name}.",
                range=network,
                bounds=bounds(network),
                address=address,
                name=label(key),
            ),
            advice=_advice(addressing),
        )
    for additional in addressing.additional:
        if additional.overlaps(network):
            yield ON_ADDITIONAL.found(
                KEY,
                "network.additional_workload_networks",
                what=Text(
                    "The range {range} overlaps the additional workload network {network}.",
                    range=network,
                    network=additional,
                ),
            )


def _check_place(addressing: Addressing, network: IPv4Network) -> Iterator[Finding]:
    subnet = addressing.balanced.subnet
    if subnet is not None and not network.subnet_of(subnet):
        yield OUTSIDE_SUBNET.found(
            KEY,
            addressing.balanced.address_key,
            what=Text(
                "The range {range} is outside {subnet}, the network of {address}.",
                range=network,
                subnet=subnet,
                address=label(addressing.balanced.address_key),
            ),
        )
