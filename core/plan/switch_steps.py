"""The steps that make the distributed switch and its port groups."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

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
    cause=Text(
        "The port group exists with another VLAN, as a trunk or in a private VLAN. One that is to "
        "be made without a VLAN is untagged."
    ),
    cure=Text(
        "Give the VLAN it has; or none, to use an existing port group as it is; or another name "
        "for a new one."
    ),
)
IS_TRUNK = rule(
    "port-group-trunk",
    Severity.WARNING,
    cause=Text(
        "The port group is a trunk: tags of VLANs reach the machines on it. The appliance neither "
        "reads nor adds a tag, so it is in the untagged network only (VLAN 0), if the trunk has it."
    ),
    cure=Text("Use a port group with one VLAN, unless the untagged network is meant."),
)
IS_PRIVATE = rule(
    "port-group-private-vlan",
    Severity.WARNING,
    cause=Text(
        "The port group is in a private VLAN. The appliance adds no tag of its own; an isolated "
        "port reaches promiscuous ports only, one of a community also the others in it."
    ),
    cure=Text("Make sure that cluster nodes and clients reach the appliance there."),
)
NAME_TAKEN = rule(
    "port-group-name-taken",
    Severity.ERROR,
    cause=Text("Another switch of the datacenter has a port group of that name."),
    cure=Text("Choose another name: port group names are unique within a datacenter."),
)


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
        work.facts = structs.replace(facts, switch=switch)


class PortGroupStep(Step, kw_only=True):
    """Make one port group, or find it as it should be."""

    group: PortGroup

    def run(self, work: Work) -> None:
        """See ``Step.run``; leaves an empty port group at most."""
        if work.switch.port_group(self.group.name) is None:
            create_port_group(work.session, work.switch, self.group, work.ctx)
            switch = read_switch(work.session, work.switch)
            work.facts = structs.replace(work.facts, switch=switch)


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
        yield PortGroupStep(
            key=f"port-group-{number}",
            title=Text("Port group {name}", name=group.name),
            object_name=group.name,
            wanted=Action.PRESENT if exists else Action.CREATE,
            detail=_vlan(group, exists),
            problems=tuple(_port_group_problems(group, exists, profile, facts)),
            leaves=Text("The port group stays; it carries nothing yet."),
            group=group,
        )


def _vlan(group: PortGroup, exists: PortGroupState | None) -> Text:
    if exists is not None and exists.vlan is None:
        if exists.private is not None:
            return Text("Private VLAN {vlan}", vlan=exists.private)
        return Text("Trunk of VLANs {vlans}", vlans=exists.trunk or "?")
    vlan = exists.vlan if exists is not None else group.vlan
    return Text("VLAN {vlan}", vlan=vlan) if vlan else Text("No VLAN")


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
        wanted = 0 if group.vlan is None and group.mode == CREATE else group.vlan
        if wanted is not None and exists.vlan != wanted:
            planned = PortGroupState("", group.name, wanted)
            yield VLAN_DIFFERS.found(
                field,
                what=Text(
                    "Port group {name} exists with {found} instead of {wanted}.",
                    name=group.name,
                    found=exists.described,
                    wanted=planned.described,
                ),
            )
        elif exists.private is not None:
            what = Text(
                "Port group {name} is in {vlan}: not every port there reaches every other.",
                name=group.name,
                vlan=exists.described,
            )
            yield IS_PRIVATE.found(field, what=what)
        elif exists.vlan is None:
            what = Text(
                "Port group {name} is {trunk}; the appliance adds no tag, so that it is in the "
                "untagged network only.",
                name=group.name,
                trunk=exists.described,
            )
            yield IS_TRUNK.found(field, what=what)
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
