"""Has another machine of this vCenter an address that the appliance would answer for (F16)?

vCenter's search index is asked for addresses and names; no list of machines is ever read, so the
cost does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from msgspec import Struct
from pyVmomi import vim

from core.checks.addressing import label
from core.checks.live.sample import planned_addresses, range_sample
from core.checks.live.side_by_side import ask_side_by_side
from core.checks.live.situation import Situation
from core.checks.networks import find_network
from core.findings import Finding, Severity, rule
from core.profile.model import FIELDS
from core.text import Text
from core.vsphere.entity_names import object_name
from core.vsphere.retrieve import Row, read_objects

ADDRESS_IN_USE = rule(
    "address-in-use",
    Severity.ERROR,
    cause=Text("Another machine has the address; with both on, connections break at random."),
    cure=Text("Give the appliance another address, or power that machine off first."),
    source="F16",
)
ADDRESS_OF_OTHER = rule(
    "address-of-other",
    Severity.WARNING,
    cause=Text("A machine that is off, or in another datacenter, has the address."),
    cure=Text("Make sure that it is never on in the same network together with the appliance."),
    source="F16",
)
RANGE_IN_USE = rule(
    "range-in-use",
    Severity.ERROR,
    cause=Text(
        "The appliance answers for every address of its ranges, so it would take the address away "
        "from the machine that has it."
    ),
    cure=Text("Choose a range that nothing else uses."),
    source="F7",
)
RANGE_OF_APPLIANCE = rule(
    "range-of-appliance",
    Severity.ERROR,
    cause=Text(
        "Two HAProxy appliances answer for the same addresses; connections break at random."
    ),
    cure=Text("Give each appliance ranges of its own, or power the other one off for good."),
    source="F16",
)
RANGE_OF_OTHER = rule(
    "range-of-other",
    Severity.WARNING,
    cause=Text(
        "A machine that is off, or in another datacenter, has an address of the range, or is "
        "another HAProxy appliance with the same range."
    ),
    cure=Text("Make sure that it is never on in the same network together with the appliance."),
    source="F16",
)

RANGES = "load_balancing.ranges"
_RANGE_PROPERTY = "loadbalance.service_ip_range"
_LIMIT_S = 20.0
_PATHS = ("name", "runtime.powerState", "runtime.host", "config.vAppConfig")


class Machine(Struct, frozen=True):
    """Another machine; ``is_rival``: on and, as far as is known, in the same datacenter."""

    moid: str
    name: str
    is_rival: bool
    ranges: tuple[IPv4Network, ...]


class _Question(Struct, frozen=True):
    """What the index is asked for: an address under a field, or (None) a host name."""

    field: str
    address: IPv4Address | None
    find: Callable[[], Any]


def check_conflicts(situation: Situation) -> Iterator[Finding]:
    """Findings about other machines; one call for each address or name, one for those found."""
    if situation.is_running:
        return
    hits = list(_search(situation))
    machines = _read(situation, {moid: ref for _, refs in hits for moid, ref in refs.items()})
    seen = set()
    for question, refs in hits:
        for moid in refs:
            machine = machines.get(moid)
            if machine is None:
                continue
            if question.address is not None:
                yield _taken(question, question.address, machine)
            if moid not in seen:
                seen.add(moid)
                yield from find_shared_ranges(situation.addressing.ranges, machine)


def find_shared_ranges(ranges: tuple[IPv4Network, ...], machine: Machine) -> Iterator[Finding]:
    """Findings about an appliance whose ranges meet the planned ones."""
    for mine in ranges:
        for other in machine.ranges:
            if mine.overlaps(other):
                kind = RANGE_OF_APPLIANCE if machine.is_rival else RANGE_OF_OTHER
                yield kind.found(
                    RANGES,
                    what=Text(
                        "Virtual machine {name} is a HAProxy appliance with the range {other}, "
                        "which overlaps {mine}.",
                        name=machine.name,
                        other=other,
                        mine=mine,
                    ),
                )


def _search(situation: Situation) -> Iterator[tuple[_Question, dict[str, Any]]]:
    """Each question with the machines found for it, ours not among them."""
    index = situation.session.content.searchIndex
    questions = [
        _Question(key, address, partial(index.FindAllByIp, None, str(address), True))
        for key, address in (*planned_addresses(situation), *range_sample(situation))
    ]
    # An appliance tells vCenter its host name, but none of its virtual addresses.
    names = {situation.profile.network.host_name, str(FIELDS["network.host_name"].default)}
    questions += [
        _Question(RANGES, None, partial(index.FindAllByDnsName, None, name, True))
        for name in sorted(names)
    ]
    own = situation.facts.appliance.moid if situation.facts.appliance else ""
    outcomes = ask_side_by_side([q.find for q in questions], situation.ctx, limit_s=_LIMIT_S)
    for outcome in sorted(outcomes, key=lambda outcome: outcome.number):
        if outcome.error is not None:
            raise outcome.error
        refs = {str(ref._GetMoId()): ref for ref in outcome.answer or []}
        refs.pop(own, None)
        yield questions[outcome.number], refs


def _read(situation: Situation, refs: dict[str, Any]) -> dict[str, Machine]:
    rows = read_objects(situation.session, _PATHS, list(refs.values()))
    return {row.moid: _machine(situation, row) for row in rows}


def _machine(situation: Situation, row: Row) -> Machine:
    is_on = row["runtime.powerState"] == vim.VirtualMachine.PowerState.poweredOn
    host = row["runtime.host"]
    moid = str(host._GetMoId()) if host is not None else ""
    inventory, here = situation.facts.inventory, situation.facts.datacenter.moid
    elsewhere = any(moid in c.hosts and c.datacenter != here for c in inventory.clusters)
    return Machine(
        row.moid,
        object_name(row["name"] or ""),
        is_on and not elsewhere,
        _ranges(row["config.vAppConfig"]),
    )


def _ranges(config: Any) -> tuple[IPv4Network, ...]:
    """The load balancer ranges among a machine's OVF properties."""
    for one in getattr(config, "property", None) or []:
        if ".".join(filter(None, (one.classId, one.id))) == _RANGE_PROPERTY:
            found = map(find_network, (one.value or "").split(","))
            return tuple(network for network in found if network is not None)
    return ()


def _taken(question: _Question, address: IPv4Address, machine: Machine) -> Finding:
    if question.field == RANGES:
        kind = RANGE_IN_USE if machine.is_rival else RANGE_OF_OTHER
        what = Text(
            "Virtual machine {name} has {address}, an address of the load balancer IP ranges.",
            name=machine.name,
            address=address,
        )
    else:
        kind = ADDRESS_IN_USE if machine.is_rival else ADDRESS_OF_OTHER
        what = Text(
            "Virtual machine {name} has the address {address} ({field}).",
            name=machine.name,
            address=address,
            field=label(question.field),
        )
    return kind.found(question.field, what=what)
