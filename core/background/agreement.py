"""What a person agreed to is what is done: a plan is made anew, and must not want more by then."""

from __future__ import annotations

from core.background.deploying import PlanBlocked, PlanView
from core.errors import AppError
from core.text import Joined, Text

CHANGING = frozenset({"create", "change", "remove"})

Agreed = frozenset[tuple[str, str]]
"""The steps that were shown and would change something: key and action of each."""


class PlanChanged(AppError):
    """Something else would be done than what was agreed to; nothing was changed."""

    code = "plan-changed"


def agreed_steps(plan: PlanView) -> Agreed:
    """What somebody agrees to who has seen this plan."""
    return frozenset((step.key, step.action) for step in plan.steps if step.action in CHANGING)


def require_agreed(plan: PlanView, agreed: Agreed) -> None:
    """Refuse a plan that wants more than was agreed to; less is fine, somebody else did it.

    Raises:
        PlanBlocked: something stands in the way.
        PlanChanged: there is a step that nobody has seen.
    """
    if plan.is_blocked:
        raise PlanBlocked(plan.findings)
    unseen = agreed_steps(plan) - agreed
    names = Joined(step.title for step in plan.steps if (step.key, step.action) in unseen)
    if unseen:
        raise PlanChanged(
            Text("The vCenter has changed since the plan was shown. New in it: {names}.",
                 names=names),
            Text("Nothing was changed. Look at the plan again."),
        )  # fmt: skip
