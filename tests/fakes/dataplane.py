"""A real HAProxy with the real Data Plane API on loopback, with certificates like the appliance's.

Both are the published programs: Debian's ``haproxy`` and ``dataplaneapi`` as a Go module (see
packaging/dev/dataplane-tools). What is imitated is only what the appliance's first boot makes of
them: the userlist with an MD5-crypt hash, and the certificates of DOMAIN 3.4.
"""

from __future__ import annotations

import base64
import contextlib
import ipaddress
import os
import selectors
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

USER, PASSWORD = "admin", 'Data Plane $ecret "3"'
HOST_NAME = "haproxy.local"


@dataclass(frozen=True)
class Pki:
    """A CA and a server certificate as PEM, and the server's key."""

    authority: str
    certificate: str
    key: str = field(repr=False)

    @property
    def published(self) -> str:
        """The CA as the first boot publishes it in the extra configuration."""
        return base64.b64encode(self.authority.encode()).decode()


@cache
def make_pki(
    names: tuple[str, ...], *, number: int = 0, days: int = 3650, authority_days: int = 3650
) -> Pki:
    """A CA and a leaf for ``names`` (host names and addresses), made the appliance's way.

    CA: self-signed RSA 2048 with SHA-1, ten years. Leaf: SHA-256, ten years, SANs, no Authority
    Key Identifier. ``number`` makes another one of the same name.
    """
    del number
    authority_key, key = _rsa(), _rsa()
    authority = _authority(authority_key, names[-1], authority_days)
    leaf = (
        _builder(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])]),
            authority.subject, key.public_key(), days,
        )
        .add_extension(x509.SubjectAlternativeName([_san(name) for name in names]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )  # fmt: skip
    return Pki(
        _pem(authority),
        _pem(leaf),
        _key_pem(key),
    )


def _authority(key: rsa.RSAPrivateKey, name: str, days: int) -> x509.Certificate:
    """A CA signed with SHA-1, made by openssl: the library refuses to. No openssl: SHA-256."""
    if shutil.which("openssl") and days > 0:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "ca.key").write_text(_key_pem(key), "utf-8")
            made = subprocess.run(
                ["openssl", "req", "-x509", "-new", "-sha1", "-key", f"{folder}/ca.key",
                 "-subj", f"/O=VMware/CN={name}", "-days", str(days)],
                capture_output=True, check=True,
            )  # fmt: skip
        return x509.load_pem_x509_certificate(made.stdout)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        _builder(subject, subject, key.public_key(), days)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )


def _rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPublicKey, days: int
) -> x509.CertificateBuilder:
    end = datetime.now(UTC) + timedelta(days=days)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(end, datetime.now(UTC)) - timedelta(days=1))
        .not_valid_after(end)
    )


