"""Redeploying, accepting and rolling back for the window, by the functions of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from msgspec import Struct

from core.background.agreement import Agreed, require_agreed
from core.background.deploying import PlanView, Request, require_licence, view_of
from core.jobs import JobContext, Report

if TYPE_CHECKING:
    from core.plan.exchange import Exchange


class MachineView(Struct, frozen=True):
    """A machine of the appliance's family, as it is now."""

    name: str
    is_on: bool


class Exchanged(Struct, frozen=True):
    """The machines after an exchange."""

    machines: tuple[MachineView, ...]


def plan_exchange(ctx: JobContext, request: Request, exchange: Exchange) -> PlanView:
    """What is left to do for it; changes nothing.

    Raises:
        AlreadyRunning: another run works on the same machine.
        CopiedProfile: the deployment is that of another profile, which this one was copied from.
        AppError: the profile has errors, the OVA or the vCenter cannot be read.
        Cancelled: the user asked to stop.
    """
    from core.journal.lock import only_run
    from core.journal.store import JournalStore
    from core.plan.exchange import make_exchange, ready_for
    from core.vsphere.session import open_session

    profile, password = request.profile, request.secrets.vcenter_password
    with (
        ready_for(exchange, profile) as ready,
        open_session(profile.vcenter, password, ctx) as session,
        only_run(profile, exchange.value),  # inside, as in undoing.plan_undo
    ):
        JournalStore(profile, session.about.instance_uuid, request.path).refuse_copy()
        return view_of(make_exchange(exchange, session, ready, ctx).plan)


def carry_out_exchange(
    ctx: JobContext, request: Request, exchange: Exchange, *, agreed: Agreed
) -> Exchanged:
    """Plan once more and do what was agreed to; the plan is reported before its first step.

    Raises:
        PlanChanged: something would be done that was not agreed to; nothing was changed.
        PlanBlocked: something stands in the way; nothing was changed.
        LicenceNotAccepted: a machine would be made; nothing was changed.
        StepFailed: a step failed; the same again goes on from there.
        AppError: nothing was changed.
        Cancelled: the user asked to stop; the same again goes on from there.
    """
    from core.background.watching import WatchingContext
    from core.journal.lock import only_run
    from core.ova.early import verified_early
    from core.plan.exchange import make_exchange, ready_for, render_for_exchange
    from core.plan.redeploy import apply_redeployment
    from core.vsphere.session import open_session

    profile, password = request.profile, request.secrets.vcenter_password
    with (
        ready_for(exchange, profile) as ready,
        only_run(profile, exchange.value),
        verified_early(ready.ova) as early,
        open_session(profile.vcenter, password, ctx) as session,
    ):
        redeployment = make_exchange(exchange, session, ready, ctx)
        plan = redeployment.plan
        view = view_of(plan)
        ctx.report(cast("Report", view))
        require_agreed(view, agreed)
        require_licence(plan, request)
        properties = render_for_exchange(ready, redeployment, request.secrets)
        names = (redeployment.profile.vm.name, *(step.object_name for step in plan.steps))
        watching = WatchingContext(ctx, session, profile, names)
        machines = apply_redeployment(
            session, ready, redeployment, properties, watching, path=request.path, early=early
        )
    return Exchanged(tuple(MachineView(one.name, one.is_on) for one in machines.all))
