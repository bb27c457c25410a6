"""The proof against a real HAProxy with the real Data Plane API, behind a simulated vCenter.

The planned management address is mapped to loopback by the route given to the proof; names and
certificates are checked against the planned address, as they would be in the real world.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from core.jobs import Cancelled, JobContext, Progress, Report, StepEvent, StepState
from core.profile.model import Profile, Secrets
from core.proof.limits import Limits
from core.proof.report import ProofReport
from core.proof.surroundings import Surroundings, surroundings_for
from core.proof.verify import verify
from core.vsphere.session import open_session
from tests.fakes.dataplane import (
    HOST_NAME,
    PASSWORD,
    DataPlane,
    Pki,
    fake_peer,
    free_port,
    http_answer,
    make_pki,
    running_api,
    running_haproxy,
)
from tests.fakes.vcenter import Peer, practice_peer

pytestmark = pytest.mark.simulator

ADDRESS, WORKLOAD = "192.168.110.20", "192.168.120.20"
PKI = make_pki((HOST_NAME, "localhost", WORKLOAD, ADDRESS))
OTHER_CA = make_pki((HOST_NAME, "localhost", WORKLOAD, ADDRESS), number=1)
OTHER_NAME = make_pki(("elsewhere.local", "192.168.110.99"))
LIMITS = Limits(boot_s=0, network_s=0, answer_s=5, poll_s=0.01)
KEYS = [
    "proof-addresses", "proof-host-name", "proof-ca", "proof-port", "proof-tls", "proof-api",
]  # fmt: skip


@pytest.fixture(scope="module")
def lab(tools) -> Iterator[Peer]:
    """A practice vCenter with a deployed appliance whose guest can be told what to report."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAPROXY_SETUP_PRACTICE_VCENTER", str(tools.practice_vcenter))
        with practice_peer(tools.govc) as peer:
            deployed = peer.deploy(peer.write(peer.profile()))
            assert deployed.returncode == 0, deployed.stderr
            yield peer


@pytest.fixture(scope="module")
def haproxy(tools) -> Iterator[Path]:
    with running_haproxy(tools.haproxy) as folder:
        yield folder


@pytest.fixture(scope="module")
def api(tools, haproxy: Path) -> Iterator[DataPlane]:
    """The real API with the right certificate."""
    with running_api(tools.dataplaneapi, tools.haproxy, haproxy, PKI) as running:
        yield running


@pytest.fixture
def booted(lab: Peer) -> Peer:
    """The guest reports that all went well."""
    report(lab, address=ADDRESS, host_name=HOST_NAME, published=PKI.published)
    return lab


def report(peer: Peer, *, address: str, host_name: str, published: str) -> None:
    """Have the guest report this; what the simulator can set of it."""
    peer.govc(
        "vm.change", "-vm", "haproxy",
        "-e", f"SET.guest.ipAddress={address}",
        "-e", f"SET.guest.hostName={host_name}",
        "-e", "SET.guest.toolsRunningStatus=guestToolsRunning",
        "-e", f"guestinfo.dataplaneapi.cacert={published}",
    )  # fmt: skip


def prove(
    peer: Peer,
    route: Any,
    *,
    password: str = PASSWORD,
    limits: Limits = LIMITS,
    profile: Profile | None = None,
    on_report: Any = None,
    ctx: JobContext | None = None,
) -> ProofReport:
    profile = profile or peer.profile()
    ctx = ctx or JobContext(on_report or (lambda _: None))
    around = Surroundings(route=route, has_guest=True, read=read_all_nics)
    with open_session(profile.vcenter, peer.password) as session:
        secrets = Secrets(dataplane_password=password)
        return verify(session, profile, secrets, ctx, limits, surroundings=around)


def read_all_nics(session: Any, moid: str) -> Any:
    """The simulator can report an address for the first NIC only; add the second one's."""
    from core.proof.guest import read_guest

    guest = read_guest(session, moid)
    extra = (WORKLOAD,) if ADDRESS in guest.addresses else ()
    return structs.replace(guest, addresses=(*guest.addresses, *extra))


