"""Live checks that go beyond what the steps themselves need; see ``core.checks.live``."""

from __future__ import annotations

import http.client
import logging
import time
from collections.abc import Callable, Iterable
from functools import partial

from msgspec import Struct
from pyVmomi import vmodl

from core.checks.live.clocks import check_clocks
from core.checks.live.cluster import check_cluster, check_link_speed
from core.checks.live.conflicts import check_conflicts
from core.checks.live.mtu import check_mtu
from core.checks.live.names import check_names
from core.checks.live.package import check_descriptor, check_origin
from core.checks.live.probing import Prober, prober_for
from core.checks.live.side_by_side import Outcome, TookTooLong, ask_side_by_side
from core.checks.live.silence import check_silence
from core.checks.live.situation import Situation
from core.checks.live.supervisor import check_supervisor
from core.checks.live.upload_path import check_upload_path
from core.checks.live.vlans import check_networks
from core.errors import AppError
from core.findings import Finding, Severity, rule
from core.jobs import JobContext, Progress
from core.plan.facts import Facts
from core.plan.preparation import Prepared
from core.text import Text
from core.vsphere.faults import explain
from core.vsphere.session import Session

log = logging.getLogger(__name__)

NOT_CHECKED = rule(
    "not-checked",
    Severity.NOTE,
    cause=Text("Something that could only be wrong, not missing, could not be looked at."),
    cure=Text("Look at it yourself, or mend the cause and plan again."),
)

LIMIT_S = 45.0


class LiveCheck(Struct, frozen=True):
    """One thing to look at, named for progress and for the note when it cannot be looked at."""

    name: Text
    ask: Callable[[Situation], Iterable[Finding]]


CHECKS: tuple[LiveCheck, ...] = (
    LiveCheck(Text("OVF descriptor"), check_descriptor),
    LiveCheck(Text("origin of the OVA"), check_origin),
    LiveCheck(Text("cluster services"), check_cluster),
    LiveCheck(Text("link speed"), check_link_speed),
    LiveCheck(Text("MTU of the physical network"), check_mtu),
    LiveCheck(Text("names of switch and port groups"), check_names),
    LiveCheck(Text("networks and VLANs"), check_networks),
    LiveCheck(Text("addresses of other machines"), check_conflicts),
    LiveCheck(Text("addresses that answer"), check_silence),
    LiveCheck(Text("way to the hosts"), check_upload_path),
    LiveCheck(Text("clocks"), check_clocks),
    LiveCheck(Text("the Supervisor's compatibility"), check_supervisor),
)


def find_live_problems(
    session: Session,
    prepared: Prepared,
    facts: Facts,
    ctx: JobContext,
    *,
    choose_prober: Callable[[Session], Prober | None] = prober_for,
    checks: tuple[LiveCheck, ...] = CHECKS,
) -> tuple[Finding, ...]:
    """What the live vCenter and network say against the plan; reads only.

    Runs in the job's thread; the checks run beside each other in threads that have ended when it
    returns. Each waits for itself, and only one uses the REST session.

    Args:
        session: the login.
        prepared: the profile, without errors.
        facts: what was read for the plan.
        ctx: told of each check that is done, hears a cancel.
        choose_prober: who may knock at addresses, given the login; ``no_prober`` for nobody.
        checks: what to look at.

    Returns:
        All that was found, in the order of the checks; a check that failed is a note.

    Raises:
        Cancelled: the user asked to stop.
    """
    started = time.monotonic()
    _say(ctx, 0.0, Text("Checking cluster, networks and addresses"))
    situation = Situation(session, prepared, facts, ctx, choose_prober(session))
    questions = [partial(_answer, check, situation) for check in checks]
    found: dict[int, tuple[Finding, ...]] = {}
    for outcome in ask_side_by_side(questions, ctx, limit_s=LIMIT_S, workers=len(checks)):
        check = checks[outcome.number]
        found[outcome.number] = _findings(check, outcome)
        _say(ctx, len(found) / len(checks), Text("Checked: {what}", what=check.name))
    log.debug("%d live checks in %.2f s", len(checks), time.monotonic() - started)
    return tuple(finding for number in sorted(found) for finding in found[number])


def _answer(check: LiveCheck, situation: Situation) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(check.ask(situation)))


def _findings(check: LiveCheck, outcome: Outcome[tuple[Finding, ...]]) -> tuple[Finding, ...]:
    error = outcome.error
    if error is None:
        return outcome.answer or ()
    return (
        NOT_CHECKED.found(
            what=Text("{what} could not be checked: {reason}", what=check.name, reason=_why(error))
        ),
    )


def _why(error: BaseException) -> Text:
    """The reason in one sentence; what only a mistake of ours explains goes into the log."""
    if isinstance(error, AppError):
        return error.what
    if isinstance(error, TookTooLong):
        return Text("no answer in time.")
    if isinstance(error, vmodl.MethodFault | OSError | http.client.HTTPException):
        return explain(error, Text("Reading")).what
    log.warning("A live check failed", exc_info=error)
    return Text("an unexpected error, see the log.")


def _say(ctx: JobContext, fraction: float, what: Text) -> None:
    ctx.check()
    ctx.report(Progress("plan", fraction, what))
