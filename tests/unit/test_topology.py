"""The network of a profile, as data."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from core.checks.profile import check_profile
from core.profile.model import FIELDS, PortGroup, Profile
from core.text import use_language
from core.topology import (
    FRONTEND,
    FURTHER,
    MANAGEMENT,
    MOST_EXCEPTIONS,
    WORKLOAD,
    Kind,
    Topology,
    build_topology,
    concerns,
)
from tests.gui.picture import sample_networks as samples


def lane_names(topology: Topology) -> list[tuple[str, str, bool]]:
    return [(lane.role, lane.name.text, lane.on_switch) for lane in topology.lanes]


def test_two_nics_are_two_lanes_and_management_is_not_on_the_switch() -> None:
    assert lane_names(build_topology(samples.DEFAULT)) == [
        (MANAGEMENT, "VM Network", False),
        (WORKLOAD, "Primary Workload Network", True),
    ]


def test_three_nics_put_the_frontend_before_the_workload_networks() -> None:
    assert lane_names(build_topology(samples.FRONTEND)) == [
        (MANAGEMENT, "VM Network", False),
        (FRONTEND, "Frontend Network", True),
        (WORKLOAD, "Primary Workload Network", True),
        (FURTHER, "Namespace dev", True),
        (FURTHER, "Namespace prod", True),
    ]


def test_an_empty_profile_is_drawn_with_places_to_fill() -> None:
    topology = build_topology(Profile())
    assert [lane.role for lane in topology.lanes] == [MANAGEMENT, WORKLOAD]
    empty = {key for place in topology.places() if place.is_empty for key in place.keys}
    assert {
        "deployment.management_network", "network.management_address", "network.workload_gateway",
        "load_balancing.ranges", "switch.name", "switch.nics", "switch.cluster", "network.dns",
        "vcenter.address",
    } <= empty  # fmt: skip


def test_a_management_network_among_the_port_groups_is_on_the_switch() -> None:
    group = PortGroup("workload", "VM Network", 7)
    switch = replace(
        samples.DEFAULT.switch, port_groups=(*samples.DEFAULT.switch.port_groups, group)
    )
    topology = build_topology(replace(samples.DEFAULT, switch=switch))
    lane = topology.lane(MANAGEMENT)
    assert lane is not None
    assert lane.on_switch
    assert lane.vlan is not None
    assert lane.vlan.text == "7"
    assert FURTHER not in [lane.role for lane in topology.lanes]


def test_subnets_gateways_and_the_api_come_from_the_addresses() -> None:
    lane = build_topology(samples.DEFAULT).lane(MANAGEMENT)
    assert lane is not None
    assert lane.subnet == "192.168.0.0/24"
    assert lane.gateway is not None
    assert lane.gateway.text == "192.168.0.1"
    assert lane.flows[0].targets[0].text == "192.168.0.2:5556"


def test_an_unreadable_address_stays_as_typed_and_has_no_subnet() -> None:
    lane = build_topology(
        samples.with_network(samples.DEFAULT, workload_address="192.168.10.")
    ).lane(WORKLOAD)
    assert lane is not None
    assert lane.nic is not None
    assert (lane.nic.text, lane.subnet) == ("192.168.10.", None)


def test_ranges_and_taken_addresses_are_to_scale() -> None:
    lane = build_topology(samples.DEFAULT).lane(WORKLOAD)
    assert lane is not None
    assert lane.scale is not None
    assert [(span.start, span.end) for span in lane.scale.spans] == [(0.5, 1.0)]
    assert [(mark.place.kind, mark.place.text) for mark in lane.scale.marks] == [
        (Kind.GATEWAY, "192.168.10.1"),
        (Kind.NIC, "192.168.10.2/24"),
    ]
    assert lane.scale.marks[0].position == pytest.approx(1.5 / 256)


@pytest.mark.parametrize(
    ("typed", "spans"),
    [
        ("192.168.10.128-192.168.10.191", [(0.5, 0.75)]),
        ("192.168.10.130/25", [(0.5, 1.0)]),
        ("192.168.0.0/16", [(0.0, 1.0)]),
        ("10.0.0.0/24", []),
        ("nonsense", []),
    ],
)
def test_ranges_as_typed(typed: str, spans: list[tuple[float, float]]) -> None:
    topology = build_topology(samples.with_ranges(samples.DEFAULT, typed))
    lane = topology.lane(WORKLOAD)
    assert lane is not None
    assert lane.scale is not None
    assert [(span.start, span.end) for span in lane.scale.spans] == spans
    assert [place.text for place in topology.ranges] == [typed]


def test_a_range_on_the_management_network_is_shown_there() -> None:
    lane = build_topology(samples.with_ranges(samples.DEFAULT, "192.168.0.64/26")).lane(MANAGEMENT)
    assert lane is not None
    assert lane.scale is not None
    assert [(span.start, span.end) for span in lane.scale.spans] == [(0.25, 0.5)]


def test_ranges_without_a_subnet_are_drawn_in_a_network_around_them() -> None:
    profile = samples.with_network(samples.DEFAULT, workload_address="")
    lane = build_topology(profile).lane(WORKLOAD)
    assert lane is not None
    assert lane.scale is not None
    assert str(lane.scale.network) == "192.168.10.0/24"


def test_many_exceptions_are_counted() -> None:
    hosts = tuple((f"esx-{n:02}", (("Uplink 1", "vmnic4"),)) for n in range(MOST_EXCEPTIONS + 5))
    profile = replace(samples.DEFAULT, switch=replace(samples.DEFAULT.switch, host_nics=hosts))
    exceptions = build_topology(profile).switch.exceptions
    assert len(exceptions) == MOST_EXCEPTIONS + 1
    assert exceptions[-1].text == "+5"


def test_a_finding_about_one_range_leaves_the_others_alone() -> None:
    profile = samples.with_ranges(samples.DEFAULT, "192.168.10.0/26", "192.168.10.192/26")
    places = list(build_topology(profile).places())
    finding = next(f for f in check_profile(profile) if f.code == "range-holds-gateway")
    concerned = [place.text for place in places if concerns(finding, place, places)]
    assert concerned == ["192.168.10.1", "192.168.10.0/26"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_an_entry_is_found_in_the_quotes_of_the_language(language: str) -> None:
    profile = samples.with_ranges(samples.DEFAULT, "192.168.10.0/26", "192.168.10.999/26")
    places = list(build_topology(profile).places())
    finding = next(f for f in check_profile(profile) if "load_balancing.ranges" in f.fields)
    use_language(language)
    try:
        concerned = [place.text for place in places if concerns(finding, place, places)]
    finally:
        use_language("en")
    assert concerned == ["192.168.10.999/26"]


def test_a_finding_that_names_no_entry_concerns_all_of_them() -> None:
    switch = replace(
        samples.DEFAULT.switch,
        port_groups=(PortGroup("workload", "A", 1), PortGroup("workload", "B", 2)),
    )
    profile = replace(samples.DEFAULT, switch=switch)
    places = list(build_topology(profile).places())
    finding = next(f for f in check_profile(profile) if f.code == "primary-missing")
    assert {"A", "B"} <= {place.text for place in places if concerns(finding, place, places)}


@given(samples.profiles)
@settings(max_examples=200, deadline=None)
def test_any_profile_has_a_topology_whose_keys_exist(profile: Profile) -> None:
    topology = build_topology(profile)
    for place in topology.places():
        assert place.keys
        assert set(place.keys) <= set(FIELDS)
        assert "\n" not in place.text
    for lane in topology.lanes:
        if lane.scale is not None:
            assert all(0 <= span.start < span.end <= 1 for span in lane.scale.spans)
            assert all(0 <= mark.position <= 1 for mark in lane.scale.marks)
    lanes = [lane.name.text for lane in topology.lanes]
    names = {group.name for group in profile.switch.port_groups if group.name.isascii()}
    assert {" ".join(name.split()) for name in names if name.isprintable()} <= {*lanes, ""}
