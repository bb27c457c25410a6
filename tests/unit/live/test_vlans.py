from __future__ import annotations

import pytest
from msgspec.structs import replace

from core.checks.live.vlans import check_networks, find_host_differences
from core.checks.profile import check_profile
from core.checks.segments import Segment, find_shared, other_workloads
from tests.unit.checks.samples import altered
from tests.unit.live.situations import make_situation, sample_profile

MANAGEMENT = Segment("Management", "deployment.management_network", "VM Network", 110, "network-1")


def workload(vlan: int | None, switch: str = "workload-vds", name: str = "Workload") -> Segment:
    return Segment("Workload", "switch.port_groups", name, vlan, switch)


@pytest.mark.parametrize(
    ("management", "other", "is_shared"),
    [
        (110, workload(110), True),
        (110, workload(120), False),
        (110, workload(None), False),
        (None, workload(None), False),
        (0, workload(0), False),  # untagged on two switches: perhaps two networks
        (0, workload(0, switch="network-1"), True),
        (110, workload(110, name="VM Network"), False),  # the same one: another rule's matter
    ],
)
def test_one_vlan_for_two_networks(management: int | None, other: Segment, is_shared: bool) -> None:
    first = Segment("Management", MANAGEMENT.field, "VM Network", management, "network-1")
    found = find_shared(sample_profile(), [first, other])
    assert [finding.code for finding in found] == ["vlan-shared"] * is_shared


def test_workload_networks_without_a_nic_are_compared_with_management() -> None:
    profile = sample_profile()
    primary = workload(120, name="Primary Workload Network")
    management = Segment("Management", MANAGEMENT.field, "VM Network", 121, "network-1")
    others = other_workloads(profile, [management, primary])
    assert [one.network for one in others] == ["Workload Network"]
    (found,) = find_shared(profile, [management, primary])
    assert found.fields == ("switch.port_groups", "deployment.management_network")
    assert "VLAN 121" in str(found.what)


@pytest.mark.parametrize(
    ("vlans", "found"),
    [
        ({1: 0, 2: 0, 3: 0}, []),
        ({1: 0, 2: 0}, ["network-not-on-hosts"]),
        ({1: 0, 2: 0, 3: 110}, ["vlan-differs-on-hosts"]),
        ({1: 0, 3: None}, ["network-not-on-hosts", "vlan-differs-on-hosts"]),
        ({}, []),  # no standard network at all: an opaque one, about which nothing is known
    ],
)
def test_a_standard_network_is_compared_over_the_hosts(
    vlans: dict[int, int | None], found: list[str]
) -> None:
    by_host = {f"host-{number}.lab.example": vlan for number, vlan in vlans.items()}
    findings = find_host_differences(make_situation(), "Management", "VM Network", by_host)
    assert [finding.code for finding in findings] == found


def test_a_distributed_port_group_is_the_same_on_all_hosts() -> None:
    assert list(find_host_differences(make_situation(), "Management", "pg", {"": 110})) == []


def test_what_the_profile_alone_says_is_said_once() -> None:
    sample = sample_profile()
    groups = tuple(replace(group, vlan=0) for group in sample.switch.port_groups)
    management = f"{sample.switch.name}/{groups[1].name}"
    profile = altered(
        sample,
        {"switch.port_groups": groups, "deployment.management_network": management},
    )
    offline = [finding.code for finding in check_profile(profile)]
    assert offline.count("vlan-shared") == 1
    assert list(check_networks(make_situation(profile=profile))) == []
