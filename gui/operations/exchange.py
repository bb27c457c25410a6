"""Redeploying, accepting and rolling back, on the page Deploy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.plan.exchange import Exchange
from core.text import Joined, Text
from gui.operations.deployment import running_leaves
from gui.operations.operation import Answers, Ending, Operation, StepOnPage

if TYPE_CHECKING:
    from core.background.agreement import Agreed
    from core.background.deploying import Request
    from core.background.exchanging import Exchanged
    from core.controller import Controller, Job
    from core.profile.model import Profile


class _Swap(Operation):
    """What the three have in common."""

    exchange: Exchange
    kept_at_stop = Text("Both appliances stay as they are then; the same again goes on from there.")
    beginning = Text("Looking once more at what there is…")

    def __init__(self, agreed: Agreed) -> None:
        self._agreed = agreed

    def start(self, controller: Controller, request: Request, answers: Answers) -> Job:
        """See ``Operation.start``."""
        return controller.exchange(
            request,
            answers.done,
            answers.failed,
            answers.cancelled,
            answers.progressed,
            exchange=self.exchange,
            agreed=self._agreed,
        )

    def what_stays(self, steps: tuple[StepOnPage, ...]) -> Text:
        """See ``Operation.what_stays``."""
        on = Text("The same again goes on from there.")
        here = running_leaves(steps)
        return on if here is None else Joined([here, on], " ")


class Redeployment(_Swap):
    """A new appliance takes the old one's place."""

    action = "redeploy"
    exchange = Exchange.REDEPLOY
    busy = Text("A redeployment is running.")
    question = Text("A redeployment is running. Cancel it and close?")
    again = Text("Go on…")
    again_from_step = Text("Go on from this step…")

    def ended(self, profile: Profile, result: Exchanged, steps: tuple[StepOnPage, ...]) -> Ending:
        """See ``Operation.ended``; it is not over before somebody has accepted it."""
        return Ending(
            "note",
            Text("A new {name} is in place and powered on.", name=profile.vm.name),
            Joined([_machines(result), Text(
                "Verify the new one. Then accept it, which removes the old one, or roll back, "
                "which puts the old one back.")], "\n"),
            ((Text("Verify"), "verify"), (Text("Accept…"), "accept"),
             (Text("Roll back…"), "roll_back")),
        )  # fmt: skip


class Acceptance(_Swap):
    """The old appliance goes for good."""

    action = "accept"
    exchange = Exchange.ACCEPT
    busy = Text("The old appliance is being removed.")
    question = Text("The old appliance is being removed. Stop and close?")
    again = Text("Accept…")
    again_from_step = Text("Accept…")

    def ended(self, profile: Profile, result: Exchanged, steps: tuple[StepOnPage, ...]) -> Ending:
        """See ``Operation.ended``."""
        text = Text("The new {name} is accepted, the old one removed.", name=profile.vm.name)
        return Ending("good", text, _machines(result), ((Text("Verify"), "verify"),))


class RollBack(_Swap):
    """The old appliance comes back."""

    action = "roll_back"
    exchange = Exchange.ROLL_BACK
    busy = Text("The old appliance is being put back.")
    question = Text("The old appliance is being put back. Stop and close?")
    again = Text("Roll back…")
    again_from_step = Text("Roll back…")

    def ended(self, profile: Profile, result: Exchanged, steps: tuple[StepOnPage, ...]) -> Ending:
        """See ``Operation.ended``."""
        text = Text("The old {name} is back and powered on, the new one removed.",
                    name=profile.vm.name)  # fmt: skip
        return Ending("good", text, _machines(result), ((Text("Verify"), "verify"),))


def _machines(result: Exchanged) -> Text:
    return Joined(
        Text("{name}: {state}", name=one.name,
             state=Text("powered on") if one.is_on else Text("powered off"))
        for one in result.machines
    )  # fmt: skip


SWAPS = {Exchange.REDEPLOY: Redeployment, Exchange.ACCEPT: Acceptance, Exchange.ROLL_BACK: RollBack}
