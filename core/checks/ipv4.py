"""Reading IPv4 addresses, interface addresses and networks the way the appliance does: strictly.

The appliance hands these strings to netplan and ``ip route`` unchanged, so a form that most tools
forgive (a leading zero, a mask, a space) is a finding here, with the strict form as its fix.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import AddressValueError, IPv4Address, IPv4Interface, IPv4Network, IPv6Address

from core.checks.characters import quoted, stray, without_spaces
from core.checks.reading import Problem, Reading, converted, wrong
from core.findings import Severity, rule
from core.text import Text

ADDRESS_FORM = rule(
    "address-form",
    Severity.ERROR,
    cause=Text("The value is not an IPv4 address: four numbers from 0 to 255 with dots between."),
    cure=Text("Enter an IPv4 address such as 192.168.0.2."),
    source="guide",
)
ADDRESS_IPV6 = rule(
    "address-ipv6",
    Severity.ERROR,
    cause=Text("The appliance's first boot and its virtual IPs work with IPv4 only."),
    cure=Text("Enter an IPv4 address such as 192.168.0.2."),
    source="guide",
)
LEADING_ZEROS = rule(
    "address-leading-zeros",
    Severity.ERROR,
    cause=Text("Some programs read a number with a leading zero as octal: 010 is 8 to them."),
    cure=Text("Write the numbers of the address without leading zeros."),
    source="F6",
)
ADDRESS_SPECIAL = rule(
    "address-special",
    Severity.ERROR,
    cause=Text("The address is set aside: loopback, multicast, reserved or unspecified."),
    cure=Text("Enter an address of the network itself, such as 192.168.0.2."),
)
PREFIX_MISSING = rule(
    "prefix-missing",
    Severity.ERROR,
    cause=Text("Without a prefix length the appliance cannot tell which network it is on."),
    cure=Text("Add the prefix length of the network: 192.168.0.2/24."),
    source="guide",
)
PREFIX_RANGE = rule(
    "prefix-range",
    Severity.ERROR,
    cause=Text("The prefix length is not one a network can have."),
    cure=Text("Enter the prefix length of the network, usually /24."),
    source="guide",
)
PREFIX_MASK = rule(
    "prefix-mask",
    Severity.ERROR,
    cause=Text("The appliance takes a prefix length (/24), not a mask (255.255.255.0)."),
    cure=Text("Write the mask as a prefix length."),
    source="guide",
)
PREFIX_UNWANTED = rule(
    "prefix-unwanted",
    Severity.ERROR,
    cause=Text("Gateways and DNS servers are single addresses, without a prefix length."),
    cure=Text("Remove the prefix length."),
    source="guide",
)
NOT_A_HOST = rule(
    "address-not-host",
    Severity.ERROR,
    cause=Text("The first and the last address of a network cannot be given to a machine."),
    cure=Text("Choose an address between the first and the last one of the network."),
)

_QUAD = re.compile(r"[0-9]+(?:\.[0-9]+){3}")
_MASKED = re.compile(r"\s*([0-9.]+)\s*[\s/]\s*([0-9]+(?:\.[0-9]+){3})\s*")
_PREFIX = re.compile(r"[0-9]{1,3}")


def find_address(text: str) -> IPv4Address | None:
    """The address a strict text stands for, or ``None``."""
    return None if read_address(text).problem else IPv4Address(text)


def find_interface(text: str) -> IPv4Interface | None:
    """The interface address a strict text stands for, or ``None``."""
    return None if read_interface(text).problem else IPv4Interface(text)


def read_address(text: str) -> Reading:
    """Read a single address such as a gateway."""
    clean = without_spaces(text)
    if clean != text and not _MASKED.fullmatch(text):
        return stray(text, read_address(clean))
    bare = re.split(r"[\s/]", text.strip(), maxsplit=1)[0]
    if bare != text and not _QUAD.fullmatch(bare):
        return wrong(Problem(ADDRESS_FORM, _not_an_address(text)))
    if bare != text:
        return converted(
            read_address,
            bare,
            Problem(
                PREFIX_UNWANTED,
                Text(
                    "{value} has a prefix length; only {right} is wanted.", value=text, right=bare
                ),
            ),
        )
    return read_quad(text) or Reading((text,))


def read_interface(text: str) -> Reading:
    """Read an appliance's address with its prefix length."""
    masked = unmasked(text)
    if masked:
        return converted(read_interface, masked, mask_problem(text, masked))
    clean = without_spaces(text)
    if clean != text:
        return stray(text, read_interface(clean))
    address, slash, prefix = text.partition("/")
    bad = read_quad(address)
    if bad is not None:
        if bad.right and slash:
            assert bad.problem is not None
            return converted(read_interface, f"{bad.right[0]}/{prefix}", bad.problem)
        if bad.problem is not None and bad.problem.rule is ADDRESS_FORM:
            return wrong(Problem(ADDRESS_FORM, _not_an_address(text)))
        return Reading((), bad.problem)
    if not slash or not prefix:
        return wrong(
            Problem(
                PREFIX_MISSING,
                Text("{value} lacks the prefix length.", value=text),
                Text(
                    "Add the prefix length of the network, for instance {value}/24.", value=address
                ),
            )
        )
    bad_prefix = read_prefix(text, prefix, lowest=1, highest=31)
    if bad_prefix is not None:
        return read_unpadded(read_interface, address, prefix, bad_prefix)
    return _read_host(text)


