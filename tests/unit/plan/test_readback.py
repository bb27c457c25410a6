"""The gate before power-on: every way in which a machine can differ from the plan is named."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from core.plan.facts import Facts
from core.plan.readback import (
    Expected,
    authority_mark,
    find_deployed_differences,
    find_differences,
)
from core.vsphere.machine import AUTHORITY_KEY, MachineState
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
    properties={
        "network.management_ip": "192.168.0.2/24",
        "appliance.permit_root_login": "true",
        "appliance.root_pwd": "of the machine",
        "appliance.ca_cert": "",
        "appliance.ca_cert_key": "",
        "loadbalance.haproxy_pwd": "of the machine too",
        "network.nameservers": "1.1.1.1, 1.0.0.1",
        "other.key": "",
    },
    extra_config={"guest_rpc.auth.cloud-init.set": "FALSE", "haproxy-setup.state": "ready"},
    annotation="",
    is_busy=False,
    defaults={"appliance.permit_root_login": "true", "network.nameservers": "1.1.1.1, 1.0.0.1"},
)
CA = {"appliance.ca_cert": "-----BEGIN CERTIFICATE-----", "appliance.ca_cert_key": "the key"}
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
            {"properties": RIGHT.properties | {"network.management_ip": "192.168.0.3/24"}},
            "network.management_ip is 192.168.0.3/24 instead of 192.168.0.2/24",
        ),
        (
            {"properties": {}},
            "network.management_ip is empty instead of 192.168.0.2/24",
        ),  # F14
        (
            {"unplugged": (1,)},
            "NIC 2 (Workload) is not connected, or not at power-on (connect it in vCenter)",
        ),
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


@pytest.mark.parametrize(
    ("properties", "says"),
    [
        (
            {"network.additional_workload_networks": "10.9.0.0/24"},
            "network.additional_workload_networks is 10.9.0.0/24 instead of empty",
        ),
        (
            {"network.nameservers": "10.0.0.1"},
            "network.nameservers is 10.0.0.1 instead of 1.1.1.1, 1.0.0.1",
        ),
        (
            {"appliance.ca_cert": "-----BEGIN CERTIFICATE-----"},
            "appliance.ca_cert is -----BEGIN CERTIFICATE----- instead of empty",
        ),
        ({"other.key": "perhaps-secret"}, "other.key has another value than the OVF gives it"),
        (
            {"appliance.ca_cert_key": "the key"},
            "appliance.ca_cert_key is set, which the plan leaves blank",
        ),
        ({"appliance.root_pwd": ""}, "appliance.root_pwd is not set"),
    ],
)
def test_what_the_plan_leaves_blank_has_to_be_as_the_ovf_says(
    properties: dict[str, str], says: str
) -> None:
    machine = replace(RIGHT, properties=RIGHT.properties | properties)
    assert differences(machine) == [says]
    assert [str(text) for text in find_deployed_differences(machine, EXPECTED, FACTS)] == [says]


def test_passwords_are_never_compared_or_shown() -> None:
    wrong = replace(RIGHT, properties=RIGHT.properties | {"appliance.root_pwd": "another"})
    assert differences(wrong) == []
    assert "not-compared" not in repr(EXPECTED)


def test_a_vcenter_that_shows_no_secret_has_said_nothing_about_them() -> None:
    hidden = dict.fromkeys(("appliance.root_pwd", "loadbalance.haproxy_pwd"), "")
    assert differences(replace(RIGHT, properties=RIGHT.properties | hidden)) == []


def test_a_vcenter_may_show_the_ca_key_and_no_password() -> None:
    planned = replace(EXPECTED, properties=EXPECTED.properties | {"appliance.ca_cert": "PEM"})
    shown = {"appliance.ca_cert": "PEM", "appliance.ca_cert_key": "the key"}
    hidden = dict.fromkeys(("appliance.root_pwd", "loadbalance.haproxy_pwd"), "")
    machine = replace(RIGHT, properties=RIGHT.properties | shown | hidden)
    assert list(find_differences(machine, POLICIES, planned, FACTS)) == []


def test_a_ca_that_a_redeployment_has_handed_on_is_no_difference() -> None:
    own = replace(RIGHT, properties=RIGHT.properties | CA)
    assert len(differences(own)) == 2
    assert differences(replace(own, has_run=True)) == []
    marked = RIGHT.extra_config | {AUTHORITY_KEY: authority_mark(own)}
    off_again = replace(own, extra_config=marked)
    assert differences(off_again) == []
    other = replace(off_again, properties=own.properties | {"appliance.ca_cert": "another"})
    assert len(differences(other)) == 2, "not the one that was handed on"


def test_the_key_of_a_planned_ca_has_to_be_set() -> None:
    planned = replace(EXPECTED, properties={**EXPECTED.properties, "appliance.ca_cert": "PEM"})
    for key, says in (("the key", []), ("", ["appliance.ca_cert_key is not set"])):
        properties = {"appliance.ca_cert": "PEM", "appliance.ca_cert_key": key}
        machine = replace(RIGHT, properties=RIGHT.properties | properties)
        assert [str(t) for t in find_differences(machine, POLICIES, planned, FACTS)] == says


def test_what_the_settings_step_still_sets_does_not_make_it_another_machine() -> None:
    fresh = replace(RIGHT, extra_config={})
    assert find_deployed_differences(fresh, EXPECTED, FACTS) == ()
