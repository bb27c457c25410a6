"""The proof repeated for the window, by the same functions as ``haproxy-setup verify``."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from core.background.deploying import PlanView, Request, StepView
from core.jobs import JobContext, Report

if TYPE_CHECKING:
    from core.proof.report import ProofReport


def verify(ctx: JobContext, request: Request) -> ProofReport:
    """Make every check of the proof; they are reported before the first one begins.

    Without the Data Plane API's password its login is not tried, and the report says so.

    Raises:
        AppError: the profile has errors, or the vCenter cannot be read.
        Cancelled: the user asked to stop.
    """
    from core.proof import verify as proof
    from core.proof.checks import CHECKS
    from core.vsphere.session import open_session

    checks = tuple(StepView(check.key, check.title, "", "check") for check in CHECKS)
    view = PlanView(checks, (), (), True, is_blocked=False, has_changes=False, deploys=False)
    ctx.report(cast("Report", view))
    profile, secrets = request.profile, request.secrets
    with open_session(profile.vcenter, secrets.vcenter_password, ctx) as session:
        return proof.verify(session, profile, secrets, ctx)
