"""Reading networks and lists of them: strict CIDRs, ranges ``a-b``, and tidy lists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from ipaddress import IPv4Address, IPv4Network, collapse_addresses, summarize_address_range
from typing import Any

from core.checks.characters import quoted, stray, tidied, without_spaces
from core.checks.ipv4 import (
    ADDRESS_FORM,
    mask_problem,
    read_prefix,
    read_quad,
    read_unpadded,
    unmasked,
)
from core.checks.reading import Problem, Reading, converted, wrong
from core.findings import Finding, Fix, Rule, Severity, rule
from core.text import Text, listed

HOST_BITS = rule(
    "network-host-bits",
    Severity.WARNING,
    cause=Text("The address is one inside the network, not the network's own (first) address."),
    cure=Text("Write the network with its first address."),
    source="F10",
)
RANGE_HOST_BITS = rule(
    "range-host-bits",
    Severity.ERROR,
    cause=Text(
        "The address is one inside the range, not its first. The appliance's route command "
        "refuses it (Invalid prefix), stops there, and no virtual IP answers at all."
    ),
    cure=Text("Write the range with its first address."),
    source="F6",
)
RANGE_DASH = rule(
    "range-dash",
    Severity.ERROR,
    cause=Text(
        "The appliance takes CIDRs. Ranges with a dash belong into the Supervisor wizard; here "
        "they stop the first boot and no virtual IP answers."
    ),
    cure=Text("Write the range as one or more CIDRs."),
    source="F6, F8",
)
NETWORK_FORM = rule(
    "network-form",
    Severity.ERROR,
    cause=Text("The value is not an IPv4 network in CIDR form."),
    cure=Text("Enter a network such as 192.168.0.0/24."),
    source="guide",
)
NO_PREFIX = rule(
    "network-without-prefix",
    Severity.WARNING,
    cause=Text("Without a prefix length the appliance takes the value as one single address."),
    cure=Text("Add the prefix length: /24 for a network of 256 addresses, /32 for one address."),
    source="F6",
)
LIST_FORM = rule(
    "list-form",
    Severity.ERROR,
    cause=Text("Several values stand in one entry of the list."),
    cure=Text("Give each value an entry of its own."),
    source="F6",
)
LIST_DUPLICATE = rule(
    "list-duplicate",
    Severity.WARNING,
    cause=Text("The same value stands in the list twice."),
    cure=Text("Remove the second one."),
    source="F6",
)
NETWORKS_OVERLAP = rule(
    "list-overlap",
    Severity.WARNING,
    cause=Text("One network of the list lies inside another one."),
    cure=Text("Keep the larger one."),
    source="F6",
)

Reader = Callable[[str], Reading]

_DASHES = re.compile(r"\s*(?:[-‐‑‒–—―−~〜]|\.\.\.?|\bto\b)\s*")
_SEPARATORS = re.compile(r"[\s,;]+")
_RANGE = re.compile(r"([0-9.]+)-([0-9.]+)")


def find_network(text: str) -> IPv4Network | None:
    """The network a text stands for where the appliance is tolerant: host bits are dropped."""
    reading = read_network(text)
    return IPv4Network(reading.right[0]) if len(reading.right) == 1 else None


def read_network(text: str, host_bits: Rule = HOST_BITS) -> Reading:
    """Read one network; ``host_bits`` is the rule for an address that is not the first."""

    def again(value: str) -> Reading:
        return read_network(value, host_bits)

    masked = unmasked(text)
    if masked:
        return converted(again, masked, mask_problem(text, masked))
    clean = without_spaces(text)
    if clean != text:
        return stray(text, again(clean))
    address, slash, prefix = text.partition("/")
    bad = read_quad(address)
    if bad is not None and bad.problem is not None:
        if bad.right and slash:
            return converted(again, f"{bad.right[0]}/{prefix}", bad.problem)
        if bad.problem.rule is ADDRESS_FORM:
            return wrong(
                Problem(NETWORK_FORM, Text("{value} is not a network.", value=quoted(text)))
            )
        return Reading((), bad.problem)
    if not slash:
        return Reading(
            (f"{text}/32",),
            Problem(
                NO_PREFIX,
                Text("{value} has no prefix length: it stands for this one address.", value=text),
            ),
        )
    bad_prefix = read_prefix(text, prefix, lowest=1, highest=32)
    if bad_prefix is not None:
        return read_unpadded(again, address, prefix, bad_prefix)
    network = IPv4Network(text, strict=False)
    if str(network) != text:
        return converted(
            again,
            str(network),
            Problem(
                host_bits,
                Text("{value} has host bits; the network is {right}.", value=text, right=network),
                Text("Write {right}, which is {bounds}.", right=network, bounds=bounds(network)),
            ),
        )
    return Reading((text,))


def read_range(text: str) -> Reading:
    """Read one load balancer range: a strict CIDR, or ``a-b`` which is offered as CIDRs."""
    joined = _DASHES.sub("-", tidied(" ".join(text.split())))
    match = _RANGE.fullmatch(joined)
    if match is None:
        return read_network(text, RANGE_HOST_BITS)
    first, last = match[1], match[2]
    if last.isdecimal():
        last = f"{first.rpartition('.')[0]}.{last}"
    for end in (first, last):
        bad = read_quad(end)
        if bad is not None:
            return Reading((), bad.problem)
    start, stop = IPv4Address(first), IPv4Address(last)
    if start > stop:
        return wrong(
            Problem(RANGE_DASH, Text("{value} ends before it starts.", value=quoted(text)))
        )
    networks = tuple(str(network) for network in summarize_address_range(start, stop))
    return Reading(
        networks,
        Problem(
            RANGE_DASH,
            Text("{value} is not a CIDR.", value=quoted(text)),
            Text("As CIDR: {networks}.", networks=listed(networks)),
        ),
    )


def bounds(network: IPv4Network) -> Text:
    """How many addresses a network has and which: "256 addresses, 10.0.0.0 - 10.0.0.255"."""
    return Text(
        "{count} address, {first} - {last}",
        "{count} addresses, {first} - {last}",
        count=network.num_addresses,
        first=network.network_address,
        last=network.broadcast_address,
    )


def entries(value: Any) -> tuple[str, ...]:
    """The entries of a list value; a single text counts as a list of one."""
    if isinstance(value, str):
        return (value,)
    return tuple(str(entry) for entry in value)


def check_list(key: str, value: Any, reader: Reader, *, merge: bool) -> Iterator[Finding]:
    """Findings for the entries of a list; all of them offer the same fix: the list tidied.

    The fix is there only if every entry has a right form, because it replaces the whole list.
    """
    typed = entries(value)
    single = [_split(entry) for entry in typed]
    problems: list[Problem] = []
    right: list[str] = []
    complete = True
    for entry, parts in zip(typed, single, strict=True):
        if len(parts) > 1:
            problems.append(
                Problem(
                    LIST_FORM,
                    Text(
                        "{value} is {count} value in one entry.",
                        "{value} is {count} values in one entry.",
                        value=quoted(entry),
                        count=len(parts),
                    ),
                )
            )
        for part in parts:
            reading = reader(part)
            if reading.problem is not None and (len(parts) == 1 or not reading.right):
                problems.append(reading.problem)
            # "10.0.0.0" alone is rather a forgotten prefix than one address.
            certain = bool(reading.right) and not (
                reading.problem is not None and reading.problem.rule is NO_PREFIX
            )
            complete = complete and certain
            right.extend(reading.right)
    tidy, repeated = _tidy(right, merge=merge)
    problems.extend(repeated)
    fix = Fix(key, tidy) if complete and tidy != typed else None
    yield from (problem.found(key, fix) for problem in problems)


def merged(networks: Iterable[str]) -> tuple[str, ...]:
    """The networks as they are, or merged if one holds another."""
    values = tuple(networks)
    parsed = [IPv4Network(value) for value in values]
    if any(a.overlaps(b) for i, a in enumerate(parsed) for b in parsed[:i]):
        return tuple(str(network) for network in collapse_addresses(parsed))
    return values


def _split(entry: str) -> Sequence[str]:
    """The values in one entry: "a, b" are two, "a - b" and "a 255.255.255.0" are one."""
    if not re.search(r"[\s,;、]", entry.strip()):
        return (entry,)
    plain = _DASHES.sub("-", " ".join(tidied(entry.replace("\n", " ")).split()))
    if unmasked(plain):
        return (entry,)
    plain = re.sub(r"\s*/\s*", "/", plain)
    parts = [part for part in _SEPARATORS.split(plain) if part]
    return parts if len(parts) > 1 else (entry,)


def _tidy(values: list[str], *, merge: bool) -> tuple[tuple[str, ...], list[Problem]]:
    unique = tuple(dict.fromkeys(values))
    problems = [
        Problem(LIST_DUPLICATE, Text("{value} stands in the list twice.", value=value))
        for value in unique
        if values.count(value) > 1
    ]
    if not merge:
        return unique, problems
    networks = [IPv4Network(value) for value in unique]
    for inner in networks:
        for outer in networks:
            if inner != outer and inner.subnet_of(outer):
                problems.append(
                    Problem(
                        NETWORKS_OVERLAP,
                        Text("{inner} lies inside {outer}.", inner=inner, outer=outer),
                    )
                )
                break
    return merged(unique), problems
