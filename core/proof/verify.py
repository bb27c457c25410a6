"""The whole proof of an appliance that is there, on any day: six checks, and what has changed."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec.structs import replace

from core.errors import FileError
from core.findings import Finding
from core.jobs import JobContext, StepEvent, StepState
from core.plan.facts import Facts, read_facts, with_this
from core.plan.whereabouts import differing_fields, path_of, said_of
from core.profile.model import Profile, Secrets
from core.proof import rules
from core.proof.appliance import find_appliance
from core.proof.case import Case
from core.proof.changes import find_changes, find_expiry, find_plan_differences
from core.proof.check import Check, Result, carry_out
from core.proof.checks import CHECKS
from core.proof.deployed import require_valid
from core.proof.limits import Limits
from core.proof.record import Record, read_record, write_record
from core.proof.report import ProofReport
from core.proof.surroundings import Surroundings, surroundings_for
from core.text import Joined, Text
from core.vsphere.machine import MachineState
from core.vsphere.session import Session
from core.vsphere.trust import fingerprint

log = logging.getLogger(__name__)

_WHY_MISSING = frozenset({"not-found", "ambiguous-name", "vcenter-is-esxi"})
"""Codes of the findings that say why there is no machine."""


def verify(
    session: Session,
    profile: Profile,
    secrets: Secrets,
    ctx: JobContext,
    limits: Limits | None = None,
    *,
    surroundings: Surroundings | None = None,
) -> ProofReport:
    """Prove that the profile's appliance works; changes nothing but the record of this proof.

    That is the machine which the profile made, under whatever name and in whatever folder it is by
    now, never a stranger that has the planned name (F16).
    Every check has its own result. Once one has failed the others are looked at once, without
    waiting for them.

    Args:
        session: a login to the profile's vCenter.
        profile: what was deployed.
        secrets: the Data Plane API's password; without it the login is not tried.
        ctx: told of each check by its key, hears a cancel.
        limits: how long to wait.
        surroundings: what can be reached from here; found out from what the vCenter is.

    Raises:
        InvalidInput: the profile has errors.
        AppError: the vCenter could not be read.
        Cancelled: the user asked to stop.
    """
    require_valid(profile)
    with session.patience.heeding(ctx):
        around = surroundings or surroundings_for(session)
        return _verify(session, profile, secrets, ctx, limits or Limits(), around)


def _verify(
    session: Session,
    profile: Profile,
    secrets: Secrets,
    ctx: JobContext,
    limits: Limits,
    surroundings: Surroundings,
) -> ProofReport:
    facts, missing = read_facts(session, profile, ctx)
    own = find_appliance(session, profile, facts) if facts is not None else None
    case = Case(
        session,
        profile,
        own.moid if own is not None else "",
        ctx,
        surroundings,
        limits,
        secrets.dataplane_password,
    )
    if facts is None or own is None:
        stranger = facts.machine if facts is not None else None
        if facts is not None and stranger is not None:
            finding = rules.STRANGER.found("vm.name", what=_not_it(session, facts, stranger))
        else:
            finding = _missing_machine(profile, missing)
        return ProofReport((), (finding,), case.endpoint)
    elsewhere = tuple(_find_elsewhere(session, profile, facts, own))
    if own is not facts.machine:
        facts = with_this(session, facts, own)
    before = read_record(profile.id)
    results = tuple(_carry_out_all(case))
    findings = (
        *elsewhere,
        *find_plan_differences(profile, facts),
        *find_changes(case, before),
        *find_expiry(case),
    )
    report = ProofReport(results, findings, case.endpoint, case.authority, case.version, before)
    keep_record(case, proven=report.proven)
    return report


def _find_elsewhere(
    session: Session, profile: Profile, facts: Facts, own: MachineState
) -> Iterator[Finding]:
    """A finding where the appliance is not the machine that has the planned name."""
    named = facts.machine
    if own is named:
        return
    what = said_of(session, facts, own)
    if named is not None:
        what = Joined((what, _not_it(session, facts, named)), " ")
    yield rules.ELSEWHERE.found(*differing_fields(profile, facts, own), what=what)


def _not_it(session: Session, facts: Facts, stranger: MachineState) -> Text:
    return Text(
        "The virtual machine {path} ({moid}) is not the appliance of this profile.",
        path=path_of(session, facts, stranger),
        moid=stranger.moid,
    )


def keep_record(case: Case, *, proven: bool) -> None:
    """Remember what was found, for the next time; not being able to is no reason to fail."""
    record = _authoritative(case, proven) if case.authority else _disproven(case, proven)
    if record is None:
        return
    try:
        write_record(case.profile.id, record)
    except FileError as error:
        log.info("The proof is not remembered: %s", error)


def _authoritative(case: Case, proven: bool) -> Record:
    return Record(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        proven=proven,
        machine=case.moid,
        authority=fingerprint(case.authority),
        certificate=fingerprint(case.certificate) if case.certificate else "",
        version=case.version,
        vcenter=case.session.about.instance_uuid,
    )


def _disproven(case: Case, proven: bool) -> Record | None:
    """Without a CA there is nothing worth comparing with, and the last record may be.

    That one stays, but of the same machine it says no longer that it is proven.
    """
    before = read_record(case.profile.id)
    if proven or before is None:
        return None
    is_same = before.is_about(case.session.about.instance_uuid, case.moid)
    return replace(before, proven=False) if is_same else None


def _carry_out_all(case: Case) -> Iterator[Result]:
    started = time.monotonic()
    failed = False
    for check in CHECKS:
        left: float | None = None
        if case.limits.total_s is not None:
            left = max(0.0, case.limits.total_s - (time.monotonic() - started))
        result = _carry_out(check, case, 0.0 if failed else left)
        failed = failed or result.state is StepState.FAILED
        yield result


def _carry_out(check: Check, case: Case, left_s: float | None) -> Result:
    case.ctx.report(StepEvent(check.key, StepState.RUNNING))
    result = carry_out(check, case, left_s=left_s)
    case.ctx.report(StepEvent(check.key, result.state, result.seconds, result.said))
    log.info("%s: %s after %.1f s", check.key, result.state.value, result.seconds)
    return result


def _missing_machine(profile: Profile, missing: tuple[Finding, ...]) -> Finding:
    for finding in missing:
        if finding.is_error and finding.code in _WHY_MISSING:
            return finding
    what = Text("Virtual machine {name} is not there.", name=profile.vm.name)
    return rules.MISSING.found("vm.name", "vm.folder", what=what)
