"""Rules over where the appliance comes from and goes: OVA, library, port groups, properties."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from core.checks.addressing import label
from core.fields import Kind
from core.findings import Finding, Severity, rule
from core.profile.model import FIELDS, LIBRARY, SECRET_FIELDS, Profile
from core.text import Text

REQUIRED = rule(
    "required",
    Severity.ERROR,
    cause=Text("The deployment cannot do without this value."),
    cure=Text("Enter a value."),
    source="guide",
)
SAME_NETWORK = rule(
    "mapping-management-is-workload",
    Severity.ERROR,
    cause=Text("Management and workload have to be different networks on different subnets."),
    cure=Text("Choose another port group for one of them."),
    source="guide",
)
FRONTEND_SHARED = rule(
    "mapping-frontend-shared",
    Severity.WARNING,
    cause=Text("The frontend NIC is meant to keep clients apart from the other networks."),
    cure=Text("Choose a port group of its own for the frontend, or the default configuration."),
    source="DOMAIN 4",
)
OVA_SUFFIX = rule(
    "ova-suffix",
    Severity.WARNING,
    cause=Text("The appliance comes as one file that ends in .ova."),
    cure=Text("Choose the downloaded .ova file, not one that was unpacked from it."),
    source="F20",
)
FRONTEND_UNUSED = rule(
    "frontend-unused",
    Severity.NOTE,
    cause=Text("Frontend values count only with the frontend configuration; they are not sent."),
    cure=Text("Choose the frontend configuration if the appliance shall have a third NIC."),
    source="F14",
)
PROPERTY_SECRET = rule(
    "property-holds-secret",
    Severity.ERROR,
    cause=Text("A password or key stands among the profile's properties, in plain text."),
    cure=Text("Remove it there and enter it as a secret."),
)
PROPERTY_SHADOWED = rule(
    "property-shadowed",
    Severity.WARNING,
    cause=Text("A property of the profile has a field of its own; the field's value is used."),
    cure=Text("Remove the property and use the field."),
)


def check_placement(profile: Profile) -> Iterator[Finding]:
    """Findings about OVA source, network mapping and further properties."""
    yield from _check_source(profile)
    yield from _check_mapping(profile)
    yield from _check_unused(profile)
    yield from _check_properties(profile)


def missing(key: str) -> Finding:
    """The finding for a required field that is empty."""
    spec = FIELDS.get(key) or SECRET_FIELDS[key]
    several = spec.kind in (Kind.PORT_GROUPS, Kind.NIC_MAP, Kind.CIDR_LIST)
    advice = Text("Enter a value such as {example}.", example=spec.example)
    if spec.kind is Kind.NIC_MAP:  # its example is YAML, which nobody enters in the window
        advice = Text("Give a physical NIC for an uplink, such as {nic}.", nic="vmnic2")
    return REQUIRED.found(
        key,
        what=Text("{field} are missing.", field=spec.label)
        if several
        else Text("{field} is missing.", field=spec.label),
        advice=advice if spec.example else None,
    )


def _check_source(profile: Profile) -> Iterator[Finding]:
    ova = profile.ova
    if ova.source != LIBRARY and ova.file and not ova.file.strip().lower().endswith(".ova"):
        yield OVA_SUFFIX.found(
            "ova.file", what=Text("{file} is no OVA by its name.", file=ova.file)
        )
    if ova.uses_library:
        if not ova.library.strip():
            yield missing("ova.library")
        if not ova.item.strip():
            yield missing("ova.item")


def _check_mapping(profile: Profile) -> Iterator[Finding]:
    mapping = {name: group for name, group in profile.network_mapping() if group}
    for first, second in combinations(mapping, 2):
        if mapping[first] != mapping[second]:
            continue
        kind = FRONTEND_SHARED if second == "Frontend" else SAME_NETWORK
        keys = [f"deployment.{name.lower()}_network" for name in (second, first)]
        yield kind.found(
            *keys,
            what=Text(
                "{first} and {second} both use {name}.",
                first=label(keys[1]),
                second=label(keys[0]),
                name=mapping[first],
            ),
        )


def _check_unused(profile: Profile) -> Iterator[Finding]:
    if profile.is_frontend:
        return
    keys = [k for k in ("network.frontend_address", "network.frontend_gateway") if profile.value(k)]
    if keys:
        yield FRONTEND_UNUSED.found(
            *keys, what=Text("Frontend values are given, but the configuration has two NICs.")
        )


def _check_properties(profile: Profile) -> Iterator[Finding]:
    fields = {spec.ovf_key: spec for spec in FIELDS.values() if spec.ovf_key}
    secret = {spec.ovf_key: spec for spec in SECRET_FIELDS.values() if spec.ovf_key}
    for key, value in profile.properties:
        if key in secret and value:
            yield PROPERTY_SECRET.found(
                "properties", what=Text("The properties hold {key}, which is a secret.", key=key)
            )
        elif key in fields:
            yield PROPERTY_SHADOWED.found(
                "properties",
                fields[key].key,
                what=Text(
                    "The property {key} is the field {field}.", key=key, field=fields[key].label
                ),
            )
