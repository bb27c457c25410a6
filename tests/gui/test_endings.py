"""What the page Deploy says when something has ended: no more than is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from core.background.deploying import PlanView, StepView
from core.controller import Controller
from core.errors import RemoteError, StepFailed
from core.findings import Finding
from core.jobs import StepEvent, StepState
from core.plan.deployment import Outcome
from core.proof import rules
from core.proof.check import Result
from core.proof.record import Record
from core.proof.report import ProofReport
from core.proof.standing import UNPROVEN, Standing
from core.text import Text
from gui.application import Application
from gui.dialogs.question import Question
from gui.operations.deployment import Deployment
from gui.operations.operation import Answers, Operation
from gui.operations.proof import Proof
from gui.operations.undo import Undo
from gui.pages.deploy_page import DeployPage
from gui.pages.phase import Phase
from gui.sizes import moment_text
from gui.window.main_window import MainWindow

NOTHING = Text("This step leaves nothing behind.")
CHECKS = ("proof-address", "proof-api")
BEFORE = Record("2026-01-02T03:04:05+00:00", True, "vm-1", "AA", "BB", "v2.1.0")


class Idle:
    """A job that goes on until it is told otherwise."""

    def cancel(self) -> None:
        pass


def begun(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, operation: Operation, *steps: StepView
) -> tuple[DeployPage, Answers]:
    """The page with an operation on it whose job the test plays."""
    kept: list[Answers] = []

    def start(_controller: object, _request: object, answers: Answers) -> Idle:
        kept.append(answers)
        return Idle()

    monkeypatch.setattr(operation, "start", start)
    window.go_to("deploy")
    window.deploy_page.begin(operation)
    (answers,) = kept
    answers.progressed(PlanView(steps, (), (), True, False, True, False))
    return window.deploy_page, answers


def step(key: str, action: str, reason: Text | None = None) -> StepView:
    return StepView(key, Text("{name}", name=key), "", action, None, reason, Text("It stays."))


def report(state: StepState, *findings: Finding, since: Record | None = BEFORE) -> ProofReport:
    said = Text("said of it")
    results = tuple(Result(key, Text("{k}", k=key), state, said, 0.1) for key in CHECKS)
    return ProofReport(results, findings, "192.0.2.1:5556", "", "v2.1.0", since)


def test_a_deployment_that_could_not_be_proven_is_no_full_success(
    sample: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = (step("deploy", "create"), step("proof-port", "check"), step("proof-api", "check"))
    page, answers = begun(sample, monkeypatch, Deployment(), *steps)
    answers.progressed(StepEvent("deploy", StepState.DONE, 2.0))
    for key in ("proof-port", "proof-api"):
        answers.progressed(StepEvent(key, StepState.SKIPPED, 0.0, Text("There is no way there.")))
    answers.done(None)
    assert page.phase is Phase.SUCCEEDED
    assert page.overall.text() == "1 of 3 steps are done, 2 could not be checked."
    assert page.banner.property("banner") == "warning"
    assert page.banner.advice.text().split("\n") == [
        "2 checks could not be made from here:", "There is no way there.",
    ]  # fmt: skip


def test_a_proven_deployment_is_a_full_success(
    sample: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = (step("switch", "present"), step("proof-api", "check"))
    page, answers = begun(sample, monkeypatch, Deployment(), *steps)
    assert page.steps.rows["switch"].state_label.text() == "already there"
    answers.progressed(StepEvent("proof-api", StepState.DONE, 2.0))
    answers.done(Outcome(1, {}, {}, Standing(proven=True)))
    assert page.overall.text() == "2 of 2 steps are done."
    assert page.banner.property("banner") == "good"
    assert page.banner.text.endswith("is deployed, powered on and proven to work.")


@pytest.mark.parametrize(
    ("standing", "kind", "said"),
    [
        (UNPROVEN, "warning", "is deployed and powered on; it is not proven that it works."),
        (
            Standing(proven=True, at=BEFORE.at),
            "good",
            f"is deployed and powered on; it was proven to work on {moment_text(BEFORE.at)}.",
        ),
    ],
)
def test_a_deployment_without_checks_says_only_what_is_known(
    sample: MainWindow,
    monkeypatch: pytest.MonkeyPatch,
    standing: Standing,
    kind: str,
    said: str,
) -> None:
    page, answers = begun(sample, monkeypatch, Deployment(), step("switch", "present"))
    answers.done(Outcome(0, {}, {}, standing))
    assert page.banner.property("banner") == kind
    assert page.banner.text.endswith(said)
    offered = [button.text() for button in page.banner.findChildren(QPushButton)]
    assert any(text.startswith("Verify") for text in offered)


@pytest.mark.parametrize(
    ("made", "kind", "said"),
    [
        (report(StepState.DONE), "good", "Nothing that was seen has changed since the proof of"),
        (report(StepState.DONE, since=None), "good", "no earlier proof on this computer"),
        (report(StepState.SKIPPED), "warning", "Nothing that was seen has changed"),
        (report(StepState.FAILED), "problem", "Nothing that was seen has changed"),
        (
            report(
                StepState.DONE,
                rules.CA_CHANGED.found("appliance.ca_certificate", what=Text("Another CA.")),
            ),
            "warning",
            "Something has changed since the proof of",
        ),
    ],
)
def test_a_proof_says_what_it_found_and_what_has_changed(
    sample: MainWindow,
    monkeypatch: pytest.MonkeyPatch,
    made: ProofReport,
    kind: str,
    said: str,
) -> None:
    page, answers = begun(sample, monkeypatch, Proof(), *(step(key, "check") for key in CHECKS))
    for result in made.results:
        answers.progressed(StepEvent(result.key, result.state, 0.1, result.said))
    answers.done(made)
    assert page.banner.property("banner") == kind
    assert said in page.banner.advice.text()
    assert "2026-01-02T" not in page.banner.advice.text(), "a moment as people write it"
    assert {row.note.text() for row in page.steps.rows.values()} == {"said of it"}
    assert not any(row.note.isHidden() for row in page.steps.rows.values())
    assert page.found.isVisible() is bool(made.findings)
    assert page.findings.findings == made.findings


def test_how_it_ended_is_in_sight_wherever_the_page_was_scrolled_to(
    sample: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = [step(f"step-{number}", "create") for number in range(40)]
    page, answers = begun(sample, monkeypatch, Deployment(), *steps)
    bar = page.scroll.verticalScrollBar()
    for _ in range(5):  # until the rows are laid out
        QApplication.processEvents()
    bar.setValue(bar.maximum())
    was_at = bar.value()
    answers.done(Outcome(0, {}, {}, UNPROVEN))
    QApplication.processEvents()
    assert was_at > 0
    assert bar.value() == 0
    assert not page.banner.visibleRegion().isEmpty()


def test_what_failed_or_was_stopped_half_way_can_be_taken_back(
    sample: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, answers = begun(sample, monkeypatch, Deployment(), step("switch", "create"))
    answers.progressed(StepEvent("switch", StepState.RUNNING))
    page.cancel()
    answers.progressed(StepEvent("switch", StepState.CANCELLED, 1.0, Text("Half of it is there.")))
    answers.cancelled()
    assert page.banner.advice.text() == "Half of it is there."
    asked: list[str] = []
    page.asked.connect(asked.append)
    button_of(page, "Undo…").click()
    assert asked == ["undo"]

    page, answers = begun(sample, monkeypatch, Deployment(), step("switch", "create"))
    cause = RemoteError(Text("The host is gone."), Text("Look for it."))
    answers.failed(StepFailed("switch", Text("Switch"), cause))
    assert page.phase is Phase.FAILED
    assert button_of(page, "Undo…") is not None


def button_of(page: DeployPage, caption: str) -> Any:
    places = [page.banner.buttons.itemAt(n) for n in range(page.banner.buttons.count())]
    buttons = [place.widget() for place in places if place.widget() is not None]
    return next(button for button in buttons if button.text() == caption)


def test_an_undo_says_what_stays_and_is_not_undone_itself(
    sample: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = (step("vm", "remove"), step("switch", "keep", Text("it is used by others")))
    undo = Undo(frozenset(), power_off=False)
    page, answers = begun(sample, monkeypatch, undo, *steps)
    assert page.steps.rows["switch"].state_label.text() == "stays"
    answers.progressed(StepEvent("vm", StepState.RUNNING))
    assert sample.foot.primary.toolTip() == "A deployment is being taken back."
    answers.progressed(StepEvent("vm", StepState.CANCELLED))
    answers.cancelled()
    assert page.banner.advice.text().startswith("Nothing was removed.")
    assert page.overall.text() == "0 removed, 1 stay, 1 not reached."
    with pytest.raises(StopIteration):
        button_of(page, "Undo…")


@pytest.mark.parametrize("action", ["present", "create"])
def test_cancelled_early_it_does_not_deny_what_an_earlier_run_has_made(
    sample: MainWindow, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    steps = (step("verify", "check"), step("switch", action))
    page, answers = begun(sample, monkeypatch, Deployment(), *steps)
    answers.progressed(StepEvent("verify", StepState.RUNNING))
    answers.progressed(StepEvent("verify", StepState.CANCELLED, note=NOTHING))
    answers.cancelled()
    said = "This step leaves nothing behind."
    earlier = " What was there before stays as it was."
    assert page.banner.advice.text() == said + (earlier if action == "present" else "")


def test_a_copy_is_not_shown_while_something_runs(
    sample: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is said at the end would be said of the copy, and its undo would find no journal."""
    _, answers = begun(sample, monkeypatch, Deployment(), step("deploy", "create"))
    assert not sample.actions_by_key["duplicate"].isEnabled()
    answers.cancelled()
    assert sample.actions_by_key["duplicate"].isEnabled()


