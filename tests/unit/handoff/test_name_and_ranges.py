"""The load balancer's name, and its ranges in three notations."""

from __future__ import annotations

import pytest

from core.errors import InvalidInput
from core.handoff.lb_name import find_name_problems, suggested_name
from core.handoff.ranges import read_ranges
from core.handoff.source import read_source
from tests.unit.handoff.samples import sample


@pytest.mark.parametrize(
    ("machine", "name"),
    [
        ("haproxy", "haproxy"),
        ("HAProxy.lab.example", "haproxy-lab-example"),
        ("lb 01 (prod)", "lb-01-prod"),
        ("--x--", "x"),
        ("ロードバランサ", "haproxy"),
        ("Größe_1", "grosse-1"),
        ("a" * 80, "a" * 63),
        ("", "haproxy"),
    ],
)
def test_the_name_is_made_from_the_machines(machine: str, name: str) -> None:
    assert suggested_name(machine) == name
    assert find_name_problems(name) == ()


@pytest.mark.parametrize("name", ["", "lb.01", "LB", "-lb", "lb-", "lb 1", "a" * 64])
def test_a_name_the_wizard_refuses_is_not_handed_over(name: str) -> None:
    assert [finding.code for finding in find_name_problems(name)] == ["handoff-name"]
    if name:
        with pytest.raises(InvalidInput):
            read_source(sample(), name=name)


@pytest.mark.parametrize(
    ("ranges", "forms"),
    [
        (("192.168.130.128/25",), [("192.168.130.128/25", "192.168.130.128-192.168.130.254", 127)]),
        (("192.168.130.64/26",), [("192.168.130.64/26", "192.168.130.64-192.168.130.127", 64)]),
        (("192.168.130.77/32",), [("192.168.130.77/32", "192.168.130.77-192.168.130.77", 1)]),
        (("10.50.0.0/24",), [("10.50.0.0/24", "10.50.0.0-10.50.0.255", 256)]),
        (("192.168.130.255/32",), []),
        (
            ("192.168.130.64/28", "192.168.130.64/27"),
            [("192.168.130.64/27", "192.168.130.64-192.168.130.95", 32)],
        ),
        (
            ("192.168.130.64/28", "192.168.130.96/28"),
            [
                ("192.168.130.64/28", "192.168.130.64-192.168.130.79", 16),
                ("192.168.130.96/28", "192.168.130.96-192.168.130.111", 16),
            ],
        ),
    ],
)
def test_the_three_notations_say_the_same(ranges, forms) -> None:
    found = read_ranges(sample(load_balancing={"ranges": ranges}))
    assert [(str(r.cidr), r.first_last, r.count) for r in found] == forms
    for one in found:
        assert one.as_dict() == {"address": str(one.first), "count": one.count}
        assert int(one.first) + one.count - 1 == int(one.last)


@pytest.mark.parametrize(
    ("ranges", "code"),
    [
        (("192.168.130.0/25",), "range-holds-gateway"),
        (("192.168.130.0/24",), "range-"),
        (("192.168.130.128-192.168.130.200",), "range-dash"),
    ],
)
def test_a_range_with_a_gateway_is_not_handed_over(ranges, code) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_source(sample(load_balancing={"ranges": ranges}))
    assert any(finding.code.startswith(code) for finding in caught.value.findings)
