"""Builds the network of a profile."""

from __future__ import annotations

from ipaddress import IPv4Address

from core.checks.ipv4 import find_address
from core.profile.model import FIELDS, Profile
from core.text import Text
from core.topology.lanes import further_lanes, nic_lanes
from core.topology.places import (
    FRONTEND,
    MANAGEMENT,
    WORKLOAD,
    Appliance,
    Kind,
    Place,
    Topology,
)
from core.topology.plugs import Taken, read_dns, read_plug, read_ranges, read_vcenter
from core.topology.shown import line
from core.topology.switch import build_switch


def build_topology(profile: Profile) -> Topology:
    """The network of ``profile``, whatever state the profile is in."""
    balanced = FRONTEND if profile.is_frontend else WORKLOAD
    roles = (MANAGEMENT, WORKLOAD, FRONTEND) if profile.is_frontend else (MANAGEMENT, WORKLOAD)
    plugs = tuple(read_plug(profile, number, role) for number, role in enumerate(roles, 1))
    dns, vcenter = read_dns(profile), read_vcenter(profile)
    ranges = read_ranges(profile)
    marks: list[tuple[IPv4Address, Place]] = []
    for plug in plugs:
        if plug.router is not None:
            marks.append((plug.router, plug.gateway))
        if plug.interface is not None:
            marks.append((plug.interface.ip, plug.nic))
    for machine in (*dns, vcenter):
        address = find_address(machine.text) if machine.text else None
        if address is not None:
            marks.append((address, machine))
    taken = Taken(
        balanced,
        tuple(marks),
        ranges,
        tuple(plug.subnet for plug in plugs if plug.subnet is not None),
    )
    lanes = list(nic_lanes(profile, plugs, taken, (vcenter, *dns)))
    used = {lane.name.text for lane in lanes if lane.on_switch}
    unnamed_used = {lane.role for lane in lanes if lane.on_switch and not lane.name.text}
    lanes += further_lanes(profile, used, unnamed_used)
    lanes.sort(key=lambda lane: lane.on_switch)  # stable: the order of the NICs stays
    return Topology(
        appliance=Appliance(
            Place(Kind.APPLIANCE, Text("Appliance"), line(profile.vm.name), ("vm.name",)),
            Place(
                Kind.APPLIANCE,
                FIELDS["network.host_name"].label,
                line(profile.network.host_name),
                ("network.host_name",),
            ),
        ),
        switch=build_switch(profile),
        lanes=tuple(lanes),
        ranges=tuple(item.place for item in ranges),
        balanced=balanced,
    )
