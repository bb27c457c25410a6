"""Taking a deployment back, on the page Deploy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.jobs import StepState
from core.text import Joined, Text
from gui.operations.operation import Answers, Ending, Operation, StepOnPage, titles

if TYPE_CHECKING:
    from core.background.agreement import Agreed
    from core.background.deploying import Request
    from core.controller import Controller, Job
    from core.plan.undo import UndoOutcome
    from core.profile.model import Profile


class Undo(Operation):
    """Removes what was agreed to."""

    action = "undo"
    busy = Text("A deployment is being taken back.")
    question = Text("A deployment is being taken back. Stop and close?")
    kept_at_stop = Text("What is removed is gone; the next undo removes the rest.")
    beginning = Text("Looking once more at what there is…")
    again = Text("Undo the rest…")
    again_from_step = Text("Undo the rest…")

    def __init__(self, agreed: Agreed, *, power_off: bool) -> None:
        self._agreed, self._power_off = agreed, power_off

    def start(self, controller: Controller, request: Request, answers: Answers) -> Job:
        """See ``Operation.start``."""
        return controller.undo(
            request,
            answers.done,
            answers.failed,
            answers.cancelled,
            answers.progressed,
            agreed=self._agreed,
            power_off=self._power_off,
        )

    def ended(self, profile: Profile, result: UndoOutcome, steps: tuple[StepOnPage, ...]) -> Ending:
        """See ``Operation.ended``; says what is left and why."""
        name, count = profile.vm.name, len(result.removed)
        if not result.kept:
            return Ending(
                "good",
                Text("The deployment of {name} is taken back.", name=name),
                Text("{count} object was removed; nothing that this program made is left.",
                     "{count} objects were removed; nothing that this program made is left.",
                     count=count),
            )  # fmt: skip
        stays = [Text("{object} stays: {reason}.", object=title, reason=reason)
                 for title, reason in result.kept]  # fmt: skip
        return Ending(
            "warning",
            Text("{count} object was removed; something else stays.",
                 "{count} objects were removed; something else stays.", count=count),
            Joined([*stays, Text("Once nobody uses it any more, undo again removes it.")], "\n"),
            ((self.again, "undo"),),
        )  # fmt: skip

    def what_stays(self, steps: tuple[StepOnPage, ...]) -> Text:
        """See ``Operation.what_stays``."""
        gone = [one for one in steps if one.state is StepState.DONE]
        rest = Text("What is left is removed by the next undo.")
        if not gone:
            return Joined([Text("Nothing was removed."), rest], " ")
        return Joined([Text("Removed so far: {names}.", names=titles(gone)), rest], " ")

    def summary(self, steps: tuple[StepOnPage, ...]) -> Text:
        """See ``Operation.summary``."""
        gone = sum(one.state is StepState.DONE for one in steps)
        stay = sum(one.state is StepState.SKIPPED for one in steps)
        left = len(steps) - gone - stay
        if left:
            return Text("{gone} removed, {stay} stay, {left} not reached.",
                        gone=gone, stay=stay, left=left)  # fmt: skip
        if stay:
            return Text("{gone} removed, {stay} stay.", gone=gone, stay=stay)
        return Text("{count} object was removed.", "{count} objects were removed.", count=gone)
