"""Redeploy: a new machine takes the old one's place, never both on; accepted, or rolled back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import AppError
from core.jobs import JobContext
from core.plan.exchange import Exchange, make_exchange, ready_for
from core.plan.redeploy import apply_redeployment
from core.profile.model import FILE, LIBRARY, Profile
from core.vsphere.session import open_session
from tests.fakes.certificates import make_certificate
from tests.fakes.inventory_snapshot import snapshot
from tests.fakes.vcenter import Peer

pytestmark = pytest.mark.simulator

SWAP = ["power-off-old", "put-aside", "take-name", "power-on"]


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "haproxy-setup"


def redeploy(peer: Peer, path: Path, *flags: str) -> tuple[int, dict]:
    done = peer.run("redeploy", str(path), "--accept-eula", "--yes", "--json", *flags)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout)


def machines(peer: Peer) -> dict[str, tuple[str, str]]:
    """Our machines: name to (id, power)."""
    found = {}
    for path in peer.find("m"):
        name = path.rpartition("/")[2]
        if name.startswith("haproxy"):
            machine = peer.machine(name)
            found[name] = (machine["self"]["value"], machine["runtime"]["powerState"])
    return found


def deployed(peer: Peer, profile: Profile) -> Path:
    path = peer.write(profile)
    done = peer.deploy(path)
    assert done.returncode == 0, done.stderr
    return path


@pytest.mark.parametrize("source", [FILE, LIBRARY])
def test_a_new_machine_takes_the_place_and_the_old_one_is_kept_off(peer: Peer, source: str) -> None:
    path = deployed(peer, peer.profile(source=source))
    old_id = machines(peer)["haproxy"][0]
    status, report = redeploy(peer, path)
    assert status == 0, report
    after = machines(peer)
    new_id, power = after.pop("haproxy")
    assert (new_id != old_id, power) == (True, "poweredOn")
    ((aside, kept),) = after.items()
    assert aside.startswith("haproxy-old-2")
    assert kept == (old_id, "poweredOff")
    assert "redeploy-new-ca" in {f["code"] for f in report["findings"]}  # F17

    assert redeploy(peer, path)[0] == 0, "nothing is done twice"
    assert set(machines(peer)) == {"haproxy", aside}
    assert peer.run("plan", str(path)).returncode == 0, "deploy finds everything in its place"
    accepted = peer.run("accept", str(path), "--yes")
    assert accepted.returncode == 0, accepted.stderr
    assert machines(peer) == {"haproxy": (new_id, "poweredOn")}
    assert peer.run("accept", str(path), "--yes").returncode == 0


def test_roll_back_gives_the_old_one_its_place(practice: Peer) -> None:
    path = deployed(practice, practice.profile())
    before = machines(practice)
    assert redeploy(practice, path)[0] == 0
    assert redeploy(practice, path, "--roll-back")[0] == 0
    assert machines(practice) == before
    extra = {o["key"]: o["value"] for o in practice.machine()["config"]["extraConfig"]}
    assert not extra.get("haproxy-setup.replaced")
    assert redeploy(practice, path, "--roll-back")[0] == 0, "nothing left to do"
    assert redeploy(practice, path)[0] == 0, "and forward again"


@pytest.mark.parametrize(
    ("step", "way", "source"),
    [
        *((step, "forward", FILE) for step in ("deploy", "read-back", *SWAP)),
        *((step, "back", FILE) for step in ("deploy", "put-aside", "take-name")),
        *(("deploy", way, LIBRARY) for way in ("forward", "back")),
    ],
)
def test_killed_after_any_step_it_is_never_both_on_and_goes_on(
    practice: Peer, step: str, way: str, source: str
) -> None:
    path = deployed(practice, practice.profile(source=source))
    old_id = machines(practice)["haproxy"][0]
    titles = {
        "deploy": "done           Virtual machine", "settings": "done           Settings",
        "read-back": "done           Read", "power-off-old": "done           Power off",
        "put-aside": "done           Put", "take-name": "done           Rename",
        "power-on": "done           Power on",
    }  # fmt: skip
    process = practice.start("redeploy", str(path), "--accept-eula", "--yes")
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            if line.startswith(titles[step]):
                break
        process.kill()
    process.wait()
    assert [power for _, power in machines(practice).values()].count("poweredOn") <= 1  # F16
    unfinished = "haproxy" not in machines(practice)
    if unfinished:
        blocked = practice.deploy(path, "--json")
        assert blocked.returncode == 1
        assert "redeploy-unfinished" in blocked.stdout
    status, report = redeploy(practice, path, *(["--roll-back"] if way == "back" else []))
    assert status == 0, report
    after = machines(practice)
    assert [power for _, power in after.values()].count("poweredOn") == 1
    if way == "back":
        assert after == {"haproxy": (old_id, "poweredOn")}
    else:
        assert after["haproxy"][0] != old_id
        assert len(after) == 2


def test_the_ca_of_the_old_machine_is_kept_where_its_key_is_at_hand(
    practice: Peer, tmp_path: Path
) -> None:
    authority = make_certificate("HAProxy CA", ca=True)
    key = tmp_path / "ca.key"
    key.write_text(authority.key_pem, "ascii")
    profile = practice.profile(appliance={"ca_certificate": authority.pem, "ca_key_file": str(key)})
    deployed(practice, profile)
    without = practice.profile()
    path = practice.write(without)
    status, report = redeploy(practice, path)
    assert status == 0, report
    assert "redeploy-same-ca" in {f["code"] for f in report["findings"]}
    properties = {
        f"{p.get('classId')}.{p['id']}": p.get("value")
        for p in practice.machine()["config"]["vAppConfig"]["property"]
    }
    assert "".join(properties["appliance.ca_cert"].split()) == "".join(authority.pem.split())
    assert properties["appliance.ca_cert_key"]
    assert "PRIVATE KEY" not in json.dumps(report)
    again = practice.run("plan", str(path))
    assert again.returncode == 0, "the CA that the profile does not name is no difference"

    practice.govc("vm.power", "-off", "-force", "haproxy")
    assert practice.run("plan", str(path)).returncode == 2, "nor is it once the machine is off"
    assert practice.deploy(path, "--no-wait").returncode == 0


def test_accept_waits_until_the_new_one_runs(practice: Peer) -> None:
    path = deployed(practice, practice.profile())
    practice.control("faults", {"method": "PowerOnVM_Task", "fault": "ResourceInUse", "count": 1})
    status, report = redeploy(practice, path)
    assert status == 1
    assert report["error"]["advice"]
    refused = practice.run("accept", str(path), "--yes", "--json")
    assert refused.returncode == 1
    assert "accept-not-running" in refused.stdout
    assert len(machines(practice)) == 2
    assert redeploy(practice, path)[0] == 0
    assert practice.run("accept", str(path), "--yes").returncode == 0


def test_there_must_be_something_to_replace(practice: Peer) -> None:
    status, report = redeploy(practice, practice.write(practice.profile()))
    assert status == 1
    assert "redeploy-nothing" in {f["code"] for f in report["findings"]}
    assert practice.find("m") == []


def test_what_the_account_may_not_do_is_said_before_anything_is_switched_off(
    practice: Peer,
) -> None:
    path = deployed(practice, practice.profile())
    before = machines(practice)
    practice.control(
        "refuse",
        {"privileges": ["VirtualMachine.Interact.PowerOn", "VirtualMachine.Config.Rename"]},
    )
    status, report = redeploy(practice, path)
    assert status == 1
    said = " ".join(f["what"] for f in report["findings"] if f["code"] == "privilege-missing")
    assert "PowerOn" in said
    assert "Rename" in said
    assert machines(practice) == before


def test_undo_takes_a_redeployment_back_too(practice: Peer) -> None:
    before = snapshot(practice)
    path = deployed(practice, practice.profile())
    assert redeploy(practice, path)[0] == 0
    assert len(machines(practice)) == 2
    done = practice.run("undo", str(path), "--yes", "--power-off")
    assert done.returncode == 0, done.stderr
    assert snapshot(practice) == before


def test_what_was_put_back_since_is_not_removed(practice: Peer) -> None:
    """The removal looks again: between the question and the answer somebody may roll back."""
    profile = practice.profile()
    path = deployed(practice, profile)
    assert redeploy(practice, path)[0] == 0
    (aside,) = set(machines(practice)) - {"haproxy"}
    old = practice.machine(aside)["self"]["value"]
    with (
        ready_for(Exchange.ACCEPT, profile) as ready,
        open_session(profile.vcenter, practice.password) as session,
    ):
        plan = make_exchange(Exchange.ACCEPT, session, ready, JobContext())
        (where,) = (one for one in practice.find("m") if one.endswith(aside))
        practice.govc("object.rename", where, "haproxy put back by hand")
        with pytest.raises(AppError, match="not as it was when the removal was agreed to"):
            apply_redeployment(session, ready, plan, {}, JobContext())
    assert practice.machine("haproxy put back by hand")["self"]["value"] == old
