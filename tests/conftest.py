"""Guards around every test: nothing leaves this machine, nothing leaks from one test into another.

What is set here has to stand before Qt, keyring or platformdirs is imported by anyone, so it
happens when this file is loaded. This file imports neither Qt nor our own code.
"""

from __future__ import annotations

import atexit
import gc
import logging
import os
import shutil
import socket
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

# A busy computer is slow, and nothing is wrong with the code then.
settings.register_profile("any computer", deadline=None)
settings.load_profile("any computer")

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / ".tools"
IN_CI = os.environ.get("CI", "").lower() == "true"

# A thread that a fixture of a wider scope keeps on purpose says so by its name.
FIXTURE_THREAD = "fixture:"


# --- The environment ----------------------------------------------------------------------


def _isolate_environment() -> None:
    home = Path(tempfile.mkdtemp(prefix="haproxy-setup-test-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    for variable, folder in {
        "HOME": "",
        "USERPROFILE": "",
        "XDG_CONFIG_HOME": ".config",
        "XDG_DATA_HOME": ".local/share",
        "XDG_STATE_HOME": ".local/state",
        "XDG_CACHE_HOME": ".cache",
        "XDG_RUNTIME_DIR": "run",
        "APPDATA": "AppData/Roaming",
        "LOCALAPPDATA": "AppData/Local",
    }.items():
        path = home / folder
        path.mkdir(parents=True, exist_ok=True)
        os.environ[variable] = str(path)
    (home / "run").chmod(0o700)

    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    os.environ["LC_ALL"] = "C.UTF-8"
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "*"
    dropped = {
        "DBUS_SESSION_BUS_ADDRESS", "LANGUAGE", "QT_SCALE_FACTOR", "QT_STYLE_OVERRIDE",
        "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy",
        "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR",
    }  # fmt: skip
    for variable in list(os.environ):
        is_secret = variable.startswith("HAPROXY_SETUP_") and variable.endswith("_PASSWORD")
        if variable in dropped or is_secret or variable.startswith("GOVC_"):
            del os.environ[variable]


_isolate_environment()


# --- The network --------------------------------------------------------------------------


class NetworkBlocked(RuntimeError):
    """A test reached for another machine. Not an OSError: nothing may take it for an outage."""


def _is_local(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    return host in (None, "", "localhost", "::1", "::") or str(host).startswith(("127.", "0.0.0.0"))


def _block_network() -> None:
    real_getaddrinfo = socket.getaddrinfo

    def check(used: socket.socket, address: object) -> None:
        # An AF_UNIX address is a plain path, a network address a tuple.
        if isinstance(address, tuple) and not _is_local(address[0]):
            used.close()
            raise NetworkBlocked(f"a test tried to reach {address[0]}:{address[1]}")

    def guard(name: str, position: int) -> None:
        real = getattr(socket.socket, name)

        def guarded(self: socket.socket, *args: object) -> object:
            check(self, args[position])
            return real(self, *args)

        guarded.__name__ = name
        setattr(socket.socket, name, guarded)

    def getaddrinfo(host: object, *args: object, **options: object) -> object:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
        # The one name for tests of "no such host" (RFC 6761): answered here, no resolver asked.
        if name.rstrip(".").endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        is_number = name.replace(".", "").isdigit() or ":" in name
        if not (_is_local(host) or is_number):
            raise NetworkBlocked(f"a test tried to look up {name}")
        return real_getaddrinfo(host, *args, **options)  # type: ignore[arg-type]

    guard("connect", 0)
    guard("connect_ex", 0)
    guard("sendto", -1)
    socket.getaddrinfo = getaddrinfo  # type: ignore[assignment]


_block_network()


# --- Threads, windows ---------------------------------------------------------------------


def _remember_where_threads_start() -> None:
    real_start = threading.Thread.start

    def start(self: threading.Thread) -> None:
        ours = [
            frame
            for frame in traceback.extract_stack()[:-1]
            if frame.filename.startswith(str(ROOT)) and "/.venv/" not in frame.filename
        ]
        frame = ours[-1] if ours else traceback.extract_stack()[-2]
        self.started_at = f"{frame.filename}:{frame.lineno}"  # type: ignore[attr-defined]
        real_start(self)

    threading.Thread.start = start  # type: ignore[method-assign]


_remember_where_threads_start()


def _running_threads() -> set[threading.Thread]:
    # A _DummyThread stands for a thread Python did not start (QThread); it never goes away.
    return {
        thread
        for thread in threading.enumerate()
        if thread.is_alive()
        and not isinstance(thread, threading._DummyThread)
        and not thread.name.startswith(FIXTURE_THREAD)
    }


@pytest.fixture(autouse=True)
def no_leaked_threads() -> Iterator[None]:
    """Fails a test that leaves a thread running, with the line that started it."""
    before = _running_threads()
    yield
    leaked = _running_threads() - before
    deadline = time.monotonic() + 2
    for thread in leaked:
        thread.join(max(0.0, deadline - time.monotonic()))
    leaked = {thread for thread in leaked if thread.is_alive()}
    if leaked:
        lines = [f"{t.name} (started at {getattr(t, 'started_at', 'unknown')})" for t in leaked]
        pytest.fail("threads left running: " + ", ".join(sorted(lines)), pytrace=False)


@pytest.fixture(autouse=True)
def no_leaked_qt_objects(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test of the window that leaves a QThread running or a window open."""
    yield
    if "qapp" not in request.fixturenames or "PySide6.QtWidgets" not in sys.modules:
        return
    core, widgets = sys.modules["PySide6.QtCore"], sys.modules["PySide6.QtWidgets"]
    core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete.value)
    left = [
        f"window {type(window).__name__} {window.objectName()!r}"
        for window in widgets.QApplication.topLevelWidgets()
        if window.isVisible()
    ]
    threads = [item for item in gc.get_objects() if isinstance(item, core.QThread)]
    for thread in threads:
        try:
            if thread.isRunning() and not thread.wait(2000):
                left.append(f"{type(thread).__name__} {thread.objectName()!r}, still running")
        except RuntimeError:  # its C++ half is gone: it does not run
            continue
    if left:
        pytest.fail("left over: " + ", ".join(left), pytrace=False)


# --- The log ------------------------------------------------------------------------------


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def no_unexpected_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test in which our code warns, unless it is marked `expects_log`."""
    collector = _Collector()
    loggers = [logging.getLogger(name) for name in ("core", "gui")]
    for logger in loggers:
        logger.addHandler(collector)
    yield
    for logger in loggers:
        logger.removeHandler(collector)
    if collector.records and request.node.get_closest_marker("expects_log") is None:
        lines = [f"{r.levelname} {r.name}: {r.getMessage()}" for r in collector.records]
        pytest.fail("unexpected log:\n" + "\n".join(lines), pytrace=False)


# --- The simulators -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tools:
    """The programs that bootstrap.py builds.

    Reading one that is not there skips the test with the reason; where CI=true it fails it. An
    environment variable (HAPROXY_SETUP_VCSIM, _GOVC, _PRACTICE_VCENTER) names another one.
    """

    @property
    def vcsim(self) -> Path:
        return self._find("vcsim")

    @property
    def govc(self) -> Path:
        return self._find("govc")

    @property
    def practice_vcenter(self) -> Path:
        return self._find("practice-vcenter")

    @property
    def dataplaneapi(self) -> Path:
        return self._find("dataplaneapi")

    @property
    def haproxy(self) -> Path:
        """The Debian package's: its folder is not on everybody's path."""
        found = shutil.which("haproxy", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if found:
            return Path(found)
        reason = "haproxy is not there: apt-get install -y --no-install-recommends haproxy"
        if IN_CI:
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)

    def _find(self, name: str) -> Path:
        override = os.environ.get("HAPROXY_SETUP_" + name.upper().replace("-", "_"))
        suffix = ".exe" if sys.platform == "win32" else ""
        path = Path(override) if override else TOOLS / "bin" / f"{name}{suffix}"
        if path.is_file():
            return path
        reason = f"{name} is not there: run packaging/dev/bootstrap.py --with-simulator"
        unavailable = TOOLS / "unavailable.txt"
        if unavailable.is_file():
            text = unavailable.read_text(encoding="utf-8").strip().replace("\n", "; ")
            reason = f"{name} is not there: {text}"
        if IN_CI:
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def tools() -> Tools:
    """The paths of vcsim, govc and practice-vcenter."""
    return Tools()
