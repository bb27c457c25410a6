"""A machine that is there already: what is said of one that is not as planned, and what to do."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from core.errors import RemoteError
from core.plan.facts import Facts
from core.plan.machine_problems import (
    MACHINE_DIFFERS,
    find_machine_problems,
    refuse_another_machine,
    refuse_differences,
)
from core.plan.work import Work
from core.profile.model import Profile
from core.vsphere.machine import READY, MachineState
from tests.fakes.vcenter import changed

PROFILE = changed(
    Profile(),
    deployment={"management_network": "VM Network", "workload_network": "Workload"},
)
FACTS = cast(
    "Facts",
    SimpleNamespace(
        switch=None,
        datacenter=SimpleNamespace(moid="datacenter-1"),
        storage=SimpleNamespace(policy=None),
        machine_policies=(),
        inventory=SimpleNamespace(
            switches=[],
            networks=[
                SimpleNamespace(
                    moid=moid, name=name, datacenter="datacenter-1", is_uplink=False, switch=""
                )
                for moid, name in (("network-1", "VM Network"), ("network-2", "Workload"))
            ],
        ),
    ),
)
PROPERTIES = {"network.management_ip": "192.168.0.2/24"}
RIGHT = MachineState(
    moid="vm-1",
    name="haproxy",
    is_on=False,
    has_run=False,
    nics=("network-1", "network-2"),
    disk_keys=(2000,),
    properties=PROPERTIES,
    extra_config={"guest_rpc.auth.cloud-init.set": "FALSE", "haproxy-setup.state": READY},
    annotation="",
    is_busy=False,
    defaults={},
)


@pytest.mark.parametrize("is_on", [False, True])
@pytest.mark.parametrize(
    ("changes", "connect"),
    [
        ({"unplugged": (1,)}, True),
        ({"unplugged": (0, 1)}, True),
        ({"unplugged": (1,), "properties": {}}, False),
        ({"unplugged": (1,), "nics": ("network-2", "network-1")}, False),
        ({"properties": {"network.management_ip": "192.168.0.3/24"}}, False),
    ],
)
def test_a_nic_that_is_not_connected_is_to_be_connected_and_nothing_redeployed(
    changes: dict[str, Any], connect: bool, is_on: bool
) -> None:
    machine = replace(RIGHT, is_on=is_on, **changes)
    (finding,) = find_machine_problems(PROFILE, FACTS, machine, PROPERTIES)
    assert finding.code == "vm-differs"
    advice = str(finding.advice)
    if connect:
        assert "redeploy" not in advice
        assert "Connect the network adapter in vCenter" in advice
        assert "NIC 2 (Workload)" in str(finding.what)
    else:
        assert advice == str(MACHINE_DIFFERS.cure)


GATE_CASES = [
    ({"unplugged": (1,)}, True),
    ({"unplugged": (1,), "extra_config": {}}, False),
    ({"unplugged": (1,), "properties": {}}, False),
    ({"properties": {}}, False),
]


@pytest.mark.parametrize(("changes", "connect"), GATE_CASES)
def test_the_gate_advises_to_connect_where_nothing_else_differs(
    changes: dict[str, Any], connect: bool
) -> None:
    work = cast("Work", SimpleNamespace(profile=PROFILE, facts=FACTS, properties=PROPERTIES))
    with pytest.raises(RemoteError) as refused:
        refuse_differences(work, replace(RIGHT, **changes))
    assert ("Connect the network adapter in vCenter" in str(refused.value.advice)) is connect
    assert ("Remove the machine in vCenter" in str(refused.value.advice)) is not connect


def test_the_gate_lets_the_machine_that_is_planned_pass() -> None:
    work = cast("Work", SimpleNamespace(profile=PROFILE, facts=FACTS, properties=PROPERTIES))
    refuse_differences(work, RIGHT)


@pytest.mark.parametrize("is_on", [False, True])
@pytest.mark.parametrize(
    ("changes", "connect"),
    [
        ({"unplugged": (1,)}, True),
        ({"unplugged": (0, 1), "extra_config": {}}, True),  # settings are still to come
        ({"unplugged": (1,), "properties": {}}, False),
        ({"unplugged": (1,), "nics": ("network-2", "network-1")}, False),
        ({"properties": {}}, False),
    ],
)
def test_one_that_has_appeared_is_to_be_connected_where_nothing_else_differs(
    changes: dict[str, Any], connect: bool, is_on: bool
) -> None:
    work = cast("Work", SimpleNamespace(profile=PROFILE, facts=FACTS, properties=PROPERTIES))
    with pytest.raises(RemoteError) as refused:
        refuse_another_machine(work, replace(RIGHT, is_on=is_on, **changes))
    what, advice = str(refused.value.what), str(refused.value.advice)
    assert ("Edit Settings, Connected and Connect At Power On" in advice) is connect
    assert ("remove that machine" in advice) is not connect
    assert ("which is not the one planned" in what) is not connect
    if connect:
        assert "A virtual machine haproxy exists, but" in what
        assert "NIC 2 (Workload) is not connected" in what


def test_one_that_has_appeared_and_is_the_planned_one_is_taken() -> None:
    work = cast("Work", SimpleNamespace(profile=PROFILE, facts=FACTS, properties=PROPERTIES))
    refuse_another_machine(work, RIGHT)


def test_the_machine_that_is_planned_is_none_of_these() -> None:
    assert list(find_machine_problems(PROFILE, FACTS, RIGHT, PROPERTIES)) == []
