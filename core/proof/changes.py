"""What is not as planned, and what has changed since the last proof."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from core.certificates import certificate_data, certificate_pem, summary
from core.errors import AppError
from core.findings import Finding
from core.plan.facts import Facts
from core.plan.machine_problems import expected_machine
from core.plan.readback import find_deployed_differences, find_differences
from core.profile.model import Profile, Secrets
from core.proof import rules
from core.proof.case import Case
from core.proof.record import Record
from core.properties import one_line, render_properties
from core.text import Text
from core.vsphere.trust import fingerprint

SOON = timedelta(days=60)


def find_plan_differences(profile: Profile, facts: Facts) -> Iterator[Finding]:
    """NICs, networks, OVF properties and settings of the machine against the profile (F14, F15)."""
    machine = facts.machine
    if machine is None:
        return
    expected = expected_machine(profile, facts, _comparable(profile))
    deployed = find_deployed_differences(machine, expected, facts)
    every = find_differences(machine, facts.machine_policies, expected, facts)
    for difference in every:
        rule = rules.DIFFERS if difference in deployed else rules.SETTING_LOST
        what = Text("{name}: {difference}.", name=machine.name, difference=difference)
        yield rule.found("vm.name", what=what)


def find_changes(case: Case, before: Record | None) -> Iterator[Finding]:
    """What is not what it was at the last proof."""
    if before is None:
        return
    found = fingerprint(case.authority) if case.authority else ""
    if found and before.authority and found != before.authority:
        what = Text(
            "The CA is {found}; at the proof of {at} it was {before}.",
            found=found,
            at=before.at,
            before=before.authority,
        )
        yield rules.CA_CHANGED.found("appliance.ca_certificate", what=what)
    if before.machine and before.machine != case.moid:
        what = Text(
            "The machine is {found}; at the proof of {at} it was {before}.",
            found=case.moid,
            at=before.at,
            before=before.machine,
        )
        yield rules.MACHINE_CHANGED.found("vm.name", what=what)
    if case.version and before.version and case.version != before.version:
        what = Text(
            "The Data Plane API is {found}; at the proof of {at} it was {before}.",
            found=case.version,
            at=before.at,
            before=before.version,
        )
        yield rules.VERSION_CHANGED.found("load_balancing.port", what=what)


def find_expiry(case: Case, now: datetime | None = None) -> Iterator[Finding]:
    """Certificates that end soon; one that has ended fails the check of it."""
    now = now or datetime.now(UTC)
    for name, pem in (
        (Text("The appliance's certificate"), case.certificate),
        (Text("The appliance's CA"), case.authority),
    ):
        if pem and summary(pem).not_after - now < SOON:
            what = Text(
                "{name} is valid until {until:%Y-%m-%d} only.",
                name=name,
                until=summary(pem).not_after,
            )
            yield rules.EXPIRES.found("appliance.ca_certificate", what=what)


def _comparable(profile: Profile) -> dict[str, str]:
    """The properties a machine shows: without secrets, with the CA certificate if it is there."""
    properties = render_properties(profile, Secrets())
    with contextlib.suppress(AppError):
        certificate = certificate_data(profile)
        if certificate:
            properties["appliance.ca_cert"] = one_line(certificate_pem(certificate))
    return properties
