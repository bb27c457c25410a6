"""Windows of one program do not get in each other's way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from core.background import practising
from core.jobs import JobContext
from gui.application import Application
from gui.window.main_window import MainWindow
from tests.gui.conftest import show


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The numbers of the practice vCenters that run."""
    numbers: list[int] = []
    made: list[int] = []

    def host_practice(ctx: JobContext) -> None:
        number = len(made)
        made.append(number)
        numbers.append(number)
        try:
            while True:
                ctx.pause(10)
        finally:
            numbers.remove(number)

    monkeypatch.setattr(practising, "host_practice", host_practice)
    return numbers


@pytest.fixture
def two(qtbot: QtBot, threaded: Application) -> tuple[MainWindow, MainWindow]:
    first = threaded.open_window()
    first.complete()
    return first, show(qtbot, threaded.open_window())


def test_each_window_has_a_practice_vcenter_of_its_own(
    qtbot: QtBot, threaded: Application, running: list[int], two: tuple[MainWindow, MainWindow]
) -> None:
    first, second = two
    first.commands.try_sample()
    qtbot.waitUntil(lambda: running == [0])
    second.commands.try_sample()
    qtbot.waitUntil(lambda: 1 in running)
    qtbot.wait(100)
    assert running == [0, 1]
    second.commands.try_sample()
    qtbot.waitUntil(lambda: running == [0, 2])
    first.close()
    qtbot.waitUntil(lambda: running == [2])
