"""Verify, undo, redeploy, accept and roll back through the window, seen by another client."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from core.background import deploying
from core.background.deploying import Request
from core.jobs import JobContext, StepState
from core.journal.lock import only_run
from core.profile.document import load_profile
from core.profile.model import LIBRARY, Profile, Secrets
from gui.application import Application
from gui.dialogs.plan_dialog import PlanDialog
from gui.dialogs.question import Question
from gui.pages.deploy_page import DeployPage
from gui.pages.phase import Phase
from gui.vcenter_state import State
from gui.window.main_window import MainWindow
from tests.conftest import Tools
from tests.fakes.inventory_snapshot import snapshot
from tests.fakes.vcenter import DATAPLANE_PASSWORD, ROOT_PASSWORD, Peer, changed, practice_peer
from tests.gui.conftest import show, turn_to

pytestmark = [pytest.mark.simulator, pytest.mark.slow]

LONG = 60_000
STOPPED_WITHIN_S = 3.0


@pytest.fixture
def peer(tools: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Peer]:
    """A practice vCenter, and a state folder of this test's own for journal and lock."""
    monkeypatch.setenv("HAPROXY_SETUP_PRACTICE_VCENTER", str(tools.practice_vcenter))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with practice_peer(tools.govc) as running:
        yield running


def secrets_of(peer: Peer) -> Secrets:
    return Secrets(
        vcenter_password=peer.password,
        root_password=ROOT_PASSWORD,
        dataplane_password=DATAPLANE_PASSWORD,
    )


def deployed(peer: Peer, profile: Profile | None = None) -> Path:
    """By the functions of the window, without one."""
    path = peer.write(profile or peer.profile())
    request = Request(load_profile(str(path)).profile, secrets_of(peer), True, str(path))
    deploying.deploy(JobContext(), request)
    return path


@pytest.fixture
def opened_on(qtbot: QtBot, threaded: Application, peer: Peer) -> Callable[..., MainWindow]:
    """A window on a profile's file, its passwords typed."""

    def open_window(path: Path, *, closes_itself: bool = False) -> MainWindow:
        window = threaded.open_window()
        if not closes_itself:  # else qtbot would close what is gone by then
            show(qtbot, window)
        window.complete()
        window.flow.open(path)
        qtbot.waitUntil(lambda: window.model.document is not None, timeout=LONG)
        window.build_all()
        for name in ("vcenter_password", "root_password", "dataplane_password"):
            window.model.set_secret(name, getattr(secrets_of(peer), name))
        return window

    return open_window


def preview(qtbot: QtBot, window: MainWindow, action: str) -> PlanDialog:
    """Trigger an action; its dialog, once it shows what would be done or why nothing can be."""
    window.actions_by_key[action].trigger()
    dialog = window.commands.upkeep.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.bar.isHidden(), timeout=LONG)
    return dialog


def shown(dialog: PlanDialog) -> dict[str, tuple[str, str]]:
    """Each object of an undo's dialog with what becomes of it and why."""
    assert dialog.plan is not None
    return {str(s.title): (s.action, str(s.reason or "")) for s in dialog.plan.steps}


def carried_out(qtbot: QtBot, window: MainWindow) -> DeployPage:
    page = window.deploy_page
    assert window.page is page
    qtbot.waitUntil(lambda: not page.phase.is_busy, timeout=LONG)
    return page


def machines(peer: Peer) -> dict[str, str]:
    """Our machines as govc sees them: name to power."""
    names = [path.rpartition("/")[2] for path in peer.find("m")]
    ours = [name for name in names if name.startswith("haproxy")]
    return {name: peer.machine(name)["runtime"]["powerState"] for name in ours}


def pressed(qtbot: QtBot, page: DeployPage, caption: str) -> None:
    """Press a button of the banner."""

    def found() -> list[QPushButton]:
        buttons = page.banner.findChildren(QPushButton)
        return [one for one in buttons if one.text() == caption and one.isVisible()]

    qtbot.waitUntil(lambda: len(found()) == 1, timeout=LONG)
    found()[0].click()


