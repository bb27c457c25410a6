"""The JSON Schema of a profile, made from the field descriptions; editors complete on it.

``python -m core.profile.schema`` writes it to ``resources/profile.schema.json``.
"""

from __future__ import annotations

import json
from typing import Any

from core.fields import FieldSpec, Kind, When
from core.profile.model import FIELDS, SCHEMA_VERSION, SECTIONS
from core.profile.plain import ID_SPEC, PROPERTIES_SPEC, ROW_SPECS, plain_value
from core.profile.values import LISTS, NUMBERS, parse_value
from core.profile.yaml_tree import parse
from core.text import Text
from core.version import PRODUCT

Schema = dict[str, Any]

FILE_NAME = "profile.schema.json"
_NICS: Schema = {"type": "object", "additionalProperties": {"type": ["string", "null"]}}


def profile_schema() -> Schema:
    """The schema as plain data, in the current language."""
    version: Schema = {
        "description": str(Text("Version of this format.")),
        "const": SCHEMA_VERSION,
    }
    properties: Schema = {"schema": version, "id": _field(ID_SPEC)}
    for section in SECTIONS:
        properties[section.name] = {
            "title": str(section.title),
            "type": ["object", "null"],
            "properties": {spec.name: _field(spec) for spec in section.fields},
            "required": [s.name for s in section.fields if _is_needed(s) and not s.when],
            "additionalProperties": False,
        }
    properties["properties"] = _field(PROPERTIES_SPEC)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": str(Text("{product}: profile", product=PRODUCT)),
        "type": "object",
        "properties": properties,
        "required": ["schema", *(s.name for s in SECTIONS if properties[s.name]["required"])],
        "additionalProperties": False,
        "allOf": _conditions(),
    }


def schema_text() -> str:
    """The schema as the file holds it."""
    return json.dumps(profile_schema(), indent=2, ensure_ascii=False) + "\n"


def _is_needed(spec: FieldSpec) -> bool:
    return spec.required and not spec.default


def _field(spec: FieldSpec) -> Schema:
    described: Schema = {"title": str(spec.label), "description": _description(spec)}
    described.update(_form(spec))
    default = plain_value(spec, spec.default)
    if default not in ("", None, [], {}):
        described["default"] = default
    if spec.example:
        described["examples"] = [_example(spec)]
    return described


def _description(spec: FieldSpec) -> str:
    parts = [str(spec.help)]
    parts += [f"{choice.value}: {choice.help or choice.label}" for choice in spec.choices]
    return "\n".join(parts)


def _form(spec: FieldSpec) -> Schema:
    """The types a value may have in a file; empty (null) always means the default."""
    if spec.kind in NUMBERS:
        form: Schema = {"type": ["integer", "string", "null"], "pattern": "^[0-9]+$"}
        if spec.minimum is not None:
            form["minimum"] = spec.minimum
        if spec.maximum is not None:
            form["maximum"] = spec.maximum
        return form
    if spec.kind is Kind.CHOICE:
        return {"enum": [*(choice.value for choice in spec.choices), None]}
    if spec.kind in LISTS:
        return {"type": ["array", "string", "null"], "items": {"type": "string"}}
    if spec.kind is Kind.PORT_GROUPS:
        return {
            "type": ["array", "null"],
            "items": {
                "type": "object",
                "properties": {name: _field(row) for name, row in ROW_SPECS.items()},
                "required": ["role", "name"],
                "additionalProperties": False,
            },
        }
    return _FORMS.get(spec.kind, {"type": ["string", "null"]})


_FORMS: dict[Kind, Schema] = {
    Kind.FLAG: {"type": ["boolean", "null"]},
    Kind.NIC_MAP: {**_NICS, "type": ["object", "null"]},
    Kind.HOST_NICS: {"type": ["object", "null"], "additionalProperties": _NICS},
    Kind.PROPERTY_MAP: {
        "type": ["object", "null"],
        "additionalProperties": {"type": ["string", "integer", "null"]},
    },
}


def _example(spec: FieldSpec) -> Any:
    if spec.kind is Kind.PORT_GROUPS:
        return plain_value(spec, spec.default)
    if spec.kind in (Kind.NIC_MAP, Kind.HOST_NICS, Kind.PROPERTY_MAP):
        return parse(spec.example, spec.key).plain
    return plain_value(spec, parse_value(spec, spec.example))


def _conditions() -> list[Schema]:
    """What is required only with certain values of another field."""
    by_condition: dict[tuple[When, ...], list[FieldSpec]] = {}
    for spec in FIELDS.values():
        if spec.when and _is_needed(spec):
            by_condition.setdefault(spec.when, []).append(spec)
    return [
        {
            "if": {"allOf": [_applies(when) for when in condition]},
            "then": {"allOf": [_present(spec) for spec in specs]},
        }
        for condition, specs in by_condition.items()
    ]


def _applies(when: When) -> Schema:
    if when.otherwise is not None:
        return {"anyOf": [_is_one_of(when), _applies(when.otherwise)]}
    return _is_one_of(when)


def _is_one_of(when: When) -> Schema:
    other = FIELDS[when.key]
    values = list(when.values)
    if other.default in values:
        return _at(other, {"enum": [*values, None]}, required=False)
    return _at(other, {"enum": values}, required=True)


def _present(spec: FieldSpec) -> Schema:
    return _at(spec, True, required=True)


def _at(spec: FieldSpec, schema: Any, *, required: bool) -> Schema:
    """``schema`` for the value of one field, stated on the whole profile."""
    section: Schema = {"properties": {spec.name: schema}}
    whole: Schema = {"properties": {spec.section: section}}
    if required:
        section["required"] = [spec.name]
        whole["required"] = [spec.section]
    return whole


def main() -> None:
    """Write the schema into the resources of this checkout."""
    from pathlib import Path

    target = Path(__file__).parents[2] / "resources" / FILE_NAME
    target.write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
