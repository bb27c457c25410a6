from __future__ import annotations

from ipaddress import IPv4Network

import pytest

from core.checks.networks import bounds, find_network, merged


def test_bounds_say_what_the_guide_says():
    assert str(bounds(IPv4Network("192.168.100.0/24"))) == (
        "256 addresses, 192.168.100.0 - 192.168.100.255"
    )


@pytest.mark.parametrize(
    ("networks", "right"),
    [
        (("10.0.0.0/25", "10.0.0.128/25"), ("10.0.0.0/25", "10.0.0.128/25")),
        (("10.0.1.0/25", "10.0.0.0/24"), ("10.0.1.0/25", "10.0.0.0/24")),
        (("10.0.0.0/25", "10.0.0.0/26"), ("10.0.0.0/25",)),
    ],
)
def test_only_overlapping_networks_are_merged(networks, right):
    assert merged(networks) == right


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("10.0.0.7/24", "10.0.0.0/24"),
        ("10.0.0.7", "10.0.0.7/32"),
        (" 10.0.0.0/24", "10.0.0.0/24"),
        ("10.0.0.0/33", None),
    ],
)
def test_networks_are_read_as_the_appliance_forgives(text, network):
    assert find_network(text) == (IPv4Network(network) if network else None)
