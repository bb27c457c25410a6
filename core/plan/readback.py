"""The gate before power-on: the machine as vCenter reports it against what was planned.

The first boot happens once; a value that did not arrive cannot be mended afterwards. This one
place catches F1, F14 and F15 on both ways of deploying.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from msgspec import Struct

from core.plan.facts import Facts
from core.profile.model import FIELDS, SECRET_FIELDS, Profile
from core.properties import secret_keys
from core.text import Text
from core.vsphere.machine import (
    AUTHORITY_KEY,
    CLOUD_INIT_KEY,
    CLOUD_INIT_VALUE,
    MachineState,
)
from core.vsphere.ovf_import import NetworkRef
from core.vsphere.policies import Policy

_CA, _CA_KEY = "appliance.ca_cert", "appliance.ca_cert_key"
_KNOWN = frozenset(spec.ovf_key for spec in FIELDS.values())
_PORT_GROUP = "vim.dvs.DistributedVirtualPortgroup"


class Expected(Struct, frozen=True):
    """What the machine has to be. ``networks`` in the order of the NICs, as ids of this vCenter."""

    networks: tuple[tuple[str, str], ...]
    properties: Mapping[str, str]
    policy: Policy | None

    def __repr__(self) -> str:
        return "Expected(...)"  # the properties hold passwords


def find_differences(
    machine: MachineState, policies: tuple[frozenset[str], ...], expected: Expected, facts: Facts
) -> tuple[Text, ...]:
    """Everything in which the machine is not what it has to be.

    A property that the plan leaves blank has to be what the OVF says by itself; of a secret it is
    only compared whether it is set.
    """
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
        if number - 1 in machine.unplugged:
            yield Text(
                "NIC {number} ({name}) is not connected, or not at power-on (connect it in "
                "vCenter)",
                number=number,
                name=name,
            )


def _properties(machine: MachineState, expected: Expected) -> Iterator[Text]:
    hidden = secret_keys()
    ignored = _kept_authority(machine, expected)
    for key in dict.fromkeys((*expected.properties, *machine.properties)):
        if key in hidden or key in ignored:
            continue
        found = machine.properties.get(key, "")
        wanted = expected.properties.get(key) or machine.defaults.get(key, "")
        if not _same(found, wanted) and key not in expected.properties and key not in _KNOWN:
            # what somebody else's property holds may be secret
            yield Text("{key} has another value than the OVF gives it", key=key)
        elif not _same(found, wanted):
            yield Text(
                "{key} is {found} instead of {wanted}",
                key=key,
                found=_short(found),
                wanted=_short(wanted),
            )
    yield from _secrets(machine, expected, hidden - ignored)


def _secrets(machine: MachineState, expected: Expected, keys: frozenset[str]) -> Iterator[Text]:
    wanted = {spec.ovf_key for spec in SECRET_FIELDS.values() if spec.required}
    if expected.properties.get(_CA):
        wanted.add(_CA_KEY)
    # Whether every vCenter hands out passwords is not documented. One that shows none of them has
    # told nothing about them; where it shows one, another that is blank is blank. The CA's key does
    # not count: the OVF has it as plain text, so it is shown in any case.
    shows_secrets = any(machine.properties.get(key) for key in keys - {_CA_KEY})
    for key in sorted(keys):
        is_set = bool(machine.properties.get(key))
        if is_set and key not in wanted:
            yield Text("{key} is set, which the plan leaves blank", key=key)
        elif not is_set and key in wanted and shows_secrets:
            yield Text("{key} is not set", key=key)


def _kept_authority(machine: MachineState, expected: Expected) -> frozenset[str]:
    """The CA's properties where the plan names no CA but the machine has booted with one.

    A redeployment hands the old appliance's CA on (F17), which the profile knows nothing of. Once
    the machine is off, vCenter does not tell that it has ever been on; our mark stays.
    """
    has_own = all(machine.properties.get(key) for key in (_CA, _CA_KEY))
    is_known = machine.is_on or machine.has_run or is_handed_on(machine)
    if has_own and is_known and not expected.properties.get(_CA):
        return frozenset({_CA, _CA_KEY})
    return frozenset()


def authority_mark(machine: MachineState) -> str:
    """What ``AUTHORITY_KEY`` says of a machine to which a CA is handed on."""
    return hashlib.sha256(machine.properties.get(_CA, "").encode()).hexdigest()


def is_handed_on(machine: MachineState) -> bool:
    """Whether the machine still has the very CA that a redeployment gave it."""
    return machine.extra_config.get(AUTHORITY_KEY) == authority_mark(machine)


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


def _short(value: str) -> str | Text:
    if not value:
        return Text("empty")
    return value if len(value) <= 60 else value[:57] + "..."
