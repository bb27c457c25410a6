"""A whole deployment through the window: real widgets, controller, threads, simulated vCenter."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot
from pyVmomi import vim

from core.errors import RemoteError
from core.jobs import StepState
from core.plan import deployment
from core.plan.step import Step
from core.plan.work import Work
from core.practice.server import VARIABLE, Practice, running_practice
from core.profile.document import ProfileDocument
from core.profile.model import DEFAULT, FIELDS, FILE, FRONTEND, LIBRARY
from core.proof import rules
from core.proof.case import Case
from core.proof.check import Check, Result
from core.proof.checks import CHECKS
from core.text import Text
from core.vsphere.session import Session, open_session
from gui.application import Application
from gui.dialogs.question import Question
from gui.form.inventory_editor import InventoryEditor
from gui.pages.connection_page import ConnectionPage
from gui.pages.deploy_page import DeployPage
from gui.pages.phase import Phase
from gui.pages.review_page import ReviewPage
from gui.vcenter_state import State
from gui.window.main_window import MainWindow
from tests.conftest import Tools
from tests.fakes.certificates import make_certificate
from tests.gui.conftest import show, turn_to
from tests.gui.test_form import line, row_of

pytestmark = [pytest.mark.simulator, pytest.mark.slow]

LONG = 60_000
AUTHORITY = make_certificate().pem


@pytest.fixture
def practice(
    tools: Tools, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Practice]:
    monkeypatch.setitem(os.environ, VARIABLE, str(tools.practice_vcenter))
    size = getattr(request, "param", 4 << 20)
    with running_practice(ova_bytes=size) as running:
        yield running


@pytest.fixture
def at_work(
    qtbot: QtBot, threaded: Application, practice: Practice
) -> Callable[[str, str], MainWindow]:
    """A window on a sample profile, its passwords typed."""

    def open_window(topology: str, source: str) -> MainWindow:
        threaded.know_practice(practice)
        window = show(qtbot, threaded.open_window())
        window.model.show(ProfileDocument(practice.profile_text(topology, source)))
        window.flow.opened.emit()
        window.build_all()
        window.secrets.practise(practice.password)
        return window

    return open_window


def connect(qtbot: QtBot, window: MainWindow) -> None:
    turn_to(qtbot, window, "connection")
    window.foot.primary.click()
    qtbot.waitUntil(lambda: window.vcenter.state is State.CONNECTED, timeout=LONG)
    qtbot.waitUntil(lambda: bool(window.vcenter.hosts), timeout=LONG)


def review(qtbot: QtBot, window: MainWindow) -> ReviewPage:
    turn_to(qtbot, window, "review")
    page = window.page
    assert isinstance(page, ReviewPage)
    qtbot.waitUntil(lambda: page.plan is not None and page.plan.is_live, timeout=LONG)
    return page


def accept(qtbot: QtBot, window: MainWindow) -> None:
    turn_to(qtbot, window, "ova")
    if window.ova.path is not None:
        qtbot.waitUntil(lambda: window.ova.verified is not None, timeout=LONG)
    window.page.accept_box.click()  # type: ignore[attr-defined]
    assert window.ova.licence_accepted


def deploy(qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> DeployPage:
    asked: list[str] = []

    def ask(*arguments: object) -> str:
        asked.append(str(arguments[2]))
        return "deploy"

    monkeypatch.setattr(Question, "ask", ask)
    turn_to(qtbot, window, "deploy")
    page = window.page
    assert isinstance(page, DeployPage)
    qtbot.waitUntil(lambda: window.foot.primary.isEnabled(), timeout=LONG)
    window.foot.primary.click()
    assert page.phase is Phase.RUNNING
    assert asked == ["Deploy haproxy to Lab-DC/Supervisor-Cluster?"]
    return page


@pytest.mark.parametrize("topology", [DEFAULT, FRONTEND])
@pytest.mark.parametrize("source", [FILE, LIBRARY])
def test_a_deployment_from_connecting_to_the_result(
    qtbot: QtBot,
    at_work: Callable[[str, str], MainWindow],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    topology: str,
    source: str,
) -> None:
    window = at_work(topology, source)
    connect(qtbot, window)
    assert "Practice" in window.strip.pill.text()
    plan = review(qtbot, window).plan
    assert plan is not None
    assert [f"{f.what}" for f in plan.findings if f.is_error] == []
    qtbot.waitUntil(lambda: bool(window.ova.licences), timeout=LONG)
    accept(qtbot, window)
    reviewed = review(qtbot, window)
    qtbot.waitUntil(lambda: reviewed.banner.text == "Ready to deploy.", timeout=LONG)
    page = deploy(qtbot, window, monkeypatch)
    qtbot.waitUntil(lambda: not page.phase.is_busy, timeout=LONG)
    assert page.phase is Phase.SUCCEEDED, page.banner.text
    states = {line.state for line in page.steps.lines.values()}
    assert states <= {StepState.DONE, StepState.SKIPPED}
    assert "192.168.110.20:5556" in page.card.report()
    assert page.recent.isVisible()
    assert {task.state for task in page.tasks.tasks} == {"success"}
    assert "workload-vds" in {task.object_name for task in page.tasks.tasks}
    sheet = tmp_path / "sheet.md"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(sheet), ""))
    window.actions_by_key["handoff"].trigger()
    qtbot.waitUntil(sheet.exists, timeout=LONG)
    qtbot.waitUntil(lambda: window.vcenter.state is State.CONNECTED, timeout=LONG)


@pytest.mark.parametrize("practice", [192 << 20], indirect=True)
def test_cancel_in_mid_upload_says_what_stays_and_can_be_repeated(
    qtbot: QtBot,
    at_work: Callable[[str, str], MainWindow],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = at_work(DEFAULT, FILE)
    connect(qtbot, window)
    accept(qtbot, window)
    page = deploy(qtbot, window, monkeypatch)
    qtbot.waitUntil(
        lambda: (
            "deploy" in page.steps.rows
            and page.steps.lines["deploy"].state is StepState.RUNNING
            and page.steps.rows["deploy"].bar.value() > 0
        ),
        timeout=LONG,
    )
    page.cancel_button.click()
    assert page.phase is Phase.CANCELLING
    qtbot.waitUntil(lambda: not page.phase.is_busy, timeout=LONG)
    assert page.phase is Phase.CANCELLED
    assert "kept" in page.banner.advice.text()
    profile = window.model.profile
    with open_session(profile.vcenter, window.model.secrets.vcenter_password) as session:
        assert find_machines(session, profile.vm.name) == []


def find_machines(session: Session, name: str) -> list[str]:
    manager, root = session.content.viewManager, session.content.rootFolder
    view = manager.CreateContainerView(root, [vim.VirtualMachine], True)
    return [machine.name for machine in view.view if machine.name == name]


def test_a_failed_step_is_said_and_tried_again(
    qtbot: QtBot,
    at_work: Callable[[str, str], MainWindow],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run, failed = deployment._run_recorded, []

    def fail_once(step: Step, work: Work) -> None:
        if step.key == "power-on" and not failed:
            failed.append(step.key)
            raise RemoteError(Text("The host is out of memory."), Text("Free some of it."))
        run(step, work)

    monkeypatch.setattr(deployment, "_run_recorded", fail_once)
    window = at_work(DEFAULT, FILE)
    connect(qtbot, window)
    accept(qtbot, window)
    page = deploy(qtbot, window, monkeypatch)
    qtbot.waitUntil(lambda: not page.phase.is_busy, timeout=LONG)
    assert failed
    assert page.phase is Phase.FAILED
    row = page.steps.rows["power-on"]
    assert row.line.state is StepState.FAILED
    assert "out of memory" in row.note.text()
    assert row.note.isVisible()
    assert "out of memory" in page.banner.text
    again = page.banner.findChildren(QPushButton)[0]
    assert again.text() == "Try again from this step"
    again.click()
    qtbot.waitUntil(lambda: not page.phase.is_busy, timeout=LONG)
    assert page.phase is Phase.SUCCEEDED, page.banner.text
    assert page.steps.rows["switch"].state_label.text() == "already there"


def test_a_failed_proof_is_made_again_and_never_taken_for_passed(
    qtbot: QtBot,
    at_work: Callable[[str, str], MainWindow],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    outcomes = iter([StepState.DONE, StepState.FAILED] * 2)
    made: list[str] = []

    def look(check: Check, case: Case) -> Result:
        made.append(check.key)
        case.authority = AUTHORITY
        state = next(outcomes, StepState.DONE)
        is_wrong = state is StepState.FAILED
        silent = rules.SILENT_GUEST.found("vm.name", what=Text("Nothing heard."))
        finding = silent if is_wrong else None
        return Result(check.key, check.title, state, Text("seen"), 0.1, finding)

    monkeypatch.setattr("core.proof.steps.carry_out", look)
    window = at_work(DEFAULT, FILE)
    connect(qtbot, window)
    accept(qtbot, window)
    page = deploy(qtbot, window, monkeypatch)
    for _ in range(2):
        qtbot.waitUntil(lambda: not page.phase.is_busy, timeout=LONG)
        assert page.phase is Phase.FAILED, page.banner.text
        assert made == [CHECKS[0].key, CHECKS[1].key]
        made.clear()
        again = page.banner.findChildren(QPushButton)[0]
        assert again.text() == "Try again from this step"
        again.click()
    qtbot.waitUntil(lambda: not page.phase.is_busy, timeout=LONG)
    assert made == [check.key for check in CHECKS]
    assert page.banner.text == "haproxy is deployed, powered on and proven to work."
    made.clear()
    page.deploy()
    qtbot.waitUntil(lambda: not page.phase.is_busy, timeout=LONG)
    assert made == []
    assert "it was proven to work on" in page.banner.text


def test_a_second_deployment_that_proves_nothing_says_so(
    qtbot: QtBot,
    at_work: Callable[[str, str], MainWindow],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = at_work(DEFAULT, FILE)
    connect(qtbot, window)
    accept(qtbot, window)
    page = deploy(qtbot, window, monkeypatch)
    for _ in range(2):
        qtbot.waitUntil(lambda: not page.phase.is_busy, timeout=LONG)
        assert page.phase is Phase.SUCCEEDED, page.banner.text
        assert page.banner.property("banner") == "warning"
        assert "it is not proven that it works" in page.banner.text
        page.deploy()
    qtbot.waitUntil(lambda: not page.phase.is_busy, timeout=LONG)


def test_an_unknown_certificate_is_shown_and_trusted(
    qtbot: QtBot,
    at_work: Callable[[str, str], MainWindow],
    monkeypatch: pytest.MonkeyPatch,
    practice: Practice,
) -> None:
    from gui.dialogs.certificate_dialog import CertificateDialog

    shown: list[str] = []

    def ask(_parent: object, certificate: object, address: str, *, may_trust: bool) -> bool:
        shown.append(certificate.summary.sha256)  # type: ignore[attr-defined]
        return may_trust

    monkeypatch.setattr(CertificateDialog, "ask", ask)
    window = at_work(DEFAULT, FILE)
    window.model.set_value("vcenter.certificate", "")
    turn_to(qtbot, window, "connection")
    page = window.page
    assert isinstance(page, ConnectionPage)
    window.foot.primary.click()
    qtbot.waitUntil(lambda: window.vcenter.state is State.CONNECTED, timeout=LONG)
    assert len(shown) == 1
    assert "BEGIN CERTIFICATE" in window.model.profile.vcenter.certificate


def test_a_wrong_password_is_said_and_nothing_is_remembered(
    qtbot: QtBot, at_work: Callable[[str, str], MainWindow]
) -> None:
    window = at_work(DEFAULT, FILE)
    window.model.set_secret("vcenter_password", "not this one")
    turn_to(qtbot, window, "connection")
    page = window.page
    assert isinstance(page, ConnectionPage)
    with qtbot.waitSignal(window.vcenter.failed, timeout=LONG):
        window.foot.primary.click()
    assert "refused" in page.banner.text
    assert window.vcenter.state is State.OFFLINE


@pytest.mark.parametrize(("topology", "count"), [(DEFAULT, 9), (FRONTEND, 10)])
def test_ten_typed_values_are_saved_reopened_and_deployed(
    qtbot: QtBot,
    topology: str,
    count: int,
    threaded: Application,
    practice: Practice,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Offline: what has no default, suggestion, list or file dialog is typed, and counted."""
    threaded.know_practice(practice)
    window = show(qtbot, threaded.open_window())
    window.flow.new(topology)
    qtbot.waitUntil(lambda: window.model.document is not None, timeout=LONG)
    window.build_all()
    model = window.model
    is_frontend = topology == FRONTEND
    # From a file dialog or a certificate that was looked at; the port is a real vCenter's default.
    model.set_value("ova.file", str(practice.ova))
    model.set_value("vcenter.certificate", practice.certificate)
    model.set_value("vcenter.port", practice.port)
    typed = [
        type_anywhere(window, key, text)
        for key, text in {
            "vcenter.address": practice.address,
            "vcenter.user": practice.user,
            "switch.name": "workload-vds",
        }.items()
    ]
    for row, vlan in enumerate(("120", "130")[: 1 + is_frontend]):
        typed.append(type_vlan(window, row, vlan))
    typed.append(type_anywhere(window, "network.dns", "192.168.110.5"))
    typed.append(type_anywhere(window, "network.management_address", "192.168.110.20/24"))
    QTest.keyClick(line(window, "network.management_gateway"), Qt.Key.Key_Tab)
    for net in ("workload", "frontend")[: 1 + is_frontend]:
        suggestion = row_of(window, f"network.{net}_address").suggestion
        assert suggestion.isVisible()
        assert "Suggested: 192.168.1" in suggestion.text()
        suggestion.click()
        QTest.keyClick(line(window, f"network.{net}_gateway"), Qt.Key.Key_Tab)
    row_of(window, "load_balancing.ranges").suggestion.click()
    path = tmp_path / "prepared.yaml"
    with qtbot.waitSignal(window.flow.saved, timeout=LONG):
        window.flow._save(path, overwrite=False)
    with qtbot.waitSignal(window.flow.opened, timeout=LONG):
        window.flow.open(path)
    net = "130" if is_frontend else "120"
    assert model.value("network.workload_address") == "192.168.120.20/24"
    assert model.value("load_balancing.ranges") == (f"192.168.{net}.128/25",)
    assert [g.vlan for g in model.value("switch.port_groups")] == [120, 130][: 1 + is_frontend]

    secrets = {"vcenter_password": practice.password, "root_password": "practice-only",
               "dataplane_password": "practice-only"}  # fmt: skip
    for name, secret in secrets.items():
        row = row_of(window, f"secrets.{name}")
        QTest.keyClicks(row.editor.control(), secret)
        typed.append(secret)
    assert len(typed) == count
    assert count <= 10
    connect_and_pick(qtbot, window)
    assert "\n".join(f"{f.fields} {f.what}" for f in model.findings if f.is_error) == ""
    accept(qtbot, window)
    monkeypatch.setattr(Question, "ask", lambda *_: "deploy")
    turn_to(qtbot, window, "deploy")
    qtbot.waitUntil(window.foot.primary.isEnabled, timeout=LONG)
    window.foot.primary.click()
    page = window.deploy_page
    qtbot.waitUntil(lambda: not page.phase.is_busy, timeout=LONG)
    assert page.phase is Phase.SUCCEEDED, (page.banner.text, page.banner.advice.text())