def states(report: ProofReport) -> list[StepState]:
    assert [result.key for result in report.results] == KEYS
    return [result.state for result in report.results]


DONE, FAILED, SKIPPED = StepState.DONE, StepState.FAILED, StepState.SKIPPED


def test_a_right_appliance_is_proven(booted: Peer, api: DataPlane) -> None:
    found = prove(booted, api.route)
    assert states(found) == [DONE] * 6, found.as_dict()
    assert found.proven
    assert found.findings == ()
    assert found.version == "v1.2.5"
    assert found.authority.split() == PKI.authority.split()
    assert PASSWORD not in json.dumps(found.as_dict())


@pytest.mark.parametrize(
    ("password", "code"), [("wrong one", "proof-login"), ("-" + PASSWORD, "proof-login")]
)
def test_a_wrong_password_is_f3_or_f8(
    booted: Peer, api: DataPlane, password: str, code: str
) -> None:
    found = prove(booted, api.route, password=password)
    assert states(found) == [DONE] * 5 + [FAILED]
    finding = found.results[-1].finding
    assert finding is not None
    assert finding.code == code
    assert "401" in str(finding.what)
    assert password not in json.dumps(found.as_dict())


@pytest.mark.parametrize(
    ("pki", "code", "says"),
    [
        (OTHER_CA, "proof-other-ca", "F16"),
        (OTHER_NAME, "proof-other-ca", "F17"),
        (None, "proof-no-tls", "does not speak TLS"),
    ],
)
def test_another_certificate_is_told_apart(
    booted: Peer, tools, haproxy: Path, pki: Pki | None, code: str, says: str
) -> None:
    with running_api(tools.dataplaneapi, tools.haproxy, haproxy, pki) as api:
        found = prove(booted, api.route)
    assert states(found) == [DONE] * 4 + [FAILED, SKIPPED]
    finding = found.results[4].finding
    assert finding is not None
    rule_text = f"{finding.what} {finding.advice} {cause_of(code)}"
    assert (finding.code, says in rule_text) == (code, True)


def cause_of(code: str) -> str:
    from core.findings import RULES

    return str(RULES[code].cause)


def test_a_certificate_for_another_address(lab: Peer, tools, haproxy: Path) -> None:
    report(lab, address=ADDRESS, host_name=HOST_NAME, published=OTHER_NAME.published)
    with running_api(tools.dataplaneapi, tools.haproxy, haproxy, OTHER_NAME) as api:
        found = prove(lab, api.route)
    assert states(found) == [DONE] * 4 + [FAILED, SKIPPED]
    assert found.results[4].finding.code == "proof-other-host"
    assert ADDRESS in str(found.results[4].said)


def test_an_expired_certificate(lab: Peer, tools, haproxy: Path) -> None:
    expired = make_pki((HOST_NAME, ADDRESS), days=-1)
    report(lab, address=ADDRESS, host_name=HOST_NAME, published=expired.published)
    with running_api(tools.dataplaneapi, tools.haproxy, haproxy, expired) as api:
        found = prove(lab, api.route)
    assert found.results[4].finding.code == "proof-certificate-time"


def test_a_closed_port(booted: Peer) -> None:
    port = free_port()
    found = prove(booted, lambda _address, _port: ("127.0.0.1", port))
    assert states(found) == [DONE] * 3 + [FAILED, FAILED, SKIPPED]
    assert found.results[3].finding.code == "proof-port-closed"
    assert f"{ADDRESS}:5556 is closed" in str(found.results[3].said)


