"""The gate before power-on: every way in which a machine can differ from the plan is named."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from core.plan.facts import Facts
from core.plan.readback import Expected, find_deployed_differences, find_differences
from core.vsphere.machine import MachineState
from core.vsphere.policies import Policy

POLICY = Policy("p-1", "gold")
FACTS = cast(
    "Facts",
    SimpleNamespace(
        switch=None,
        inventory=SimpleNamespace(
            networks=[
                SimpleNamespace(moid="network-1", name="VM Network"),
                SimpleNamespace(moid="dvportgroup-2", name="Workload"),
            ]
        ),
    ),
)
EXPECTED = Expected(
    (("Management", "network-1"), ("Workload", "dvportgroup-2")),
    {
        "network.management_ip": "192.168.0.2/24",
        "appliance.permit_root_login": "True",
        "appliance.root_pwd": "not-compared",
    },
    POLICY,
)
RIGHT = MachineState(
    moid="vm-1",
    name="haproxy",
    is_on=False,
    has_run=False,
    nics=("network-1", "dvportgroup-2"),
    disk_keys=(2000,),
    properties={"network.management_ip": "192.168.0.2/24", "appliance.permit_root_login": "true"},
    extra_config={"guest_rpc.auth.cloud-init.set": "FALSE", "haproxy-setup.state": "ready"},
    annotation="",
    is_busy=False,
)
POLICIES = (frozenset({"p-1"}), frozenset({"p-1"}))


def differences(machine: MachineState, policies: Any = POLICIES) -> list[str]:
    return [str(text) for text in find_differences(machine, policies, EXPECTED, FACTS)]


def test_a_machine_as_planned_has_none() -> None:
    assert differences(RIGHT) == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"nics": ("network-1",)}, "it has 1 NICs instead of 2"),  # F15
        (
            {"nics": ("dvportgroup-2", "network-1")},
            "NIC 1 (Management) is connected to Workload instead of VM Network",
        ),  # F15
        (
            {"properties": {"network.management_ip": "192.168.0.3/24"}},
            "network.management_ip is 192.168.0.3/24 instead of 192.168.0.2/24",
        ),
        (
            {"properties": {}},
            'network.management_ip is "" instead of 192.168.0.2/24',
        ),  # F14
        ({"extra_config": {}}, "guest_rpc.auth.cloud-init.set is not set"),  # F1
        (
            {"extra_config": {"guest_rpc.auth.cloud-init.set": "TRUE"}},
            "guest_rpc.auth.cloud-init.set is TRUE",
        ),  # F1
    ],
)
def test_each_difference_is_named(changes: dict[str, Any], says: str) -> None:
    assert any(text.startswith(says) for text in differences(replace(RIGHT, **changes)))


def test_a_policy_that_is_missing_on_one_disk_is_a_difference() -> None:
    found = differences(RIGHT, (frozenset({"p-1"}), frozenset()))
    assert found == ["the storage policy is not gold"]


def test_passwords_are_never_compared_or_shown() -> None:
    wrong = replace(RIGHT, properties={**RIGHT.properties, "appliance.root_pwd": "another"})
    assert differences(wrong) == []
    assert "not-compared" not in repr(EXPECTED)


def test_what_the_settings_step_still_sets_does_not_make_it_another_machine() -> None:
    fresh = replace(RIGHT, extra_config={})
    assert find_deployed_differences(fresh, EXPECTED, FACTS) == ()