def test_a_window_closes_when_it_ended_during_the_question(
    qtbot: QtBot, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = application.open_window()
    window.complete()
    window.flow.open_sample("default")
    window.model.revert()
    _, answers = begun(window, monkeypatch, Deployment(), step("deploy", "create"))

    def ask(*_: object) -> str:
        answers.cancelled()
        return "stop"

    monkeypatch.setattr(Question, "ask", ask)
    with qtbot.waitSignal(window.destroyed):
        window.close()


def test_a_window_that_was_kept_open_does_not_close_at_the_next_end(
    qtbot: QtBot, sample: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, answers = begun(sample, monkeypatch, Deployment(), step("deploy", "create"))
    sample.model.set_value("vm.name", "another")
    given = {"Unsaved changes": "cancel"}
    monkeypatch.setattr(Question, "ask", lambda *a: given.get(str(a[1]), "stop"))
    sample.close()
    answers.cancelled()
    assert sample.isVisible()
    sample.model.revert()
    _, answers = begun(sample, monkeypatch, Deployment(), step("deploy", "create"))
    answers.cancelled()
    qtbot.wait(50)
    assert sample.isVisible()


def test_a_preview_that_fails_late_does_not_end_what_was_begun(
    sample: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures: list[Callable[[Exception], None]] = []

    def plan(_controller: object, _request: object, _done: object, failed: Any, **_: Any) -> Idle:
        failures.append(failed)
        return Idle()

    monkeypatch.setattr(Controller, "plan", plan)
    page, answers = begun(sample, monkeypatch, Deployment(), step("deploy", "create"))
    failures[-1](RemoteError(Text("No plan."), Text("Try again.")))
    assert page.phase is Phase.RUNNING
    answers.cancelled()
    assert page.phase is Phase.CANCELLED
