"""The JSON Schema says what the reader accepts."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from core.profile.model import FIELDS
from core.profile.schema import FILE_NAME, profile_schema, schema_text
from core.profile.template import TOPOLOGIES, new_profile_text, sample_profile_text
from core.profile.yaml_tree import parse

RESOURCES = Path(__file__).parents[3] / "resources"


@pytest.fixture(scope="module")
def validator():
    schema = profile_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def sample(topology="default"):
    text = sample_profile_text(topology, address="vc.example", user="u@x", ova_file="a.ova")
    return parse(text, "").plain


def test_the_file_is_up_to_date():
    assert (RESOURCES / FILE_NAME).read_text(encoding="utf-8") == schema_text(), (
        "run: python -m core.profile.schema"
    )


def test_every_field_is_described(validator):
    for key, spec in FIELDS.items():
        described = validator.schema["properties"][spec.section]["properties"][spec.name]
        assert described["title"] == str(spec.label), key
        assert described["description"].startswith(str(spec.help)), key
        for example in described.get("examples", []):
            assert list(validator.evolve(schema=described).iter_errors(example)) == [], key
        if "default" in described:
            assert list(validator.evolve(schema=described).iter_errors(described["default"])) == []


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_template_and_sample_are_valid(validator, topology):
    assert list(validator.iter_errors(parse(new_profile_text(topology), "").plain)) == []
    assert list(validator.iter_errors(sample(topology))) == []


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [
        ("vcenter", "port", 70000),
        ("vcenter", "port", "https"),
        ("vcenter", "password", "x"),
        ("switch", "uplinks", 0),
        ("switch", "uplinks", [1]),
        ("switch", "mode", "new"),
        ("switch", "port_groups", [{"name": "P"}]),
        ("switch", "port_groups", [{"role": "primary", "name": "P"}]),
        ("switch", "port_groups", [{"role": "workload", "name": "P", "vlan": 4095}]),
        ("switch", "port_groups", [{"role": "workload", "name": "P", "vlann": 1}]),
        ("switch", "nics", "vmnic1"),
        ("switch", "nics", {"Uplink 1": 2}),
        ("switch", "host_nics", {"esx": "vmnic1"}),
        ("deployment", "configuration", "three"),
        ("appliance", "permit_root_login", "maybe"),
        ("network", "dns", [1]),
        ("network", "managment_address", "x"),
    ],
)
def test_a_wrong_value_is_refused(validator, section, name, value):
    data = sample()
    data[section][name] = value
    errors = list(validator.iter_errors(data))
    assert errors
    assert all(error.absolute_path[0] == section for error in errors)


def test_frontend_values_are_required_with_the_frontend_only(validator):
    data = sample("frontend")
    del data["network"]["frontend_address"]
    assert ["frontend_address" in e.message for e in validator.iter_errors(data)] == [True]
    data["deployment"]["configuration"] = "default"
    assert validator.is_valid(data)


def test_a_file_is_required_unless_the_library_is_used(validator):
    data = sample()
    data["ova"] = {"library": "L", "item": "I"}
    assert not validator.is_valid(data)
    data["ova"]["source"] = "library"
    assert validator.is_valid(data)


def test_the_file_is_json_of_the_standard():
    schema = json.loads((RESOURCES / FILE_NAME).read_text(encoding="utf-8"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
