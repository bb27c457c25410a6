"""What keeps hosts from joining the switch: said once for all hosts that it is true of."""

from __future__ import annotations

from collections.abc import Iterator

from core.checks.characters import quoted
from core.findings import Finding, Severity, rule
from core.plan.facts import Facts
from core.plan.nic_problems import (
    HostProblem,
    field_of,
    free_nics,
    problems_of_nic,
    put_together,
)
from core.profile.model import CREATE, NicMap, Profile
from core.text import Text, listed
from core.vsphere.inventory import Host, PhysicalNic
from core.vsphere.membership import is_joined
from core.vsphere.switch import Member, SwitchState

_CLUSTER = "switch.cluster"

UPLINK_UNKNOWN = rule(
    "uplink-not-on-switch",
    Severity.ERROR,
    cause=Text("The switch has no uplink of that name."),
    cure=Text("Use one of the uplinks listed."),
)
UPLINK_TAKEN = rule(
    "uplink-taken",
    Severity.ERROR,
    cause=Text("The host uses another NIC for that uplink already; it is never replaced."),
    cure=Text("Give the NIC another uplink, or enter the NIC that is there."),
)
NIC_ELSEWHERE = rule(
    "nic-on-other-uplink",
    Severity.ERROR,
    cause=Text(
        "The NIC is connected to another uplink of this switch. Traffic runs through it there, so "
        "it is never moved."
    ),
    cure=Text("Give the NIC the uplink it has, or move it in vCenter first."),
)
HOST_DISCONNECTED = rule(
    "host-disconnected",
    Severity.ERROR,
    cause=Text("vCenter has no connection to the host, so it cannot join the switch."),
    cure=Text("Reconnect the host, or take it out of the cluster."),
)
HOST_MAINTENANCE = rule(
    "host-maintenance",
    Severity.WARNING,
    cause=Text("The host is in maintenance mode; it joins, but runs nothing."),
    cure=Text("End maintenance mode before Workload Management is enabled."),
)
HOST_INCOMPATIBLE = rule(
    "host-incompatible",
    Severity.ERROR,
    cause=Text("The host does not support the version of the switch."),
    cure=Text("Choose an older switch version, or update the host."),
)
HOST_NO_NIC = rule(
    "host-no-nic",
    Severity.ERROR,
    cause=Text("The host is not on the switch, and no physical NIC is given for it."),
    cure=Text("Give a free physical NIC for an uplink, for all hosts or as an exception."),
)
HOST_UNKNOWN = rule(
    "host-unknown",
    Severity.ERROR,
    cause=Text("An exception names a host that the cluster does not have."),
    cure=Text("Use the host's name as vCenter shows it."),
)


def find_host_problems(profile: Profile, facts: Facts) -> dict[str, tuple[Finding, ...]]:
    """The findings of each host by its id; several hosts share one about the same thing."""
    return put_together(facts.hosts, lambda host: _of_host(host, profile, facts))


def find_unknown_hosts(profile: Profile, facts: Facts) -> Iterator[Finding]:
    """Exceptions for hosts the cluster does not have."""
    known = [host.name for host in facts.hosts]
    for name, _ in profile.switch.host_nics:
        if name not in known:
            yield HOST_UNKNOWN.found(
                "switch.host_nics",
                what=Text(
                    "Host {name} is not in cluster {cluster}.",
                    name=name,
                    cluster=facts.cluster.name,
                ),
                advice=Text("Its hosts: {names}.", names=listed(known)),
            )


