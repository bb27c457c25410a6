"""Which certificates are believed, and what is said where none is or nothing answers."""

from __future__ import annotations

import base64
import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.checks.trusted_certificates import check_trusted_certificates
from core.errors import ConnectError, TrustError
from core.text import use_language
from core.vsphere import trust
from core.vsphere.distrust import reason_of
from tests.fakes.certificates import Made, make_certificate, make_key
from tests.fakes.dataplane import Pki, make_pki

HOST = "127.0.0.1"


@contextlib.contextmanager
def listening() -> Iterator[socket.socket]:
    """A server that takes connections and says nothing."""
    with socket.create_server((HOST, 0)) as server:
        yield server


@contextlib.contextmanager
def showing(folder: Path, certificate: str, key: str) -> Iterator[int]:
    """A server that shakes hands with that certificate; gives its port."""
    (folder / "server.pem").write_text(certificate + key, "utf-8")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                raw, _ = server.accept()
                with raw, contextlib.suppress(OSError):
                    context.wrap_socket(raw, server_side=True).close()

    with listening() as server:
        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def refusal(folder: Path, certificate: str, key: str, trusted: str = "") -> str:
    with showing(folder, certificate, key) as port, pytest.raises(TrustError) as refused:
        trust.connect_tls(HOST, port, trusted)
    return str(refused.value.what)


@pytest.mark.parametrize("ask", [trust.shown_certificate, trust.connect_tls])
def test_who_takes_the_connection_and_says_nothing_is_waited_for(ask, monkeypatch) -> None:
    assert trust.HANDSHAKE_TIMEOUT_S >= 20, "a busy vCenter needs more than a connection does"
    monkeypatch.setattr(trust, "HANDSHAKE_TIMEOUT_S", 0.1)
    with listening() as server, pytest.raises(ConnectError) as failed:
        ask(HOST, server.getsockname()[1])
    assert "127.0.0.1 did not answer in time on port" in str(failed.value.what)
    assert "says nothing" in str(failed.value.advice)


def test_what_is_no_tls_is_said_to_be_none() -> None:
    def answer() -> None:
        peer, _ = server.accept()
        with peer:
            peer.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")
            peer.recv(4096)

    with listening() as server:
        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(ConnectError, match="does not speak HTTPS"):
            trust.shown_certificate(HOST, server.getsockname()[1])
        thread.join()


def test_a_self_signed_certificate_is_refused_in_our_words(tmp_path: Path) -> None:
    own = make_certificate()
    assert refusal(tmp_path, own.pem, own.key_pem) == (
        "The certificate of 127.0.0.1 is not trusted: it is self-signed."
    )
    use_language("ja")
    try:
        said = refusal(tmp_path, own.pem, own.key_pem)
    finally:
        use_language("en")
    assert not any("a" <= letter <= "z" for letter in said), said


@pytest.mark.parametrize(
    ("names", "days", "says"),
    [
        (("other.example",), 10, "it is for another address."),
        ((HOST,), 0, "it has expired."),
    ],
)
def test_each_reason_ends_with_one_full_stop(
    names: tuple[str, ...], days: int, says: str, tmp_path: Path, monkeypatch
) -> None:
    pki: Pki = make_pki(names, days=days)
    monkeypatch.setattr(
        trust, "system_context", lambda: trust.pinned_context(pki.authority, check_name=True)
    )
    said = refusal(tmp_path, pki.certificate, pki.key)
    assert said == f"The certificate of 127.0.0.1 is not trusted: {says}"


def test_the_trusted_certificate_itself_may_not_be_valid_yet(tmp_path: Path) -> None:
    own = make_certificate(starts=2)
    assert refusal(tmp_path, own.pem, own.key_pem, own.pem) == (
        "The certificate of 127.0.0.1 is the trusted one, but cannot be used: it is not valid yet."
    )


