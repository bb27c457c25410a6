"""The one owner of threads: how jobs end, and that none outlives the window."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.controller import NICENESS, JobRunner
from core.jobs import Cancelled, JobContext, Progress


class Ends:
    """How a job ended, and in which thread that was heard."""

    def __init__(self) -> None:
        self.met: list[tuple[str, Any]] = []
        self.threads: set[QThread] = set()

    def note(self, name: str) -> Any:
        def slot(*answer: Any) -> None:
            self.met.append((name, *answer))
            self.threads.add(QThread.currentThread())

        return slot

    @property
    def slots(self) -> dict[str, Any]:
        return {name: self.note(name) for name in ("succeeded", "failed", "cancelled")}


@pytest.fixture
def runner(qapp: QApplication) -> JobRunner:
    return JobRunner()


def wait_until(ctx: JobContext) -> None:
    while True:
        ctx.pause(10)


def test_exactly_one_end_is_told_and_in_the_windows_thread(qtbot: QtBot, runner: JobRunner) -> None:
    def fail(_ctx: JobContext) -> None:
        raise ValueError("no")

    def stop(_ctx: JobContext) -> None:
        raise Cancelled

    for work, expected in ((lambda _: 7, "succeeded"), (fail, "failed"), (stop, "cancelled")):
        ends = Ends()
        runner.start(work, **ends.slots)
        qtbot.waitUntil(lambda: not runner.is_busy)
        assert [name for name, *_ in ends.met] == [expected]
        assert ends.threads == {QApplication.instance().thread()}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the thread's priority is heard")
def test_a_job_and_what_it_starts_let_the_window_go_first(qtbot: QtBot, runner: JobRunner) -> None:
    def niceness(_ctx: object = None) -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def work(_ctx: JobContext) -> tuple[int, int]:
        met: list[int] = []
        other = threading.Thread(target=lambda: met.append(niceness()))
        other.start()
        other.join()
        return niceness(), met[0]

    before = niceness()
    ends = Ends()
    runner.start(work, **ends.slots)
    qtbot.waitUntil(lambda: not runner.is_busy)
    assert ends.met == [("succeeded", (NICENESS, NICENESS))]
    assert niceness() == before < NICENESS


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the thread's priority is heard")
def test_a_nicer_program_stays_so_and_a_refusal_does_not_matter(
    qtbot: QtBot, runner: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[int] = []

    def refuse(_which: int, _thread: int, niceness: int) -> None:
        refused.append(niceness)
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "setpriority", refuse)
    for before, asked in ((10, []), (NICENESS, []), (0, [NICENESS])):
        refused.clear()
        monkeypatch.setattr(os, "getpriority", lambda *_, before=before: before)
        ends = Ends()
        runner.start(lambda _: 7, **ends.slots)
        qtbot.waitUntil(lambda: not runner.is_busy)
        assert ends.met == [("succeeded", 7)]
        assert refused == asked


def test_a_cancelled_job_says_so(qtbot: QtBot, runner: JobRunner) -> None:
    ends = Ends()
    runner.start(wait_until, **ends.slots).cancel()
    qtbot.waitUntil(lambda: not runner.is_busy)
    assert ends.met == [("cancelled",)]


def test_a_newer_job_with_the_same_key_drops_the_older_answer(
    qtbot: QtBot, runner: JobRunner
) -> None:
    gate = threading.Event()

    def slow(_ctx: JobContext) -> str:
        gate.wait(5)
        return "old"

    ends = Ends()
    runner.start(slow, **ends.slots, key="inventory")
    runner.start(lambda _ctx: "new", **ends.slots, key="inventory")
    gate.set()
    qtbot.waitUntil(lambda: not runner.is_busy)
    assert ends.met == [("succeeded", "new")]


def test_progress_arrives_in_order_with_large_numbers(qtbot: QtBot, runner: JobRunner) -> None:
    def work(ctx: JobContext) -> None:
        for done in (1, 3_000_000_000, 5_000_000_000):
            ctx.report(Progress("upload", None, None, done, 5_000_000_000))

    seen: list[int] = []
    ends = Ends()
    runner.start(work, **ends.slots, progressed=lambda p: seen.append(p.bytes_done))
    qtbot.waitUntil(lambda: not runner.is_busy)
    assert seen == [1, 3_000_000_000, 5_000_000_000]


def test_shutdown_ends_what_runs(qtbot: QtBot, runner: JobRunner) -> None:
    ends = Ends()
    for _ in range(3):
        runner.start(wait_until, **ends.slots)
    assert runner.shutdown(5000)
    qtbot.waitUntil(lambda: not runner.is_busy)


def test_shutdown_waits_for_all_stuck_jobs_together(qtbot: QtBot, runner: JobRunner) -> None:
    """Not for each in turn: who closes the window waits once."""
    gate, ends = threading.Event(), Ends()
    for _ in range(4):
        runner.start(lambda _ctx: gate.wait(30), **ends.slots)
    asked = time.monotonic()
    assert not runner.shutdown(300)
    assert time.monotonic() - asked < 2 * 0.3
    gate.set()
    qtbot.waitUntil(lambda: not runner.is_busy)


def test_many_short_jobs_leave_nothing_behind(qtbot: QtBot, runner: JobRunner) -> None:
    ends = Ends()
    for number in range(100):
        runner.start(lambda _ctx, n=number: n, **ends.slots)
    qtbot.waitUntil(lambda: not runner.is_busy, timeout=20_000)
    assert sorted(value for _, value in ends.met) == list(range(100))


@pytest.mark.slow
def test_closing_one_of_several_windows_and_collecting_garbage_is_safe() -> None:
    """It ended the process once. A process of its own, with Python's account of a crash."""
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-m", "tests.gui.closing", "6"],
        env={**os.environ, "PYTHONPATH": str(root)},
        cwd=root, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
