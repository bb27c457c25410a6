"""Rules over the switch: its port groups, and which physical NIC goes to which uplink."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator

from msgspec.structs import replace

from core.checks.characters import quoted
from core.checks.names import check_host, check_object_name
from core.checks.placement import missing
from core.findings import Finding, Fix, Severity, rule
from core.profile.model import (
    CREATE,
    EXISTING,
    FRONTEND,
    MODES,
    PRIMARY_WORKLOAD,
    ROLES,
    NicMap,
    PortGroup,
    Profile,
)
from core.text import Text, listed

PRIMARY_MISSING = rule(
    "primary-missing",
    Severity.ERROR,
    cause=Text("The Supervisor's control plane needs a primary workload network."),
    cure=Text("Give one port group the role primary-workload."),
    source="guide",
)
PRIMARY_SEVERAL = rule(
    "primary-several",
    Severity.ERROR,
    cause=Text("A Supervisor has one primary workload network."),
    cure=Text("Keep one and give the others the role workload."),
    source="guide",
)
GROUP_ROLE = rule(
    "port-group-role",
    Severity.ERROR,
    cause=Text("A port group's role is primary-workload, workload or frontend."),
    cure=Text("Choose one of the three roles."),
)
GROUP_MODE = rule(
    "port-group-mode",
    Severity.ERROR,
    cause=Text("A port group is created or is there already; a new switch has none yet."),
    cure=Text("Use create, or existing on an existing switch."),
)
GROUP_UNNAMED = rule(
    "port-group-unnamed",
    Severity.ERROR,
    cause=Text("Every port group needs a name."),
    cure=Text("Enter a name, such as Workload Network."),
    source="guide",
)
GROUP_TWICE = rule(
    "port-group-twice",
    Severity.ERROR,
    cause=Text("vCenter refuses a second switch or port group of one name in a folder."),
    cure=Text("Give each port group a name of its own, different from the switch's."),
)
GROUP_VLAN = rule(
    "vlan-range",
    Severity.ERROR,
    cause=Text("VLAN IDs go from 1 to 4094; 0 means no VLAN tag."),
    cure=Text("Enter a number from 0 to 4094."),
)
FRONTEND_MISSING = rule(
    "frontend-group-missing",
    Severity.ERROR,
    cause=Text("The third NIC has no port group to connect to."),
    cure=Text("Add a port group with the role frontend, or name the frontend port group."),
    source="F14",
)
UPLINK_UNKNOWN = rule(
    "uplink-unknown",
    Severity.ERROR,
    cause=Text("The new switch will not have an uplink of this name."),
    cure=Text("Use one of the switch's uplinks, or raise their number."),
)
UPLINK_TWICE = rule(
    "uplink-twice",
    Severity.ERROR,
    cause=Text("An uplink takes one physical NIC per host."),
    cure=Text("Use another uplink for the second NIC."),
)
NIC_TWICE = rule(
    "nic-twice",
    Severity.ERROR,
    cause=Text("A physical NIC can serve one uplink only."),
    cure=Text("Choose another NIC for the second uplink."),
)
NIC_FORM = rule(
    "nic-form",
    Severity.ERROR,
    cause=Text("ESXi names physical NICs vmnic0, vmnic1 and so on, in lower case."),
    cure=Text("Enter the name as the host shows it, such as vmnic2."),
)
NIC_UNUSUAL = rule(
    "nic-unusual",
    Severity.WARNING,
    cause=Text("ESXi names physical NICs vmnic0, vmnic1 and so on."),
    cure=Text("Check the name under the host's physical adapters."),
)
HOST_TWICE = rule(
    "host-twice",
    Severity.ERROR,
    cause=Text("The exceptions name a host twice; only one of them can count."),
    cure=Text("Keep one."),
)
HOST_WITHOUT_NIC = rule(
    "host-without-nic",
    Severity.WARNING,
    cause=Text("A host that joins without a physical NIC has no connection on the switch."),
    cure=Text("Name its NIC, or remove the exception."),
)

GROUPS, NICS, HOST_NICS = "switch.port_groups", "switch.nics", "switch.host_nics"
HIGHEST_VLAN = 4094

_NIC = re.compile(r"(?:vmnic|vusb)(?:0|[1-9][0-9]*)")
_LOOSE_NIC = re.compile(r"\s*(?:vm\s*nic|nic)?\s*0*(\d+)\s*", re.IGNORECASE | re.ASCII)


def check_switch(profile: Profile) -> Iterator[Finding]:
    """Findings about port groups and NICs."""
    yield from _check_groups(profile)
    if profile.switch.mode == CREATE and not profile.switch.nics:
        yield missing(NICS)  # an existing switch may have all its hosts already
    yield from _check_nics(profile, NICS, profile.switch.nics, None)
    seen = Counter(host for host, _ in profile.switch.host_nics)
    for host, nics in dict(profile.switch.host_nics).items():
        yield from map(_without_fix, check_host(HOST_NICS, host))
        if seen[host] > 1:
            yield HOST_TWICE.found(
                HOST_NICS, what=Text("{host} stands in the exceptions twice.", host=host)
            )
        if not nics:
            yield HOST_WITHOUT_NIC.found(
                HOST_NICS, what=Text("{host} would join without a physical NIC.", host=host)
            )
        yield from _check_nics(profile, HOST_NICS, nics, host)


def _check_groups(profile: Profile) -> Iterator[Finding]:
    groups = profile.switch.port_groups
    for group in groups:
        yield from _check_group(profile, group)
    primary = [group.name for group in groups if group.role == PRIMARY_WORKLOAD]
    if groups and not primary:
        yield PRIMARY_MISSING.found(
            GROUPS, what=Text("No port group is the primary workload network.")
        )
    if len(primary) > 1:
        yield PRIMARY_SEVERAL.found(
            GROUPS,
            what=Text("{names} are all primary workload networks.", names=listed(primary)),
        )
    names = Counter(group.name for group in groups if group.name)
    for name, count in names.items():
        if count > 1:
            yield GROUP_TWICE.found(
                GROUPS,
                what=Text(
                    "{count} port group has the name {name}.",
                    "{count} port groups have the name {name}.",
                    count=count,
                    name=name,
                ),
            )
        elif name == profile.switch.name:
            yield GROUP_TWICE.found(
                GROUPS,
                "switch.name",
                what=Text("The switch and a port group both have the name {name}.", name=name),
            )
    if (
        profile.is_frontend
        and profile.switch.port_group(FRONTEND) is None
        and not profile.deployment.frontend_network
    ):
        yield FRONTEND_MISSING.found(
            "deployment.frontend_network",
            GROUPS,
            what=Text("The frontend NIC has no port group."),
        )


def _check_group(profile: Profile, group: PortGroup) -> Iterator[Finding]:
    if not group.name.strip():
        yield GROUP_UNNAMED.found(GROUPS, what=Text("A port group has no name."))
    else:
        yield from map(_without_fix, check_object_name(GROUPS, group.name))
    roles = [choice.value for choice in ROLES]
    if group.role not in roles:
        yield GROUP_ROLE.found(
            GROUPS,
            what=Text("{name} has the role {role}.", name=group.name, role=quoted(str(group.role))),
            advice=nearest(str(group.role), roles),
        )
    if group.mode not in [choice.value for choice in MODES]:
        yield GROUP_MODE.found(
            GROUPS,
            what=Text("{name} has the mode {mode}.", name=group.name, mode=quoted(str(group.mode))),
            advice=nearest(str(group.mode), [choice.value for choice in MODES]),
        )
    elif group.mode == EXISTING and profile.switch.mode == CREATE:
        yield GROUP_MODE.found(
            GROUPS,
            "switch.mode",
            what=Text("{name} cannot exist on a switch that is new.", name=group.name),
        )
    vlan = group.vlan
    if vlan is not None and (type(vlan) is not int or not 0 <= vlan <= HIGHEST_VLAN):
        yield GROUP_VLAN.found(
            GROUPS, what=Text("{name} has the VLAN {vlan}.", name=group.name, vlan=vlan)
        )


def _without_fix(finding: Finding) -> Finding:
    """The finding of a part of a value: its fix would replace the whole."""
    return replace(finding, fix=None)


def nearest(value: str, names: list[str]) -> Text | None:
    """Advice: the nearest of the names, or what there is to choose from."""
    close = difflib.get_close_matches(value, names, 1, 0.5)
    if close:
        return Text("Is {name} meant?", name=close[0])
    return Text("Choose one of: {names}.", names=listed(names)) if names else None


def _check_nics(profile: Profile, key: str, nics: NicMap, host: str | None) -> Iterator[Finding]:
    uplinks = profile.switch.uplink_names if profile.switch.mode == CREATE else ()
    right = tuple((_right_uplink(uplink, uplinks), _right_nic(nic)) for uplink, nic in nics)
    clean = (
        all(not uplinks or uplink in uplinks for uplink, _ in right)
        and all(_NIC.fullmatch(nic) for _, nic in right)
        and len({uplink for uplink, _ in right}) == len({nic for _, nic in right}) == len(right)
    )
    fix = Fix(key, _placed(profile, host, right)) if clean and right != nics else None
    for uplink, nic in nics:
        if uplinks and uplink not in uplinks:
            yield UPLINK_UNKNOWN.found(
                key,
                "switch.uplinks",
                what=Text("The switch has no uplink {uplink}.", uplink=quoted(uplink)),
                advice=nearest(uplink, list(uplinks)),
                fix=fix,
            )
        if not _NIC.fullmatch(nic):
            mended = _right_nic(nic) != nic or not nic.strip()
            yield (NIC_FORM if mended else NIC_UNUSUAL).found(
                key,
                what=Text(
                    "{nic} on {uplink} is not the name of a physical NIC.",
                    nic=quoted(nic),
                    uplink=uplink,
                ),
                fix=fix,
            )
    for uplink, count in Counter(uplink for uplink, _ in nics).items():
        if count > 1:
            yield UPLINK_TWICE.found(
                key,
                what=Text(
                    "{uplink} has {count} NIC.",
                    "{uplink} has {count} NICs.",
                    uplink=uplink,
                    count=count,
                ),
            )
    for nic, count in Counter(nic for _, nic in nics).items():
        if count > 1:
            yield NIC_TWICE.found(
                key,
                what=Text(
                    "{nic} stands on {count} uplink.",
                    "{nic} stands on {count} uplinks.",
                    nic=nic,
                    count=count,
                ),
            )


def _placed(profile: Profile, host: str | None, nics: NicMap) -> object:
    if host is None:
        return nics
    return tuple((name, nics if name == host else own) for name, own in profile.switch.host_nics)


def _right_uplink(uplink: str, uplinks: tuple[str, ...]) -> str:
    compact = re.sub(r"[\s_-]", "", uplink).casefold()
    return next((n for n in uplinks if n.replace(" ", "").casefold() == compact), uplink)


def _right_nic(nic: str) -> str:
    match = _LOOSE_NIC.fullmatch(nic)
    return nic if _NIC.fullmatch(nic) or not match else f"vmnic{match[1]}"
