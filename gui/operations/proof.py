"""The proof repeated, on the page Deploy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.findings import Severity
from core.jobs import StepState
from core.text import Joined, Text
from gui.operations.operation import Answers, Ending, Operation, StepOnPage, reasons, unchecked
from gui.sizes import moment_text

if TYPE_CHECKING:
    from core.background.deploying import Request
    from core.controller import Controller, Job
    from core.profile.model import Profile
    from core.proof.report import ProofReport


class Proof(Operation):
    """Makes every check; changes nothing."""

    action = "verify"
    busy = Text("The appliance is being verified.")
    question = Text("The appliance is being verified. Stop and close?")
    kept_at_stop = Text("Verifying changes nothing; it can be repeated on any day.")
    beginning = Text("Looking for the appliance…")
    again = Text("Verify again")
    again_from_step = Text("Verify again")
    tells_results = True

    def start(self, controller: Controller, request: Request, answers: Answers) -> Job:
        """See ``Operation.start``."""
        return controller.verify(
            request, answers.done, answers.failed, answers.cancelled, answers.progressed
        )

    def ended(self, profile: Profile, result: ProofReport, steps: tuple[StepOnPage, ...]) -> Ending:
        """See ``Operation.ended``; proven, wrong, or not seen from here."""
        warns = any(finding.severity is Severity.WARNING for finding in result.findings)
        kind = "problem" if result.failed else "warning"
        if result.proven and not warns:
            kind = "good"
        lines: list[Text] = list(reasons(unchecked(steps)))
        if result.since is not None:
            lines.append(_compared(result, moment_text(result.since.at)))
        else:
            lines.append(Text("There is no earlier proof on this computer to compare with."))
        buttons = ((self.again, self.action), (Text("Save hand-off sheet…"), "handoff"))
        return Ending(kind, result.summary, Joined(lines, "\n"), buttons)

    def what_stays(self, steps: tuple[StepOnPage, ...]) -> Text:
        """See ``Operation.what_stays``."""
        return Text("Nothing was changed.")

    def summary(self, steps: tuple[StepOnPage, ...]) -> Text:
        """See ``Operation.summary``."""
        right = sum(one.state is StepState.DONE for one in steps)
        wrong = sum(one.state is StepState.FAILED for one in steps)
        return Text("{right} proven, {wrong} failed, {missing} not checked.", right=right,
                    wrong=wrong, missing=len(steps) - right - wrong)  # fmt: skip


def _compared(report: ProofReport, at: str) -> Text:
    if report.changes:
        return Text("Something has changed since the proof of {at}; see below.", at=at)
    return Text("Nothing that was seen has changed since the proof of {at}.", at=at)
