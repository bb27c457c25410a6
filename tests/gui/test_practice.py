"""``haproxy-setup practice --window``: ready to click through from the first second."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.jobs import StepState
from core.practice.server import VARIABLE, Practice, running_practice
from core.profile.document import ProfileDocument
from core.secrets.store import SessionStore
from core.settings import Settings
from gui import app as gui_app
from gui import launcher
from gui.application import Application
from gui.dialogs.question import Question
from gui.pages.phase import Phase
from gui.vcenter_state import State
from gui.window.main_window import MainWindow
from tests.conftest import Tools
from tests.gui.conftest import show, turn_to

pytestmark = [pytest.mark.simulator, pytest.mark.slow]

LONG = 60_000


@pytest.fixture
def practice(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> Iterator[Practice]:
    monkeypatch.setitem(os.environ, VARIABLE, str(tools.practice_vcenter))
    with running_practice(ova_bytes=1 << 20) as running:
        yield running


def click_through(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.model.secrets.vcenter_password != "", timeout=LONG)
    assert "Practice" in window.strip.pill.text()
    assert window.log_pane is None
    qtbot.waitUntil(lambda: window.whole.currentIndex() == 1, timeout=LONG)
    assert window.page.key == "connection"
    assert window.foot.primary.isEnabled()
    window.foot.primary.click()
    qtbot.waitUntil(lambda: window.vcenter.state is State.CONNECTED, timeout=LONG)
    assert window.strip.pill.text() == "Practice vCenter"
    turn_to(qtbot, window, "ova")
    qtbot.waitUntil(lambda: window.ova.verified is not None, timeout=LONG)
    window.page.accept_box.click()  # type: ignore[attr-defined]
    turn_to(qtbot, window, "deploy")
    qtbot.waitUntil(window.foot.primary.isEnabled, timeout=LONG)
    window.foot.primary.click()
    page = window.deploy_page
    qtbot.waitUntil(lambda: not page.phase.is_busy, timeout=LONG)
    assert page.phase is Phase.SUCCEEDED, page.banner.text


def test_practice_opens_ready_and_deploys_by_clicking(
    qtbot: QtBot, looks: None, tools: Tools, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The launcher's own way; only the event loop, which this test has already, is not entered."""
    monkeypatch.setitem(os.environ, VARIABLE, str(tools.practice_vcenter))
    monkeypatch.setattr(Question, "ask", lambda *_: "deploy")
    made: list[Application] = []

    def make(*arguments: object, **options: object) -> Application:
        application = Application(*arguments, **options)  # type: ignore[arg-type]
        application.controller._store = SessionStore()
        made.append(application)
        return application

    def drive(*_: object) -> int:
        window = made[0].windows[0]
        show(qtbot, window)
        click_through(qtbot, window)
        return 0

    monkeypatch.setattr(gui_app, "Application", make)
    monkeypatch.setattr(gui_app, "read_settings", Settings)  # not what other tests have saved
    monkeypatch.setattr(gui_app, "finish_start", lambda _application: None)
    monkeypatch.setattr(QApplication, "exec", drive)
    assert launcher.main(["practice", "--window"]) == 0
    rows = made[0].windows[0].deploy_page.steps.rows
    skipped = [row for row in rows.values() if row.line.state is StepState.SKIPPED]
    assert {row.line.step.key for row in skipped} >= {"proof-port", "proof-tls", "proof-api"}
    assert {row.state_label.text() for row in skipped} == {"not checked"}
    assert all("simulated vCenter" in row.note.text() for row in skipped)
    page = made[0].windows[0].deploy_page
    assert page.banner.property("banner") == "warning", "not proven is no full success"
    assert "not proven" in page.banner.text
    assert "6 checks could not be made" in page.banner.advice.text()
    assert page.overall.text().endswith("steps are done, 6 could not be checked.")
    assert all("." not in str(task.what) for task in page.tasks.tasks), "no ids of vCenter's own"
    assert not any("haproxy" in row.title.text() for row in skipped)
    report = made[0].windows[0].deploy_page.card.report()
    for word in ("workload-vds", "Primary Workload Network, VLAN", "vmnic", "network.workload_ip"):
        assert word in report
    made[0].shut_down()


def test_an_address_of_this_computer_alone_is_no_practice(
    qtbot: QtBot, threaded: Application, practice: Practice
) -> None:
    window = show(qtbot, threaded.open_window())
    window.model.show(ProfileDocument(practice.profile_text()))
    window.flow.opened.emit()
    assert "Practice" not in window.strip.pill.text()
    threaded.show_practice(window, practice)
    qtbot.waitUntil(lambda: "Practice" in window.strip.pill.text(), timeout=LONG)
    window.model.set_value("vcenter.port", practice.port + 1)
    assert "Practice" not in window.strip.pill.text()
