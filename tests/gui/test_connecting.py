"""A vCenter that does not answer: whoever tests the connection can stop waiting."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from core.background.connection import VCenterFacts
from core.controller import Controller
from core.profile.document import ProfileDocument
from core.profile.model import DEFAULT
from core.profile.template import new_profile_text
from core.vsphere.inventory import Inventory
from core.vsphere.session import About
from gui.application import Application
from gui.vcenter_state import State
from gui.window.main_window import MainWindow
from tests.gui.conftest import InlineJob, show, turn_to

LONG = 60_000
STOPPED_WITHIN_S = 3.0


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """It takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(LONG / 1000)
        yield server


@pytest.fixture
def ready(qtbot: QtBot, threaded: Application, silent: socket.socket) -> MainWindow:
    """On the page Connection, everything filled in that a test needs."""
    window = show(qtbot, threaded.open_window())
    window.model.show(ProfileDocument(new_profile_text(DEFAULT)))
    window.flow.opened.emit()
    qtbot.waitUntil(lambda: window.whole.currentIndex() == 1)  # complete, and shown
    window.model.set_value("vcenter.address", "127.0.0.1")
    window.model.set_value("vcenter.port", silent.getsockname()[1])
    window.model.set_value("vcenter.user", "administrator@vsphere.local")
    window.model.set_secret("vcenter_password", "secret-of-a-test")
    return window


def cancel_of(window: MainWindow) -> QPushButton:
    return window.foot.cancel_button


def test_a_test_of_the_connection_is_cancelled_beside_its_button(
    qtbot: QtBot, ready: MainWindow, silent: socket.socket, threaded: Application
) -> None:
    cancel, primary = cancel_of(ready), ready.foot.primary
    assert cancel.isHidden()
    primary.setFocus()
    primary.click()
    connection, _ = silent.accept()
    with connection:
        assert cancel.isVisible()
        assert not primary.isEnabled()
        assert cancel.hasFocus(), "else Tab would go on from nowhere"
        assert "127.0.0.1" in cancel.accessibleName()
        assert "Connecting" in ready.page.banner.text  # type: ignore[attr-defined]
        asked = time.monotonic()
        cancel.click()
        assert ready.vcenter.state is State.OFFLINE, "at once, whatever the job does"
        assert cancel.isHidden()
        assert primary.hasFocus()
        assert primary.isEnabled()
        assert ready.page.banner.isHidden()  # type: ignore[attr-defined]
        runner = threaded.controller.runner
        qtbot.waitUntil(lambda: not runner.is_busy, timeout=LONG)
        assert time.monotonic() - asked < STOPPED_WITHIN_S
    assert ready.vcenter.state is State.OFFLINE


def test_from_any_page_it_is_cancelled_with_the_shortcut(
    qtbot: QtBot, ready: MainWindow, silent: socket.socket, threaded: Application
) -> None:
    action = ready.actions_by_key["cancel"]
    assert not action.isEnabled()
    turn_to(qtbot, ready, "switch")
    ready.actions_by_key["connect"].trigger()
    connection, _ = silent.accept()
    with connection:
        assert not ready.actions_by_key["connect"].isEnabled()
        assert action.shortcut() == QKeySequence("Ctrl+.")
        qtbot.keyClick(ready, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
        assert ready.vcenter.state is State.OFFLINE
        runner = threaded.controller.runner
        qtbot.waitUntil(lambda: not runner.is_busy, timeout=LONG)
    assert not action.isEnabled()
    assert ready.actions_by_key["connect"].isEnabled()


def test_the_wait_for_a_certificate_hears_a_cancel(
    qtbot: QtBot, ready: MainWindow, silent: socket.socket, threaded: Application
) -> None:
    """It is asked to stop when the program ends, which must not wait for it."""
    ready.page.show_button.click()  # type: ignore[attr-defined]
    connection, _ = silent.accept()
    with connection:
        asked = time.monotonic()
        assert threaded.controller.runner.shutdown(10_000)
        assert time.monotonic() - asked < STOPPED_WITHIN_S


def test_what_was_read_before_stays_when_reading_it_again_is_cancelled(
    opened: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Any, ...]] = []

    def ask(_controller: object, *arguments: Any) -> InlineJob:
        asked.append(arguments)
        return InlineJob()

    monkeypatch.setattr(Controller, "connect_vcenter", ask)
    opened.vcenter.connect_now()
    login, done, _, cancelled = asked.pop()
    about = About("vCenter", "8.0.3", "1", "VirtualCenter", "uuid")
    facts = VCenterFacts(login, about, Inventory(*[()] * 7), (), (), (), ())
    done(facts)
    opened.actions_by_key["refresh"].trigger()
    opened.actions_by_key["cancel"].trigger()
    cancelled()
    assert opened.vcenter.state is State.CONNECTED
    assert opened.vcenter.facts is facts
