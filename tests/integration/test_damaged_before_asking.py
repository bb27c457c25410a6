"""A damaged OVA is said before anybody is asked to agree to anything, if it is known by then."""

from __future__ import annotations

import importlib
import json
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.cli.main import main
from core.errors import OvaError
from core.jobs import JobContext
from core.logs import stop_log
from core.ova.archive import Ova, open_ova
from core.ova.early import EarlyVerification
from core.ova.verify import Verification, verify
from core.text import Text
from tests.fakes.ova import make_ova
from tests.fakes.vcenter import Peer

pytestmark = pytest.mark.simulator


@pytest.fixture(autouse=True)
def state(practice: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name, value in practice.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    importlib.import_module("core.cli.deploy")  # a test of the parser drops what it imports
    monkeypatch.setattr("core.cli.deploy.MOMENT_S", 60)  # as long as it takes here
    yield
    stop_log()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is asked; agreed to each time."""
    flags: list[str] = []
    monkeypatch.setattr("core.cli.deploy.confirm", lambda _question, flag: flags.append(flag))
    return flags


def damaged(peer: Peer) -> Path:
    """A profile whose OVA has one bit of its disk turned over: only the manifest can tell."""
    path = make_ova(peer.folder / "damaged.ova")
    with open_ova(path) as ova:
        disk = next(member for member in ova.members if member.name.endswith(".vmdk"))
    content = bytearray(path.read_bytes())
    content[disk.offset + disk.size // 2] ^= 1
    path.write_bytes(content)
    return peer.write(peer.profile(ova={"file": str(path)}))


@pytest.mark.parametrize("flags", [(), ("--yes",), ("--accept-eula",)])
def test_nobody_is_asked_anything(
    practice: Peer,
    asked: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    flags: tuple[str, ...],
) -> None:
    path = str(damaged(practice))
    with monkeypatch.context() as patch:
        patch.setattr(os, "cpu_count", lambda: 1)  # not before its step: what it says then
        assert main(["deploy", path, "--accept-eula", "--yes"]) == 1
        usual = capsys.readouterr()
        assert main(["deploy", path, "--accept-eula", "--yes", "--json"]) == 1
        usual_json = json.loads(capsys.readouterr().out)
    for name in ("ROOT_PASSWORD", "DATAPLANE_PASSWORD"):
        monkeypatch.delenv(f"HAPROXY_SETUP_{name}")
    assert main(["deploy", path, *flags]) == 1
    said = capsys.readouterr()
    assert asked == []
    assert said.err == usual.err
    assert "is damaged" in said.err
    assert endings(said.out) == endings(usual.out)
    assert said.out.endswith("Nothing had been changed.\n")
    assert main(["deploy", path, *flags, "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert asked == []
    for one in (report, usual_json):
        for step in one["steps"]:
            del step["seconds"]
    assert report == usual_json
    assert practice.govc("find", ".", "-type", "m").strip() == ""


def endings(text: str) -> list[str]:
    """The lines but for those of progress, without times."""
    lines = [line for line in text.splitlines() if not line.startswith("…")]
    return [re.sub(r"  \d+\.\d s$", "", line) for line in lines]


def test_it_goes_on_while_somebody_reads(
    practice: Peer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    read, ended = threading.Event(), threading.Event()
    asked: list[str] = []
    run = EarlyVerification._run

    def fail_late(_ova: Ova, _ctx: JobContext, *_more: str) -> Verification:
        read.wait(30)
        raise OvaError(Text("One bit is another one."), Text("Copy it again."))

    def run_to_the_end(early: EarlyVerification) -> None:
        run(early)
        ended.set()

    def agree(_question: Text, flag: str) -> None:
        asked.append(flag)
        read.set()
        ended.wait(30)

    monkeypatch.setattr("core.cli.deploy.MOMENT_S", 0)
    monkeypatch.setattr("core.ova.early.verify", fail_late)
    monkeypatch.setattr("core.ova.early.EarlyVerification._run", run_to_the_end)
    monkeypatch.setattr("core.cli.deploy.confirm", agree)
    assert main(["deploy", str(practice.write(practice.profile()))]) == 1
    assert asked == ["--accept-eula"]
    assert "One bit is another one." in capsys.readouterr().err


def test_a_good_one_is_asked_about_and_read_once(
    practice: Peer,
    asked: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    verified: list[str] = []

    def count(ova: Ova, ctx: JobContext, *more: str) -> Verification:
        verified.append(threading.current_thread().name)
        return verify(ova, ctx, *more)

    for module in ("core.ova.early.verify", "core.plan.ova_steps.verify"):
        monkeypatch.setattr(module, count)
    path = str(practice.write(practice.profile()))
    assert main(["deploy", path, "--no-wait"]) == 0
    assert asked == ["--accept-eula", "--yes"]
    assert verified == ["ova-verification"]


def test_nor_is_whoever_redeploys(
    practice: Peer, asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert practice.deploy(practice.write(practice.profile()), "--no-wait").returncode == 0
    path = damaged(practice)
    assert main(["redeploy", str(path)]) == 1
    assert asked == []
    assert "is damaged" in capsys.readouterr().err
    assert main(["redeploy", str(path), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["error"]["code"] == "step-failed"
    assert {step["state"] for step in report["steps"]} == {"failed", "waiting"}
    assert asked == []
    practice.run("redeploy", str(practice.write(practice.profile())), "--accept-eula", "--yes")
    assert main(["accept", str(path)]) == 0  # which reads no OVA
    assert asked == ["--yes"]


def test_where_the_machine_is_there_nobody_needs_the_ova(
    practice: Peer, asked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    practice.deploy(practice.write(practice.profile()), "--no-wait")
    assert main(["deploy", str(damaged(practice)), "--no-wait"]) == 0
    assert asked == []
