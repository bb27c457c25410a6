"""The picture in words: what parts say, their tooltips, and a sentence per lane."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network

from core.findings import Finding
from core.profile.model import FIELDS
from core.text import Text, listed
from core.topology import Kind, Lane, Place, Topology

TITLE = Text("Network picture")
PROBLEM, WARNING = Text("Problem"), Text("Warning")


def shown(place: Place) -> Text | str:
    """The value of a place as it is drawn; empty for an empty place."""
    if place.kind is Kind.VLAN:
        if place.text == "0":
            return Text("No VLAN")
        return Text("VLAN {number}", number=place.text) if place.text else place.title
    return place.text


def tail(address: str, network: IPv4Network) -> str:
    """The part of an address that its network leaves open: ``.1`` in a /24."""
    fixed = network.prefixlen // 8
    numbers = address.partition("/")[0].split(".")
    return "".join(f".{number}" for number in numbers[min(fixed, 3) :])


def tooltip(place: Place, findings: Sequence[Finding]) -> Text:
    """The field, its whole value, and what is wrong with it."""
    said: Text = _said(place)
    for finding in findings:
        word = PROBLEM if finding.is_error else WARNING
        if finding.advice:
            said = Text(
                "{said}\n{word}: {what}\n{advice}",
                said=said, word=word, what=finding.what, advice=finding.advice,
            )  # fmt: skip
        else:
            said = Text("{said}\n{word}: {what}", said=said, word=word, what=finding.what)
    return said


def _said(place: Place) -> Text:
    field = FIELDS[place.keys[0]].label
    if place.kind is Kind.UPLINK and place.title:
        field = Text("{field}, {name}", field=field, name=place.title)
    if place.is_empty:
        return Text("{field}: not filled in", field=field)
    if place.kind is Kind.RANGE:
        return Text("{field}: {value} ({title})", field=field, value=place.text, title=place.title)
    value = shown(place)
    if place.kind is Kind.VLAN and place.subjects:
        value = Text("{name}, {vlan}", name=place.subjects[0], vlan=value)
    return Text("{field}: {value}", field=field, value=value)


def describe(topology: Topology) -> Iterator[Text]:
    """The whole picture in sentences: appliance, each lane, ranges, switch."""
    appliance = topology.appliance
    yield Text(
        "Appliance {name}, host name {host}.",
        name=_or_open(appliance.name), host=_or_open(appliance.host_name),
    )  # fmt: skip
    for lane in topology.lanes:
        yield _lane(lane)
    if topology.ranges:
        balanced = topology.lane(topology.balanced)
        yield Text(
            "Clients reach the load balancer ranges {ranges} through {lane}.",
            ranges=listed(place.text for place in topology.ranges),
            lane=balanced.title if balanced else "",
        )
    else:
        yield Text("No load balancer range is filled in.")
    switch = topology.switch
    nics = listed(f"{uplink.title}: {uplink.text}" for uplink in switch.uplinks if uplink.text)
    yield Text(
        "Distributed switch {name} of cluster {cluster}, uplinks {uplinks}.",
        name=_or_open(switch.name), cluster=_or_open(switch.cluster), uplinks=nics or _OPEN,
    )  # fmt: skip


_OPEN = Text("not filled in")


def _or_open(place: Place | None) -> Text | str:
    return _OPEN if place is None or place.is_empty else shown(place)


def _lane(lane: Lane) -> Text:
    name = Text("{title}: {name}", title=lane.title, name=_or_open(lane.name))
    if lane.vlan is not None and not lane.vlan.is_empty:
        name = Text("{name}, {vlan}", name=name, vlan=shown(lane.vlan))
    if lane.nic is None or lane.gateway is None:
        return Text("{name}.", name=name)
    said = Text(
        "{name}; {nic} {address}, gateway {gateway}.",
        name=name, nic=lane.nic.title, address=_or_open(lane.nic),
        gateway=_or_open(lane.gateway),
    )  # fmt: skip
    for flow in lane.flows:
        if flow.source is Kind.SUPERVISOR:
            said = Text(
                "{said} The Supervisor reaches the Data Plane API at {address}.",
                said=said, address=_or_open(flow.targets[0]),
            )  # fmt: skip
    if lane.behind_gateway:
        said = Text(
            "{said} Behind the gateway: {networks}.",
            said=said, networks=listed(place.text for place in lane.behind_gateway),
        )  # fmt: skip
    return said


def sentence(topology: Topology, counts: tuple[int, int]) -> str:
    """All sentences, with the number of problems and warnings at the end."""
    said = [str(text) for text in describe(topology)]
    problems, warnings = counts
    if problems or warnings:
        count = Text(
            "Problems: {problems}, warnings: {warnings}.", problems=problems, warnings=warnings
        )
        said.append(str(count))
    return " ".join(said)