def test_a_slow_start_is_waited_for(booted: Peer, tools, haproxy: Path) -> None:
    """The port opens after it was found closed three times: the fourth look starts the API."""
    started: list[DataPlane] = []
    waiting: list[Report] = []
    closed = free_port()
    runner = running_api(tools.dataplaneapi, tools.haproxy, haproxy, PKI)

    def note(one: Report) -> None:
        if isinstance(one, Progress) and one.step == "proof-port":
            waiting.append(one)
            if len(waiting) == 3:
                started.append(runner.__enter__())

    def route(_address: str, _port: int) -> tuple[str, int]:
        return ("127.0.0.1", started[0].port if started else closed)

    try:
        limits = structs.replace(LIMITS, network_s=60)
        found = prove(booted, route, limits=limits, on_report=note)
    finally:
        if started:
            runner.__exit__(None, None, None)
    assert found.proven, found.as_dict()
    assert len(waiting) == 3


def test_a_slow_boot_is_waited_for(lab: Peer, api: DataPlane) -> None:
    report(lab, address="10.0.0.9", host_name="localhost", published="")
    seen: list[Progress] = []

    def note(one: Report) -> None:
        if isinstance(one, Progress) and one.step == "proof-addresses":
            seen.append(one)
            if len(seen) == 3:
                report(lab, address=ADDRESS, host_name=HOST_NAME, published=PKI.published)

    limits = structs.replace(LIMITS, boot_s=3600)
    found = prove(lab, api.route, limits=limits, on_report=note)
    assert found.proven, found.as_dict()
    assert [str(one.detail).split(" after")[0] for one in seen[:1]] == [
        "Host name localhost and 10.0.0.9"
    ]


def test_localhost_without_address_is_f1(lab: Peer, api: DataPlane) -> None:
    report(lab, address="10.0.0.9", host_name="localhost", published="")
    found = prove(lab, api.route)
    assert states(found) == [FAILED, FAILED, FAILED, DONE, SKIPPED, SKIPPED]
    codes = {result.finding.code for result in found.results if result.finding}
    assert codes == {"proof-no-settings"}
    assert not found.proven


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (http_answer("200 OK"), "proof-open"),
        (http_answer("404 Not Found"), "proof-not-api"),
        (http_answer("503 Service Unavailable"), "proof-not-api"),
        (b"220 smtp ready\r\n", "proof-not-api"),
    ],
)
def test_something_else_behind_the_right_certificate(
    booted: Peer, answer: bytes, code: str
) -> None:
    with fake_peer(answer, PKI) as peer:
        found = prove(booted, lambda _address, _port: ("127.0.0.1", peer.port))
    assert states(found) == [DONE] * 5 + [FAILED]
    assert found.results[5].finding.code == code
    sent = b"".join(peer.received)
    assert b"Authorization" not in sent, "no password for a peer that asks for none"


def test_a_cancel_is_heard_within_a_second(booted: Peer) -> None:
    ctx = JobContext()
    asked: list[float] = []
    with fake_peer(None) as peer:

        def cancel() -> None:
            peer.accepted.wait(20)
            asked.append(time.monotonic())
            ctx.cancel()

        canceller = threading.Thread(target=cancel)
        canceller.start()
        with pytest.raises(Cancelled):
            prove(
                booted, lambda _address, _port: ("127.0.0.1", peer.port), ctx=ctx,
                limits=structs.replace(LIMITS, answer_s=60, network_s=60),
            )  # fmt: skip
        canceller.join()
    assert time.monotonic() - asked[0] < 1


def test_what_has_changed_since_is_said(booted: Peer, tools, haproxy: Path, api: DataPlane) -> None:
    profile = booted.profile()
    assert prove(booted, api.route, profile=profile).since is None
    assert prove(booted, api.route, profile=profile).findings == ()
    report(booted, address=ADDRESS, host_name=HOST_NAME, published=OTHER_CA.published)
    with running_api(tools.dataplaneapi, tools.haproxy, haproxy, OTHER_CA) as renewed:
        second = prove(booted, renewed.route, profile=profile)
    assert states(second) == [DONE] * 6
    assert [finding.code for finding in second.findings] == ["proof-ca-changed"]
    assert second.since is not None


