"""How a step that ends in an unexpected way is reported."""

from __future__ import annotations

import contextlib
from types import SimpleNamespace
from typing import cast

import pytest

from core.errors import RemoteError, StepFailed
from core.jobs import JobContext, Report, StepEvent, StepState
from core.plan.deployment import run_step
from core.plan.step import Action, Step
from core.plan.work import Work
from core.text import Text
from core.vsphere.stub import UnreadableAnswer


class Failing(Step, kw_only=True):
    """Raises what it is given."""

    error: Exception

    def run(self, work: Work) -> None:
        raise self.error


def run(error: Exception) -> list[StepState]:
    reports: list[Report] = []
    patience = SimpleNamespace(heeding=lambda _: contextlib.nullcontext())
    work = SimpleNamespace(
        session=SimpleNamespace(patience=patience),
        ctx=JobContext(reports.append),
        journal=None,
        facts=None,
    )
    step = Failing(
        key="deploy", title=Text("Virtual machine lb"), object_name="lb", wanted=Action.CREATE,
        error=error,
    )  # fmt: skip
    with contextlib.suppress(KeyError):
        run_step(step, cast("Work", work))
    return [report.state for report in reports if isinstance(report, StepEvent)]


def test_a_bug_in_a_step_is_reported_as_its_failure_and_goes_on_upwards() -> None:
    assert run(KeyError("x")) == [StepState.RUNNING, StepState.FAILED]
    with pytest.raises(ZeroDivisionError):
        run(ZeroDivisionError())


def test_an_answer_that_cannot_be_read_is_said_with_the_objects_name() -> None:
    with pytest.raises(StepFailed) as caught:
        run(UnreadableAnswer("PowerOnVM_Task: KeyError: 'vim25 Strange'"))
    assert isinstance(caught.value.cause, RemoteError)
    assert str(caught.value.what) == (
        "Virtual machine lb: vCenter gave an answer that this program cannot read."
    )
    assert "Strange" in caught.value.details