@pytest.mark.parametrize("key", [Qt.Key.Key_Tab, Qt.Key.Key_Return])
def test_a_nic_is_what_was_typed_and_one_in_use_says_why_at_once(
    qtbot: QtBot, at_work: Callable[[str, str], MainWindow], key: Qt.Key
) -> None:
    window = at_work(DEFAULT, FILE)
    connect(qtbot, window)
    row = row_of(window, "switch.nics")
    place = window.pages.index(window.page)
    said = "carries their management"
    for typed, device, is_wrong in (
        ("vmnic1", "vmnic1", False), ("vmnic0", "vmnic0", True), ("VMNIC1", "vmnic1", False),
        ("vmnic99", "vmnic99", True), ("vmnic1 – 10 Gbit/s, free", "vmnic1", False),
    ):  # fmt: skip
        type_nic(qtbot, window, typed, key)
        assert dict(window.model.value("switch.nics"))["Uplink 1"] == device
        assert row.editor.table.item(0, 1).text() == device  # type: ignore[attr-defined]
        assert bool(row.note.fix.isVisible()) is False
        wrong = [f for f in window.model.findings_of("switch.nics") if f.is_error]
        assert bool(wrong) is is_wrong, typed
        assert (said in row.note.text) is (device == "vmnic0")
        assert ("(1)" in window.tabs.tabText(place)) is is_wrong
    type_nic(qtbot, window, "vmnic0", key)
    review(qtbot, window)
    about = [f for f in window.model.findings if "switch.nics" in f.fields and f.is_error]
    assert len(about) == 1, "the plan does not say it once more"