@pytest.mark.parametrize("source", ["file", LIBRARY])
def test_undo_leaves_the_inventory_as_it_was_before(
    qtbot: QtBot, peer: Peer, opened_on: Callable[[Path], MainWindow], source: str
) -> None:
    before = snapshot(peer)
    path = deployed(peer, peer.profile("frontend", source))
    there = snapshot(peer)
    assert there != before
    window = opened_on(path)

    dialog = preview(qtbot, window, "undo")
    assert {action for action, _ in shown(dialog).values()} == {"remove"}
    assert "Virtual machine haproxy" in shown(dialog)
    assert "haproxy is powered on" in str(dialog.findings.findings[0].what)
    assert not dialog.verb.isEnabled(), "a running appliance needs one word more"
    assert dialog.cancel.isDefault()
    dialog.cancel.click()
    assert window.deploy_page.phase is Phase.IDLE
    assert snapshot(peer) == there, "looking changes nothing"

    dialog = preview(qtbot, window, "undo")
    dialog.consent.click()
    dialog.verb.click()
    page = carried_out(qtbot, window)
    assert page.phase is Phase.SUCCEEDED, page.banner.text
    assert snapshot(peer) == before
    assert {row.line.state for row in page.steps.rows.values()} == {StepState.DONE}
    assert "nothing that this program made is left" in page.banner.advice.text()

    dialog = preview(qtbot, window, "undo")
    assert "nothing to remove" in dialog.head.text()
    assert dialog.verb.isHidden()
    dialog.cancel.click()


def test_what_others_use_stays_and_is_named_with_the_reason(
    qtbot: QtBot, peer: Peer, opened_on: Callable[[Path], MainWindow]
) -> None:
    before = snapshot(peer)
    path = deployed(peer)
    peer.govc(
        "vm.create", "-on=false", "-net", "Workload Network", "-ds", "datastore-01",
        "-host", "esx-02.lab.example", "theirs",
    )  # fmt: skip
    window = opened_on(path)
    dialog = preview(qtbot, window, "undo")
    assert shown(dialog)["Port group Workload Network"] == ("keep", "it is used by theirs")
    dialog.consent.click()
    dialog.verb.click()
    page = carried_out(qtbot, window)
    assert page.phase is Phase.SUCCEEDED, page.banner.text
    assert "Port group Workload Network stays: it is used by theirs." in page.banner.advice.text()
    stays = [r for r in page.steps.rows.values() if r.state_label.text() == "stays"]
    assert len(stays) == 3
    assert all("theirs" in r.note.text() or "Workload" in r.note.text() for r in stays)
    assert "3 stay" in page.overall.text()
    assert machines(peer) == {}

    peer.govc("vm.destroy", "theirs")
    pressed(qtbot, page, "Undo the rest…")
    dialog = window.commands.upkeep.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.verb.isEnabled(), timeout=LONG)
    dialog.verb.click()
    page = carried_out(qtbot, window)
    assert snapshot(peer) == before


def test_an_undo_is_cancelled_in_the_middle_and_finished_later(
    qtbot: QtBot, peer: Peer, opened_on: Callable[[Path], MainWindow]
) -> None:
    before = snapshot(peer)
    window = opened_on(deployed(peer))
    slow = {"method": "Destroy_Task", "delay_ms": 20_000, "fault": "InvalidState", "task": True}
    peer.control("faults", slow | {"skip": 1, "count": 1})
    dialog = preview(qtbot, window, "undo")
    dialog.consent.click()
    dialog.verb.click()
    page = window.deploy_page
    qtbot.waitUntil(lambda: removing_a_group(page), timeout=LONG)
    page.cancel_button.click()
    asked = time.monotonic()
    assert page.phase is Phase.CANCELLING
    qtbot.waitUntil(lambda: not page.phase.is_busy, timeout=LONG)
    assert time.monotonic() - asked < STOPPED_WITHIN_S
    assert page.phase is Phase.CANCELLED
    assert "Removed so far: Virtual machine haproxy" in page.banner.advice.text()
    assert (machines(peer), snapshot(peer) == before) == ({}, False)

    peer.control("faults", method="DELETE")
    pressed(qtbot, page, "Undo the rest…")
    dialog = window.commands.upkeep.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.verb.isEnabled(), timeout=LONG)
    dialog.verb.click()
    page = carried_out(qtbot, window)
    assert page.phase is Phase.SUCCEEDED, page.banner.text
    assert snapshot(peer) == before


