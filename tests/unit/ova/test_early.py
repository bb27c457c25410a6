"""A verification that goes on in the background: the same outcome, and always ended."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from core.errors import OvaError
from core.jobs import Cancelled, JobContext, Progress, Report
from core.ova import early as early_module
from core.ova.archive import Ova, open_ova
from core.ova.early import verified_early
from core.ova.verify import Verification, verify
from core.text import Text
from tests.fakes.ova import make_ova


@pytest.fixture(autouse=True)
def several_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


def test_the_outcome_is_that_of_a_verification(tmp_path: Path) -> None:
    reports: list[Report] = []
    with open_ova(make_ova(tmp_path / "x.ova")) as ova, verified_early(ova) as early:
        assert early is not None
        found = early.result(JobContext(reports.append), "verify")
        assert found == verify(ova, JobContext())
    told = [one for one in reports if isinstance(one, Progress)]
    assert {one.step for one in told} == {"verify"}
    assert told[-1].bytes_done == told[-1].bytes_total > 0


def test_damage_is_told_to_whoever_asks(tmp_path: Path) -> None:
    def flip(whole: bytes) -> bytes:
        at = whole.index(b"KDMV") + 5000
        return whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]

    path = make_ova(tmp_path / "x.ova", change=flip)
    with open_ova(path) as ova, verified_early(ova) as early:
        assert early is not None
        with pytest.raises(OvaError, match="damaged"):
            early.result(JobContext(), "verify")


def test_a_failure_is_raised_once_it_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()

    def fail(_ova: Ova, _ctx: JobContext) -> Verification:
        gate.wait(10)
        raise OvaError(Text("One bit is another one."), Text("Copy it again."))

    monkeypatch.setattr(early_module, "verify", fail)
    with open_ova(make_ova(tmp_path / "x.ova")) as ova, verified_early(ova) as early:
        assert early is not None
        early.raise_failure(0)
        gate.set()
        for _ in range(2):  # and stays known
            with pytest.raises(OvaError, match="One bit"):
                early.raise_failure(10)


def test_where_all_is_well_there_is_nothing_to_raise(tmp_path: Path) -> None:
    with open_ova(make_ova(tmp_path / "x.ova")) as ova, verified_early(ova) as early:
        assert early is not None
        early.raise_failure(10)


def test_a_file_that_changed_since_is_found(tmp_path: Path) -> None:
    path = make_ova(tmp_path / "x.ova")
    with open_ova(path) as ova, verified_early(ova) as early:
        assert early is not None
        early.result(JobContext(), "verify")
        with path.open("ab") as stream:
            stream.write(b"more")
        with pytest.raises(OvaError):
            early.result(JobContext(), "verify")


class _Endless:
    """Stands for ``verify`` and goes on until it is stopped."""

    def __init__(self) -> None:
        self.has_begun = threading.Event()
        self.has_ended = threading.Event()

    def __call__(self, _ova: Ova, ctx: JobContext) -> Verification:
        self.has_begun.set()
        try:
            while True:
                ctx.pause(60)
        finally:
            self.has_ended.set()


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> _Endless:
    stand_in = _Endless()
    monkeypatch.setattr(early_module, "verify", stand_in)
    return stand_in


def test_it_ends_with_the_block(tmp_path: Path, endless: _Endless) -> None:
    with open_ova(make_ova(tmp_path / "x.ova")) as ova:
        with verified_early(ova):
            assert endless.has_begun.wait(10)
        assert endless.has_ended.is_set()


def test_a_cancel_is_heard_while_it_is_waited_for(tmp_path: Path, endless: _Endless) -> None:
    ctx = JobContext()
    ctx.cancel()
    with open_ova(make_ova(tmp_path / "x.ova")) as ova, verified_early(ova) as early:
        assert early is not None
        with pytest.raises(Cancelled):
            early.result(ctx, "verify")
    assert endless.has_ended.is_set()


def test_without_a_file_or_a_second_core_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with verified_early(None) as early:
        assert early is None
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    with open_ova(make_ova(tmp_path / "x.ova")) as ova, verified_early(ova) as early:
        assert early is None
