"""Peers for the engine's tests: each test has a vCenter of its own, nothing is shared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.vcenter import Peer, practice_peer, stock_peer


@pytest.fixture
def practice(tools, monkeypatch: pytest.MonkeyPatch) -> Iterator[Peer]:
    """A fresh practice vCenter with test controls."""
    monkeypatch.setenv("HAPROXY_SETUP_PRACTICE_VCENTER", str(tools.practice_vcenter))
    with practice_peer(tools.govc) as peer:
        yield peer


@pytest.fixture
def stock(tools, tmp_path: Path) -> Iterator[Peer]:
    """A fresh stock vcsim."""
    with stock_peer(tools.vcsim, tools.govc, tmp_path) as peer:
        yield peer


@pytest.fixture(params=["practice", "stock"])
def peer(request: pytest.FixtureRequest) -> Peer:
    """Both, one after the other: what the stock program can show is shown on it too."""
    return request.getfixturevalue(request.param)
