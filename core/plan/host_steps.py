"""The steps that make the cluster's hosts members of the switch, one host at a time."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Iterator
from dataclasses import dataclass

from core.findings import Finding, Severity, rule
from core.plan.facts import Facts
from core.plan.step import Action, Step
from core.plan.work import Work
from core.profile.model import CREATE, NicMap, Profile
from core.text import Text, listed
from core.vsphere.inventory import Host, PhysicalNic
from core.vsphere.switch import Member, SwitchState, is_joined, join_host, nics_text

log = logging.getLogger(__name__)

_FIELD = "switch.nics"

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


@dataclass(kw_only=True)
class HostStep(Step):
    """Make one host a member with its NICs on their uplinks."""

    host: Host
    nics: NicMap

    def run(self, work: Work) -> None:
        """See ``Step.run``; the host may be left a member with no NIC on the switch."""
        switch = join_host(
            work.session, work.switch, self.host.moid, self.host.name, self.nics, work.ctx
        )
        if not switch.reports_nics:
            log.info("This vCenter does not report the NICs of %s; not read back.", self.host.name)
        work.facts = dataclasses.replace(work.facts, switch=switch)


def plan_hosts(profile: Profile, facts: Facts) -> Iterator[HostStep]:
    """One step for each host of the cluster, by name."""
    for host in facts.hosts:
        nics = profile.switch.nics_of(host.name)
        switch = facts.switch
        joined = switch is not None and is_joined(switch, host.moid, nics)
        member = switch.member(host.moid) if switch else None
        yield HostStep(
            key=f"host-{host.name}",
            title=Text("Host {name}", name=host.name),
            object_name=host.name,
            wanted=_wanted(joined, member),
            detail=Text("{nics}", nics=nics_text(nics)),
            problems=() if joined else tuple(_problems(host, nics, profile, facts)),
            leaves=Text("Hosts that have joined stay members of the switch."),
            host=host,
            nics=nics,
        )


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


def _wanted(joined: bool, member: Member | None) -> Action:
    if joined:
        return Action.PRESENT
    return Action.CREATE if member is None else Action.CHANGE


def _problems(host: Host, nics: NicMap, profile: Profile, facts: Facts) -> Iterator[Finding]:
    field = "switch.host_nics" if host.name in dict(profile.switch.host_nics) else _FIELD
    member = facts.switch.member(host.moid) if facts.switch else None
    if not host.is_connected:
        yield HOST_DISCONNECTED.found(
            "switch.cluster", what=Text("Host {host} is not connected.", host=host.name)
        )
        return  # vCenter's knowledge of its NICs is old
    if host.in_maintenance:
        yield HOST_MAINTENANCE.found(
            "switch.cluster", what=Text("Host {host} is in maintenance mode.", host=host.name)
        )
    if member is None and facts.compatible is not None and host.moid not in facts.compatible:
        yield HOST_INCOMPATIBLE.found(
            "switch.version",
            what=Text(
                "Host {host} (ESXi {version}) cannot join a switch of version {wanted}.",
                host=host.name,
                version=host.version or "?",
                wanted=facts.switch.version if facts.switch else profile.switch.version,
            ),
        )
    if not nics and member is None:
        yield HOST_NO_NIC.found(
            field,
            what=Text("No NIC is given for host {host}.", host=host.name),
            advice=Text("Free NICs with a link: {names}.", names=_free(host)),
        )
    for uplink, device in nics:
        if member is not None and (uplink, device) in member.nics:
            continue  # in place already, whatever it carries
        yield from _uplink_problems(uplink, device, host, member, profile, facts.switch, field)
        yield from _nic_problems(device, host, facts.switch, field)


def _uplink_problems(
    uplink: str,
    device: str,
    host: Host,
    member: Member | None,
    profile: Profile,
    switch: SwitchState | None,
    field: str,
) -> Iterator[Finding]:
    names = profile.switch.uplink_names
    if switch is not None:
        names = switch.uplink_names
    elif profile.switch.mode != CREATE:
        return  # the missing switch is the problem
    if uplink not in names:
        yield UPLINK_UNKNOWN.found(
            field,
            what=Text("The switch has no uplink {uplink}.", uplink=uplink),
            advice=Text("Its uplinks: {names}.", names=listed(names) or "-"),
        )
        return
    taken = dict(member.nics).get(uplink) if member else None
    wanted = {nic for _, nic in profile.switch.nics_of(host.name)}
    if taken and taken != device and taken not in wanted:
        yield UPLINK_TAKEN.found(
            field,
            what=Text(
                "{uplink} of host {host} is connected to {taken}, not {device}.",
                uplink=uplink,
                host=host.name,
                taken=taken,
                device=device,
            ),
        )


def _nic_problems(
    device: str, host: Host, switch: SwitchState | None, field: str
) -> Iterator[Finding]:
    nic = host.nic(device)
    if nic is None:
        yield NIC_MISSING.found(
            field,
            what=Text("Host {host} has no NIC {device}.", host=host.name, device=device),
            advice=Text("Free NICs with a link: {names}.", names=_free(host)),
        )
    elif nic.carries_management:
        yield NIC_MANAGEMENT.found(
            field,
            what=Text(
                "{device} of host {host} carries its management ({switch}).",
                device=device,
                host=host.name,
                switch=nic.used_by,
            ),
            advice=Text("Free NICs with a link: {names}.", names=_free(host)),
        )
    elif not nic.is_free and not _on_this_switch(nic, switch):
        yield NIC_IN_USE.found(
            field,
            what=Text(
                "{device} of host {host} is used by {switch}.",
                device=device,
                host=host.name,
                switch=nic.used_by,
            ),
            advice=Text("Free NICs with a link: {names}.", names=_free(host)),
        )
    elif not nic.has_link:
        yield NIC_NO_LINK.found(
            field,
            what=Text("{device} of host {host} has no link.", device=device, host=host.name),
            advice=Text("Free NICs with a link: {names}.", names=_free(host)),
        )


def _on_this_switch(nic: PhysicalNic, switch: SwitchState | None) -> bool:
    return switch is not None and bool(switch.uuid) and nic.switch_uuid == switch.uuid


def _free(host: Host) -> str:
    return listed(nic.device for nic in host.nics if nic.is_free and nic.has_link) or "-"
