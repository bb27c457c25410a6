"""A whole deployment through the window: real widgets, controller, threads, simulated vCenter."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton
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
from tests.gui.conftest import show
from tests.gui.test_form import line, row_of

pytestmark = [pytest.mark.simulator, pytest.mark.slow]

LONG = 60_000


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
    window.go_to("connection")
    window.foot.primary.click()
    qtbot.waitUntil(lambda: window.vcenter.state is State.CONNECTED, timeout=LONG)
    qtbot.waitUntil(lambda: bool(window.vcenter.hosts), timeout=LONG)


def review(qtbot: QtBot, window: MainWindow) -> ReviewPage:
    window.go_to("review")
    page = window.page
    assert isinstance(page, ReviewPage)
    qtbot.waitUntil(lambda: page.plan is not None and page.plan.is_live, timeout=LONG)
    return page


def accept(qtbot: QtBot, window: MainWindow) -> None:
    window.go_to("ova")
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
    window.go_to("deploy")
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
    states = {row.state for row in page.steps.rows.values()}
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
            and page.steps.rows["deploy"].state is StepState.RUNNING
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
    assert row.state is StepState.FAILED
    assert "out of memory" in row.note.text()
    assert row.note.isVisible()
    assert "out of memory" in page.banner.text
    again = page.banner.findChildren(QPushButton)[0]
    assert again.text() == "Try again from this step"
    again.click()
    qtbot.waitUntil(lambda: not page.phase.is_busy, timeout=LONG)
    assert page.phase is Phase.SUCCEEDED, page.banner.text
    assert page.steps.rows["switch"].state_label.text() == "already there"


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
    window.go_to("connection")
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
    window.go_to("connection")
    page = window.page
    assert isinstance(page, ConnectionPage)
    with qtbot.waitSignal(window.vcenter.failed, timeout=LONG):
        window.foot.primary.click()
    assert "refused" in page.banner.text
    assert window.vcenter.state is State.OFFLINE


def test_ten_typed_values_are_saved_reopened_and_deployed(
    qtbot: QtBot,
    threaded: Application,
    practice: Practice,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Offline: what has no default, suggestion, list or file dialog is typed, and counted."""
    threaded.know_practice(practice)
    window = show(qtbot, threaded.open_window())
    window.flow.new(DEFAULT)
    qtbot.waitUntil(lambda: window.model.document is not None, timeout=LONG)
    window.build_all()
    model = window.model
    # From a file dialog or a certificate that was looked at; the port is a real vCenter's default.
    model.set_value("ova.file", str(practice.ova))
    model.set_value("vcenter.certificate", practice.certificate)
    model.set_value("vcenter.port", practice.port)
    typed = {
        "vcenter.address": practice.address,
        "vcenter.user": practice.user,
        "switch.name": "workload-vds",
        "vm.name": "lb-01",
        "network.management_address": "192.168.110.20/24",
        "network.workload_address": "192.168.120.20/24",
        "network.dns": "192.168.110.5",
    }
    for key, text in typed.items():
        type_anywhere(window, key, text)
    for key in ("network.management_gateway", "network.workload_gateway"):
        QTest.keyClick(line(window, key), Qt.Key.Key_Tab)
    row_of(window, "load_balancing.ranges").suggestion.click()
    path = tmp_path / "prepared.yaml"
    with qtbot.waitSignal(window.flow.saved, timeout=LONG):
        window.flow._save(path, overwrite=False)
    with qtbot.waitSignal(window.flow.opened, timeout=LONG):
        window.flow.open(path)
    assert model.value("load_balancing.ranges") == ("192.168.120.128/25",)

    secrets = {"vcenter_password": practice.password, "root_password": "practice-only",
               "dataplane_password": "practice-only"}  # fmt: skip
    for name, secret in secrets.items():
        row = row_of(window, f"secrets.{name}")
        QTest.keyClicks(row.editor.control(), secret)
    assert len(typed) + len(secrets) <= 10
    connect_and_pick(qtbot, window)
    assert "\n".join(f"{f.fields} {f.what}" for f in model.findings if f.is_error) == ""
    accept(qtbot, window)
    monkeypatch.setattr(Question, "ask", lambda *_: "deploy")
    window.go_to("deploy")
    qtbot.waitUntil(window.foot.primary.isEnabled, timeout=LONG)
    window.foot.primary.click()
    page = window.deploy_page
    qtbot.waitUntil(lambda: not page.phase.is_busy, timeout=LONG)
    assert page.phase is Phase.SUCCEEDED, (page.banner.text, page.banner.advice.text())


def type_anywhere(window: MainWindow, key: str, text: str) -> None:
    editor = row_of(window, key).editor
    edit = editor.edit  # type: ignore[attr-defined]
    edit.setFocus()
    edit.selectAll()
    QTest.keyClicks(edit, text)
    QTest.keyClick(edit, Qt.Key.Key_Tab)


def connect_and_pick(qtbot: QtBot, window: MainWindow) -> None:
    """Pick from the lists of the vCenter what is empty still."""
    window.go_to("connection")
    window.foot.primary.click()
    qtbot.waitUntil(lambda: window.vcenter.state is State.CONNECTED, timeout=LONG)
    picks = {
        "switch.datacenter": "Lab-DC", "switch.cluster": "Supervisor-Cluster",
        "vm.cluster": "Supervisor-Cluster", "vm.datastore": "datastore-02",
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