def type_nic(qtbot: QtBot, window: MainWindow, text: str, key: Qt.Key) -> None:
    """Into the first cell, character by character."""
    table = row_of(window, "switch.nics").editor.table  # type: ignore[attr-defined]
    table.setFocus()
    table.setCurrentCell(0, 0)
    table.setCurrentCell(0, 1)
    (edit,) = table.viewport().findChildren(QLineEdit)
    edit.selectAll()
    if text.isascii():
        QTest.keyClicks(edit, text)
    else:
        edit.insert(text)  # pasted: QTest has no such key
    QTest.keyClick(edit, key)
    qtbot.waitUntil(lambda: not table.viewport().findChildren(QLineEdit))
    QApplication.processEvents()


def type_vlan(window: MainWindow, row: int, text: str) -> str:
    """Into its cell."""
    table = row_of(window, "switch.port_groups").editor.table  # type: ignore[attr-defined]
    table.setFocus()
    table.setCurrentCell(row, 0)
    table.setCurrentCell(row, 2)
    edit = table.viewport().findChildren(QLineEdit)[-1]  # the one before is about to go
    edit.selectAll()
    QTest.keyClicks(edit, text)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    QApplication.processEvents()
    return text


def type_anywhere(window: MainWindow, key: str, text: str) -> str:
    editor = row_of(window, key).editor
    edit = editor.edit  # type: ignore[attr-defined]
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, text)
    QTest.keyClick(edit, Qt.Key.Key_Tab)
    return text


