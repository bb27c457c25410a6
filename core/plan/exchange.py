"""The three ways to exchange an appliance, as whoever asks for one names it.

What talks to a vCenter is imported by whoever gets that far: the window names an ``Exchange`` long
before.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.findings import Finding
    from core.jobs import JobContext
    from core.plan.preparation import Prepared
    from core.plan.redeploy import Redeployment
    from core.profile.model import Profile, Secrets
    from core.vsphere.session import Session


class Exchange(Enum):
    """A new appliance in, the old one out for good, or the old one back."""

    REDEPLOY = "redeploy"
    ACCEPT = "accept"
    ROLL_BACK = "roll-back"


def ready_for(
    exchange: Exchange, profile: Profile, findings: tuple[Finding, ...] = ()
) -> AbstractContextManager[Prepared]:
    """What can be known before the vCenter is asked; the OVA is opened where it is needed.

    Raises:
        AppError: as ``prepared`` raises it.
    """
    from core.plan.preparation import Prepared, prepared

    if exchange is Exchange.REDEPLOY:
        return prepared(profile, findings)
    return nullcontext(Prepared(profile, findings, None, None, {}))


def make_exchange(
    exchange: Exchange, session: Session, ready: Prepared, ctx: JobContext
) -> Redeployment:
    """What is left to do for it; changes nothing.

    Raises:
        AppError: the vCenter could not be read.
        Cancelled: the user asked to stop.
    """
    from core.plan.redeploy import make_acceptance, make_redeployment, make_roll_back

    makers = {
        Exchange.REDEPLOY: make_redeployment,
        Exchange.ACCEPT: make_acceptance,
        Exchange.ROLL_BACK: make_roll_back,
    }
    return makers[exchange](session, ready, ctx)


def render_for_exchange(
    ready: Prepared, redeployment: Redeployment, secrets: Secrets
) -> dict[str, str]:
    """The appliance's properties with the CA that is kept; with secrets where a machine is made.

    Raises:
        AppError: a secret would stop the first boot, or the CA cannot be read.
    """
    from core.plan.deployment import render_for_deployment

    if not redeployment.plan.deploys:
        return redeployment.with_authority(dict(ready.properties))
    return redeployment.with_authority(render_for_deployment(ready.profile, secrets))
