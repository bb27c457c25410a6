"""A command that ends before its end: what is there by then, in words and with ``--json``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest

from core.cli.main import main
from core.jobs import Cancelled
from core.logs import stop_log
from tests.fakes.vcenter import Peer

pytestmark = pytest.mark.simulator

BUG = "Something unexpected went wrong (ZeroDivisionError)."


@pytest.fixture(autouse=True)
def state(practice: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name, value in practice.environment.items():
        monkeypatch.setenv(name, value)
    yield
    stop_log()


def broken(monkeypatch: pytest.MonkeyPatch, where: str, key: str, error: BaseException) -> None:
    """Let the step of that key end with the error, before it has done anything."""
    whole = resolve_name(where)

    def run(step: Any, *others: Any, **more: Any) -> Any:
        if step.key.startswith(key):
            raise error
        return whole(step, *others, **more)

    monkeypatch.setattr(where, run)


def ended(capsys: pytest.CaptureFixture[str], status: int, *arguments: str) -> dict[str, Any]:
    """The JSON of a command that ends with that status: one document on standard output."""
    capsys.readouterr()
    assert main([*arguments, "--json"]) == status
    return dict(json.loads(capsys.readouterr().out))


def states(report: dict[str, Any], name: str = "steps") -> dict[str, str]:
    return {step["key"]: step["state"] for step in report[name]}


def stopped_as(error: BaseException) -> set[str]:
    """How the step that ended so may be shown: a bug is a failure like any other."""
    return {"failed"} if isinstance(error, ZeroDivisionError) else {"cancelled", "running"}


ENDS = [
    pytest.param(Cancelled(), 130, "stopped", "Stopped.", id="stopped"),
    pytest.param(KeyboardInterrupt(), 130, "stopped", "Stopped.", id="interrupted"),
    pytest.param(
        ZeroDivisionError(), 1, "internal", BUG, id="bug", marks=pytest.mark.expects_log
    ),
]  # fmt: skip


@pytest.mark.parametrize(("error", "status", "code", "what"), ENDS)
def test_a_deployment_says_as_json_what_it_has_made(
    practice: Peer, monkeypatch, capsys, error, status: int, code: str, what: str
) -> None:
    path = str(practice.write(practice.profile()))
    broken(monkeypatch, "core.plan.deployment._run_recorded", "deploy", error)
    report = ended(capsys, status, "deploy", path, "--accept-eula", "--yes")
    assert (report["error"]["code"], report["error"]["what"]) == (code, what)
    assert report["error"]["advice"]
    assert "switch" in report["kept"]
    assert report["in_progress"] == ["deploy"]
    known = states(report)
    assert known["switch"] == "done"
    assert known["deploy"] in stopped_as(error)
    assert known["power-on"] == "waiting"


@pytest.mark.expects_log
def test_a_bug_in_a_deployment_says_what_was_kept(practice: Peer, monkeypatch, capsys) -> None:
    path = str(practice.write(practice.profile()))
    broken(monkeypatch, "core.plan.deployment._run_recorded", "deploy", ZeroDivisionError())
    assert main(["deploy", path, "--accept-eula", "--yes"]) == 1
    said = capsys.readouterr()
    kept = said.out.partition("Kept, and used by the next run:\n")[2]
    assert kept.startswith("  Distributed switch workload-vds\n")
    unclear = kept.partition("Was in progress, and may be there or not:\n")[2]
    assert unclear.startswith("  Virtual machine haproxy\n")
    assert BUG in said.err


@pytest.mark.parametrize(("error", "status", "code", "what"), ENDS)
def test_so_do_redeploy_undo_and_verify(
    practice: Peer, monkeypatch, capsys, error, status: int, code: str, what: str
) -> None:
    path = str(practice.write(practice.profile()))
    assert practice.deploy(Path(path)).returncode == 0

    with monkeypatch.context() as patch:
        broken(patch, "core.plan.deployment._run_recorded", "deploy", error)
        report = ended(capsys, status, "redeploy", path, "--accept-eula", "--yes")
    assert (report["error"]["code"], report["error"]["what"]) == (code, what)
    assert states(report)["deploy"] in stopped_as(error)

    with monkeypatch.context() as patch:
        broken(patch, "core.proof.verify.carry_out", "proof-ca", error)
        report = ended(capsys, status, "verify", path)
    assert report["error"]["code"] == code
    assert states(report, "checks")["proof-ca"] == "running"
    assert states(report, "checks")["proof-api"] == "waiting"

    with monkeypatch.context() as patch:
        broken(patch, "core.plan.undo_steps.RemoveMachine.run", "", error)
        report = ended(capsys, status, "undo", path, "--yes", "--power-off")
    assert report["error"]["code"] == code
    assert "waiting" in states(report).values()
    assert stopped_as(error) & set(states(report).values())
