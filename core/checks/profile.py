"""The offline check of a whole profile: each value, then what values say about each other.

Nothing here talks to a vCenter. Only the user's own CA files are read, and only if there are any.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.checks.addressing import read_addressing
from core.checks.authority import check_own_authority
from core.checks.characters import quoted
from core.checks.overlap import check_overlap
from core.checks.placement import check_placement, missing
from core.checks.segments import check_segments
from core.checks.subnets import check_subnets
from core.checks.switch import check_switch, nearest
from core.fields import FieldSpec, Kind
from core.findings import Finding, Fix, Severity, rule
from core.profile.model import (
    FIELDS,
    SECRET_FIELDS,
    Profile,
    Secrets,
    visible_fields,
)
from core.text import Text

NUMBER_FORM = rule(
    "number-form",
    Severity.ERROR,
    cause=Text("The value is not a whole number."),
    cure=Text("Enter a whole number."),
)
NUMBER_RANGE = rule(
    "number-range",
    Severity.ERROR,
    cause=Text("The number is outside what is possible."),
    cure=Text("Enter a number within the bounds."),
    source="guide",
)
CHOICE_UNKNOWN = rule(
    "choice-unknown",
    Severity.ERROR,
    cause=Text("The value is none of those that can be chosen."),
    cure=Text("Choose one of the values offered."),
)
FLAG_FORM = rule(
    "flag-form",
    Severity.ERROR,
    cause=Text("The value is neither true nor false."),
    cure=Text("Write true or false."),
)
PATH_QUOTED = rule(
    "path-quoted",
    Severity.ERROR,
    cause=Text("The path was copied with quotes around it; they are not part of it."),
    cure=Text("Remove the quotes."),
)
DNS_DEFAULT = rule(
    "dns-default",
    Severity.WARNING,
    cause=Text(
        "Without DNS servers the appliance asks 1.1.1.1 and 1.0.0.1 on the internet, which a "
        "closed network cannot reach."
    ),
    cure=Text("Enter the DNS servers of the management network, such as 10.8.8.8."),
    source="DOMAIN 1",
)

# The order of the form; what has no field of its own comes last.
_ORDER = {key: place for place, key in enumerate((*FIELDS, *SECRET_FIELDS))}


def check_profile(profile: Profile, secrets: Secrets | None = None) -> tuple[Finding, ...]:
    """Everything that can be known to be wrong without a vCenter, in the order of the form.

    Without ``secrets`` passwords and keys are not looked at, and missing ones are no finding.
    """
    findings = list(_check_values(profile))
    if secrets is not None:
        findings += _check_secrets(secrets)
    broken = {key for finding in findings if finding.is_error for key in finding.fields}
    addressing = read_addressing(profile, broken)
    if not profile.network.dns:
        findings.append(
            DNS_DEFAULT.found(
                "network.dns",
                what=Text("No DNS server is given: the appliance would ask 1.1.1.1 and 1.0.0.1."),
            )
        )
    findings += check_subnets(addressing)
    findings += check_overlap(addressing)
    if "switch.uplinks" not in broken and "switch.mode" not in broken:
        findings += check_switch(profile)
        findings += check_segments(profile, addressing)
    findings += check_placement(profile)
    findings += check_own_authority(profile, secrets)
    return tuple(sorted(_unique(findings), key=_place))


def check_value(spec: FieldSpec, value: Any) -> tuple[Finding, ...]:
    """Everything that is wrong with one value alone; what a field shows when it is left."""
    # A number has a default and is never empty: "" and " " in its place are mistakes.
    if _is_empty(value) and spec.kind not in (Kind.INTEGER, Kind.PORT):
        return (missing(spec.key),) if spec.required else ()
    form = tuple(_check_form(spec, value))
    if form or spec.check is None:
        return form
    return tuple(spec.check(spec.key, value))


def _check_values(profile: Profile) -> Iterator[Finding]:
    for spec in visible_fields(profile):
        yield from check_value(spec, profile.value(spec.key))


def _check_secrets(secrets: Secrets) -> Iterator[Finding]:
    for spec in SECRET_FIELDS.values():
        yield from check_value(spec, getattr(secrets, spec.name))


def _check_form(spec: FieldSpec, value: Any) -> Iterator[Finding]:
    if spec.kind in (Kind.INTEGER, Kind.PORT):
        yield from _check_number(spec, value)
    elif spec.kind is Kind.CHOICE:
        values = [choice.value for choice in spec.choices]
        if value not in values:
            yield CHOICE_UNKNOWN.found(
                spec.key,
                what=Text("{value} cannot be chosen.", value=quoted(str(value))),
                advice=nearest(str(value), values),
            )
    elif spec.kind is Kind.FLAG and not isinstance(value, bool):
        yield FLAG_FORM.found(
            spec.key, what=Text("{value} is neither true nor false.", value=quoted(str(value)))
        )
    elif spec.kind is Kind.FILE:
        path = str(value).strip()
        if len(path) > 2 and path[0] == path[-1] and path[0] in "\"'":
            yield PATH_QUOTED.found(
                spec.key,
                what=Text("The path {value} has quotes around it.", value=path),
                fix=Fix(spec.key, path[1:-1]),
            )


def _check_number(spec: FieldSpec, value: Any) -> Iterator[Finding]:
    if type(value) is not int:
        text = str(value).strip()
        right = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else None
        fits = right is not None and not tuple(_check_bounds(spec, right))
        yield NUMBER_FORM.found(
            spec.key,
            what=Text("{value} is not a whole number.", value=quoted(str(value))),
            fix=Fix(spec.key, right) if fits else None,
        )
    else:
        yield from _check_bounds(spec, value)


def _check_bounds(spec: FieldSpec, value: int) -> Iterator[Finding]:
    lowest, highest = spec.minimum, spec.maximum
    if (lowest is not None and value < lowest) or (highest is not None and value > highest):
        yield NUMBER_RANGE.found(
            spec.key,
            what=Text(
                "{value} is not from {lowest} to {highest}.",
                value=value,
                lowest=lowest,
                highest=highest,
            ),
        )


def _is_empty(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or value == ()


def _unique(findings: list[Finding]) -> list[Finding]:
    unique: list[Finding] = []
    for finding in findings:
        if finding not in unique:
            unique.append(finding)
    return unique


def _place(finding: Finding) -> int:
    return min((_ORDER.get(key, len(_ORDER)) for key in finding.fields[:1]), default=len(_ORDER))
