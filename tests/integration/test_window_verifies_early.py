"""The window's deployment verifies its OVA while the vCenter is asked; its step shows it all."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.background.agreement import agreed_steps
from core.background.deploying import Request, deploy
from core.background.exchanging import carry_out_exchange, plan_exchange
from core.errors import OvaError, StepFailed
from core.jobs import Cancelled, JobContext, Progress, Report, StepEvent, StepState
from core.ova.archive import Ova
from core.ova.verify import Verification, verify
from core.plan.exchange import Exchange, make_exchange
from core.plan.plan import make_plan
from core.profile.model import Secrets
from core.text import Text
from tests.fakes.vcenter import DATAPLANE_PASSWORD, ROOT_PASSWORD, Peer

pytestmark = pytest.mark.simulator


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


def request_of(peer: Peer) -> Request:
    profile = peer.profile()
    secrets = Secrets(
        vcenter_password=peer.password,
        root_password=ROOT_PASSWORD,
        dataplane_password=DATAPLANE_PASSWORD,
    )
    return Request(profile, secrets, True, str(peer.write(profile)))


@pytest.fixture
def reports() -> list[Report]:
    return []


def states(reports: list[Report], key: str) -> list[StepState]:
    return [one.state for one in reports if isinstance(one, StepEvent) and one.step == key]


def ending_at(reports: list[Report], step: str, do: Callable[[JobContext], None]) -> JobContext:
    """A job that notes what it is told, and does something when a step begins."""

    def note(report: Report) -> None:
        reports.append(report)
        if isinstance(report, StepEvent) and report.step == step:
            do(ctx)

    ctx = JobContext(note)
    return ctx


def verifying_before(patch: pytest.MonkeyPatch, where: str, plan: Callable[..., Any]) -> list[str]:
    """The threads that verify an OVA; what makes the plan (``where``) waits for the first one."""
    begun = threading.Event()
    by: list[str] = []

    def verify_noting(ova: Ova, ctx: JobContext, *more: str) -> Verification:
        by.append(threading.current_thread().name)
        begun.set()
        return verify(ova, ctx, *more)

    def plan_then(*arguments: Any, **more: Any) -> Any:
        assert begun.wait(30)
        return plan(*arguments, **more)

    patch.setattr("core.ova.early.verify", verify_noting)
    patch.setattr("core.plan.ova_steps.verify", verify_noting)
    patch.setattr(where, plan_then)
    return by


def test_it_has_begun_before_there_is_a_plan_and_is_not_made_twice(
    practice: Peer, reports: list[Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    by = verifying_before(monkeypatch, "core.plan.plan.make_plan", make_plan)
    ctx = ending_at(reports, "switch", JobContext.cancel)  # the next step
    with pytest.raises(Cancelled):
        deploy(ctx, request_of(practice))
    assert by == ["ova-verification"]
    assert states(reports, "ova") == [StepState.RUNNING, StepState.DONE]
    told = [one for one in reports if isinstance(one, Progress) and one.step == "ova"]
    assert told[-1].bytes_done == told[-1].bytes_total > 0


def test_it_can_be_cancelled_while_its_step_waits_for_it(
    practice: Peer, reports: list[Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()

    def verify_for_ever(_ova: Ova, ctx: JobContext, *_more: str) -> Verification:
        try:
            ctx.pause(60)
        finally:
            ended.set()
        raise AssertionError("nobody has stopped it")

    monkeypatch.setattr("core.ova.early.verify", verify_for_ever)
    ctx = ending_at(reports, "ova", JobContext.cancel)
    with pytest.raises(Cancelled):
        deploy(ctx, request_of(practice))
    assert ended.is_set()
    assert states(reports, "ova") == [StepState.RUNNING, StepState.CANCELLED]
    assert practice.govc("find", ".", "-type", "w").strip() == ""


def test_its_failure_is_that_of_its_step(
    practice: Peer, reports: list[Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_ova: Ova, _ctx: JobContext, *_more: str) -> Verification:
        raise OvaError(Text("One bit is another one."), Text("Copy it again."))

    monkeypatch.setattr("core.ova.early.verify", fail)
    with pytest.raises(StepFailed, match="One bit is another one") as failure:
        deploy(JobContext(reports.append), request_of(practice))
    assert failure.value.step == "ova"
    assert states(reports, "ova") == [StepState.RUNNING, StepState.FAILED]
    assert practice.govc("find", ".", "-type", "w").strip() == ""


def test_a_redeployment_does_so_too(
    practice: Peer, reports: list[Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    request = request_of(practice)
    assert practice.deploy(Path(request.path), "--no-wait").returncode == 0
    agreed = agreed_steps(plan_exchange(JobContext(), request, Exchange.REDEPLOY))
    by = verifying_before(monkeypatch, "core.plan.exchange.make_exchange", make_exchange)
    ctx = ending_at(reports, "deploy", JobContext.cancel)
    with pytest.raises(Cancelled):
        carry_out_exchange(ctx, request, Exchange.REDEPLOY, agreed=agreed)
    assert by == ["ova-verification"]
    assert states(reports, "ova") == [StepState.RUNNING, StepState.DONE]
