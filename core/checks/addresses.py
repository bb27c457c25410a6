"""Checks of single address values: the appliance's addresses, gateways, DNS, networks, ranges."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Interface, IPv4Network
from typing import Any

from msgspec.structs import replace

from core.checks.ipv4 import read_address, read_interface
from core.checks.networks import NO_PREFIX, bounds, check_list, entries, read_network, read_range
from core.findings import Finding, Severity, rule
from core.text import Text

SUBNET_HUGE = rule(
    "subnet-huge",
    Severity.WARNING,
    cause=Text(
        "The prefix length makes a network larger than any private one; perhaps a digit is missing."
    ),
    cure=Text("Check the prefix length; /24 is usual."),
)
DNS_TOO_MANY = rule(
    "dns-too-many",
    Severity.ERROR,
    cause=Text("The appliance takes up to three DNS servers."),
    cure=Text("Keep the three that matter."),
    source="guide",
)
RANGE_SMALL = rule(
    "range-small",
    Severity.WARNING,
    cause=Text(
        "The Supervisor takes one virtual IP, each cluster and each service another one; the "
        "appliance's own list cannot be extended from vCenter later."
    ),
    cure=Text("Plan a range of at least 8 addresses (/29), better 128 (/25)."),
    source="F9",
)
RANGE_LARGE = rule(
    "range-large",
    Severity.WARNING,
    cause=Text("The appliance answers for every address of the range, used or not."),
    cure=Text("Check that the prefix length is right and nothing else uses these addresses."),
    source="F7",
)
SERVICES_SIZE = rule(
    "services-size",
    Severity.WARNING,
    cause=Text("Supervisors are set up with a services CIDR between /16 and /24."),
    cure=Text("Choose a private range such as 10.96.0.0/23."),
    source="DOMAIN 4",
)

MOST_DNS = 3
SMALL_RANGE = 8
LARGE_RANGE = 4096


def check_interface(key: str, value: Any) -> Iterator[Finding]:
    """An address of the appliance with its prefix length."""
    reading = read_interface(str(value))
    finding = reading.finding(key)
    if finding:
        yield finding
    elif IPv4Interface(value).network.prefixlen < 8:
        yield SUBNET_HUGE.found(
            key,
            what=Text(
                "{value} is in a network of {bounds}.",
                value=value,
                bounds=bounds(IPv4Interface(value).network),
            ),
        )


def check_address(key: str, value: Any) -> Iterator[Finding]:
    """A gateway: one address without prefix length."""
    finding = read_address(str(value)).finding(key)
    if finding:
        yield finding


def check_dns(key: str, value: Any) -> Iterator[Finding]:
    """Up to three DNS servers."""
    for finding in check_list(key, value, read_address, merge=False):
        fits = finding.fix is not None and len(entries(finding.fix.value)) <= MOST_DNS
        yield finding if fits else replace(finding, fix=None)
    servers = entries(value)
    if len(dict.fromkeys(servers)) > MOST_DNS:
        yield DNS_TOO_MANY.found(
            key,
            what=Text(
                "There is {count} DNS server.", "There are {count} DNS servers.", count=len(servers)
            ),
        )


def check_networks(key: str, value: Any) -> Iterator[Finding]:
    """Additional workload networks: the appliance forgives host bits here, and only here."""
    yield from check_list(key, value, read_network, merge=True)
    for entry in entries(value):
        network = _strict(entry)
        if network is not None and network.prefixlen < 8:
            yield SUBNET_HUGE.found(
                key,
                what=Text("{value} has {bounds}.", value=entry, bounds=bounds(network)),
            )


def check_ranges(key: str, value: Any) -> Iterator[Finding]:
    """Load balancer ranges: strict network CIDRs, neither tiny nor huge."""
    findings = tuple(check_list(key, value, read_range, merge=True))
    yield from findings
    if any(finding.is_error for finding in findings):
        return
    networks = [network for network in map(_strict, entries(value)) if network is not None]
    for network in networks:
        if network.num_addresses > LARGE_RANGE:
            yield RANGE_LARGE.found(
                key,
                what=Text(
                    "{value} is large: {bounds}. The appliance would answer for all of them.",
                    value=network,
                    bounds=bounds(network),
                ),
            )
    total = sum(network.num_addresses for network in networks)
    if len(networks) == len(entries(value)) and total < SMALL_RANGE:
        yield RANGE_SMALL.found(
            key,
            what=Text(
                "Only {count} virtual IP in all.", "Only {count} virtual IPs in all.", count=total
            ),
        )


def check_services_cidr(key: str, value: Any) -> Iterator[Finding]:
    """The Supervisor's services CIDR; only used to find conflicts, so mostly warnings."""
    text = str(value)
    reading = read_network(text)
    finding = reading.finding(key)
    if reading.problem is not None and reading.problem.rule is NO_PREFIX:
        # /32 is what such a text means elsewhere, but never what is meant here.
        yield reading.problem.found(key)
        return
    if finding:
        yield finding
    network = _strict(text)
    if network is not None and not 16 <= network.prefixlen <= 24:
        yield SERVICES_SIZE.found(
            key, what=Text("{value} has {bounds}.", value=text, bounds=bounds(network))
        )


def _strict(text: str) -> IPv4Network | None:
    """The network of a text that is a strict CIDR, or a single address; else ``None``."""
    reading = read_network(text)
    if reading.problem is not None and reading.problem.rule.severity is Severity.ERROR:
        return None
    return IPv4Network(reading.right[0])
