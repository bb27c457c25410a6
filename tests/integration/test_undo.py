"""Undo: the inventory afterwards is what it was before, and what others use stays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.profile.model import FILE, LIBRARY
from tests.fakes.inventory_snapshot import snapshot
from tests.fakes.vcenter import IMPORT, Peer

pytestmark = pytest.mark.simulator


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of this test's own: simulators share ids and instance uuid."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "haproxy-setup"


def undo(peer: Peer, path: Path, *flags: str) -> tuple[int, dict]:
    done = peer.run("undo", str(path), "--yes", "--json", *flags)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout)


def actions(report: dict) -> dict[str, str]:
    return {step["title"]: step["action"] for step in report["steps"]}


@pytest.mark.parametrize("source", [FILE, LIBRARY, IMPORT])
def test_undo_leaves_the_inventory_exactly_as_before(peer: Peer, source: str) -> None:
    path = peer.write(peer.profile("frontend", source))
    before = snapshot(peer)
    assert peer.deploy(path).returncode == 0
    assert snapshot(peer) != before
    status, report = undo(peer, path, "--power-off")
    assert status == 0, report.get("error")
    assert snapshot(peer) == before
    assert set(actions(report).values()) == {"remove"}
    status, report = undo(peer, path)
    assert (status, report["steps"]) == (0, [])
