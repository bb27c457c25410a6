"""Are the appliance's networks really different ones, and is each of them where it will run?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyVmomi import vim

from core.checks.live.situation import Situation
from core.checks.segments import NETWORK_FIELDS, Segment, find_shared, profile_segments
from core.findings import Finding, Severity, rule
from core.plan.readback import find_networks, network_ref, own_name
from core.text import Text, listed
from core.vsphere.entity_names import object_name
from core.vsphere.retrieve import read_object, read_objects

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
_Vlan = vim.dvs.VmwareDistributedVirtualSwitch.VlanIdSpec


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
                Segment(
                    role, NETWORK_FIELDS[role], name, known.pop() if len(known) == 1 else None, moid
                )
            )
    profile = situation.profile
    # What the profile alone says was said when it was checked.
    said = {finding.what for finding in find_shared(profile, profile_segments(profile))}
    yield from (one for one in find_shared(profile, segments) if one.what not in said)


def _planned(situation: Situation, role: str, name: str) -> Segment | None:
    """The network if it is a port group of the profile's switch, there or still to be made."""
    profile, switch = situation.profile, situation.facts.switch
    name = own_name(profile, name)
    there = switch.port_group(name) if switch else None
    if there is not None:
        return Segment(role, NETWORK_FIELDS[role], name, there.vlan, profile.switch.name)
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
            NETWORK_FIELDS[role],
            what=Text("Network {name} is missing on {hosts}.", name=name, hosts=listed(lacking)),
        )
    if len(set(vlans.values())) > 1:
        seen = listed(f"{host}: {vlan}" for host, vlan in sorted(vlans.items()))
        yield HOSTS_DIFFER.found(
            NETWORK_FIELDS[role],
            what=Text("Network {name} has different VLANs: {seen}.", name=name, seen=seen),
        )
