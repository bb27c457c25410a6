"""Do networks that need subnets of their own share one VLAN?

The profile alone can say it of its own switch; what other networks have is asked of the vCenter
(``core.checks.live.vlans``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product

from msgspec import Struct

from core.checks.addressing import Addressing
from core.findings import Finding, Severity, rule
from core.profile.model import EXISTING, PortGroup, Profile
from core.text import Text

SHARED = rule(
    "vlan-shared",
    Severity.WARNING,
    cause=Text(
        "Networks with different subnets are on one VLAN. The Supervisor's control plane then "
        "hears both on each of its NICs, and answers may take the wrong way."
    ),
    cure=Text("Give each network a VLAN of its own, or correct the VLAN of the port group."),
    source="DOMAIN 4",
)
NETWORK_FIELDS = {
    "Management": "deployment.management_network",
    "Workload": "deployment.workload_network",
    "Frontend": "deployment.frontend_network",
}
_GROUPS = "switch.port_groups"
_HIGHEST_VLAN = 4094


class Segment(Struct, frozen=True):
    """A network by what sets it apart: its VLAN (None: not known) and the switch it is on."""

    label: str
    field: str
    network: str
    vlan: int | None
    switch: str


def check_segments(profile: Profile, addressing: Addressing) -> Iterator[Finding]:
    """Findings about port groups of the profile's own switch; a warning, as it may be meant.

    One subnet on two VLANs is no matter of this: NICs on one subnet are an error already.
    """
    segments = profile_segments(profile)
    same = {
        (one.name.capitalize(), other.name.capitalize())
        for (one, first), (other, second) in combinations(addressing.subnets(), 2)
        if first.overlaps(second)
    }
    for one, other in _pairs(profile, segments):
        if (one.label, other.label) not in same:
            yield from _compare(one, other)


def find_shared(profile: Profile, segments: Sequence[Segment]) -> Iterator[Finding]:
    """Findings about networks on one VLAN, given what is known of those with a NIC."""
    for one, other in _pairs(profile, segments):
        yield from _compare(one, other)


def profile_segments(profile: Profile) -> list[Segment]:
    """The appliance's networks that are port groups of the profile's own switch."""
    prefix = f"{profile.switch.name}/"
    groups = {group.name: group for group in profile.switch.port_groups}
    mapping = [(role, name.removeprefix(prefix)) for role, name in profile.network_mapping()]
    return [
        Segment(role, _GROUPS, name, _vlan(groups[name]), profile.switch.name)
        for role, name in mapping
        if name in groups
    ]


def other_workloads(profile: Profile, segments: Sequence[Segment]) -> list[Segment]:
    """The profile's port groups that no NIC of the appliance is on."""
    used = {segment.network for segment in segments}
    return [
        Segment(group.role, _GROUPS, group.name, _vlan(group), profile.switch.name)
        for group in profile.switch.port_groups
        if group.name not in used
    ]


def _vlan(group: PortGroup) -> int | None:
    """The VLAN as it will be; None where only the vCenter knows, or it is no VLAN at all."""
    if group.vlan is None:
        return None if group.mode == EXISTING else 0
    is_vlan = type(group.vlan) is int and 0 <= group.vlan <= _HIGHEST_VLAN
    return group.vlan if is_vlan else None


def _pairs(profile: Profile, segments: Sequence[Segment]) -> Iterator[tuple[Segment, Segment]]:
    """The networks that cannot be one.

    A further workload network may share the primary one's subnet, with a range of its own;
    where the profile has additional networks to route to, it has subnets of its own.
    """
    yield from combinations(segments, 2)
    apart = [
        one
        for one in segments
        if one.label != "Workload" or profile.network.additional_workload_networks
    ]
    yield from product(apart, other_workloads(profile, segments))


def _compare(one: Segment, other: Segment) -> Iterator[Finding]:
    if one.vlan is None or one.vlan != other.vlan or one.network == other.network:
        return
    # Untagged networks of different switches may well be different ones: their ports say.
    if one.vlan == 0 and one.switch != other.switch:
        return
    yield SHARED.found(
        other.field,
        *([one.field] if one.field != other.field else []),
        what=Text(
            "{first} ({one}) and {second} ({other}) are both on {vlan}.",
            first=one.label,
            one=one.network,
            second=other.label,
            other=other.network,
            vlan=Text("VLAN {vlan}", vlan=one.vlan) if one.vlan else Text("no VLAN"),
        ),
    )
