"""No secret of a run is in any file written, any output, any log, or any process's arguments."""

from __future__ import annotations

import base64
import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from core.profile.model import FILE, LIBRARY
from tests.fakes.certificates import make_certificate
from tests.fakes.vcenter import DATAPLANE_PASSWORD, ROOT_PASSWORD, Peer

pytestmark = pytest.mark.simulator


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Everything this application writes for itself goes here."""
    for variable in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME",
                     "XDG_CACHE_HOME", "TMPDIR"):  # fmt: skip
        folder = tmp_path / "home" / variable.lower()
        folder.mkdir(parents=True)
        monkeypatch.setenv(variable, str(folder))
    return tmp_path / "home"


@dataclasses.dataclass
class Watched:
    """A run of the command line, its output and the arguments of every process meanwhile."""

    status: int
    output: str
    arguments: set[bytes]


def watched(peer: Peer, *arguments: str, **environment: str) -> Watched:
    """Run the command line; each line it prints is a moment to look at the process list."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gui", *arguments],
        env=peer.environment | environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    seen = set(process_arguments(process.pid))
    lines = []
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            lines.append(line)
            seen |= set(process_arguments(process.pid))
    return Watched(process.wait(), "".join(lines), seen)


def process_arguments(root: int) -> Iterator[bytes]:
    """What ``ps`` shows everybody: arguments of all processes of this machine."""
    assert root
    if not Path("/proc/self/cmdline").exists():
        return
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                yield Path("/proc", name, "cmdline").read_bytes()
            except OSError:
                continue


def forms(secret: str) -> list[bytes]:
    """A secret as it could stand somewhere."""
    raw = secret.encode()
    whole = {
        raw,
        base64.b64encode(raw),
        quote(secret, safe="").encode(),
        repr(secret)[1:-1].encode(),
    }
    return sorted(whole)


def is_clean(peer: Peer, home: Path, runs: list[Watched], secrets: dict[str, list[bytes]]) -> None:
    places = {
        str(path): path.read_bytes()
        for top in (home, peer.folder)
        for path in top.rglob("*")
        if path.is_file() and not path.is_symlink() and path.suffix not in {".ova", ".key"}
    }
    written = [place for place in places if "haproxy-setup" in place]
    assert any(place.endswith(".log") for place in written), "there is a log to look into"
    assert any("journals" in place for place in written), "there is a journal to look into"
    for number, run in enumerate(runs, 1):
        places[f"output of run {number}"] = run.output.encode()
        places[f"process list of run {number}"] = b"\n".join(run.arguments)
    found = [
        f"{name} in {place}"
        for place, content in places.items()
        for name, variants in secrets.items()
        if any(variant in content for variant in variants)
    ]
    assert found == []


@pytest.mark.parametrize("source", [FILE, LIBRARY])
def test_no_secret_is_left_anywhere(
    practice: Peer, home: Path, tmp_path: Path, source: str
) -> None:
    authority = make_certificate("HAProxy CA", ca=True)
    key_file = tmp_path / "ca.key"
    key_file.write_text(authority.key_pem, "ascii")
    profile = practice.profile(
        source=source,
        appliance={"ca_certificate": authority.pem, "ca_key_file": str(key_file)},
    )
    path = practice.write(profile)
    key_lines = [line.encode() for line in authority.key_pem.splitlines() if "-----" not in line]
    secrets = {
        "the vCenter password": forms(practice.password),
        "the root password": forms(ROOT_PASSWORD),
        "the Data Plane API password": forms(DATAPLANE_PASSWORD),
        "the CA key": [line for line in key_lines if len(line) >= 16],
    }
    deploy = ("deploy", str(path), "--accept-eula", "--yes")
    runs = []
    practice.control("faults", {"method": "PowerOnVM_Task", "fault": "ResourceInUse", "count": 1})
    runs.append(watched(practice, *deploy))
    assert runs[-1].status == 1
    runs.append(watched(practice, *deploy, HAPROXY_SETUP_VCENTER_PASSWORD="Wrong-Secret-3!"))
    assert runs[-1].status == 1
    runs.append(watched(practice, *deploy))
    assert runs[-1].status == 0, runs[-1].output
    runs.append(watched(practice, *deploy, "--json"))
    practice.control("faults", {"method": "CreateImportSpec", "fault": "InvalidArgument"})
    runs.append(watched(practice, "redeploy", str(path), "--accept-eula", "--yes"))
    practice.control("faults", method="DELETE")
    runs.append(watched(practice, "redeploy", str(path), "--accept-eula", "--yes"))
    assert runs[-1].status == 0, runs[-1].output
    runs.append(watched(practice, "accept", str(path), "--yes"))
    runs.append(watched(practice, "undo", str(path), "--power-off", "--yes"))
    assert runs[-1].status == 0, runs[-1].output
    secrets["a wrong password"] = forms("Wrong-Secret-3!")
    is_clean(practice, home, runs, secrets)


def test_the_search_finds_what_is_there(practice: Peer, home: Path) -> None:
    """The test above would be worth nothing if it could not find a secret."""
    for place in ("haproxy-setup/log/x.log", "haproxy-setup/journals/x.json"):
        path = home / place
        path.parent.mkdir(parents=True)
        path.write_text(f"oops {ROOT_PASSWORD}", "utf-8")
    with pytest.raises(AssertionError, match="the root password"):
        is_clean(practice, home, [], {"the root password": forms(ROOT_PASSWORD)})
