"""One redeployment after the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.profile.model import FILE, LIBRARY
from tests.fakes.vcenter import Peer

pytestmark = pytest.mark.simulator


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.mark.parametrize("source", [FILE, LIBRARY])
def test_a_redeployed_appliance_can_be_redeployed_again(practice: Peer, source: str) -> None:
    """Its files lie in the folder of the name under which the second one is made."""
    path = practice.write(practice.profile(source=source))
    assert practice.deploy(path).returncode == 0
    seen = {practice.machine()["self"]["value"]}
    for _ in range(3):
        done = practice.run("redeploy", str(path), "--accept-eula", "--yes")
        assert done.returncode == 0, done.stderr
        done = practice.run("accept", str(path), "--yes")
        assert done.returncode == 0, done.stderr
        assert len(practice.find("m")) == 1
        seen.add(practice.machine()["self"]["value"])
    assert len(seen) == 4
    assert practice.run("plan", str(path)).returncode == 0


def test_where_the_folder_is_refused_nobody_is_told_to_remove_the_running_machines(
    stock: Peer,
) -> None:
    """Stock vcsim leaves the disks' path as it is; a vCenter would take another folder."""
    path = stock.write(stock.profile())
    assert stock.deploy(path).returncode == 0
    assert stock.run("redeploy", str(path), "--accept-eula", "--yes").returncode == 0
    assert stock.run("accept", str(path), "--yes").returncode == 0
    running = stock.machine()["self"]["value"]
    done = stock.run("redeploy", str(path), "--accept-eula", "--yes")
    assert done.returncode == 1
    assert "haproxy-new: a file of that name exists on the datastore" in done.stderr
    assert "A virtual machine that was renamed keeps its folder" in done.stderr
    machine = stock.machine()
    assert machine["self"]["value"] == running
    assert machine["runtime"]["powerState"] == "poweredOn"
