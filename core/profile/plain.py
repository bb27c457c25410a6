"""A profile as plain data (dict, list, str, int, bool) and back: what a YAML file holds.

Reading never fails: what cannot be used becomes a finding and the field keeps its default.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import structs

from core.errors import InvalidInput
from core.fields import FieldSpec, Kind
from core.findings import Finding
from core.profile import privacy
from core.profile.model import (
    CREATE,
    FIELDS,
    MODES,
    ROLES,
    SECTIONS,
    WORKLOAD,
    PortGroup,
    Profile,
)
from core.profile.rules import SECRET_KEY, SECRET_VALUE, UNKNOWN_KEY, WRONG_TYPE
from core.profile.values import (
    LISTS,
    NUMBERS,
    clean_line,
    parse_value,
    quoted,
    tidy_list,
    wrong_type,
)
from core.text import Text

Plain = dict[str, Any]

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DEFAULT_ROW = PortGroup()
_ROW_KEYS = ("role", "name", "vlan", "mode")


def _own(key: str, label: Text, help_: Text, kind: Kind, **more: Any) -> FieldSpec:
    return FieldSpec(label, help_, kind, key=key, **more)


ID_SPEC = _own(
    "id",
    Text("Profile id"),
    Text("Names the profile in the keyring and on what it creates. A copy needs another one."),
    Kind.TEXT,
    example="4c0f9a1e6b2d4f7c",
)
PROPERTIES_SPEC = _own(
    "properties",
    Text("Further OVF properties"),
    Text("Values for properties of the OVA that have no field above, as “class.key: value”."),
    Kind.PROPERTY_MAP,
    default=(),
    example="appliance.extra: text",
)
ROW_SPECS = {
    "role": _own("role", Text("Role"), Text("What the port group is for."), Kind.CHOICE,
                 default=WORKLOAD, choices=ROLES),
    "name": _own("name", Text("Name"), Text("Name of the port group."), Kind.TEXT,
                 example="Workload Network"),
    "vlan": _own("vlan", Text("VLAN"), Text("VLAN ID, 0 for none."), Kind.INTEGER,
                 default=None, example="120", minimum=0, maximum=4094),
    "mode": _own("mode", Text("Create or use"), Text("Create it, or use an existing one."),
                 Kind.CHOICE, default=CREATE, choices=MODES),
}  # fmt: skip


def read_profile(data: Mapping[str, Any], folder: str = "") -> tuple[Profile, tuple[Finding, ...]]:
    """The profile in ``data`` and what is wrong with how it is written."""
    findings: list[Finding] = []
    sections: dict[str, Any] = {}
    for section in SECTIONS:
        raw = data.get(section.name)
        if raw is None:
            raw = {}
        if not isinstance(raw, Mapping):
            findings.append(_wrong_section(section.name, raw, section.fields[0]))
            raw = {}
        values = {}
        for spec in section.fields:
            values[spec.name] = _read_field(spec, raw.get(spec.name), findings)
        findings += _unknown(raw, [spec.name for spec in section.fields], section.name)
        sections[section.name] = section.cls(**values)
    known = ["schema", "id", "properties", *sections]
    findings += _unknown(data, known, "")
    identity = _read_field(ID_SPEC, data.get("id"), findings)
    if identity and not _ID.fullmatch(identity):
        findings.append(wrong_type(ID_SPEC, quoted(identity)))
        identity = ""
    properties = _read_field(PROPERTIES_SPEC, data.get("properties"), findings)
    return Profile(**sections, properties=properties, id=identity, folder=folder), tuple(findings)


def spec_of(key: str) -> FieldSpec:
    """The description of a profile key, ``id`` and ``properties`` included.

    Raises:
        KeyError: There is no such key.
    """
    return {"id": ID_SPEC, "properties": PROPERTIES_SPEC}.get(key) or FIELDS[key]


def with_value(profile: Profile, key: str, value: Any) -> Profile:
    """The profile with another value for one key."""
    spec = spec_of(key)
    if not spec.name:
        return structs.replace(profile, **{key: value})
    section = structs.replace(getattr(profile, spec.section), **{spec.name: value})
    return structs.replace(profile, **{spec.section: section})


def plain_value(spec: FieldSpec, value: Any, written: Any = None) -> Any:
    """``value`` as it stands in a file; ``written`` is what stands there now.

    Keys of port groups that we do not know survive from ``written``, matched by name.
    """
    if spec.kind is Kind.PORT_GROUPS:
        return _plain_rows(value, written)
    if spec.kind is Kind.HOST_NICS:
        return {host: dict(nics) for host, nics in value}
    if spec.kind is Kind.PROPERTY_MAP:
        kept = written if isinstance(written, Mapping) else {}
        secret = {k: v for k, v in kept.items() if privacy.is_secret_name(k)}
        return {**secret, **dict(value)}
    if spec.kind is Kind.NIC_MAP:
        return dict(value)
    return list(value) if spec.kind in LISTS else value


def refuse_secrets(spec: FieldSpec, value: Any) -> None:
    """Raise when a value must not be saved.

    Raises:
        InvalidInput: It holds a private key, or is a property for a password.
    """
    found: list[Finding] = []
    if spec.kind is Kind.PROPERTY_MAP:
        found += [_secret_key(f"{spec.key}.{key}") for key, _ in value if
                  privacy.is_secret_name(key)]  # fmt: skip
    if privacy.holds_private_key(value):
        found.append(_secret_value(spec.key))
    if found:
        raise InvalidInput(found)


def plain_profile(profile: Profile) -> Plain:
    """A whole profile as plain data, every field included."""
    from core.profile.model import SCHEMA_VERSION

    data: Plain = {"schema": SCHEMA_VERSION, "id": profile.id}
    for section in SECTIONS:
        data[section.name] = {
            spec.name: plain_value(spec, profile.value(spec.key)) for spec in section.fields
        }
    data["properties"] = dict(profile.properties)
    return data


def _read_field(spec: FieldSpec, raw: Any, findings: list[Finding]) -> Any:
    if raw is None:
        return spec.default
    if privacy.holds_private_key(raw):
        findings.append(_secret_value(spec.key))
        return spec.default
    try:
        if spec.kind is Kind.PORT_GROUPS:
            return _read_rows(spec, raw, findings)
        return _read_value(spec, raw, findings)
    except InvalidInput as error:
        findings += error.findings
        return spec.default


def _read_value(spec: FieldSpec, raw: Any, findings: list[Finding]) -> Any:
    kind = spec.kind
    if kind is Kind.NIC_MAP:
        return _read_map(spec, raw)
    if kind is Kind.HOST_NICS:
        return tuple((host, _read_map(spec, nics)) for host, nics in _items(spec, raw))
    if kind is Kind.PROPERTY_MAP:
        return _read_properties(spec, raw, findings)
    if kind in LISTS and isinstance(raw, list):
        return tidy_list(
            item for entry in raw if entry is not None for item in _read_scalar(spec, entry)
        )
    if kind is Kind.FLAG and not isinstance(raw, (bool, str)):
        raise InvalidInput([wrong_type(spec, described(raw))])
    return _read_scalar(spec, raw)


def _read_scalar(spec: FieldSpec, raw: Any) -> Any:
    if isinstance(raw, bool):
        if spec.kind is Kind.FLAG:
            return raw
        raise InvalidInput([wrong_type(spec, described(raw))])
    if isinstance(raw, (str, int)):
        if spec.kind in NUMBERS and isinstance(raw, int):
            return raw
        # A number where text is expected is the text that was typed: 2024, 10, 007.
        return parse_value(spec, str(raw))
    raise InvalidInput([wrong_type(spec, described(raw))])


def _items(spec: FieldSpec, raw: Any) -> Iterable[tuple[str, Any]]:
    if not isinstance(raw, Mapping):
        raise InvalidInput([wrong_type(spec, described(raw))])
    return [(clean_line(key), value) for key, value in raw.items()]


def _read_map(spec: FieldSpec, raw: Any) -> tuple[tuple[str, str], ...]:
    pairs = []
    for key, value in _items(spec, raw):
        if value is None:
            continue  # "Uplink 2:" with nothing: this uplink gets no NIC
        if not isinstance(value, str):
            raise InvalidInput([wrong_type(spec, described(value))])
        pairs.append((key, clean_line(value)))
    return tuple(pairs)


def _read_properties(
    spec: FieldSpec, raw: Any, findings: list[Finding]
) -> tuple[tuple[str, str], ...]:
    pairs = []
    for key, value in _items(spec, raw):
        if privacy.is_secret_name(key):
            findings.append(_secret_key(f"{spec.key}.{key}"))
        elif isinstance(value, (bool, list, dict)):
            found = Text("{found} for {key}", found=described(value), key=key)
            findings.append(wrong_type(spec, found))
        else:
            pairs.append((key, "" if value is None else str(value)))
    return tuple(pairs)


def _read_rows(spec: FieldSpec, raw: Any, findings: list[Finding]) -> tuple[PortGroup, ...]:
    if not isinstance(raw, list):
        raise InvalidInput([wrong_type(spec, described(raw))])
    rows = []
    for number, entry in enumerate(raw, start=1):
        row_spec = structs.replace(spec, key=f"{spec.key}[{number}]")
        if not isinstance(entry, Mapping):
            wrong = wrong_type(row_spec, described(entry))
            findings.append(structs.replace(wrong, fields=(spec.key,)))
            continue
        met: list[Finding] = []
        values = {
            name: _read_field(
                structs.replace(of_row, key=f"{row_spec.key}.{name}"), entry.get(name), met
            )
            for name, of_row in ROW_SPECS.items()
        }
        met += _unknown(entry, _ROW_KEYS, row_spec.key)
        # Editors know the table, not its cells; the text says which row. A fix names a cell.
        findings += [structs.replace(f, fields=(spec.key,), fix=None) for f in met]
        rows.append(PortGroup(**values))
    return tuple(rows)


def _plain_rows(groups: Iterable[PortGroup], written: Any) -> list[Plain]:
    """Rows for the file; each starts from the row it was, by name or else by place."""
    groups = list(groups)
    old = list(written) if isinstance(written, list) else []
    names = {group.name for group in groups}
    by_name = {row.get("name"): row for row in reversed(old) if isinstance(row, Mapping)}
    rows = []
    for index, group in enumerate(groups):
        before = by_name.pop(group.name, None)
        if before is None and index < len(old) and isinstance(old[index], Mapping):
            before = {} if old[index].get("name") in names else old[index]  # renamed
        row: Plain = dict(before or {})
        for name in _ROW_KEYS:
            value = getattr(group, name)
            is_left_out = name not in row and (row or name == "mode")
            if value is None or (is_left_out and value == getattr(_DEFAULT_ROW, name)):
                row.pop(name, None)
            elif not _means(row.get(name), value):
                row[name] = value
        rows.append(row)
    return rows


def _means(written: Any, value: str | int) -> bool:
    """Whether what stands in the file is this value, perhaps in quotes or with leading zeros."""
    if isinstance(written, (bool, type(None))):
        return False
    if isinstance(value, int) and isinstance(written, str):
        return written.strip().isdecimal() and int(written) == value
    return str(written) == str(value)


def _unknown(raw: Mapping[str, Any], known: Iterable[str], prefix: str) -> list[Finding]:
    known = list(known)
    findings = []
    for name in raw:
        if name in known:
            continue
        key = f"{prefix}.{name}" if prefix else name
        near = difflib.get_close_matches(name, known, n=1)
        if privacy.is_secret_name(name):
            findings.append(_secret_key(key))
            continue
        home = _home_of(name) if not near else ""
        if near:
            close = f"{prefix}.{near[0]}" if prefix else near[0]
            what = Text("{key} is not known. Is {near} meant?", key=key, near=close)
        elif home:
            what = Text("{key} is not known here. Is {near} meant?", key=key, near=home)
        else:
            what = Text("{key} is not known.", key=key)
        findings.append(UNKNOWN_KEY.found(key, what=what))
    return findings


def _home_of(name: str) -> str:
    """The key of that name in whichever section has it, for lines under the wrong heading."""
    return next((key for key, spec in FIELDS.items() if spec.name == name), "")


def _wrong_section(name: str, raw: Any, first: FieldSpec) -> Finding:
    what = Text(
        "{field} is {found}; expected is a group of lines such as “{name}: {example}”.",
        field=name, found=described(raw), name=first.name, example=first.example or "…",
    )  # fmt: skip
    return WRONG_TYPE.found(name, what=what)


def _secret_key(key: str) -> Finding:
    what = Text(
        "{key} looks like a secret. It is not used, and a profile is no place for it.", key=key
    )
    return SECRET_KEY.found(key, what=what)


def _secret_value(key: str) -> Finding:
    return SECRET_VALUE.found(key, what=Text("{key} holds a private key.", key=key))


def described(raw: Any) -> Text:
    """What was found where something else was expected, in words."""
    if isinstance(raw, bool):
        return Text("true") if raw else Text("false")
    if isinstance(raw, int):
        return Text("the number {number}", number=raw)
    if isinstance(raw, str):
        return quoted(raw) if raw else Text("empty")
    if raw is None:
        return Text("empty")
    return Text("a list") if isinstance(raw, list) else Text("a group of keys")