def connect_and_pick(qtbot: QtBot, window: MainWindow) -> None:
    """Pick from the lists of the vCenter what is empty still."""
    turn_to(qtbot, window, "connection")
    window.foot.primary.click()
    qtbot.waitUntil(lambda: window.vcenter.state is State.CONNECTED, timeout=LONG)
    picks = {
        "switch.datacenter": "Lab-DC", "switch.cluster": "Supervisor-Cluster",
        "vm.cluster": "Supervisor-Cluster", "vm.folder": "haproxy", "vm.datastore": "datastore-02",
        "deployment.management_network": "VM Network",
    }  # fmt: skip
    for key, name in picks.items():
        if key in FIELDS and not window.model.value(key):
            pick(window, key, name)
    qtbot.waitUntil(lambda: bool(window.vcenter.hosts), timeout=LONG)
    if not window.model.value("switch.nics"):
        window.model.set_value("switch.nics", (("Uplink 1", "vmnic1"),))
    window.model.review()
    qtbot.wait(500)


def pick(window: MainWindow, key: str, name: str) -> None:
    editor = row_of(window, key).editor
    assert isinstance(editor, InventoryEditor)
    place = editor.box.findText(name)
    assert place >= 0, (key, [editor.box.itemText(i) for i in range(editor.box.count())])
    editor.box.setCurrentIndex(place)
    editor.box.activated.emit(place)
