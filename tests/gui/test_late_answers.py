"""Answers to questions that nobody asks any more."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from pytestqt.qtbot import QtBot

from core.background import ova_reading, profile_files
from core.background.connection import VCenterFacts
from core.controller import Controller
from core.errors import FileError, OvaError, RemoteError
from core.jobs import JobContext
from core.profile.document import ProfileDocument
from core.profile.model import DEFAULT, FILE, LIBRARY
from core.profile.template import new_profile_text
from core.text import Text
from core.vsphere.inventory import Inventory
from core.vsphere.session import About
from gui.application import Application
from gui.vcenter_state import State
from gui.window.main_window import MainWindow
from tests.gui.conftest import InlineJob, show

if TYPE_CHECKING:
    from core.vsphere.inventory import Host

ABOUT = About("vCenter", "8.0.3", "1", "VirtualCenter", "uuid")


def test_an_ova_that_is_not_wanted_any_more_is_no_problem(
    qtbot: QtBot, threaded: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share that answers late, and by then a library item was chosen."""
    gate, ended = threading.Event(), threading.Event()

    def read_ova(_ctx: JobContext, path: Path) -> None:
        gate.wait(10)
        ended.set()
        raise OvaError(Text("{path} cannot be read.", path=path), Text("Try again."))

    monkeypatch.setattr(ova_reading, "read_ova", read_ova)
    window = show(qtbot, threaded.open_window())
    window.model.show(ProfileDocument(new_profile_text(DEFAULT)))
    window.model.set_value("ova.source", FILE)
    window.model.set_value("ova.file", str(tmp_path / "far.ova"))
    window.ova.read_now()
    window.model.set_value("ova.source", LIBRARY)
    window.ova.read_now()
    gate.set()
    qtbot.waitUntil(lambda: ended.is_set() and not threaded.controller.runner.is_busy)
    assert window.ova.error is None


def test_a_vcenter_that_was_left_says_nothing_any_more(
    opened: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Any, ...]] = []

    def ask(_controller: object, *arguments: Any) -> InlineJob:
        asked.append(arguments)
        return InlineJob()

    for name in ("connect_vcenter", "read_hosts", "read_items"):
        monkeypatch.setattr(Controller, name, ask)
    state, met = opened.vcenter, []
    state.failed.connect(met.append)
    state.connect_now()
    login, done, failed, _ = asked.pop()
    facts = VCenterFacts(login, ABOUT, Inventory(*[()] * 7), (), (), (), ())
    done(facts)
    assert state.is_connected
    state.disconnect_now()
    failed(RemoteError(Text("It does not answer."), Text("Wait.")))
    done(facts)
    state._on_hosts(cast("tuple[Host, ...]", (object(),)))
    state._on_items(("item",))
    assert (state.state, state.facts, state.hosts, state.items) == (State.OFFLINE, None, (), None)
    assert met == []


@pytest.mark.parametrize("is_read", [True, False])
def test_a_window_that_was_closed_meanwhile_hears_nothing(
    qtbot: QtBot,
    threaded: Application,
    profile_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_read: bool,
) -> None:
    gate, load = threading.Event(), profile_files.load

    def late(ctx: JobContext, path: Path) -> ProfileDocument:
        gate.wait(10)
        if is_read:
            return load(ctx, path)
        raise FileError(Text("The file cannot be read."), Text("Try again."))

    def late_parse(ctx: JobContext, text: str, path: Path | None) -> ProfileDocument:
        return late(ctx, profile_file)

    monkeypatch.setattr(profile_files, "load", late)
    monkeypatch.setattr(profile_files, "parse", late_parse)
    show(qtbot, threaded.open_window())
    going = threaded.open_window()
    going.complete()
    going.flow.open(profile_file)
    going.flow.open_text("", None)
    with qtbot.waitSignal(going.destroyed):
        going.close()
    gate.set()
    qtbot.waitUntil(lambda: not threaded.controller.runner.is_busy)
    qtbot.wait(20)