def test_another_name_below_the_trusted_ca_is_said_as_that(tmp_path: Path) -> None:
    pki = make_pki(("other.example",))
    assert refusal(tmp_path, pki.certificate, pki.key, pki.authority) == (
        "The certificate of 127.0.0.1 is signed by the trusted CA, but it is for another address."
    )
    late = make_pki(("other.example",), days=0)
    assert "is signed by the trusted CA, but it " in refusal(
        tmp_path, late.certificate, late.key, late.authority
    )
    stranger = make_pki(("other.example",), number=1)
    assert refusal(tmp_path, stranger.certificate, stranger.key, pki.authority) == (
        "127.0.0.1 shows another certificate than the one trusted in the profile."
    )


@pytest.mark.parametrize(("days", "says"), [(0, "it has expired"), (10, "")])
def test_a_time_that_is_over_is_said_below_the_trusted_ca_too(
    days: int, says: str, tmp_path: Path
) -> None:
    pki = make_pki((HOST,), days=days)
    if not says:
        with showing(tmp_path, pki.certificate, pki.key) as port:
            trust.connect_tls(HOST, port, pki.authority).close()
        return
    assert refusal(tmp_path, pki.certificate, pki.key, pki.authority) == (
        f"The certificate of 127.0.0.1 is signed by the trusted CA, but {says}."
    )


# --- A CA in between whose time it is not -----------------------------------------------------

ROOT = make_certificate("Root", key=make_key("ec", 1))
SIGNED = "The certificate of 127.0.0.1 is signed by the trusted CA, but"
OWN = "The certificate of 127.0.0.1 is the trusted one, but cannot be used:"
NOT_TRUSTED = "The certificate of 127.0.0.1 is not trusted:"


def middle_ca(**when: int) -> Made:
    return make_certificate("Middle", key=make_key("ec", 2), issuer=ROOT, **when)


def leaf_of(issuer: Made, **when: int) -> Made:
    key = make_key("ec", 3)
    return make_certificate("vcenter", key=key, issuer=issuer, ca=False, address=HOST, **when)


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ({"days": 0}, "the CA CN=Middle above it expired on "),
        ({"starts": 5}, "the CA CN=Middle above it is valid from "),
    ],
)
def test_the_time_of_a_ca_in_between_is_said_of_that_ca(
    when: dict[str, int], says: str, tmp_path: Path, monkeypatch
) -> None:
    middle = middle_ca(**when)
    leaf = leaf_of(middle)
    both, key = leaf.pem + middle.pem, leaf.key_pem
    assert refusal(tmp_path, both, key, ROOT.pem).startswith(f"{SIGNED} {says}")
    assert refusal(tmp_path, both, key, leaf.pem).startswith(f"{OWN} {says}")
    alone = refusal(tmp_path, leaf.pem, key, middle.pem + ROOT.pem)
    assert alone.startswith(f"{SIGNED} {says}"), "it stands in the profile, nobody sends it"
    monkeypatch.setattr(
        trust, "system_context", lambda: trust.pinned_context(ROOT.pem, check_name=True)
    )
    assert refusal(tmp_path, both, key).startswith(f"{NOT_TRUSTED} {says}")


def test_the_advice_is_for_the_certificate_whose_time_it_is_not(tmp_path: Path) -> None:
    middle = middle_ca(days=0)
    for issuer, advises in ((middle, "that CA's certificate"), (ROOT, "the vCenter's certificate")):
        leaf = leaf_of(issuer, days=10 if issuer is middle else 0)
        with (
            showing(tmp_path, leaf.pem + middle.pem, leaf.key_pem) as port,
            pytest.raises(TrustError) as refused,
        ):
            trust.connect_tls(HOST, port, ROOT.pem)
        assert advises in str(refused.value.advice)


def test_the_vcenters_own_time_is_said_before_that_of_a_ca_above_it(tmp_path: Path) -> None:
    middle = middle_ca(days=0)
    leaf = leaf_of(middle, days=0)
    said = refusal(tmp_path, leaf.pem + middle.pem, leaf.key_pem, ROOT.pem)
    assert said == f"{SIGNED} it has expired."