def removing_a_group(page: DeployPage) -> bool:
    lines = page.steps.lines.values()
    return any(
        line.step.key.startswith("port-group") and line.state is StepState.RUNNING for line in lines
    )


def test_closing_during_an_undo_asks_cancels_and_waits(
    qtbot: QtBot,
    peer: Peer,
    opened_on: Callable[..., MainWindow],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    answers = ["stay", "stop"]

    def ask(*arguments: object) -> str:
        asked.append(str(arguments[2]))
        return answers.pop(0)

    monkeypatch.setattr(Question, "ask", ask)
    window = opened_on(deployed(peer), closes_itself=True)
    slow = {"method": "Destroy_Task", "delay_ms": 20_000, "fault": "InvalidState", "task": True}
    peer.control("faults", slow | {"skip": 1, "count": 1})
    dialog = preview(qtbot, window, "undo")
    dialog.consent.click()
    dialog.verb.click()
    page = window.deploy_page
    qtbot.waitUntil(lambda: removing_a_group(page), timeout=LONG)
    window.close()
    assert window.isVisible()
    assert page.phase is Phase.RUNNING
    window.close()
    assert page.phase is Phase.CANCELLING
    assert asked == ["A deployment is being taken back. Stop and close?"] * 2
    with qtbot.waitSignal(window.destroyed, timeout=LONG):
        pass
    assert peer.find("w") != [], "what was not reached is still there"


def test_a_second_run_is_refused_naming_the_first(
    qtbot: QtBot, peer: Peer, opened_on: Callable[[Path], MainWindow]
) -> None:
    window = opened_on(deployed(peer))
    with only_run(window.model.profile, "deploy"):
        for action in ("undo", "redeploy", "accept", "roll_back"):
            if action == "redeploy":
                accept_licence(qtbot, window)
            dialog = preview(qtbot, window, action)
            assert "Another run is working on haproxy: deploy" in dialog.head.text()
            assert dialog.verb.isHidden()
            dialog.cancel.click()
    assert machines(peer) == {"haproxy": "poweredOn"}


def accept_licence(qtbot: QtBot, window: MainWindow) -> None:
    turn_to(qtbot, window, "ova")
    qtbot.waitUntil(lambda: window.ova.verified is not None, timeout=LONG)
    window.page.accept_box.click()  # type: ignore[attr-defined]
    assert window.ova.licence_accepted


def test_what_has_changed_since_it_was_agreed_to_is_not_removed(
    qtbot: QtBot, peer: Peer, opened_on: Callable[[Path], MainWindow]
) -> None:
    """Between looking and agreeing, a redeployment elsewhere has made another machine of ours."""
    path = deployed(peer)
    window = opened_on(path)
    dialog = preview(qtbot, window, "undo")
    done = peer.run("redeploy", str(path), "--accept-eula", "--yes")
    assert done.returncode == 0, done.stderr
    there = machines(peer)
    dialog.consent.click()
    dialog.verb.click()
    page = carried_out(qtbot, window)
    assert page.phase is Phase.FAILED
    assert "has changed since the plan was shown" in page.banner.text
    assert machines(peer) == there
    assert len(there) == 2


def test_verify_shows_each_check_and_says_what_could_not_be_seen(
    qtbot: QtBot, peer: Peer, opened_on: Callable[[Path], MainWindow]
) -> None:
    window = opened_on(deployed(peer))
    window.actions_by_key["verify"].trigger()
    page = carried_out(qtbot, window)
    assert page.phase is Phase.SUCCEEDED, page.banner.text
    assert len(page.steps.rows) == 6
    assert {row.state_label.text() for row in page.steps.rows.values()} == {"not checked"}
    assert page.overall.text() == "0 proven, 0 failed, 6 not checked."
    assert page.banner.property("banner") == "warning", "not seen is not proven"
    assert "no earlier proof" in page.banner.advice.text()
    assert page.cancel_button.isHidden()

    peer.govc("vm.power", "-off", "haproxy")
    pressed(qtbot, page, "Verify again")
    page = carried_out(qtbot, window)
    assert page.banner.property("banner") == "problem"
    failed = [row for row in page.steps.rows.values() if row.line.state is StepState.FAILED]
    assert any("powered off" in row.note.text() for row in failed)
    peer.govc("vm.destroy", "haproxy")
    pressed(qtbot, page, "Verify again")
    page = carried_out(qtbot, window)
    assert [f.code for f in page.findings.findings] == ["proof-missing"]
    assert page.found.isVisible()


def test_redeploy_roll_back_redeploy_accept(
    qtbot: QtBot, peer: Peer, opened_on: Callable[[Path], MainWindow]
) -> None:
    window = opened_on(deployed(peer))
    before = peer.machine()["self"]["value"]
    qtbot.waitUntil(lambda: window.ova.facts is not None, timeout=LONG)
    window.actions_by_key["redeploy"].trigger()
    assert window.commands.upkeep.dialog is None
    assert "licence" in window.deploy_page.banner.text
    accept_licence(qtbot, window)

    redeploy(qtbot, window)
    page = window.deploy_page
    assert "A new haproxy is in place" in page.banner.text
    assert peer.machine()["self"]["value"] != before
    (aside,) = set(machines(peer)) - {"haproxy"}
    assert machines(peer) == {"haproxy": "poweredOn", aside: "poweredOff"}
    assert f"{aside}: powered off" in page.banner.advice.text()

    pressed(qtbot, page, "Roll back…")
    agree(qtbot, window)
    page = carried_out(qtbot, window)
    assert page.phase is Phase.SUCCEEDED, page.banner.text
    assert machines(peer) == {"haproxy": "poweredOn"}
    assert peer.machine()["self"]["value"] == before

    redeploy(qtbot, window)
    pressed(qtbot, page, "Accept…")
    dialog = agree(qtbot, window)
    assert dialog == [("remove", f"Remove virtual machine {aside}")]
    page = carried_out(qtbot, window)
    assert page.phase is Phase.SUCCEEDED, page.banner.text
    assert machines(peer) == {"haproxy": "poweredOn"}
    assert peer.machine()["self"]["value"] != before

    dialog = preview(qtbot, window, "roll_back")
    assert "no old appliance" in dialog.head.text()
    dialog.cancel.click()


def test_the_licence_of_a_library_item_is_asked_for_once_it_is_known(
    qtbot: QtBot, peer: Peer, opened_on: Callable[[Path], MainWindow]
) -> None:
    window = opened_on(deployed(peer, peer.profile("default", LIBRARY)))
    preview(qtbot, window, "redeploy").verb.click()
    page = window.deploy_page
    assert page.phase is Phase.IDLE
    assert "licence" in page.banner.text
    pressed(qtbot, page, "Go to the licence")
    assert window.page.key == "ova"
    window.page.accept_box.click()  # type: ignore[attr-defined]
    redeploy(qtbot, window)
    assert len(machines(peer)) == 2


def redeploy(qtbot: QtBot, window: MainWindow) -> None:
    dialog = preview(qtbot, window, "redeploy")
    assert "proof" not in {f.code for f in dialog.findings.findings}
    assert "redeploy-new-ca" in {f.code for f in dialog.findings.findings}
    assert dialog.cancel.isDefault()
    dialog.verb.click()
    page = carried_out(qtbot, window)
    assert page.phase is Phase.SUCCEEDED, page.banner.text


def agree(qtbot: QtBot, window: MainWindow) -> list[tuple[str, str]]:
    dialog = window.commands.upkeep.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.verb.isEnabled(), timeout=LONG)
    assert dialog.plan is not None
    steps = [(step.action, str(step.title)) for step in dialog.plan.steps]
    dialog.verb.click()
    return steps


