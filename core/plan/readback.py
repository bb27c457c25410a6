"""The gate before power-on: the machine as vCenter reports it against what was planned.

The first boot happens once; a value that did not arrive cannot be mended afterwards. This one
place catches F1, F14 and F15 on both ways of deploying.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.plan.facts import Facts
from core.profile.model import Profile
from core.properties import secret_keys
from core.text import Text
from core.vsphere.machine import CLOUD_INIT_KEY, CLOUD_INIT_VALUE, MachineState
from core.vsphere.ovf_import import NetworkRef
from core.vsphere.policies import Policy

_PORT_GROUP = "vim.dvs.DistributedVirtualPortgroup"


@dataclass(frozen=True, slots=True)
class Expected:
    """What the machine has to be. ``networks`` in the order of the NICs, as ids of this vCenter."""

    networks: tuple[tuple[str, str], ...]
    properties: Mapping[str, str]
    policy: Policy | None

    def __repr__(self) -> str:
        return "Expected(...)"  # the properties hold passwords


def find_differences(
    machine: MachineState, policies: tuple[frozenset[str], ...], expected: Expected, facts: Facts
) -> tuple[Text, ...]:
    """Everything in which the machine is not what it has to be; passwords are not compared."""
    return (
        *_nics(machine, expected, facts),
        *_properties(machine, expected),
        *_settings(machine),
        *_policy(policies, expected),
    )


def find_deployed_differences(
    machine: MachineState, expected: Expected, facts: Facts
) -> tuple[Text, ...]:
    """The same without what the settings step still sets: is this the machine that was planned?"""
    return (*_nics(machine, expected, facts), *_properties(machine, expected))


def _nics(machine: MachineState, expected: Expected, facts: Facts) -> Iterator[Text]:
    wanted, found = expected.networks, machine.nics
    if len(found) != len(wanted):
        yield Text("it has {found} NICs instead of {wanted}", found=len(found), wanted=len(wanted))
        return
    for number, ((name, network), actual) in enumerate(zip(wanted, found, strict=True), 1):
        if actual != network:
            yield Text(
                "NIC {number} ({name}) is connected to {found} instead of {wanted}",
                number=number,
                name=name,
                found=network_name(facts, actual),
                wanted=network_name(facts, network),
            )


def _properties(machine: MachineState, expected: Expected) -> Iterator[Text]:
    hidden = secret_keys()
    for key, wanted in expected.properties.items():
        if key in hidden:
            continue
        found = machine.properties.get(key, "")
        if not _same(found, wanted):
            yield Text(
                "{key} is {found} instead of {wanted}",
                key=key,
                found=_short(found),
                wanted=_short(wanted),
            )


def misses_setting(machine: MachineState) -> bool:
    """Whether F1's setting is missing, and would still have been of use."""
    found = machine.extra_config.get(CLOUD_INIT_KEY, "")
    return found.upper() != CLOUD_INIT_VALUE and not machine.has_booted


def _settings(machine: MachineState) -> Iterator[Text]:
    found = machine.extra_config.get(CLOUD_INIT_KEY, "")
    if misses_setting(machine):
        yield Text(
            "{key} is {found} instead of {wanted} (F1: the appliance would not configure itself)",
            key=CLOUD_INIT_KEY,
            found=found or Text("not set"),
            wanted=CLOUD_INIT_VALUE,
        )


def _policy(policies: tuple[frozenset[str], ...], expected: Expected) -> Iterator[Text]:
    if expected.policy is not None and any(expected.policy.id not in ids for ids in policies):
        yield Text("the storage policy is not {name}", name=expected.policy.name)


def network_name(facts: Facts, moid: str) -> str:
    """The name of a network by its id, for a sentence."""
    for group in facts.switch.port_groups if facts.switch else ():
        if group.moid == moid:
            return group.name
    return next((n.name for n in facts.inventory.networks if n.moid == moid), moid or "-")


def network_ref(facts: Facts, moid: str) -> NetworkRef:
    """A network of the switch or of the inventory, with its exact API class."""
    known = next((n for n in facts.inventory.networks if n.moid == moid), None)
    return NetworkRef(moid, known.kind if known else _PORT_GROUP)


def find_networks(profile: Profile, facts: Facts) -> tuple[tuple[str, str], ...]:
    """(OVF network, network id) for each NIC; id "" while the port group is still to be made."""
    pairs = []
    for ovf_network, name in profile.network_mapping():
        group = facts.switch.port_group(own_name(profile, name)) if facts.switch else None
        if group is not None:
            pairs.append((ovf_network, group.moid))
        else:
            pairs.append((ovf_network, _elsewhere(facts, name)))
    return tuple(pairs)


def own_name(profile: Profile, network: str) -> str:
    """The port group's bare name where it is written as ``switch/name`` of the profile's switch."""
    return network.removeprefix(f"{profile.switch.name}/")


def _elsewhere(facts: Facts, wanted: str) -> str:
    switches = {switch.moid: switch.name for switch in facts.inventory.switches}
    for network in facts.inventory.networks:
        if network.datacenter == facts.datacenter.moid and not network.is_uplink:
            names = {network.name, f"{switches.get(network.switch, '')}/{network.name}"}
            if wanted in names:
                return network.moid
    return ""


def _same(found: str, wanted: str) -> bool:
    if found.casefold() in {"true", "false"}:  # "True" from vCenter, "true" from others
        return found.casefold() == wanted.casefold()
    return found == wanted


def _short(value: str) -> str:
    if not value:
        return '""'
    return value if len(value) <= 60 else value[:57] + "..."
