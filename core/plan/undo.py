"""Taking a deployment back, as planned: each thing after another look, in reverse order."""

from __future__ import annotations

import logging
import time

from msgspec import Struct, field

from core.errors import AppError, InvalidInput, StepFailed
from core.jobs import Cancelled, JobContext, StepEvent, StepState
from core.plan.undo_plan import UndoPlan
from core.plan.undo_steps import UndoAction, UndoStep, UndoWork
from core.text import Text
from core.vsphere.faults import explained
from core.vsphere.session import Session

log = logging.getLogger(__name__)


class UndoOutcome(Struct):
    """What an undo did: titles of what is gone, and of what stays with the reason."""

    removed: list[Text] = field(default_factory=list)
    kept: list[tuple[Text, Text]] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """For ``--json``."""
        return {
            "removed": [str(title) for title in self.removed],
            "kept": [{"title": str(title), "reason": str(why)} for title, why in self.kept],
        }


def apply_undo(session: Session, plan: UndoPlan, ctx: JobContext) -> UndoOutcome:
    """Remove what the plan says, each after another look; safe to interrupt and repeat.

    Raises:
        StepFailed: something could not be removed; nothing after it was.
        Cancelled: the user asked to stop.
    """
    if plan.is_blocked:
        raise InvalidInput([f for f in plan.findings if f.is_error])
    work = UndoWork(session, ctx, plan.store)
    outcome = UndoOutcome()
    for step in plan.steps:
        reason = step.reason if step.action is UndoAction.KEEP else _run(step, work)
        if reason is not None:
            outcome.kept.append((step.title, reason))
        else:
            outcome.removed.append(step.title)
    if plan.gone:
        work.is_gone(*plan.gone)
    return outcome


def _run(step: UndoStep, work: UndoWork) -> Text | None:
    started = time.monotonic()

    def report(state: StepState, note: Text | None = None) -> None:
        work.ctx.report(StepEvent(step.key, state, time.monotonic() - started, note))

    report(StepState.RUNNING)
    try:
        work.ctx.check()
        with explained(step.title), work.session.patience.heeding(work.ctx):
            reason = step.run(work)
    except Cancelled:
        report(StepState.CANCELLED, Text("What is left is removed by the next undo."))
        raise
    except AppError as error:
        report(StepState.FAILED)
        log.info("undo of %s: %s", step.key, error.details)
        raise StepFailed(step.key, step.title, error) from error
    except Exception:  # a bug, which is said further up; but this is where it stopped
        report(StepState.FAILED)
        raise
    report(StepState.DONE if reason is None else StepState.SKIPPED, reason)
    log.info("undo of %s: %s", step.key, "done" if reason is None else "stays")
    return reason
