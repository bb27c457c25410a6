"""A session that vCenter ends in the middle of an upload: the lease is gone with it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.background import deploying
from core.errors import StepFailed
from core.jobs import Cancelled, JobContext, Progress, Report
from core.plan.exchange import Exchange, make_exchange, ready_for, render_for_exchange
from core.plan.redeploy import apply_redeployment
from core.profile.model import Secrets
from core.vsphere import lease
from core.vsphere.lease import SessionLost
from core.vsphere.library import ContentLibrary
from core.vsphere.session import open_session
from tests.fakes.vcenter import (
    DATAPLANE_PASSWORD,
    IMPORT,
    LIBRARY_NAME,
    ROOT_PASSWORD,
    Peer,
    practice_peer,
    stock_peer,
)

pytestmark = pytest.mark.simulator

LEASE_S = 3


@pytest.fixture(autouse=True)
def setting(tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HAPROXY_SETUP_PRACTICE_VCENTER", str(tools.practice_vcenter))
    monkeypatch.setattr(lease, "_TICK_S", 0.05)


@pytest.fixture
def forgetful(tools) -> Iterator[Peer]:
    """A practice vCenter that gives an abandoned import up soon."""
    arguments = ("-lease-timeout", f"{LEASE_S}s")
    with practice_peer(tools.govc, *arguments, ova_bytes=8 << 20, with_library=False) as peer:
        yield peer


def end_sessions(peer: Peer) -> None:
    """By the test control, or as an administrator does it."""
    if peer.is_ours:
        peer.control("expire")
        return
    listed = peer.govc("session.ls").splitlines()
    own = [
        m[1] for line in listed if "pyvmomi" in line and (m := re.match(r"([0-9a-f-]{36}) ", line))
    ]
    assert own, listed
    for session in own:
        peer.govc("session.rm", session)


class Watcher:
    """Calls ``hook`` with the first bytes of each upload of a machine, up to ``times``."""

    def __init__(self, hook: Callable[[], None], times: int = 1) -> None:
        self.hook, self.times, self.reports = hook, times, list[Report]()
        self._sent = 0

    def __call__(self, report: Report) -> None:
        self.reports.append(report)
        if not isinstance(report, Progress) or report.step != "deploy":
            return
        is_begun = report.bytes_done > 0 and not 0 < self._sent <= report.bytes_done
        self._sent = report.bytes_done
        if is_begun and self.times:
            self.times -= 1
            self.hook()

    @property
    def said(self) -> str:
        return "\n".join(str(r.detail) for r in self.reports if isinstance(r, Progress))


def secrets_of(peer: Peer) -> Secrets:
    return Secrets(
        vcenter_password=peer.password,
        root_password=ROOT_PASSWORD,
        dataplane_password=DATAPLANE_PASSWORD,
    )


def deploy(peer: Peer, watcher: Watcher, ctx: JobContext | None = None) -> None:
    request = deploying.Request(peer.profile(), secrets_of(peer), licence_accepted=True)
    deploying.deploy(ctx or JobContext(watcher), request)


def test_the_upload_is_begun_again_once(forgetful: Peer) -> None:
    watcher = Watcher(lambda: end_sessions(forgetful))
    deploy(forgetful, watcher)
    assert "then the upload begins again" in watcher.said
    assert forgetful.find("m") == ["/Lab-DC/vm/haproxy/haproxy"]
    assert forgetful.machine()["runtime"]["powerState"] == "poweredOn"
    assert forgetful.machine()["config"]["version"]


def test_stock_vcsim_too(tools, tmp_path: Path) -> None:
    arguments = ("-vm", "0")
    with stock_peer(tools.vcsim, tools.govc, tmp_path, *arguments, ova_bytes=8 << 20) as stock:
        watcher = Watcher(lambda: end_sessions(stock))
        deploy(stock, watcher)
        assert "then the upload begins again" in watcher.said
        assert stock.find("m") == ["/DC0/vm/haproxy"]


def test_a_second_time_is_said_in_words_and_leaves_nothing(forgetful: Peer) -> None:
    watcher = Watcher(lambda: end_sessions(forgetful), times=2)
    with pytest.raises(StepFailed) as caught:
        deploy(forgetful, watcher)
    assert isinstance(caught.value.cause, SessionLost)
    said = str(caught.value)
    assert "The session with vCenter 127.0.0.1 ended in the middle of the upload." in said
    assert "HttpNfcLease" not in said
    assert "vim." not in said
    assert forgetful.find("m") == []


def test_a_cancel_is_heard_meanwhile(forgetful: Peer) -> None:
    watcher = Watcher(lambda: end_sessions(forgetful))

    def observe(report: Report) -> None:
        watcher(report)
        if "Waiting until vCenter gives up" in watcher.said:
            ctx.cancel()

    ctx = JobContext(observe)
    with pytest.raises(Cancelled):
        deploy(forgetful, watcher, ctx)
    gone = threading.Event()
    for _ in range(50 * LEASE_S):  # vCenter's own clock, there is nobody to tell us
        if not forgetful.find("m"):
            break
        gone.wait(0.05)
    assert forgetful.find("m") == []


def test_a_redeployment_does_the_same(forgetful: Peer) -> None:
    profile = forgetful.profile()
    assert forgetful.deploy(forgetful.write(profile)).returncode == 0
    watcher = Watcher(lambda: end_sessions(forgetful))
    ctx = JobContext(watcher)
    with (
        ready_for(Exchange.REDEPLOY, profile) as ready,
        open_session(profile.vcenter, forgetful.password) as session,
    ):
        redeployment = make_exchange(Exchange.REDEPLOY, session, ready, ctx)
        properties = render_for_exchange(ready, redeployment, secrets_of(forgetful))
        machines = apply_redeployment(session, ready, redeployment, properties, ctx)
    assert "then the upload begins again" in watcher.said
    assert machines.current is not None
    assert machines.current.is_on
    assert len(forgetful.find("m")) == 2


ITEM = f"/{LIBRARY_NAME}/imported"


def import_and_deploy(peer: Peer, observe: Callable[[Report], None]) -> None:
    request = deploying.Request(
        peer.profile(source=IMPORT), secrets_of(peer), licence_accepted=True
    )
    deploying.deploy(JobContext(observe), request)
    assert ITEM in peer.govc("library.ls", "/*/*").split()
    assert peer.find("m") == ["/Lab-DC/vm/haproxy/haproxy"]
    assert peer.machine()["runtime"]["powerState"] == "poweredOn"


@pytest.fixture(params=["/api", "/rest"])
def importing(tools, request: pytest.FixtureRequest) -> Iterator[Peer]:
    arguments = ("-no-api",) if request.param == "/rest" else ()
    with practice_peer(tools.govc, *arguments, ova_bytes=8 << 20) as peer:
        yield peer


@pytest.mark.parametrize("part", [0.0, 0.5, 1.0])
def test_an_import_into_a_library_goes_on(importing: Peer, part: float) -> None:
    """While a file is on its way, and before vCenter is told that it was the last one."""
    ended = threading.Event()

    def observe(report: Report) -> None:
        if not isinstance(report, Progress) or report.step != "import" or ended.is_set():
            return
        if report.bytes_done and report.bytes_done >= part * report.bytes_total:
            ended.set()
            importing.control("expire")

    import_and_deploy(importing, observe)
    assert ended.is_set()


@pytest.mark.parametrize("number", [1, 3], ids=["small", "large"])
def test_a_file_that_the_library_refuses_for_want_of_a_login_is_sent_again(
    importing: Peer, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The only call that cannot log in by itself; a large file's refusal breaks the connection."""
    add_file, asked = ContentLibrary._add_file, list[str]()

    def ended_after(self: ContentLibrary, *which: Any) -> str:
        endpoint = add_file(self, *which)
        asked.append(endpoint)
        if len(asked) == number:
            importing.control("expire")
        return endpoint

    monkeypatch.setattr(ContentLibrary, "_add_file", ended_after)
    import_and_deploy(importing, lambda _: None)
    assert len(asked) == 3, "no file is announced twice"


def test_a_file_that_is_refused_for_another_reason_is_not_sent_again(tools) -> None:
    fault = {"method": "LibraryUpload", "fault": "SystemError", "message": "full", "count": 1}
    with practice_peer(tools.govc, ova_bytes=8 << 20) as peer:
        peer.control("faults", fault)
        with pytest.raises(StepFailed):
            import_and_deploy(peer, lambda _: None)
        assert ITEM not in peer.govc("library.ls", "/*/*").split()
