"""Another profile's appliance that is called like one of a redeployment is nobody's but its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from core.profile.model import FILE, LIBRARY
from tests.fakes.vcenter import Peer

pytestmark = pytest.mark.simulator

FOLDER = "/Lab-DC/vm/haproxy"
NAMES = ["haproxy-new", "haproxy-old-20250101"]


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def deployed(peer: Peer, *, source: str = FILE) -> Path:
    path = peer.write(peer.profile(source=source))
    done = peer.deploy(path, "--no-wait")
    assert done.returncode == 0, done.stderr
    return path


def deploy_second(peer: Peer, name: str) -> Path:
    """An appliance of its own, with its own addresses, beside the first."""
    profile = peer.profile(
        vm={"name": name},
        network={
            "management_address": "192.168.110.21/24",
            "workload_address": "192.168.120.21/24",
        },
        load_balancing={"ranges": ("192.168.120.64/27",)},
    )
    path = peer.write(structs.replace(profile, id="second"), "second.yaml")
    done = peer.deploy(path, "--no-wait")
    assert done.returncode == 0, done.stderr
    return path


def machines(peer: Peer) -> dict[str, tuple[str, str]]:
    """Every machine by its name: id and power."""
    found = {}
    for path in peer.find("m"):
        machine = peer.machine(path)
        found[path.rpartition("/")[2]] = (
            machine["self"]["value"],
            machine["runtime"]["powerState"],
        )
    return found


def run(peer: Peer, *words: str) -> tuple[int, dict[str, Any]]:
    done = peer.run(*words, "--yes", "--json")
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("name", NAMES)
def test_undo_removes_its_own_machine_only(practice: Peer, name: str) -> None:
    first = deployed(practice)
    second = deploy_second(practice, name)
    other = machines(practice)[name]
    status, _ = run(practice, "undo", str(first), "--power-off")
    assert status == 0
    assert machines(practice) == {name: other}
    assert practice.run("plan", str(second)).returncode == 2, "only the proof is left to be done"


@pytest.mark.parametrize("name", NAMES)
def test_there_is_nothing_to_roll_back_or_to_accept(practice: Peer, name: str) -> None:
    first = deployed(practice)
    deploy_second(practice, name)
    before = machines(practice)
    assert run(practice, "redeploy", str(first), "--roll-back")[0] == 0
    assert machines(practice) == before
    assert run(practice, "accept", str(first))[0] == 0
    assert machines(practice) == before


@pytest.mark.parametrize("source", [FILE, LIBRARY])
def test_redeploy_says_that_the_name_of_the_new_one_is_taken(practice: Peer, source: str) -> None:
    first = deployed(practice, source=source)
    deploy_second(practice, "haproxy-new")
    before = machines(practice)
    status, plan = run(practice, "redeploy", str(first), "--accept-eula")
    errors = [one for one in plan["findings"] if one["severity"] == "error"]
    assert (status, [one["code"] for one in errors]) == (1, ["vm-name-taken"])
    assert "haproxy-new" in errors[0]["what"]
    assert machines(practice) == before


def test_one_called_like_an_old_one_may_run_beside_the_new_one(practice: Peer) -> None:
    """It has other addresses: F16 is about those."""
    first = deployed(practice)
    name = "haproxy-old-20250101"
    deploy_second(practice, name)
    other = machines(practice)[name]
    assert run(practice, "redeploy", str(first), "--accept-eula")[0] == 0
    after = machines(practice)
    assert after[name] == other
    assert after["haproxy"][1] == "poweredOn"
    assert run(practice, "accept", str(first))[0] == 0
    assert set(machines(practice)) == {"haproxy", name}


def test_a_name_that_one_to_be_put_aside_would_get_is_left_to_who_has_it(practice: Peer) -> None:
    first = deployed(practice)
    assert run(practice, "redeploy", str(first), "--accept-eula")[0] == 0
    today = next(name for name in machines(practice) if name != "haproxy")
    assert run(practice, "accept", str(first))[0] == 0
    deploy_second(practice, today)
    other = machines(practice)[today]
    assert run(practice, "redeploy", str(first), "--accept-eula")[0] == 0
    after = machines(practice)
    assert after[today] == other
    assert set(after) == {"haproxy", today, f"{today}-2"}