def test_which_ca_it_is_need_not_be_known(tmp_path: Path, monkeypatch) -> None:
    middle = middle_ca(days=0)
    leaf = leaf_of(middle)
    monkeypatch.setattr(trust, "shown_chain", lambda tls: (tls.getpeercert(binary_form=True),))
    said = refusal(tmp_path, leaf.pem + middle.pem, leaf.key_pem, ROOT.pem)
    assert said == f"{SIGNED} the certificate of a CA above it has expired."


@pytest.mark.parametrize("sent", ["old", "new"])
def test_a_ca_that_was_renewed_is_said_to_be_late_only_where_it_is(
    sent: str, tmp_path: Path
) -> None:
    """What is trusted comes before what is sent along, whichever of the two is valid."""
    old, new = middle_ca(days=0), middle_ca()
    leaf = leaf_of(new)
    along, trusted = (old, new) if sent == "old" else (new, old)
    shown = leaf.pem + along.pem
    if sent == "old":
        with showing(tmp_path, shown, leaf.key_pem) as port:
            trust.connect_tls(HOST, port, trusted.pem + ROOT.pem).close()
        return
    said = refusal(tmp_path, shown, leaf.key_pem, trusted.pem + ROOT.pem)
    assert said.startswith(f"{SIGNED} the CA CN=Middle above it expired on ")


# --- What the profile has -------------------------------------------------------------------


@pytest.mark.parametrize(
    "trusted",
    [
        ROOT.pem.replace("\n", "\r\n"),
        ROOT.pem.replace("\n", " "),
        ROOT.pem.replace("CERTIFICATE", "X509 CERTIFICATE"),
        base64.b64encode(ROOT.der).decode(),
        f"\ufeff# \u793e\u5185 CA\n{ROOT.pem}",
        ROOT.pem + ROOT.pem[:200],
        ROOT.pem[:200] + "\n" + ROOT.pem,
        ROOT.pem + ROOT.pem.replace("MII", "!!!"),
        make_certificate("Old", days=-1).pem + ROOT.pem,
        ROOT.pem + make_certificate("Early", starts=2).pem,
    ],
)
def test_what_the_checks_let_pass_connects(trusted: str, tmp_path: Path) -> None:
    found = list(check_trusted_certificates("vcenter.certificate", trusted))
    assert not any(finding.is_error for finding in found)
    leaf = leaf_of(ROOT)
    with showing(tmp_path, leaf.pem, leaf.key_pem) as port:
        trust.connect_tls(HOST, port, trusted).close()


@pytest.mark.parametrize("trusted", [ROOT.pem[:200], ROOT.key_pem, "words", "\u793e"])
def test_what_holds_no_certificate_is_said_to_be_unreadable(trusted: str) -> None:
    found = list(check_trusted_certificates("vcenter.certificate", trusted))
    assert any(finding.is_error for finding in found)
    with pytest.raises(TrustError, match="trusted in the profile cannot be read"):
        trust.connect_tls(HOST, 1, trusted)


def test_one_of_several_trusted_certificates_needs_no_name(tmp_path: Path) -> None:
    own, other = make_certificate("elsewhere"), make_certificate("another")
    assert trust.holds(other.pem + own.pem, own.pem)
    assert not trust.holds(other.pem + "-----END CERTIFICATE-----", own.pem)
    with showing(tmp_path, own.pem, own.key_pem) as port:
        tls = trust.connect_tls(HOST, port, other.pem + own.pem)
        shown = tls.getpeercert(binary_form=True)
        tls.close()
    assert shown == own.der


def test_a_rare_reason_is_openssls_own_without_its_full_stop() -> None:
    error = ssl.SSLCertVerificationError(1, "failed")
    error.verify_code, error.verify_message = 43, "proxy path length constraint exceeded."
    assert reason_of(error) == "proxy path length constraint exceeded"