def read_quad(address: str) -> Reading | None:
    """What is wrong with four numbers and three dots; ``None`` if nothing is."""
    if ":" in address:
        try:
            IPv6Address(address.strip("[]").partition("%")[0])
        except AddressValueError:
            return wrong(Problem(ADDRESS_FORM, _not_an_address(address)))
        return wrong(
            Problem(
                ADDRESS_IPV6,
                Text("{value} is an IPv6 address; the appliance is IPv4 only.", value=address),
            )
        )
    if not _QUAD.fullmatch(address) or not address.isascii():
        return wrong(Problem(ADDRESS_FORM, _not_an_address(address)))
    numbers = address.split(".")
    for number in numbers:
        if len(number) > 6 or int(number) > 255:
            return wrong(
                Problem(
                    ADDRESS_FORM,
                    Text(
                        "{value} is not an address: {number} is greater than 255.",
                        value=quoted(address),
                        number=number[:12],
                    ),
                )
            )
    if any(_is_padded(number) for number in numbers):
        return _read_padded(address, numbers)
    value = IPv4Address(address)
    # Not is_reserved alone: 0.0.0.0/8 and the limited broadcast are no hosts either.
    if value.is_loopback or value.is_multicast or value.is_reserved or int(value) < 1 << 24:
        return wrong(
            Problem(
                ADDRESS_SPECIAL,
                Text("{value} cannot be the address of a machine on a network.", value=address),
            )
        )
    return None


def read_prefix(text: str, prefix: str, *, lowest: int, highest: int) -> Problem | None:
    """What is wrong with the part after the slash."""
    if _PREFIX.fullmatch(prefix) and lowest <= int(prefix) <= highest:
        if not _is_padded(prefix):
            return None
        return Problem(
            LEADING_ZEROS,
            Text("The prefix length in {value} has a leading zero.", value=quoted(text)),
        )
    return Problem(
        PREFIX_RANGE,
        Text(
            "In {value} the part after the slash has to be a number from {lowest} to {highest}.",
            value=quoted(text),
            lowest=lowest,
            highest=highest,
        ),
    )


def read_unpadded(
    reader: Callable[[str], Reading], address: str, prefix: str, problem: Problem
) -> Reading:
    """The reading of ``address/prefix`` with a bad prefix: mended if only its zeros are bad."""
    if prefix.isdecimal() and _is_padded(prefix):
        return converted(reader, f"{address}/{int(prefix)}", problem)
    return wrong(problem)


def mask_length(mask: str) -> int | None:
    """The prefix length of a mask such as 255.255.255.0, or ``None`` if it is not a mask."""
    try:
        network = IPv4Network(f"0.0.0.0/{mask}")
    except ValueError:
        return None
    # IPv4Network also takes 0.0.0.255 for /24.
    return network.prefixlen if str(network.netmask) == mask else None


def mask_problem(text: str, right: str) -> Problem:
    """The problem of a mask where a prefix length is wanted."""
    return Problem(
        PREFIX_MASK,
        Text("{value} has a mask; write {right}.", value=quoted(text), right=right),
    )


def unmasked(text: str) -> str | None:
    """``address/length`` for an address with a dotted mask, or ``None`` if it has none."""
    match = _MASKED.fullmatch(text)
    length = mask_length(match[2]) if match else None
    return f"{match[1]}/{length}" if match and length is not None else None


def _read_host(text: str) -> Reading:
    interface = IPv4Interface(text)
    network = interface.network
    if network.prefixlen < 31 and interface.ip in (
        network.network_address,
        network.broadcast_address,
    ):
        return wrong(
            Problem(
                NOT_A_HOST,
                Text(
                    "{value} is the first or the last address of {network}, which no machine can "
                    "have.",
                    value=interface.ip,
                    network=network,
                ),
                Text(
                    "Choose an address from {first} to {last}.",
                    first=network.network_address + 1,
                    last=network.broadcast_address - 1,
                ),
            )
        )
    return Reading((text,))


def _read_padded(address: str, numbers: list[str]) -> Reading:
    right = ".".join(str(int(number)) for number in numbers)
    problem = Problem(
        LEADING_ZEROS,
        Text("{value} has numbers with leading zeros.", value=quoted(address)),
        Text("Write {right} if the numbers are decimal.", right=right),
    )
    # 010 may be 8 or 10, but 08 and 007 can only be one.
    sure = all(
        not _is_padded(number) or set(number) & {"8", "9"} or int(number) == int(number, 8)
        for number in numbers
    )
    inner = read_quad(right)
    if inner is not None:
        return inner
    return Reading((right,), problem) if sure else wrong(problem)


def _is_padded(number: str) -> bool:
    return len(number) > 1 and number.startswith("0")


def _not_an_address(value: str) -> Text:
    return Text("{value} is not an IPv4 address.", value=quoted(value))
