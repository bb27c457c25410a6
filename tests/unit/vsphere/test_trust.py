"""Which certificates are believed, and what is said where none is or nothing answers."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import ConnectError, TrustError
from core.text import use_language
from core.vsphere import trust
from core.vsphere.distrust import reason_of
from tests.fakes.certificates import make_certificate, make_key
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


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ({"days": 0}, "the certificate of a CA above it has expired"),
        ({"starts": 5}, "the certificate of a CA above it is not valid yet"),
    ],
)
def test_the_time_of_a_ca_in_between_is_not_said_of_the_vcenters_own(
    when: dict[str, int], says: str, tmp_path: Path
) -> None:
    root = make_certificate("Root", key=make_key("ec", 1))
    middle = make_certificate("Middle", key=make_key("ec", 2), issuer=root, **when)
    leaf = make_certificate("vcenter", key=make_key("ec", 3), issuer=middle, ca=False, address=HOST)
    said = refusal(tmp_path, leaf.pem + middle.pem, leaf.key_pem, root.pem)
    assert said == f"The certificate of 127.0.0.1 is signed by the trusted CA, but {says}."


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
