"""What speaks against a physical NIC, by what is known of the hosts: for the plan and the form.

Light, because the window asks while one types: no vCenter is needed, nor what speaks with one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from core.findings import Finding, Rule, Severity, rule
from core.profile.model import Profile
from core.text import Text, listed

if TYPE_CHECKING:
    from core.vsphere.inventory import Host

NIC_MISSING = rule(
    "nic-missing",
    Severity.ERROR,
    cause=Text("The host has no physical NIC of that name."),
    cure=Text("Choose one of the NICs listed, or give this host an exception."),
)
NIC_MANAGEMENT = rule(
    "nic-management",
    Severity.ERROR,
    cause=Text("The NIC carries the host's management; moving it could cut the host off."),
    cure=Text("Use a free NIC."),
)
NIC_IN_USE = rule(
    "nic-in-use",
    Severity.ERROR,
    cause=Text("The NIC belongs to another switch already."),
    cure=Text("Use a free NIC, or remove it from the other switch first."),
)
NIC_NO_LINK = rule(
    "nic-no-link",
    Severity.ERROR,
    cause=Text("The NIC has no link: no cable, or the port at its other end is down."),
    cure=Text("Connect it, or use another NIC."),
)


NIC_CODES = frozenset(one.code for one in (NIC_MISSING, NIC_MANAGEMENT, NIC_IN_USE, NIC_NO_LINK))


class HostProblem(Struct, frozen=True):
    """A problem of one host; ``what`` and ``advice`` put it into words for all that have it."""

    rule: Rule
    field: str
    what: Callable[[str, int], Text]
    advice: Callable[[Sequence[Host]], Text] | None = None

    @property
    def key(self) -> tuple[str, str, Text]:
        """Equal for the same problem of another host."""
        return self.rule.code, self.field, self.what("", 1)

    def finding(self, hosts: Sequence[Host]) -> Finding:
        """The finding that names these hosts."""
        return self.rule.found(
            self.field,
            what=self.what(listed(host.name for host in hosts), len(hosts)),
            advice=self.advice(hosts) if self.advice else None,
        )


def put_together(
    hosts: Iterable[Host], problems_of: Callable[[Host], Iterable[HostProblem]]
) -> dict[str, tuple[Finding, ...]]:
    """The findings of each host by its id; several hosts share one about the same thing."""
    hosts = tuple(hosts)
    found = {host.moid: list(problems_of(host)) for host in hosts}
    having: dict[object, list[Host]] = {}
    for host in hosts:
        for problem in found[host.moid]:
            having.setdefault(problem.key, []).append(host)
    return {
        moid: tuple(problem.finding(having[problem.key]) for problem in problems)
        for moid, problems in found.items()
    }


def find_nic_problems(profile: Profile, hosts: Iterable[Host]) -> tuple[Finding, ...]:
    """What can be said of the NICs that were chosen before anything is planned.

    A NIC of a switch of the profile's name is left to the plan, which knows whether it is that.
    """

    def of_host(host: Host) -> Iterator[HostProblem]:
        if not host.is_connected:
            return  # vCenter's knowledge of its NICs is old
        for _, device in profile.switch.nics_of(host.name):
            nic = host.nic(device)
            if nic is None or nic.is_free or nic.used_by != profile.switch.name:
                yield from problems_of_nic(device, host, field_of(host, profile), is_ours=False)

    findings = put_together(hosts, of_host).values()
    return tuple(dict.fromkeys(finding for found in findings for finding in found))


def field_of(host: Host, profile: Profile) -> str:
    """The field that says which NICs of a host are used."""
    has_exception = host.name in dict(profile.switch.host_nics)
    return "switch.host_nics" if has_exception else "switch.nics"


def problems_of_nic(device: str, host: Host, field: str, *, is_ours: bool) -> Iterator[HostProblem]:
    """What speaks against a NIC; ``is_ours`` if it is on the switch it is meant for already."""
    nic = host.nic(device)
    if nic is None:
        yield HostProblem(
            NIC_MISSING,
            field,
            lambda hosts, count: Text(
                "Host {host} has no NIC {device}.",
                "Hosts {host} have no NIC {device}.",
                host=hosts,
                device=device,
                count=count,
            ),
            free_nics,
        )
    elif nic.carries_management:
        yield HostProblem(
            NIC_MANAGEMENT,
            field,
            lambda hosts, count: Text(
                "{device} of host {host} carries its management ({switch}).",
                "{device} of hosts {host} carries their management ({switch}).",
                device=device,
                host=hosts,
                switch=nic.used_by,
                count=count,
            ),
            free_nics,
        )
    elif not nic.is_free and not is_ours:
        yield HostProblem(
            NIC_IN_USE,
            field,
            lambda hosts, count: Text(
                "{device} of host {host} is used by {switch}.",
                "{device} of hosts {host} is used by {switch}.",
                device=device,
                host=hosts,
                switch=nic.used_by,
                count=count,
            ),
            free_nics,
        )
    elif not nic.has_link:
        yield HostProblem(
            NIC_NO_LINK,
            field,
            lambda hosts, count: Text(
                "{device} of host {host} has no link.",
                "{device} of hosts {host} has no link.",
                device=device,
                host=hosts,
                count=count,
            ),
            free_nics,
        )


def free_nics(hosts: Sequence[Host]) -> Text:
    """The NICs that would do on every one of the hosts."""
    free = [{nic.device for nic in host.nics if nic.is_free and nic.has_link} for host in hosts]
    names = [nic.device for nic in hosts[0].nics if all(nic.device in each for each in free)]
    if not names:
        return Text("There is no free NIC with a link; free one, or connect one that is free.")
    return Text("Free NICs with a link: {names}.", names=listed(names))
