from __future__ import annotations

import time

import pytest

from core.checks.profile import check_profile
from core.findings import Severity
from core.profile.model import FIELDS, PortGroup, Profile
from core.text import use_language
from tests.unit.checks.mistakes import PROFILES
from tests.unit.checks.samples import SECRETS, THREE_NICS, TWO_NICS, altered


@pytest.mark.parametrize("sample", [TWO_NICS, THREE_NICS], ids=["two", "three"])
@pytest.mark.parametrize("secrets", [None, SECRETS], ids=["offline", "secrets"])
def test_right_profile_has_no_finding(sample, secrets):
    assert check_profile(sample, secrets) == ()


@pytest.mark.parametrize(
    ("sample", "changes", "codes", "fields"),
    PROFILES,
    ids=[f"{'-'.join(c[2]) or 'none'}-{n}" for n, c in enumerate(PROFILES)],
)
def test_mistake_is_found(sample, changes, codes, fields):
    findings = check_profile(altered(sample, changes))

    assert [finding.code for finding in findings] == codes
    assert (findings[0].fields if findings else ()) == fields
    assert all(str(finding.what) and str(finding.advice) for finding in findings)


@pytest.mark.parametrize(
    ("nics", "right"),
    [
        ((("uplink1", "vmnic2"),), (("Uplink 1", "vmnic2"),)),
        (
            (("Uplink 1", "VMNIC2"), ("UPLINK-2", "3")),
            (("Uplink 1", "vmnic2"), ("Uplink 2", "vmnic3")),
        ),
    ],
)
def test_nics_are_mended_as_a_whole(nics, right):
    findings = check_profile(altered(TWO_NICS, {"switch.nics": nics}))

    assert {finding.fix.value for finding in findings if finding.fix} == {right}


def test_nearest_uplink_is_named():
    (finding,) = check_profile(altered(TWO_NICS, {"switch.nics": (("Uplnk 2", "vmnic2"),)}))

    assert "Uplink 2" in str(finding.advice)


def test_whole_subnet_names_a_part_that_is_free():
    changes = {"load_balancing.ranges": ("192.168.120.0/24",)}
    (finding,) = check_profile(altered(TWO_NICS, changes))

    assert "192.168.120.128/25" in str(finding.advice)
    assert "256 addresses, 192.168.120.0 - 192.168.120.255" in str(finding.what)


def test_empty_profile_lists_what_is_missing_in_the_order_of_the_form():
    findings = check_profile(Profile())
    missing = [finding.fields[0] for finding in findings if finding.code == "required"]

    assert missing == [key for key in FIELDS if key in missing]
    assert {"vcenter.address", "switch.nics", "load_balancing.ranges"} <= set(missing)
    assert not {"network.frontend_address", "secrets.root_password"} & set(missing)


def test_missing_secrets_are_found_only_when_secrets_are_given():
    from core.profile.model import Secrets

    assert check_profile(TWO_NICS) == ()
    keys = [finding.fields[0] for finding in check_profile(TWO_NICS, Secrets())]
    assert keys == [
        "secrets.vcenter_password",
        "secrets.root_password",
        "secrets.dataplane_password",
    ]


def test_default_gateway_beyond_a_broken_prefix_is_not_complained_about():
    changes = {"network.management_address": "192.168.110.20/33", "network.dns": ()}
    codes = [finding.code for finding in check_profile(altered(TWO_NICS, changes))]

    assert codes == ["dns-default", "prefix-range"]


def test_range_inside_workload_suits_two_nics_without_warning():
    findings = check_profile(TWO_NICS)
    assert not [f for f in findings if f.severity is Severity.WARNING]


def test_whole_profile_takes_under_five_milliseconds():
    profile = altered(
        THREE_NICS,
        {
            "switch.port_groups": (
                *THREE_NICS.switch.port_groups,
                *(PortGroup("workload", f"ns-{n}", n) for n in range(50)),
            )
        },
    )
    check_profile(profile, SECRETS)
    times = []
    for _ in range(20):
        start = time.perf_counter()
        check_profile(profile, SECRETS)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.005


@pytest.mark.parametrize(
    ("language", "right", "wrong"), [("en", "“a/b”", "「"), ("ja", "「a/b」", "“")]
)
def test_quotes_are_those_of_the_language(language, right, wrong):
    """Also of a finding that was made before the language was changed."""
    findings = check_profile(altered(TWO_NICS, {"network.host_name": "a/b"}))
    use_language(language)
    try:
        said = " ".join(str(finding.what) for finding in findings)
    finally:
        use_language("en")
    assert right in said
    assert wrong not in said