def _san(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


# --- The real programs --------------------------------------------------------------------


@dataclass
class DataPlane:
    """A running Data Plane API: where it listens."""

    port: int

    def route(self, _address: str, _port: int) -> tuple[str, int]:
        """The planned address, mapped to this machine."""
        return "127.0.0.1", self.port


@contextlib.contextmanager
def running_haproxy(haproxy: Path, *, password: str = PASSWORD) -> Iterator[Path]:
    """A real HAProxy in master-worker mode; the folder with its configuration."""
    # Short: a path of a socket has at most 108 characters.
    with tempfile.TemporaryDirectory(prefix="hap-", dir="/tmp") as name:
        folder = Path(name)
        config = folder / "haproxy.cfg"
        config.write_text(_config(folder, password), "utf-8")
        process = subprocess.Popen(
            [str(haproxy), "-W", "-db", "-f", str(config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            _read_until(process, "Loading success")
            yield folder
        finally:
            _end(process)


@contextlib.contextmanager
def running_api(program: Path, haproxy: Path, folder: Path, pki: Pki | None) -> Iterator[DataPlane]:
    """A real Data Plane API for the HAProxy in ``folder``; without a PKI it speaks plain HTTP."""
    port = free_port()
    command = [
        str(program), "--config-file", str(folder / "haproxy.cfg"), "--haproxy-bin", str(haproxy),
        "--userlist", "controller", "--transaction-dir", str(folder / "transactions"),
        "--reload-cmd", "true", "--restart-cmd", "true",
        "--graceful-timeout", "1s", "--cleanup-timeout", "1s",
    ]  # fmt: skip
    if pki is None:
        command += ["--scheme", "http", "--host", "127.0.0.1", "--port", str(port)]
    else:
        for name, content in (("server.crt", pki.certificate), ("server.key", pki.key)):
            (folder / name).write_text(content, "utf-8")
        command += [
            "--scheme", "https", "--tls-host", "127.0.0.1", "--tls-port", str(port),
            "--tls-certificate", str(folder / "server.crt"),
            "--tls-key", str(folder / "server.key"),
        ]  # fmt: skip
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(folder)},
    )
    try:
        _wait_for_port(process, port)
        yield DataPlane(port)
    finally:
        _end(process)


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _config(folder: Path, password: str) -> str:
    hashed = subprocess.run(  # as the appliance's script does it, salt included
        [shutil.which("openssl") or "openssl", "passwd", "-1", "-salt", "SaltSalt", "-stdin"],
        input=password, capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    return (
        f"global\n  stats socket {folder}/api.sock mode 600 level admin\n"
        "defaults\n  mode http\n  timeout connect 5s\n  timeout client 10s\n  timeout server 10s\n"
        f"userlist controller\n  user {USER} password {hashed}\n"
        f"frontend virtual\n  bind unix@{folder}/virtual.sock\n"
    )


def _read_until(process: subprocess.Popen[str], wanted: str) -> None:
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if wanted in line:
            return
    raise RuntimeError(f"haproxy did not start: {''.join(said)}")


def _wait_for_port(process: subprocess.Popen[str], port: int) -> None:
    deadline = datetime.now(UTC) + timedelta(seconds=20)
    while datetime.now(UTC) < deadline:
        if process.poll() is not None:
            assert process.stdout is not None
            raise RuntimeError(f"dataplaneapi did not start: {process.stdout.read()}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        # The port opens when it opens; the process ending meanwhile is seen above.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
    raise RuntimeError("dataplaneapi does not listen")


def _end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdout, process.stderr):
        if stream:
            stream.close()


# --- Peers that are not what they should be -----------------------------------------------


class _Listener(threading.Thread):
    """Accepts connections on loopback and answers each with ``serve``, until it is stopped."""

    def __init__(self, answer: bytes | None, context: ssl.SSLContext | None) -> None:
        super().__init__(name="fake peer")
        self._answer, self._context = answer, context
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._bell, self._rung = socket.socketpair()
        self.port = int(self._listening.getsockname()[1])
        self.received: list[bytes] = []
        self.accepted = threading.Event()

    def run(self) -> None:
        held = []
        with selectors.DefaultSelector() as selector:
            selector.register(self._listening, selectors.EVENT_READ)
            selector.register(self._rung, selectors.EVENT_READ)
            while True:
                ready = [key.fileobj for key, _ in selector.select()]
                if self._rung in ready:
                    break
                connection, _ = self._listening.accept()
                self.accepted.set()
                if self._answer is None:
                    held.append(connection)  # and silent for ever
                else:
                    self._serve(connection)
        for connection in (*held, self._listening, self._rung):
            connection.close()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        with contextlib.suppress(OSError), connection:
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            with connection:
                self.received.append(connection.recv(1 << 16))
                connection.sendall(self._answer or b"")

    def stop(self) -> None:
        self._bell.close()
        self.join(5)


@contextlib.contextmanager
def fake_peer(answer: bytes | None, pki: Pki | None = None) -> Iterator[_Listener]:
    """A peer that gives everyone the same answer; None: it takes connections and says nothing."""
    context = None
    if pki is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as name:
            chain = Path(name) / "chain.pem"
            chain.write_text(pki.key + pki.certificate, "utf-8")
            context.load_cert_chain(chain)
    peer = _Listener(answer, context)
    peer.start()
    try:
        yield peer
    finally:
        peer.stop()


def http_answer(status: str, body: bytes = b"{}") -> bytes:
    """An HTTP answer as a program would send it."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"Connection: close\r\n\r\n" + body
