from __future__ import annotations

from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.checks.live.sample import MOST, planned_addresses, range_sample, spread_over
from tests.unit.live.situations import make_situation, sample_profile


@pytest.mark.parametrize(
    ("ranges", "count", "expected"),
    [
        (["10.0.0.8/30"], 10, ["10.0.0.8", "10.0.0.9", "10.0.0.10", "10.0.0.11"]),
        (["10.0.0.0/24"], 3, ["10.0.0.0", "10.0.0.127", "10.0.0.255"]),
        (["10.0.0.0/31", "10.1.0.0/31"], 2, ["10.0.0.0", "10.1.0.1"]),
        (["10.0.0.0/24"], 1, ["10.0.0.0"]),
        (["10.0.0.0/24"], 0, []),
        (["10.0.0.0/24", "10.0.0.0/32"], 2, ["10.0.0.0"]),
        ([], 5, []),
    ],
)
def test_a_sample_is_spread_over_the_ranges(
    ranges: list[str], count: int, expected: list[str]
) -> None:
    assert list(map(str, spread_over(tuple(map(IPv4Network, ranges)), count))) == expected


@given(
    st.lists(
        st.builds(
            lambda number, prefix: IPv4Network((number << 16, prefix)),
            st.integers(1, 60000),
            st.integers(16, 32),
        ),
        unique=True,
        max_size=5,
    ),
    st.integers(0, 12),
)
def test_a_sample_is_small_distinct_and_inside(ranges: list[IPv4Network], count: int) -> None:
    found = spread_over(tuple(ranges), count)
    assert len(found) <= count
    assert len(set(found)) == len(found)
    assert all(any(address in network for network in ranges) for address in found)


@pytest.mark.parametrize("topology", ["default", "frontend"])
def test_there_are_never_more_addresses_than_the_limit(topology: str) -> None:
    situation = make_situation(profile=sample_profile(topology))
    assert len(planned_addresses(situation)) + len(range_sample(situation)) == MOST