def was_called(peer: Peer, method: str) -> bool:
    return bool(peer.control("calls", method="GET").get(method))


@pytest.mark.parametrize("method", ["RetrieveServiceContent", "Login"])
def test_a_login_that_hangs_hears_a_cancel(
    qtbot: QtBot, peer: Peer, opened_on: Callable[[Path], MainWindow], method: str
) -> None:
    window = opened_on(peer.write(peer.profile()))
    peer.control("faults", {"method": method, "delay_ms": 20_000, "count": 1})
    window.actions_by_key["verify"].trigger()
    page = window.deploy_page
    assert page.phase is Phase.RUNNING
    qtbot.waitUntil(lambda: was_called(peer, method), timeout=LONG)
    asked = time.monotonic()
    page.cancel_button.click()
    qtbot.waitUntil(lambda: page.phase is Phase.CANCELLED, timeout=LONG)
    assert time.monotonic() - asked < STOPPED_WITHIN_S


def test_a_handshake_that_hangs_hears_a_cancel(
    qtbot: QtBot, peer: Peer, opened_on: Callable[[Path], MainWindow]
) -> None:
    """Before there is a session: what answers the connection never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(LONG / 1000)
        port = silent.getsockname()[1]
        window = opened_on(peer.write(changed(peer.profile(), vcenter={"port": port})))
        window.actions_by_key["verify"].trigger()
        page = window.deploy_page
        connection, _ = silent.accept()
        with connection:
            asked = time.monotonic()
            page.cancel_button.click()
            qtbot.waitUntil(lambda: page.phase is Phase.CANCELLED, timeout=LONG)
            assert time.monotonic() - asked < STOPPED_WITHIN_S


def test_a_preview_is_cancelled_with_its_dialog(
    qtbot: QtBot, peer: Peer, opened_on: Callable[[Path], MainWindow], threaded: Application
) -> None:
    window = opened_on(peer.write(peer.profile()))
    peer.control("faults", {"method": "Login", "delay_ms": 20_000, "count": 1})
    window.actions_by_key["undo"].trigger()
    dialog = window.commands.upkeep.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: was_called(peer, "Login"), timeout=LONG)
    asked = time.monotonic()
    dialog.cancel.click()
    runner = threaded.controller.runner
    qtbot.waitUntil(lambda: not runner.is_busy, timeout=LONG)
    assert time.monotonic() - asked < STOPPED_WITHIN_S
    assert window.deploy_page.phase is Phase.IDLE


@pytest.mark.parametrize("action", ["undo", "accept"])
def test_a_preview_holds_nothing_while_it_connects(
    qtbot: QtBot,
    peer: Peer,
    opened_on: Callable[[Path], MainWindow],
    threaded: Application,
    action: str,
) -> None:
    """Who cancels it can begin something else at once, whatever the connection does."""
    window = opened_on(peer.write(peer.profile()))
    peer.control("faults", {"method": "Login", "delay_ms": 20_000, "count": 1})
    window.actions_by_key[action].trigger()
    dialog = window.commands.upkeep.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: was_called(peer, "Login"), timeout=LONG)
    with only_run(window.model.profile, "deploy"):
        dialog.cancel.click()
        runner = threaded.controller.runner
        qtbot.waitUntil(lambda: not runner.is_busy, timeout=LONG)


def test_without_a_password_the_way_to_it_is_shown(
    qtbot: QtBot, peer: Peer, opened_on: Callable[[Path], MainWindow]
) -> None:
    window = opened_on(peer.write(peer.profile()))
    window.model.set_secret("vcenter_password", "")
    for action in ("verify", "undo", "accept"):
        window.actions_by_key[action].trigger()
        assert window.commands.upkeep.dialog is None
        assert "password is missing" in window.deploy_page.banner.text
    pressed(qtbot, window.deploy_page, "Go to Connection")
    assert window.page.key == "connection"


def test_two_windows_do_not_end_each_others_work(
    qtbot: QtBot, peer: Peer, opened_on: Callable[[Path], MainWindow]
) -> None:
    """They share one controller, whose newer job of a kind replaces the older of the same asker."""
    path = deployed(peer)
    first, second = opened_on(path), opened_on(path)
    peer.control("calls", method="DELETE")
    peer.control("faults", {"method": "Login", "delay_ms": 1500, "count": 1})
    first.vcenter.connect_now()
    qtbot.waitUntil(lambda: was_called(peer, "Login"), timeout=LONG)
    second.vcenter.connect_now()
    for window in (first, second):
        qtbot.waitUntil(lambda w=window: w.vcenter.state is State.CONNECTED, timeout=LONG)
