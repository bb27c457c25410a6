"""Logging in, trusting, expiring, ending: every way in which a session can go wrong."""

from __future__ import annotations

import socket
import ssl

import pytest
from pyVmomi import SoapStubAdapter, vim

from core.errors import ConnectError, LoginError, TrustError
from core.jobs import JobContext
from core.profile.document import load_profile
from core.profile.model import VCenterSettings
from core.vsphere.library import ContentLibrary
from core.vsphere.session import open_session
from core.vsphere.switch import available_versions
from core.vsphere.trust import fingerprint as trust_fingerprint
from tests.fakes.certificates import make_certificate
from tests.fakes.fault_proxy import fault_proxy
from tests.fakes.vcenter import USER, Peer, changed

pytestmark = pytest.mark.simulator


def sessions(peer: Peer) -> int:
    """How many sessions the vCenter has besides the one that counts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    stub = SoapStubAdapter(
        host=peer.address, port=peer.port, version="vim.version.v8_0_3_0", sslContext=context
    )
    try:
        content = vim.ServiceInstance("ServiceInstance", stub).RetrieveContent()
        content.sessionManager.Login(USER, peer.password, None)
        count = len(content.sessionManager.sessionList)
        content.sessionManager.Logout()
        return count - 1
    finally:
        stub.DropConnections()


def test_a_login_takes_one_handshake(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[ssl.SSLSocket] = []
    wrap = ssl.SSLContext.wrap_socket

    def counting(*args: object, **options: object) -> ssl.SSLSocket:
        made.append(wrap(*args, **options))  # type: ignore[arg-type]
        return made[-1]

    target = VCenterSettings(peer.address, peer.port, USER, peer.certificate)
    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", counting)
    with open_session(target, peer.password) as session:
        available_versions(session)
        assert made[-1].getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY), "else 40 ms a call"
        assert len(made) == 1
    assert made[0].fileno() == -1, "closed"


def test_a_wrong_password_is_one_sentence(peer: Peer) -> None:
    path = peer.write(peer.profile())
    refused = peer.run("plan", str(path), HAPROXY_SETUP_VCENTER_PASSWORD="wrong-one")
    assert refused.returncode == 1
    assert f"refused the user {USER}" in refused.stderr
    assert "wrong-one" not in refused.stderr + refused.stdout
    assert "Traceback" not in refused.stderr


def test_an_untrusted_certificate_stops_before_the_password_is_sent(peer: Peer) -> None:
    target = VCenterSettings(peer.address, peer.port, USER, "")
    with pytest.raises(TrustError) as caught, open_session(target, peer.password):
        pass
    assert "SHA-256" in str(caught.value.advice)
    assert "BEGIN CERTIFICATE" in caught.value.certificate


def test_another_certificate_than_the_pinned_one_is_refused(practice: Peer) -> None:
    other = make_certificate("vcenter.lab.example", ca=None)
    target = VCenterSettings(practice.address, practice.port, USER, other.pem)
    with pytest.raises(TrustError, match="another certificate"), open_session(target, "x"):
        pass


def test_trust_saves_the_certificate_only_for_the_right_fingerprint(practice: Peer) -> None:
    path = practice.write(changed(practice.profile(), vcenter={"certificate": ""}))
    assert practice.run("plan", str(path)).returncode == 1
    wrong = practice.run("trust", str(path), "--sha256", "00:" * 31 + "00")
    assert wrong.returncode == 1
    assert practice.run("plan", str(path)).returncode == 1
    shown = practice.run("trust", str(path)).stdout
    fingerprint = next(line for line in shown.splitlines() if line.startswith("SHA-256: "))[9:]
    assert practice.run("trust", str(path), "--sha256", fingerprint).returncode == 0
    assert practice.run("plan", str(path)).returncode == 2
    again = practice.run("trust", str(path))
    assert (again.returncode, "is trusted already" in again.stdout) == (0, True)
    assert practice.run("trust", str(path), "--sha256", "00:" * 31 + "00").returncode == 1


def test_a_certificate_with_which_nothing_would_connect_is_not_saved(practice: Peer) -> None:
    path = practice.write(changed(practice.profile(), vcenter={"certificate": ""}))
    expired = make_certificate("127.0.0.1", days=-1)
    with fault_proxy(practice, expired) as proxy:
        document = load_profile(path)
        document.set("vcenter.port", proxy.port)
        document.save()
        before = path.read_bytes()
        fingerprint = trust_fingerprint(expired.pem)
        refused = practice.run("trust", str(path), "--sha256", fingerprint)
    assert refused.returncode == 1
    assert "expired on" in refused.stderr
    assert "nothing was saved" in refused.stderr
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("host", "port", "says"),
    [
        ("vcenter.invalid", 443, "cannot be resolved"),
        ("127.0.0.1", 1, "No connection"),
    ],
)
def test_an_unreachable_vcenter_is_one_sentence(host: str, port: int, says: str) -> None:
    with (
        pytest.raises(ConnectError, match=says),
        open_session(VCenterSettings(host, port, USER), "x"),
    ):
        pass


def test_sessions_are_ended_after_success_and_failure(practice: Peer) -> None:
    before = sessions(practice)
    path = practice.write(practice.profile(source="library"))
    assert practice.deploy(path).returncode == 0
    wrong = practice.write(practice.profile(switch={"datacenter": "Nowhere"}), "wrong.yaml")
    assert practice.run("plan", str(wrong)).returncode == 1
    practice.control("faults", {"method": "AddDVPortgroup_Task", "fault": "ResourceInUse"})
    failing = practice.write(
        practice.profile(switch={"name": "second"}, vm={"name": "second"}), "failing.yaml"
    )
    assert practice.deploy(failing).returncode == 1
    assert sessions(practice) == before


def test_a_session_that_expires_is_renewed(practice: Peer) -> None:
    profile = practice.profile()
    with open_session(profile.vcenter, practice.password) as session:
        libraries = ContentLibrary(session).libraries()
        practice.control("expire", {})
        assert available_versions(session)
        assert session.renewals == 1
        assert ContentLibrary(session).libraries() == libraries, "REST logs in again too"


def test_a_wrong_login_is_tried_once(practice: Peer) -> None:
    practice.control("calls", method="DELETE")
    target = practice.profile().vcenter
    with pytest.raises(LoginError), open_session(target, "wrong"):
        pass
    assert practice.control("calls", method="GET")["Login"] == 1, "accounts lock"


def test_an_esxi_host_is_refused(tools, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.fakes.vcenter import practice_peer

    monkeypatch.setenv("HAPROXY_SETUP_PRACTICE_VCENTER", str(tools.practice_vcenter))
    with practice_peer(tools.govc, "-esx-direct", with_library=False) as peer:
        plan = peer.run("plan", str(peer.write(peer.profile())))
        assert plan.returncode == 1
        assert "is an ESXi host, not a vCenter Server" in plan.stdout  # F19


def test_a_cancel_is_heard_before_anything_is_changed(practice: Peer) -> None:
    from core.jobs import Cancelled
    from core.plan.plan import make_plan
    from core.plan.preparation import prepared

    profile = practice.profile()
    ctx = JobContext()
    ctx.cancel()
    with (
        prepared(profile) as ready,
        open_session(profile.vcenter, practice.password) as session,
        pytest.raises(Cancelled),
    ):
        make_plan(session, ready, ctx)


def test_a_simulator_is_known_by_what_it_says(peer: Peer) -> None:
    with open_session(peer.profile().vcenter, peer.password) as session:
        assert session.is_simulated
