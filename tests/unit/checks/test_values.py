from __future__ import annotations

import pytest

from core.checks.profile import check_value
from core.fields import FieldSpec
from core.profile.model import FIELDS, SECRET_FIELDS
from tests.unit.checks.mistakes import NOTHING, VALUES

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


def test_findings_never_repeat_a_secret():
    for key, value, _, _ in VALUES:
        if key.startswith("secrets.") and len(value.strip()) > 5:
            for finding in check_value(SPECS[key], value):
                assert value.strip() not in str(finding.as_dict())
                assert finding.fix is None
