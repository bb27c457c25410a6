from __future__ import annotations

import pytest

from core.checks.profile import check_profile, check_value
from core.fields import FieldSpec
from core.profile.model import FIELDS, SECRET_FIELDS
from tests.unit.checks.mistakes import NOTHING, VALUES
from tests.unit.checks.samples import TWO_NICS, altered

SPECS: dict[str, FieldSpec] = FIELDS | SECRET_FIELDS


@pytest.mark.parametrize(
    ("key", "value", "codes", "fix"), VALUES, ids=[f"{v[0]}-{str(v[1])[:30]!r}" for v in VALUES]
)
def test_mistake_is_found(key, value, codes, fix):
    findings = check_value(SPECS[key], value)

    assert [finding.code for finding in findings] == codes
    assert all(finding.fields == (key,) for finding in findings)
    assert all(str(finding.what) and str(finding.advice) for finding in findings)
    if findings:
        offered = findings[0].fix.value if findings[0].fix else NOTHING
        assert offered == fix


@pytest.mark.parametrize("key", [k for k in SPECS if SPECS[k].check])
def test_example_of_the_field_is_right(key):
    spec = SPECS[key]
    if not spec.example:
        return
    example = {"port": int, "cidr-list": lambda v: (v,), "address-list": lambda v: (v,)}.get(
        spec.kind.value, str
    )(spec.example)
    assert check_value(spec, example) == ()


@pytest.mark.parametrize(
    ("typed", "port"),
    [
        ("https://vc.example.com:8443/ui", 8443),
        ("https://vc.example.com:8443", 8443),
        ("vc.example.com:8443", 8443),
        (" https://[fd00::5]:8443/ui/\n", 8443),
        ("https://vc.example.com/ui:8443", None),
        ("https://vc.example.com:5480/login", None),  # the appliance's own management
        ("https://vc.example.com:0/", None),
        ("https://vc.example.com:99999/", None),
        ("https://vc.example.com/ui", None),
    ],
)
def test_the_port_of_a_pasted_url_is_offered_with_the_address(typed, port):
    (finding,) = check_value(SPECS["vcenter.address"], typed)

    assert finding.fix is not None
    assert [(fix.field, fix.value) for fix in finding.fix.also] == (
        [("vcenter.port", port)] if port else []
    )
    fixed = finding.as_dict()["fix"]
    assert isinstance(fixed, dict)
    assert ("also" in fixed) == bool(port)


def test_the_port_of_another_host_is_no_matter_of_the_vcenter():
    switch = {"switch.host_nics": (("esx1:8443", (("Uplink 1", "vmnic4"),)),)}
    assert [f.fix for f in check_profile(altered(TWO_NICS, switch))] == [None]


def test_the_length_of_a_name_is_the_one_that_vcenter_counts():
    """Each special character takes three there: a name of 79 may be too long."""
    found = check_value(SPECS["vm.name"], "x" * 77 + "%")
    assert [f.code for f in found] == ["name-special"]
    found = check_value(SPECS["vm.name"], "x" * 78 + "%")
    (said,) = [str(f.what) for f in found if f.code == "name-long"]
    assert said.endswith("has 81 characters.")


def test_findings_never_repeat_a_secret():
    for key, value, _, _ in VALUES:
        if key.startswith("secrets.") and len(value.strip()) > 5:
            for finding in check_value(SPECS[key], value):
                assert value.strip() not in str(finding.as_dict())
                assert finding.fix is None
