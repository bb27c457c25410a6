"""A whole deployment through the window: real widgets, controller, threads, simulated vCenter."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from core.jobs import StepState
from core.practice.server import VARIABLE, Practice, running_practice
from core.profile.document import ProfileDocument
from core.profile.model import DEFAULT, FILE, FRONTEND, LIBRARY
from gui.application import Application
from gui.dialogs.question import Question
from gui.pages.connection_page import ConnectionPage
from gui.pages.deploy_page import DeployPage
from gui.pages.phase import Phase
from gui.pages.review_page import ReviewPage
from gui.vcenter_state import State
from gui.window.main_window import MainWindow
from tests.conftest import Tools
from tests.gui.conftest import show

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
    accept(qtbot, window)
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
        lambda: "deploy" in page.steps.rows
        and page.steps.rows["deploy"].state is StepState.RUNNING
        and page.steps.rows["deploy"].bar.value() > 0,
        timeout=LONG,
    )
    page.cancel_button.click()
    assert page.phase is Phase.CANCELLING
    qtbot.waitUntil(lambda: not page.phase.is_busy, timeout=LONG)
    assert page.phase is Phase.CANCELLED
    assert "kept" in page.banner.advice.text()


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


def test_offline_preparation_is_saved_reopened_and_planned(
    qtbot: QtBot, at_work: Callable[[str, str], MainWindow], tmp_path: Path
) -> None:
    window = at_work(DEFAULT, FILE)
    window.model.set_value("vm.name", "prepared")
    path = tmp_path / "prepared.yaml"
    monkey = window.flow
    with qtbot.waitSignal(monkey.saved, timeout=LONG):
        monkey._save(path, overwrite=False)
    password = window.model.secrets.vcenter_password
    with qtbot.waitSignal(monkey.opened, timeout=LONG):
        monkey.open(path)
    window.secrets.practise(password)
    assert window.model.profile.vm.name == "prepared"
    connect(qtbot, window)
    plan = review(qtbot, window).plan
    assert plan is not None
    assert any(step.object_name == "prepared" for step in plan.steps)
