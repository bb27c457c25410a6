"""The deployment on its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.jobs import StepState
from core.text import Joined, Text
from gui.operations.operation import (
    Answers,
    Ending,
    Operation,
    StepOnPage,
    reasons,
    titles,
    unchecked,
)
from gui.sizes import moment_text

if TYPE_CHECKING:
    from core.background.deploying import Request
    from core.controller import Controller, Job
    from core.plan.deployment import Outcome
    from core.profile.model import Profile
    from core.proof.standing import Standing


class Deployment(Operation):
    """Makes what the profile describes."""

    action = "deploy"
    busy = Text("A deployment is running.")
    question = Text("Deployment is running. Cancel it and close?")
    kept_at_stop = Text("What was made so far is kept, and used by the next run.")
    beginning = Text("Comparing with the vCenter…")
    again = Text("Deploy again")
    again_from_step = Text("Try again from this step")

    def start(self, controller: Controller, request: Request, answers: Answers) -> Job:
        """See ``Operation.start``."""
        return controller.deploy(
            request, answers.done, answers.failed, answers.cancelled, answers.progressed
        )

    def ended(self, profile: Profile, result: Outcome, steps: tuple[StepOnPage, ...]) -> Ending:
        """See ``Operation.ended``; what was not proven, now or earlier, is no full success."""
        name, missing = profile.vm.name, unchecked(steps)
        handoff = (Text("Save hand-off sheet…"), "handoff")
        if missing:
            return Ending(
                "warning",
                Text("{name} is deployed and powered on; it is not proven that it works.",
                     name=name),
                Joined(
                    [
                        Text("{count} check could not be made from here:",
                             "{count} checks could not be made from here:", count=len(missing)),
                        *reasons(missing),
                    ],
                    "\n",
                ),
                ((Text("Verify again"), "verify"), handoff),
            )  # fmt: skip
        standing: Standing = result.standing
        if not standing.proven:
            return Ending(
                "warning",
                Text("{name} is deployed and powered on; it is not proven that it works.",
                     name=name),
                Text("Verify makes every check of the proof, now or on any day."),
                ((Text("Verify"), "verify"), handoff),
            )  # fmt: skip
        text = Text("{name} is deployed, powered on and proven to work.", name=name)
        if standing.at:
            text = Text("{name} is deployed and powered on; it was proven to work on {at}.",
                        name=name, at=moment_text(standing.at))  # fmt: skip
        return Ending(
            "good",
            text,
            Text("Next: enable Workload Management with the values below."),
            (handoff, (Text("Verify again"), "verify")),
        )

    def what_stays(self, steps: tuple[StepOnPage, ...]) -> Text:
        """What the running step, and those before it, leave behind."""
        kept = [
            one for one in steps
            if one.state is StepState.DONE and one.step.action in ("create", "change")
        ]  # fmt: skip
        here = running_leaves(steps)
        if not kept:
            here = here or Text("Nothing was changed.")
            if any(one.step.action == "present" for one in steps):  # of an earlier run, perhaps
                here = Joined([here, Text("What was there before stays as it was.")], " ")
            return here
        text = Text("What was made is kept and used by the next run: {names}.", names=titles(kept))
        return text if here is None else Joined([here, text], " ")


def running_leaves(steps: tuple[StepOnPage, ...]) -> Text | None:
    """What the step that runs, or was stopped, leaves behind."""
    for one in steps:
        if one.state is StepState.CANCELLED:
            return one.reason or one.step.leaves
        if one.state is StepState.RUNNING:
            return one.step.leaves
    return None
