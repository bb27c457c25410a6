"""Taking a deployment back for the window, by the same functions as ``haproxy-setup undo``."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from core.background.agreement import Agreed, require_agreed
from core.background.deploying import PlanView, Request, StepView
from core.jobs import JobContext, Report

if TYPE_CHECKING:
    from core.plan.undo import UndoOutcome
    from core.plan.undo_plan import UndoPlan


def plan_undo(ctx: JobContext, request: Request, *, power_off: bool) -> PlanView:
    """What would be removed, and what stays for which reason; changes nothing.

    Args:
        ctx: hears a cancel.
        request: whose deployment.
        power_off: whether a running appliance may be turned off.

    Raises:
        AlreadyRunning: another run works on the same machine.
        AppError: the vCenter could not be read.
        Cancelled: the user asked to stop.
    """
    from core.journal.lock import only_run
    from core.plan.undo_plan import make_undo_plan
    from core.vsphere.session import open_session

    profile, password = request.profile, request.secrets.vcenter_password
    # The lock is taken after the login and given back before the logout: whoever cancels what
    # keeps a preview waiting can begin something else at once.
    with open_session(profile.vcenter, password, ctx) as session, only_run(profile, "undo"):
        plan = make_undo_plan(session, profile, ctx, power_off=power_off, path=request.path)
        return view_of_undo(plan)


def undo(ctx: JobContext, request: Request, *, agreed: Agreed, power_off: bool) -> UndoOutcome:
    """Look once more and remove what was agreed to; the plan is reported before its first step.

    Raises:
        PlanChanged: something would go that was not agreed to; nothing was removed.
        PlanBlocked: something stands in the way; nothing was removed.
        StepFailed: something could not be removed; nothing after it was.
        AppError: nothing was removed.
        Cancelled: the user asked to stop; what is left is removed by the next undo.
    """
    from core.background.watching import WatchingContext
    from core.journal.lock import only_run
    from core.plan.undo import apply_undo
    from core.plan.undo_plan import make_undo_plan
    from core.vsphere.session import open_session

    profile, password = request.profile, request.secrets.vcenter_password
    with only_run(profile, "undo"), open_session(profile.vcenter, password, ctx) as session:
        plan = make_undo_plan(session, profile, ctx, power_off=power_off, path=request.path)
        view = view_of_undo(plan)
        ctx.report(cast("Report", view))
        require_agreed(view, agreed)
        names = tuple(step.object_name for step in plan.steps)
        return apply_undo(session, plan, WatchingContext(ctx, session, profile, names))


def view_of_undo(plan: UndoPlan) -> PlanView:
    """A plan without its live objects; steps have the action ``remove`` or ``keep``."""
    return PlanView(
        tuple(
            StepView(step.key, step.title, step.object_name, step.action.value, reason=step.reason)
            for step in plan.steps
        ),
        plan.findings,
        (),
        True,
        plan.is_blocked,
        plan.has_changes,
        False,
        plan.store.remark,
    )
