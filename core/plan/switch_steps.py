"""The steps that make the distributed switch and its port groups."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from core.findings import Finding, Severity, rule
from core.plan.facts import Facts
from core.plan.lookup import NOT_FOUND
from core.plan.step import Action, Step
from core.plan.work import Work
from core.profile.model import CREATE, EXISTING, PortGroup, Profile
from core.text import Text, listed
from core.vsphere.switch import (
    PortGroupState,
    SwitchState,
    create_port_group,
    create_switch,
    plain_product,
    read_switch,
)

VERSION_NOT_OFFERED = rule(
    "switch-version-not-offered",
    Severity.ERROR,
    cause=Text("This vCenter cannot make a distributed switch of that version."),
    cure=Text("Choose one of the versions listed."),
)
SWITCH_DIFFERS = rule(
    "switch-differs",
    Severity.ERROR,
    cause=Text(
        "A switch of that name exists with other settings. This program never alters a switch "
        "that is in use: changing its MTU can cut hosts off from their management network."
    ),
    cure=Text(
        "Give the values the switch has, choose to use the existing switch, or another name."
    ),
)
VLAN_DIFFERS = rule(
    "port-group-vlan-differs",
    Severity.ERROR,
    cause=Text("The port group exists with another VLAN."),
    cure=Text("Give the VLAN it has, or another name for a new port group."),
)
NAME_TAKEN = rule(
    "port-group-name-taken",
    Severity.ERROR,
    cause=Text("Another switch of the datacenter has a port group of that name."),
    cure=Text("Choose another name: port group names are unique within a datacenter."),
)


@dataclass(kw_only=True)
class SwitchStep(Step):
    """Make the switch, or find it as it should be."""

    def run(self, work: Work) -> None:
        """See ``Step.run``; leaves an empty switch at most."""
        settings, facts = work.profile.switch, work.facts
        if facts.switch is not None:
            return
        product = next(
            (spec for spec in facts.versions or () if spec.version == settings.version),
            plain_product(settings.version),
        )
        switch = create_switch(
            work.session, facts.datacenter.network_folder, settings, product, work.ctx
        )
        work.facts = dataclasses.replace(facts, switch=switch)


@dataclass(kw_only=True)
class PortGroupStep(Step):
    """Make one port group, or find it as it should be."""

    group: PortGroup

    def run(self, work: Work) -> None:
        """See ``Step.run``; leaves an empty port group at most."""
        if work.switch.port_group(self.group.name) is None:
            create_port_group(work.session, work.switch, self.group, work.ctx)
            switch = read_switch(work.session, work.switch)
            work.facts = dataclasses.replace(work.facts, switch=switch)


def plan_switch(profile: Profile, facts: Facts, problems: tuple[Finding, ...]) -> SwitchStep:
    """The switch's step; ``problems`` are those already found with the switch's fields."""
    settings = profile.switch
    own = tuple(_switch_problems(profile, facts))
    exists = facts.switch is not None
    return SwitchStep(
        key="switch",
        title=Text("Distributed switch {name}", name=settings.name),
        object_name=settings.name,
        wanted=Action.PRESENT if exists or settings.mode == EXISTING else Action.CREATE,
        detail=_described(facts.switch)
        if facts.switch
        else Text(
            "Version {version}, MTU {mtu}, {count} uplink, in datacenter {datacenter}",
            "Version {version}, MTU {mtu}, {count} uplinks, in datacenter {datacenter}",
            version=settings.version,
            mtu=settings.mtu,
            count=settings.uplinks,
            datacenter=facts.datacenter.name,
        ),
        problems=problems + own,
        leaves=Text("The switch stays; it carries nothing yet."),
    )


def plan_port_groups(profile: Profile, facts: Facts) -> Iterator[PortGroupStep]:
    """One step for each port group, in the profile's order."""
    for number, group in enumerate(profile.switch.port_groups, 1):
        exists = facts.switch.port_group(group.name) if facts.switch else None
        vlan = exists.vlan if exists else group.vlan
        yield PortGroupStep(
            key=f"port-group-{number}",
            title=Text("Port group {name}", name=group.name),
            object_name=group.name,
            wanted=Action.PRESENT if exists else Action.CREATE,
            detail=Text("VLAN {vlan}", vlan=vlan) if vlan else Text("No VLAN"),
            problems=tuple(_port_group_problems(group, exists, profile, facts)),
            leaves=Text("The port group stays; it carries nothing yet."),
            group=group,
        )


def _described(switch: SwitchState) -> Text:
    return Text(
        "Version {version}, MTU {mtu}, uplinks: {uplinks}",
        version=switch.version or "?",
        mtu=switch.mtu,
        uplinks=listed(switch.uplink_names) or "-",
    )


def _switch_problems(profile: Profile, facts: Facts) -> Iterator[Finding]:
    settings, switch = profile.switch, facts.switch
    if switch is None:
        offered = [spec.version for spec in facts.versions or ()]
        if settings.mode == CREATE and offered and settings.version not in offered:
            yield VERSION_NOT_OFFERED.found(
                "switch.version",
                what=Text(
                    "This vCenter offers no switch version {version}.", version=settings.version
                ),
                advice=Text("It offers: {versions}.", versions=listed(sorted(set(offered)))),
            )
    elif settings.mode == CREATE:
        for key, label, wanted, found in (
            ("switch.version", Text("version"), settings.version, switch.version),
            ("switch.mtu", Text("MTU"), settings.mtu, switch.mtu),
            (
                "switch.uplinks",
                Text("number of uplinks"),
                settings.uplinks,
                len(switch.uplink_names),
            ),
        ):
            if found and wanted != found:
                yield SWITCH_DIFFERS.found(
                    key,
                    what=Text(
                        "Switch {name} exists with {label} {found} instead of {wanted}.",
                        name=switch.name,
                        label=label,
                        found=found,
                        wanted=wanted,
                    ),
                )


def _port_group_problems(
    group: PortGroup, exists: PortGroupState | None, profile: Profile, facts: Facts
) -> Iterator[Finding]:
    field = "switch.port_groups"
    if exists is not None:
        if group.vlan is not None and exists.vlan != group.vlan:
            found = Text("a trunk") if exists.vlan is None else exists.vlan
            yield VLAN_DIFFERS.found(
                field,
                what=Text(
                    "Port group {name} exists with VLAN {found} instead of {wanted}.",
                    name=group.name,
                    found=found,
                    wanted=group.vlan,
                ),
            )
        return
    if group.mode == EXISTING:
        names = [known.name for known in facts.switch.port_groups] if facts.switch else []
        yield NOT_FOUND.found(
            field,
            what=Text(
                "Port group {name} was not found on switch {switch}.",
                name=group.name,
                switch=profile.switch.name,
            ),
            advice=Text("It has: {names}.", names=listed(names) or "-"),
        )
        return
    switches = {switch.moid: switch.name for switch in facts.inventory.switches}
    for network in facts.inventory.networks:
        if network.name == group.name and network.datacenter == facts.datacenter.moid:
            where = switches.get(network.switch)
            if where:
                yield NAME_TAKEN.found(
                    field,
                    what=Text(
                        "The name {name} is used by a port group of switch {switch}.",
                        name=group.name,
                        switch=where,
                    ),
                )
