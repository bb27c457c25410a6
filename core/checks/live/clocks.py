"""Do the hosts' clocks agree with vCenter's? Certificates are "not yet valid" where they do not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from msgspec import Struct
from pyVmomi import vim, vmodl

from core.checks.live.side_by_side import ask_side_by_side
from core.checks.live.situation import Situation
from core.findings import Finding, Severity, rule
from core.text import Text
from core.vsphere.retrieve import read_objects

CLOCKS_APART = rule(
    "clocks-apart",
    Severity.WARNING,
    cause=Text(
        "A host's clock differs from vCenter's. The Supervisor's certificates are then not valid "
        "yet, or no longer, and enabling it makes no progress."
    ),
    cure=Text("Set up the same NTP servers on vCenter and all hosts, and check that they run."),
    source="DOMAIN 4",
)

TOLERANCE_S = 60.0
_LIMIT_S = 10.0
_PATH = "configManager.dateTimeSystem"


class Clock(Struct, frozen=True):
    """What a clock showed and when, on this computer's steady clock, it was asked (in between)."""

    shown: datetime
    asked_s: float

    def ahead_of(self, other: Clock) -> float:
        """By how many seconds it is ahead, the time between the two questions taken off."""
        return (self.shown - other.shown).total_seconds() - (self.asked_s - other.asked_s)


def check_clocks(situation: Situation) -> Iterator[Finding]:
    """Findings about clocks; one call for vCenter, one to find the hosts', one for each host."""
    session = situation.session
    hosts = [host for host in situation.facts.hosts if host.is_connected]
    refs = [session.ref(vim.HostSystem, host.moid) for host in hosts]
    systems = {row.moid: row[_PATH] for row in read_objects(session, (_PATH,), refs)}
    asked = [host for host in hosts if systems.get(host.moid) is not None]
    service = vim.ServiceInstance("ServiceInstance", session.stub)
    questions: list[Callable[[], Clock | None]] = [partial(read_clock, service.CurrentTime)]
    questions += [partial(_read_host, systems[host.moid]) for host in asked]
    clocks: dict[int, Clock] = {}
    for outcome in ask_side_by_side(questions, situation.ctx, limit_s=_LIMIT_S):
        if outcome.error is not None and outcome.number == 0:
            raise outcome.error
        if outcome.answer is not None:
            clocks[outcome.number] = outcome.answer
    shown = {host.name: clocks[number] for number, host in enumerate(asked, 1) if number in clocks}
    if shown and 0 in clocks:
        yield from find_apart(clocks[0], shown)


def find_apart(vcenter: Clock, hosts: dict[str, Clock]) -> Iterator[Finding]:
    """Findings about hosts whose clock is a minute or more away from vCenter's."""
    for name, clock in hosts.items():
        ahead = clock.ahead_of(vcenter)
        if abs(ahead) < TOLERANCE_S:
            continue
        values = {"host": name, "seconds": round(abs(ahead))}
        what = (
            Text("The clock of host {host} is {seconds} s ahead of vCenter's.", **values)
            if ahead > 0
            else Text("The clock of host {host} is {seconds} s behind vCenter's.", **values)
        )
        yield CLOCKS_APART.found("switch.cluster", what=what)


def read_clock(ask: Callable[[], datetime]) -> Clock:
    """What the clock shows, taken as read halfway between question and answer."""
    before = time.monotonic()
    shown = ask()
    return Clock(shown, (before + time.monotonic()) / 2)


def _read_host(system: Any) -> Clock | None:
    try:
        return read_clock(system.QueryDateTime)
    except (vmodl.fault.ManagedObjectNotFound, vmodl.fault.MethodNotFound):
        return None  # the simulator names the system, but has none
    except vmodl.MethodFault:
        return None  # a host that cannot be asked is another check's finding
