"""Applying a plan: one step after the other, each reported, stopping at the first that fails."""

from __future__ import annotations

import logging
import time

from msgspec import Struct, structs

from core.certificates import read_authority
from core.checks.profile import check_profile
from core.errors import AppError, InvalidInput, StepFailed
from core.findings import has_errors
from core.jobs import Cancelled, JobContext, Progress, StepEvent, StepState
from core.journal.recorder import Recorder
from core.ova.early import EarlyVerification
from core.plan.facts import Facts
from core.plan.plan import Plan
from core.plan.preparation import Prepared
from core.plan.readback import network_name
from core.plan.step import Action, Step
from core.plan.work import Work
from core.profile.model import SECRET_FIELDS, Profile, Secrets
from core.proof.standing import UNPROVEN, Standing
from core.proof.steps import passed_all
from core.properties import render_properties, secret_keys
from core.text import Text
from core.vsphere.faults import explained
from core.vsphere.machine import find_by_id
from core.vsphere.membership import nics_text
from core.vsphere.session import Session
from core.vsphere.switch import read_switch

log = logging.getLogger(__name__)


class Outcome(Struct, frozen=True):
    """What there is after a deployment, as read back from the vCenter; no secrets.

    ``standing`` says whether it works, as far as that was really shown.
    """

    changed: int
    switch: dict[str, object]
    machine: dict[str, object]
    standing: Standing = UNPROVEN

    def as_dict(self) -> dict[str, object]:
        """For ``--json``."""
        return {
            "changed": self.changed,
            "switch": self.switch,
            "machine": self.machine,
            "proof": self.standing.as_dict(),
        }


def render_for_deployment(profile: Profile, secrets: Secrets) -> dict[str, str]:
    """The appliance's properties with its secrets, checked once more now that these are known.

    Raises:
        InvalidInput: a secret would stop the first boot.
        AppError: the CA cannot be read or its parts do not fit.
    """
    found = check_profile(profile, secrets)
    if has_errors(found):
        raise InvalidInput([finding for finding in found if finding.is_error])
    authority = read_authority(profile, secrets)
    return render_properties(
        profile,
        secrets,
        ca_certificate=authority.certificate if authority else "",
        ca_key=authority.key if authority else "",
    )


def apply(
    session: Session,
    prepared: Prepared,
    plan: Plan,
    properties: dict[str, str],
    ctx: JobContext,
    *,
    path: str = "",
    early: EarlyVerification | None = None,
) -> Outcome:
    """Carry out a plan that is not blocked.

    Args:
        session: the login the plan was made with.
        prepared: the profile and its open OVA.
        plan: what to do.
        properties: from ``render_for_deployment`` where the plan deploys, else without secrets,
            but for ``password_for_proof``.
        ctx: told of each step, hears a cancel.
        path: the profile's file, for the journal.
        early: a verification of the OVA that goes on already.

    Raises:
        StepFailed: a step failed; nothing after it was done, what exists is kept.
        Cancelled: the user asked to stop; the steps say what stays.
    """
    if plan.facts is None or plan.is_blocked:
        raise InvalidInput([f for f in plan.all_findings if f.is_error])
    work = Work(session, prepared.profile, ctx, plan.facts, properties, prepared.ova)
    work.journal = Recorder(prepared.profile, session.about.instance_uuid, path)
    work.early = early
    changed = 0
    for step in plan.steps:
        if step.action is Action.PRESENT:
            ctx.report(StepEvent(step.key, StepState.SKIPPED))
            continue
        run_step(step, work)
        changed += step.action.changes
    standing = _standing(plan, changed)
    return _outcome(session, work.facts, changed, standing)


def _standing(plan: Plan, changed: int) -> Standing:
    """An earlier proof counts as long as nothing was changed since and it was not made anew."""
    if plan.proves:
        return Standing(passed_all(plan.steps))
    if plan.proven_at and not changed:
        return Standing(proven=True, at=plan.proven_at)
    return UNPROVEN


def password_for_proof(secrets: Secrets) -> dict[str, str]:
    """What a plan that proves, but makes no machine, is applied with besides its properties."""
    password = secrets.dataplane_password
    return {SECRET_FIELDS["secrets.dataplane_password"].ovf_key: password} if password else {}


def run_step(step: Step, work: Work) -> None:
    """Carry out one step: reported, written into the journal, its errors explained.

    Raises:
        StepFailed: it failed.
        Cancelled: the user asked to stop.
    """
    started = time.monotonic()

    def report(state: StepState, note: Text | None = None) -> None:
        seconds = time.monotonic() - started
        work.ctx.report(StepEvent(step.key, state, seconds, note or step.leaves))

    report(StepState.RUNNING)
    try:
        work.ctx.check()
        with explained(step.title), work.session.patience.heeding(work.ctx):
            _run_recorded(step, work)
    except Cancelled as stop:
        report(StepState.CANCELLED, stop.left)
        raise
    except AppError as error:
        report(StepState.FAILED)
        log.info("%s: %s", step.key, error.details)
        raise StepFailed(step.key, step.title, error) from error
    except Exception:  # a bug, which is said further up; but this is where it stopped
        report(StepState.FAILED)
        raise
    if step.skipped is not None:
        report(StepState.SKIPPED, step.skipped)
        log.info("%s: skipped: %s", step.key, step.skipped)
        return
    report(StepState.DONE)
    log.info("%s: done in %.1f s", step.key, time.monotonic() - started)


def _run_recorded(step: Step, work: Work) -> None:
    journal, before = work.journal, work.facts
    if journal is None:
        step.run(work)
        return
    journal.will_run(step, before)
    step.run(work)
    journal.has_run(before, work.facts, made=step.made)
    if journal.remark is not None:
        work.ctx.report(Progress(step.key, None, journal.remark))
        journal.remark = None


def _outcome(session: Session, facts: Facts, changed: int, standing: Standing) -> Outcome:
    """What vCenter now says, not what was asked for; of the very machine, whatever its name."""
    machine = find_by_id(session, facts.machine.moid) if facts.machine is not None else None
    if facts.switch is not None:
        facts = structs.replace(facts, switch=read_switch(session, facts.switch))
    hosts = {host.moid: host.name for host in facts.hosts}
    switch, hidden = facts.switch, secret_keys()
    return Outcome(
        changed,
        {
            "name": switch.name,
            "version": switch.version,
            "mtu": switch.mtu,
            "port_groups": {group.name: group.plain_vlan for group in switch.port_groups},
            "hosts": {
                hosts.get(member.host, member.host): nics_text(member.nics)
                for member in switch.members
            },
        }
        if switch
        else {},
        {
            "name": machine.name,
            "id": machine.moid,
            "powered_on": machine.is_on,
            "networks": [network_name(facts, nic) for nic in machine.nics],
            "properties": {
                key: value
                for key, value in sorted(machine.properties.items())
                if key not in hidden and value
            },
        }
        if machine
        else {},
        standing,
    )