def _of_host(host: Host, profile: Profile, facts: Facts) -> Iterator[HostProblem]:
    nics, switch = profile.switch.nics_of(host.name), facts.switch
    if switch is not None and is_joined(switch, host.moid, nics):
        return
    member = switch.member(host.moid) if switch else None
    if not host.is_connected:
        yield HostProblem(
            HOST_DISCONNECTED,
            _CLUSTER,
            lambda hosts, count: Text(
                "Host {host} is not connected.",
                "Hosts {host} are not connected.",
                host=hosts,
                count=count,
            ),
        )
        return  # vCenter's knowledge of its NICs is old
    if host.in_maintenance:
        yield HostProblem(
            HOST_MAINTENANCE,
            _CLUSTER,
            lambda hosts, count: Text(
                "Host {host} is in maintenance mode.",
                "Hosts {host} are in maintenance mode.",
                host=hosts,
                count=count,
            ),
        )
    if member is None and facts.compatible is not None and host.moid not in facts.compatible:
        wanted = switch.version if switch else profile.switch.version
        yield HostProblem(
            HOST_INCOMPATIBLE,
            "switch.version",
            lambda hosts, count: Text(
                "Host {host} (ESXi {version}) cannot join a switch of version {wanted}.",
                "Hosts {host} (ESXi {version}) cannot join a switch of version {wanted}.",
                host=hosts,
                version=host.version or "?",
                wanted=wanted,
                count=count,
            ),
        )
    yield from _of_nics(host, nics, member, profile, switch)


def _of_nics(
    host: Host, nics: NicMap, member: Member | None, profile: Profile, switch: SwitchState | None
) -> Iterator[HostProblem]:
    field = field_of(host, profile)
    if not nics and member is None:
        yield HostProblem(
            HOST_NO_NIC,
            field,
            lambda hosts, count: Text(
                "No NIC is given for host {host}.",
                "No NIC is given for hosts {host}.",
                host=hosts,
                count=count,
            ),
            free_nics,
        )
    for uplink, device in nics:
        if member is not None and (uplink, device) in member.nics:
            continue  # in place already, whatever it carries
        there = member.uplink_of(device) if member is not None else ""
        if there:
            yield _moved(uplink, device, there, switch, field)
            continue
        yield from _of_uplink(uplink, device, host, member, profile, switch, field)
        nic = host.nic(device)
        is_ours = nic is not None and _on_this_switch(nic, switch)
        yield from problems_of_nic(device, host, field, is_ours=is_ours)


def _moved(
    uplink: str, device: str, there: str, switch: SwitchState | None, field: str
) -> HostProblem:
    return HostProblem(
        NIC_ELSEWHERE,
        field,
        lambda hosts, count: Text(
            "{device} of host {host} is on {there} of switch {switch} already, not on {uplink}.",
            "{device} of hosts {host} is on {there} of switch {switch} already, not on {uplink}.",
            device=device,
            host=hosts,
            there=there,
            switch=switch.name if switch else "",
            uplink=uplink,
            count=count,
        ),
    )


def _of_uplink(
    uplink: str,
    device: str,
    host: Host,
    member: Member | None,
    profile: Profile,
    switch: SwitchState | None,
    field: str,
) -> Iterator[HostProblem]:
    names = profile.switch.uplink_names
    if switch is not None:
        names = switch.uplink_names
    elif profile.switch.mode != CREATE:
        return  # the missing switch is the problem
    if uplink not in names:
        yield HostProblem(
            UPLINK_UNKNOWN,
            field,
            lambda _hosts, _count: Text(
                "The switch has no uplink {uplink}.", uplink=quoted(uplink)
            ),
            lambda _hosts: Text("Its uplinks: {names}.", names=listed(names) or "-"),
        )
        return
    taken = dict(member.nics).get(uplink) if member else None
    wanted = {nic for _, nic in profile.switch.nics_of(host.name)}
    if taken and taken != device and taken not in wanted:
        yield HostProblem(
            UPLINK_TAKEN,
            field,
            lambda hosts, count: Text(
                "{uplink} of host {host} is connected to {taken}, not {device}.",
                "{uplink} of hosts {host} is connected to {taken}, not {device}.",
                uplink=uplink,
                host=hosts,
                taken=taken,
                device=device,
                count=count,
            ),
        )


def _on_this_switch(nic: PhysicalNic, switch: SwitchState | None) -> bool:
    return switch is not None and bool(switch.uuid) and nic.switch_uuid == switch.uuid