def test_a_machine_that_differs_is_not_proven(booted: Peer, api: DataPlane) -> None:
    profile = booted.profile(load_balancing={"ranges": ("192.168.120.64/26",)})
    found = prove(booted, api.route, profile=profile)
    assert states(found) == [DONE] * 6
    assert [finding.code for finding in found.findings] == ["proof-differs"]
    assert "192.168.120.128/25 instead of 192.168.120.64/26" in str(found.findings[0].what)
    assert not found.proven


def test_a_machine_that_is_not_there(booted: Peer, api: DataPlane) -> None:
    found = prove(booted, api.route, profile=booted.profile(vm={"name": "nobody"}))
    assert [finding.code for finding in found.findings] == ["proof-missing"]
    assert (found.proven, found.failed) == (False, True)


def test_each_check_is_reported_as_it_runs(booted: Peer, api: DataPlane) -> None:
    seen: list[Report] = []
    prove(booted, api.route, on_report=seen.append)
    events = [(one.step, one.state) for one in seen if isinstance(one, StepEvent)]
    assert events == [(key, state) for key in KEYS for state in (StepState.RUNNING, DONE)]


# --- The command line ---------------------------------------------------------------------


def test_against_the_practice_vcenter_no_address_is_contacted(booted: Peer) -> None:
    done = booted.run("verify", str(booted.write(booted.profile())), "--json", "--timeout", "0")
    report_ = json.loads(done.stdout)
    by_key = {check["key"]: check for check in report_["checks"]}
    assert done.returncode == 1, "not proven"
    for key in KEYS[3:]:
        assert by_key[key]["state"] == "skipped"
        assert "A simulated vCenter has no network behind it" in by_key[key]["said"]
    assert by_key["proof-host-name"]["state"] == by_key["proof-ca"]["state"] == "done"


def test_a_silent_practice_guest_is_not_waited_for(practice: Peer) -> None:
    path = practice.write(practice.profile())
    assert practice.deploy(path).returncode == 0
    done = practice.run("verify", str(path))
    assert done.returncode == 1
    assert done.stdout.count("not checked") >= 6
    assert "Not proven: 6 checks cannot be made from here." in done.stdout
    assert "Traceback" not in done.stderr


def test_before_a_deployment_there_is_nothing_to_prove(practice: Peer) -> None:
    done = practice.run("verify", str(practice.write(practice.profile())))
    assert done.returncode == 1
    assert "Virtual machine haproxy is not there." in done.stdout


# --- As steps of a plan -------------------------------------------------------------------


def test_the_steps_prove_and_stop_at_the_first_failure(booted: Peer, api: DataPlane) -> None:
    from core.plan.facts import read_facts
    from core.plan.step import Action
    from core.plan.work import Work
    from core.proof.steps import ProofFailed, plan_proof

    profile = booted.profile()
    around = Surroundings(route=api.route, has_guest=True, read=read_all_nics)
    with open_session(profile.vcenter, booted.password) as session:
        ctx = JobContext()
        facts, _ = read_facts(session, profile, ctx)
        assert facts is not None
        for password, outcome in ((PASSWORD, None), ("wrong one", "proof-login")):
            work = Work(session, profile, ctx, facts, {"loadbalance.haproxy_pwd": password})
            steps = list(plan_proof(profile, around, LIMITS))
            assert [step.key for step in steps] == KEYS
            assert {step.action for step in steps} == {Action.CHECK}
            for step in steps[:5]:
                step.run(work)
                assert step.skipped is None
            if outcome is None:
                steps[5].run(work)
                continue
            with pytest.raises(ProofFailed) as caught:
                steps[5].run(work)
            assert caught.value.finding.code == outcome


