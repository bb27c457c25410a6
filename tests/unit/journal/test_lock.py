"""Two runs at once: the second is told who the first is; a dead one is never in the way."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec import structs

from core.journal.lock import AlreadyRunning, lock_path, only_run
from core.profile.model import Profile, VCenterSettings, VmSettings

ROOT = Path(__file__).parents[3]
PROFILE = Profile(id="abc", vcenter=VCenterSettings("vc.lab.example"), vm=VmSettings("haproxy"))
HOLDER = """
import sys
from core.journal.lock import only_run
from core.profile.model import Profile, VCenterSettings, VmSettings
profile = Profile(id="abc", vcenter=VCenterSettings("VC.lab.example"), vm=VmSettings("haproxy"))
with only_run(profile, "deploy"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "haproxy-setup"


@pytest.fixture
def holder():
    """Another process that holds the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_the_second_run_is_refused_and_told_of_the_first(holder) -> None:
    with pytest.raises(AlreadyRunning) as caught, only_run(PROFILE, "undo"):
        pass
    said = str(caught.value)
    for part in ("haproxy", "deploy", str(holder.pid), socket.gethostname()):
        assert part in said
    assert caught.value.holder["since"].startswith("20")


def test_a_killed_run_leaves_no_lock(holder) -> None:
    holder.kill()
    holder.wait()
    with only_run(PROFILE, "undo"):
        pass


def test_a_run_that_ended_leaves_no_lock() -> None:
    for _ in range(2):
        with (
            only_run(PROFILE, "deploy"),
            pytest.raises(AlreadyRunning, match=str(os.getpid())),
            only_run(PROFILE, "deploy"),
        ):
            pass
    assert lock_path(PROFILE).read_bytes() == b"", "what it says is only of who holds it"


def test_another_machine_or_vcenter_is_another_lock() -> None:
    machine = structs.replace(PROFILE, vm=VmSettings("other"))
    vcenter = structs.replace(PROFILE, vcenter=VCenterSettings("other"))
    with only_run(PROFILE, "deploy"), only_run(machine, "deploy"), only_run(vcenter, "deploy"):
        pass


def test_no_lock_can_be_written_no_lock_is_needed(state: Path) -> None:
    state.write_text("a file where the folder should be", "utf-8")
    with only_run(PROFILE, "deploy"):
        pass


def test_a_lock_that_says_nonsense_still_locks(holder) -> None:
    lock_path(PROFILE).write_bytes(b"\xff{")
    with pytest.raises(AlreadyRunning, match=r"\?"), only_run(PROFILE, "undo"):
        pass
