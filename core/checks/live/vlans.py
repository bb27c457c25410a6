"""Are the appliance's networks really different ones, and is each of them where it will run?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from pyVmomi import vim

from core.checks.live.situation import Situation
from core.findings import Finding, Severity, rule
from core.plan.readback import find_networks, network_ref, own_name
from core.profile.model import Profile
from core.text import Text, listed
from core.vsphere.inventory import object_name
from core.vsphere.retrieve import read_object, read_objects

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
HOSTS_DIFFER = rule(
    "vlan-differs-on-hosts",
    Severity.WARNING,
    cause=Text(
        "A standard port group is made on each host by itself, and has another VLAN on some of "
        "them: the appliance loses that network when it runs there."
    ),
    cure=Text("Give the port group the same VLAN on all hosts of the cluster."),
)
NOT_ON_HOSTS = rule(
    "network-not-on-hosts",
    Severity.WARNING,
    cause=Text("Some hosts of the cluster lack the network, so the appliance cannot run there."),
    cure=Text("Add the network to these hosts, or choose one that all hosts have."),
)
_TRUNK = 4095
_FIELDS = {
    "Management": "deployment.management_network",
    "Workload": "deployment.workload_network",
    "Frontend": "deployment.frontend_network",
}
_Vlan = vim.dvs.VmwareDistributedVirtualSwitch.VlanIdSpec


@dataclass(frozen=True, slots=True)
class Segment:
    """A network by what sets it apart: its VLAN (None: not known) and the switch it is on."""

    label: str
    field: str
    network: str
    vlan: int | None
    switch: str


def check_networks(situation: Situation) -> Iterator[Finding]:
    """Findings about VLANs and hosts of the appliance's networks; two round trips at most."""
    segments = []
    mapping = situation.profile.network_mapping()
    ids = find_networks(situation.profile, situation.facts)
    for (role, name), (_, moid) in zip(mapping, ids, strict=True):
        planned = _planned(situation, role, name)
        if planned is not None:
            segments.append(planned)
        elif moid:
            vlans = _vlans_elsewhere(situation, name, moid)
            yield from find_host_differences(situation, role, name, vlans)
            known = set(vlans.values())
            segments.append(
                Segment(role, _FIELDS[role], name, known.pop() if len(known) == 1 else None, moid)
            )
    yield from find_shared(segments, other_workloads(situation.profile, segments))


def find_shared(
    segments: list[Segment], workloads: list[Segment] | None = None
) -> Iterator[Finding]:
    """Findings about networks on one VLAN; ``workloads`` are those without a NIC of the appliance.

    Untagged networks of different switches may well be different ones: their physical ports say.
    """
    pairs = list(combinations(segments, 2))
    management = [one for one in segments if one.label == "Management"]
    pairs += [(first, other) for first in management for other in workloads or []]
    for one, other in pairs:
        if one.vlan is None or one.vlan != other.vlan or one.network == other.network:
            continue
        if one.vlan == 0 and one.switch != other.switch:
            continue
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


def other_workloads(profile: Profile, segments: list[Segment]) -> list[Segment]:
    """The profile's port groups that no NIC of the appliance is on."""
    used = {segment.network for segment in segments}
    return [
        Segment(group.role, "switch.port_groups", group.name, group.vlan, profile.switch.name)
        for group in profile.switch.port_groups
        if group.name not in used
    ]


def _planned(situation: Situation, role: str, name: str) -> Segment | None:
    """The network if it is a port group of the profile's switch, there or still to be made."""
    profile, switch = situation.profile, situation.facts.switch
    name = own_name(profile, name)
    there = switch.port_group(name) if switch else None
    if there is not None:
        return Segment(role, _FIELDS[role], name, there.vlan, profile.switch.name)
    group = next((one for one in profile.switch.port_groups if one.name == name), None)
    if group is None:
        return None
    return Segment(role, "switch.port_groups", name, group.vlan or 0, profile.switch.name)


def _vlans_elsewhere(situation: Situation, name: str, moid: str) -> dict[str, int | None]:
    """Host to VLAN of a standard network; of a port group of another switch, "" to its VLAN."""
    session = situation.session
    ref = network_ref(situation.facts, moid)
    if "DistributedVirtualPortgroup" in ref.kind:
        path = "config.defaultPortConfig"
        config = read_object(session, session.ref(ref.kind, moid), path)[path]
        vlan = getattr(config, "vlan", None)
        return {"": vlan.vlanId if isinstance(vlan, _Vlan) else None}
    hosts = [session.ref(vim.HostSystem, host) for host in situation.facts.vm_cluster.hosts]
    rows = read_objects(session, ("name", "config.network.portgroup"), hosts)
    found: dict[str, int | None] = {}
    for row in rows:
        group = _standard_group(row["config.network.portgroup"], name)
        if group is not None:
            found[object_name(row["name"])] = (
                None if group.spec.vlanId == _TRUNK else group.spec.vlanId
            )
    return found


def _standard_group(groups: Any, name: str) -> Any:
    return next((group for group in groups or [] if group.spec.name == name), None)


def find_host_differences(
    situation: Situation, role: str, name: str, vlans: dict[str, int | None]
) -> Iterator[Finding]:
    """Findings about hosts that lack a standard network or have another VLAN on it.

    ``vlans`` are by host; one under "" is that of a distributed port group, the same everywhere.
    """
    if "" in vlans or not vlans:
        return
    hosts = {host.moid: host.name for host in situation.facts.hosts if host.is_connected}
    lacking = sorted(
        shown
        for moid, shown in hosts.items()
        if moid in situation.facts.vm_cluster.hosts and shown not in vlans
    )
    if lacking:
        yield NOT_ON_HOSTS.found(
            _FIELDS[role],
            what=Text("Network {name} is missing on {hosts}.", name=name, hosts=listed(lacking)),
        )
    if len(set(vlans.values())) > 1:
        seen = listed(f"{host}: {vlan}" for host, vlan in sorted(vlans.items()))
        yield HOSTS_DIFFER.found(
            _FIELDS[role],
            what=Text("Network {name} has different VLANs: {seen}.", name=name, seen=seen),
        )