def test_what_a_deployment_says_of_its_proof_comes_from_a_proof(
    booted: Peer, api: DataPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proof that failed is made again by the next run; one that was passed counts until then."""
    from core.errors import StepFailed
    from core.plan import plan as planning
    from core.plan.deployment import Outcome, apply, password_for_proof
    from core.plan.preparation import prepared
    from core.proof.standing import UNPROVEN, Standing

    around = Surroundings(route=api.route, has_guest=True, read=read_all_nics)
    monkeypatch.setattr(planning, "surroundings_for", lambda _session: around)
    quick = partial(planning.plan_proof, limits=LIMITS)
    monkeypatch.setattr(planning, "plan_proof", quick)
    profile = booted.profile()

    def deploy(password: str) -> tuple[planning.Plan, Outcome]:
        """Nothing but the proof is left of it."""
        with (
            prepared(profile) as ready,
            open_session(profile.vcenter, booted.password) as session,
        ):
            plan = planning.make_plan(session, ready, JobContext(), probe=False)
            assert (plan.has_changes, plan.exit_status) == (False, 0)
            known = password_for_proof(Secrets(dataplane_password=password))
            properties = dict(ready.properties) | known
            return plan, apply(session, ready, plan, properties, JobContext())

    for _ in range(2):  # the second time as well
        with pytest.raises(StepFailed) as caught:
            deploy("wrong one")
        assert caught.value.step == "proof-api"
    plan, outcome = deploy("")
    assert plan.proves
    assert outcome.standing == UNPROVEN, "a login that was not tried is not proven"
    plan, outcome = deploy(PASSWORD)
    assert plan.proves
    assert outcome.standing == Standing(proven=True)
    plan, outcome = deploy("wrong one")
    assert not plan.proves
    assert outcome.standing.proven
    assert outcome.standing.at == plan.proven_at != ""
    assert outcome.as_dict()["proof"] == {"proven": True, "at": plan.proven_at}

    report(booted, address="", host_name="", published="-")
    try:
        assert prove(booted, api.route, profile=profile).failed
        with pytest.raises(StepFailed):
            deploy(PASSWORD)
    finally:
        report(booted, address=ADDRESS, host_name=HOST_NAME, published=PKI.published)
    assert deploy(PASSWORD)[1].standing == Standing(proven=True)
    forget_the_vcenter(profile)
    assert deploy(PASSWORD)[0].proves, "a machine of that id may be another vCenter's"


def forget_the_vcenter(profile: Profile) -> None:
    """As if the last proof had been made with another one."""
    from core.proof.record import read_record, write_record

    record = read_record(profile.id)
    assert record is not None
    assert record.proven
    write_record(profile.id, structs.replace(record, vcenter="another"))


def test_a_second_run_where_nothing_can_be_proven_is_short_and_says_so(practice: Peer) -> None:
    path = practice.write(practice.profile())
    not_waited = practice.deploy(path, "--no-wait")
    assert not_waited.returncode == 0
    assert "haproxy is powered on; it is not proven that it works." in not_waited.stdout
    planned = practice.run("plan", str(path))
    assert planned.returncode == 0, "a script that waits for it does not wait for ever"
    assert "Nothing to change" in planned.stdout
    assert "not proven" in planned.stdout
    again = practice.deploy(path)
    assert again.returncode == 0
    assert again.stdout.count("not checked") == 6
    assert "Nothing was changed." in again.stdout
    assert "it is not proven that it works" in again.stdout
    assert f"haproxy-setup verify {path}" in again.stdout
    no_wait = practice.deploy(path, "--no-wait")
    assert "not checked" not in no_wait.stdout


def test_the_steps_say_what_they_skip(practice: Peer) -> None:
    from core.plan.facts import read_facts
    from core.plan.work import Work
    from core.proof.steps import plan_proof

    profile = practice.profile()
    assert practice.deploy(practice.write(profile)).returncode == 0
    with open_session(profile.vcenter, practice.password) as session:
        ctx = JobContext()
        facts, _ = read_facts(session, profile, ctx)
        assert facts is not None
        work = Work(session, profile, ctx, facts, {})
        for step in plan_proof(profile, surroundings_for(session)):
            step.run(work)
            assert step.skipped is not None
            assert "simulated vCenter" in str(step.skipped)
