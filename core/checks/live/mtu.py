"""Does the switch's MTU fit the Supervisor, and the physical network it is plugged into?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from msgspec import Struct
from pyVmomi import vim

from core.checks.live.side_by_side import ask_side_by_side
from core.checks.live.situation import Situation
from core.findings import Finding, Severity, rule
from core.text import Text, listed
from core.vsphere.inventory import Host
from core.vsphere.retrieve import read_objects

SMALL = rule(
    "mtu-small",
    Severity.WARNING,
    cause=Text("Workload networks need frames of 1500 bytes at least."),
    cure=Text("Use a switch with MTU 1500 or more."),
    source="DOMAIN 4",
)
PHYSICAL = rule(
    "mtu-physical",
    Severity.WARNING,
    cause=Text(
        "The physical switch port drops frames that the distributed switch sends; small ones "
        "pass, so everything seems to work until there is traffic."
    ),
    cure=Text("Raise the MTU of the physical ports, or lower that of the distributed switch."),
)
UNPROVEN = rule(
    "mtu-unproven",
    Severity.NOTE,
    cause=Text("The physical switch does not announce what it carries (CDP, LLDP)."),
    cure=Text("Make sure that the physical network carries frames of that size."),
)

USUAL = 1500
_LIMIT_S = 10.0


class PhysicalPort(Struct, frozen=True):
    """What the physical port behind a NIC announces; ``mtu`` None where it does not say."""

    host: str
    device: str
    mtu: int | None


def check_mtu(situation: Situation) -> Iterator[Finding]:
    """Findings about the MTU; asks the hosts only where it is not the usual one, one call each."""
    facts, settings = situation.facts, situation.profile.switch
    mtu = facts.switch.mtu if facts.switch else settings.mtu
    if mtu < USUAL:
        yield SMALL.found("switch.mtu", what=Text("The switch has MTU {mtu}.", mtu=mtu))
    if mtu > USUAL:
        yield from find_physical_mtu(mtu, read_ports(situation))


def find_physical_mtu(mtu: int, ports: tuple[PhysicalPort, ...]) -> Iterator[Finding]:
    """Findings about ports that carry less than the switch sends, or do not say."""
    for port in ports:
        if port.mtu is not None and port.mtu < mtu:
            yield PHYSICAL.found(
                "switch.mtu",
                what=Text(
                    "The physical port of {device} of host {host} carries {port} bytes, the "
                    "switch sends {mtu}.",
                    device=port.device,
                    host=port.host,
                    port=port.mtu,
                    mtu=mtu,
                ),
            )
    silent = [f"{port.host} {port.device}" for port in ports if port.mtu is None]
    if silent:
        yield UNPROVEN.found(
            "switch.mtu",
            what=Text(
                "Whether the physical network carries {mtu} bytes is not known: {ports}.",
                mtu=mtu,
                ports=listed(silent),
            ),
        )


def read_ports(situation: Situation) -> tuple[PhysicalPort, ...]:
    """What the ports of the planned NICs announce, the hosts asked side by side."""
    session, profile = situation.session, situation.profile
    hosts = [host for host in situation.facts.hosts if host.is_connected]
    path = "configManager.networkSystem"
    refs = [session.ref(vim.HostSystem, host.moid) for host in hosts]
    systems = {row.moid: row[path] for row in read_objects(session, (path,), refs)}
    asked: list[tuple[Host, list[str]]] = []
    questions: list[Callable[[], Any]] = []
    for host in hosts:
        devices = [nic for _, nic in profile.switch.nics_of(host.name) if host.nic(nic)]
        system = systems.get(host.moid)
        if devices and system is not None:
            asked.append((host, devices))
            questions.append(partial(system.QueryNetworkHint, devices))
    hints: dict[tuple[str, str], Any] = {}
    for outcome in ask_side_by_side(questions, situation.ctx, limit_s=_LIMIT_S):
        host, _ = asked[outcome.number]
        hints |= {(host.name, hint.device): hint for hint in outcome.answer or []}
    return tuple(
        PhysicalPort(host.name, device, announced_mtu(hints.get((host.name, device))))
        for host, devices in asked
        for device in devices
    )


def announced_mtu(hint: Any) -> int | None:
    """The MTU in a NIC's network hint: by CDP, or by LLDP's parameter of that name."""
    cdp = getattr(hint, "connectedSwitchPort", None)
    if cdp is not None and cdp.mtu:
        return int(cdp.mtu)
    lldp = getattr(hint, "lldpInfo", None)
    for one in getattr(lldp, "parameter", None) or []:
        if one.key.casefold() == "mtu" and str(one.value).isdecimal() and int(one.value):
            return int(one.value)
    return None
