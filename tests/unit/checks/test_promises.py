"""What is accepted boots, what a fix proposes is accepted, and every rule has a test."""

from __future__ import annotations

import importlib
import pkgutil
from ipaddress import IPv4Address

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import core.checks
from core.checks.profile import check_profile, check_value
from core.findings import RULES, Rule
from core.profile.model import FIELDS, SECRET_FIELDS
from core.properties import render_properties
from tests.fakes.first_boot import FirstBoot
from tests.unit.checks import mistakes, test_authority
from tests.unit.checks.samples import SECRETS, THREE_NICS, TWO_NICS, altered
from tests.unit.checks.typed import addressed, secrets, typed

CHECKED = {
    key: spec
    for key, spec in (FIELDS | SECRET_FIELDS).items()
    if spec.check and spec.kind.value != "pem"
}
PROPERTIES = [key for key in CHECKED if CHECKED[key].ovf_key and key in FIELDS]
many = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def boot(profile, given=SECRETS):
    nics = 3 if profile.is_frontend else 2
    return FirstBoot(render_properties(profile, given), nics=nics).run()


def accepted(profile, given=SECRETS):
    return not any(finding.is_error for finding in check_profile(profile, given))


@pytest.mark.parametrize("key", CHECKED)
@many
@given(data=st.data())
def test_what_a_fix_proposes_is_accepted(key, data):
    value = data.draw(typed(CHECKED[key]))
    for finding in check_value(CHECKED[key], value):
        if finding.fix:
            after = check_value(CHECKED[key], finding.fix.value)
            assert finding.fix.field == key
            assert not any(f.is_error for f in after)
            assert finding.code not in [f.code for f in after]


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, value, _, _ in mistakes.VALUES])
def test_what_the_table_of_mistakes_proposes_is_accepted(key, value):
    spec = (FIELDS | SECRET_FIELDS)[key]
    for finding in check_value(spec, value):
        if finding.fix:
            assert check_value(spec, finding.fix.value) == ()


@pytest.mark.parametrize(("sample", "changes"), [(row[0], row[1]) for row in mistakes.PROFILES])
def test_what_a_profile_s_findings_propose_is_accepted(sample, changes):
    profile = altered(sample, changes)
    for finding in check_profile(profile):
        if finding.fix:
            mended = altered(profile, {finding.fix.field: finding.fix.value})
            assert finding.code not in [f.code for f in check_profile(mended)]


@pytest.mark.parametrize("key", PROPERTIES)
@many
@given(data=st.data())
def test_any_value_that_is_accepted_boots(key, data):
    profile = altered(THREE_NICS, {key: data.draw(typed(CHECKED[key]))})
    if accepted(profile):
        boot(profile)


def test_any_addressing_that_is_accepted_boots_and_answers_for_nobody_else():
    booted = []

    @settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
    @given(profile=addressed())
    def walk(profile):
        if accepted(profile):
            booted.append(profile)
            assert_answers_for_nobody_else(profile)

    walk()
    assert len(booted) >= 10


def assert_answers_for_nobody_else(profile):
    booted = boot(profile)
    assert booted.addresses.keys() == booted.gateways.keys()
    for interface in booted.addresses.values():
        assert not booted.answers(interface.ip)
    for gateway in booted.gateways.values():
        assert not booted.answers(gateway)
    for server in profile.network.dns:
        assert not booted.answers(IPv4Address(server))


@many
@given(given_secrets=secrets)
def test_any_passwords_that_are_accepted_boot(given_secrets):
    if accepted(TWO_NICS, given_secrets):
        assert boot(TWO_NICS, given_secrets).password == given_secrets.dataplane_password


@pytest.mark.parametrize("sample", [TWO_NICS, THREE_NICS])
def test_samples_boot_as_planned(sample):
    booted = boot(sample)

    assert booted.host_name == "haproxy.lab.example"
    assert booted.name_servers == ["192.168.110.5"]
    assert len(booted.addresses) == (3 if sample.is_frontend else 2)
    assert [str(network) for network in booted.virtual] == list(sample.load_balancing.ranges)
    assert booted.routed == list(sample.network.additional_workload_networks)
    assert (booted.user, booted.port, booted.root_login) == ("admin", 5556, True)


def test_warnings_alone_boot():
    for sample, changes, _, _ in mistakes.PROFILES:
        profile = altered(sample, changes)
        if accepted(profile) and not profile.appliance.ca_certificate:
            boot(profile)


def own_rules() -> dict[str, Rule]:
    found = {}
    for module in pkgutil.iter_modules(core.checks.__path__, "core.checks."):
        if module.name in OFFLINE:
            for value in vars(importlib.import_module(module.name)).values():
                if isinstance(value, Rule):
                    found[value.code] = value
    return found


OFFLINE = {
    f"core.checks.{name}"
    for name in (
        "addresses", "authority", "characters", "credentials", "ipv4", "names", "networks",
        "overlap", "placement", "profile", "segments", "subnets", "switch", "trusted_certificates",
    )
}  # fmt: skip


def test_every_rule_is_shown_by_a_mistake():
    shown = {code for row in mistakes.VALUES for code in row[2]}
    shown |= {code for row in mistakes.PROFILES for code in row[2]}
    shown |= {code for row in test_authority.MISTAKES for code in row[2]}

    assert shown == set(own_rules())


@pytest.mark.parametrize("code", own_rules())
def test_rule_is_declared_well(code):
    declared = RULES[code]

    assert code == code.lower()
    assert set(code) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert declared.cause.template.endswith(".")
    assert not declared.cause.values
    assert str(declared.cause) != str(declared.cure)


def test_order_is_that_of_the_form_and_always_the_same():
    profile = replace(
        altered(TWO_NICS, {"network.dns": (), "vcenter.address": "", "vm.name": "a/b"}),
        properties=(("network.hostname", "x"),),
    )
    findings = check_profile(profile)

    assert findings == check_profile(profile)
    order = [*FIELDS, *SECRET_FIELDS, "properties"]
    places = [order.index(finding.fields[0]) for finding in findings]
    assert places == sorted(places)
