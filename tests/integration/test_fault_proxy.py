"""Every request of a deployment spoiled once, in every way: a clear error or success, never a hang.

Each next run without faults ends well, with nothing twice. In CI a sample; everything with
HAPROXY_SETUP_ALL_FAULTS=1.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import AppError
from core.jobs import JobContext
from core.plan.deployment import apply, render_for_deployment
from core.plan.plan import make_plan
from core.plan.preparation import prepared
from core.profile.model import FILE, LIBRARY, Profile, Secrets
from core.vsphere.inventory import read_inventory
from core.vsphere.session import open_session
from tests.fakes.fault_proxy import FaultProxy, Spoil, fault_proxy
from tests.fakes.vcenter import DATAPLANE_PASSWORD, IMPORT, ROOT_PASSWORD, Peer, practice_peer

pytestmark = [pytest.mark.simulator, pytest.mark.slow]

EVERYTHING = bool(os.environ.get("HAPROXY_SETUP_ALL_FAULTS"))
SAMPLE = 3
LIMIT_S = 15.0

DECISIVE = {
    "CreateDVS_Task", "AddDVPortgroup_Task", "ReconfigureDvs_Task", "ImportVApp", "action=deploy",
    "HttpNfcLeaseComplete", "ReconfigVM_Task", "PowerOnVM_Task",
}  # fmt: skip
"""Requests that change something: of these one is always in the sample."""


@pytest.fixture(autouse=True)
def setting(tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HAPROXY_SETUP_PRACTICE_VCENTER", str(tools.practice_vcenter))
    # they have time limits of their own, and what they cannot ask becomes a note
    monkeypatch.setattr("core.plan.plan.find_live_problems", lambda *_, **__: ())


@pytest.fixture
def govc(tools) -> Path:
    return tools.govc


def deploy(profile: Profile, password: str) -> None:
    with prepared(profile) as ready, open_session(profile.vcenter, password) as session:
        plan = make_plan(session, ready, JobContext())
        assert not plan.is_blocked, [str(f.what) for f in plan.all_findings if f.is_error]
        secrets = Secrets(password, ROOT_PASSWORD, DATAPLANE_PASSWORD)
        apply(session, ready, plan, render_for_deployment(profile, secrets), JobContext())


def attempt(profile: Profile, password: str) -> AppError | None:
    """The error a run ends with, None for success; anything but an ``AppError`` is a bug."""
    started = time.monotonic()
    try:
        deploy(profile, password)
    except AppError as error:
        found: AppError | None = error
    else:
        found = None
    assert time.monotonic() - started < LIMIT_S
    assert found is None or (found.what and found.advice), "says what happened and what to do"
    return found


def is_complete(peer: Peer) -> None:
    """One switch with its port groups, one machine, running; nothing twice."""
    assert [p.rpartition("/")[2] for p in peer.find("m")] == ["haproxy"]
    assert [p.rpartition("/")[2] for p in peer.find("w")] == ["workload-vds"]
    groups = [p.rpartition("/")[2] for p in peer.find("g")]
    assert sorted(g for g in groups if "DVUplinks" not in g) == [
        "Primary Workload Network", "Workload Network",
    ]  # fmt: skip
    assert peer.machine()["runtime"]["powerState"] == "poweredOn"
    items = peer.govc("library.ls", "/Templates/*").split()
    assert len(items) == len(set(items))


def fresh(govc: Path) -> Iterator[FaultProxy]:
    with practice_peer(govc, "-lease-timeout", "2s") as peer, fault_proxy(peer) as proxy:
        yield proxy


def requests_of(govc: Path, source: str) -> list[str]:
    """What an undisturbed run asks, in order."""
    for proxy in fresh(govc):
        profile = proxy.through(proxy.peer).profile(source=source)
        proxy.reset()
        deploy(profile, proxy.peer.password)
        is_complete(proxy.peer)
        return proxy.requests
    raise AssertionError


def positions(requests: list[str], kind: Spoil, source: str) -> list[int]:
    """Which requests are spoiled: all, or a sample that is the same every time."""
    if EVERYTHING:
        return list(range(1, len(requests) + 1))
    chance = random.Random(f"{kind.name} {source}")
    changing = [n for n, what in enumerate(requests, 1) if any(word in what for word in DECISIVE)]
    return sorted(
        {chance.choice(changing), *chance.sample(range(1, len(requests) + 1), SAMPLE - 1)}
    )


@pytest.mark.parametrize("kind", Spoil, ids=lambda kind: kind.name.lower())
@pytest.mark.parametrize("source", [FILE, LIBRARY, *([IMPORT] if EVERYTHING else [])])
@pytest.mark.timeout(3600 if EVERYTHING else 120)
def test_any_request_may_be_spoiled(govc: Path, source: str, kind: Spoil) -> None:
    requests = requests_of(govc, source)
    for number in positions(requests, kind, source):
        for proxy in fresh(govc):
            peer = proxy.peer
            profile = proxy.through(peer).profile(source=source)
            proxy.reset(kind, number)
            error = attempt(profile, peer.password)
            if kind is Spoil.DELAY:
                assert error is None, "slow is not wrong"
            proxy.reset()
            again = attempt(profile, peer.password)
            assert again is None, f"{kind.name} of {number} {requests[number - 1]}: {again}"
            is_complete(peer)


@pytest.mark.parametrize("kind", [Spoil.DROP_BEFORE, Spoil.CUT, Spoil.FAULT])
def test_live_checks_that_cannot_ask_are_notes(
    govc: Path, kind: Spoil, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.plan import preflight

    monkeypatch.setattr("core.plan.plan.find_live_problems", preflight.find_live_problems)
    for proxy in fresh(govc):
        profile = proxy.through(proxy.peer).profile()
        proxy.reset()
        with prepared(profile) as ready, open_session(profile.vcenter, proxy.peer.password) as s:
            make_plan(s, ready, JobContext())
            first = next(i for i, what in enumerate(proxy.requests, 1) if "FindAllByIp" in what)
            proxy.reset(kind, first)
            plan = make_plan(s, ready, JobContext())
            assert not plan.is_blocked


@pytest.mark.parametrize("how", ["said", "unsaid"])
def test_a_vcenter_that_serves_files_on_connections_of_their_own(govc: Path, how: str) -> None:
    """What is in front of it may have another server for them."""
    for proxy in fresh(govc):
        proxy.files_apart = how
        with open_session(proxy.through(proxy.peer).profile().vcenter, proxy.peer.password) as one:
            assert one.about.is_vcenter
            assert read_inventory(one).datacenters
