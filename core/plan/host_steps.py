"""The steps that make the cluster's hosts members of the switch, one host at a time."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from msgspec import structs

from core.plan.facts import Facts
from core.plan.host_problems import find_host_problems
from core.plan.step import Action, Step
from core.plan.work import Work
from core.profile.model import NicMap, Profile
from core.text import Text
from core.vsphere.inventory import Host
from core.vsphere.membership import is_joined, join_host, nics_text
from core.vsphere.switch import Member

log = logging.getLogger(__name__)


class HostStep(Step, kw_only=True):
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
        work.facts = structs.replace(work.facts, switch=switch)


def plan_hosts(profile: Profile, facts: Facts) -> Iterator[HostStep]:
    """One step for each host of the cluster, by name."""
    problems = find_host_problems(profile, facts)
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
            problems=problems[host.moid],
            leaves=Text("Hosts that have joined stay members of the switch."),
            host=host,
            nics=nics,
        )


def _wanted(joined: bool, member: Member | None) -> Action:
    if joined:
        return Action.PRESENT
    return Action.CREATE if member is None else Action.CHANGE
