"""The steps of a plan on their page: many of them, one plan after the other."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.background.deploying import StepView
from core.errors import RemoteError
from core.jobs import Progress, StepEvent, StepState
from core.text import Text
from gui.pages.step_list import AT_ONCE, StepList
from gui.theme import DARK, THEME


def steps(count: int, action: str = "create") -> tuple[StepView, ...]:
    return tuple(
        StepView(f"host-{n}", Text("Join {host}", host=f"esx{n}"), f"esx{n}", action)
        for n in range(count)
    )


@pytest.fixture
def listed(qtbot: QtBot, looks: None) -> StepList:
    made = StepList()
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_long_plan_comes_in_pieces_and_whole_in_the_end(qtbot: QtBot, listed: StepList) -> None:
    listed.show_steps(steps(64))
    assert len(listed.lines) == 64
    assert len(listed.rows) == AT_ONCE
    qtbot.waitUntil(lambda: len(listed.rows) == 64)
    assert [row.title.text() for row in listed.rows.values()] == [f"Join esx{n}" for n in range(64)]
    qtbot.waitUntil(lambda: all(row.isVisible() for row in listed.rows.values()))


def test_what_happens_before_its_row_is_there_is_not_lost(qtbot: QtBot, listed: StepList) -> None:
    listed.show_steps(steps(64))
    listed.show_event(StepEvent("host-60", StepState.DONE, 3.0))
    listed.show_event(StepEvent("host-61", StepState.RUNNING))
    listed.show_progress(Progress("host-61", detail=Text("Half of it")))
    listed.show_event(StepEvent("host-62", StepState.RUNNING))
    listed.show_error("host-62", RemoteError(Text("The host is gone."), Text("Look for it.")))
    assert listed.finished == 1
    qtbot.waitUntil(lambda: len(listed.rows) == 64)
    assert listed.rows["host-60"].state_label.text() == "done, 3 s"
    assert listed.rows["host-61"].note.text() == "Half of it"
    qtbot.waitUntil(listed.rows["host-61"].bar.isVisible)  # it comes with its row
    assert listed.rows["host-62"].note.text() == "The host is gone. Look for it."
    assert listed.rows["host-62"].state_label.text().startswith("failed")


def test_another_plan_uses_the_rows_again_and_nothing_of_the_former(
    qtbot: QtBot, listed: StepList
) -> None:
    listed.show_steps(steps(6))
    before = list(listed.rows.values())
    qtbot.waitUntil(lambda: all(row.isVisible() for row in before))
    listed.show_event(StepEvent("host-0", StepState.RUNNING))
    listed.show_error("host-0", RemoteError(Text("The host is gone."), Text("Look for it.")))
    listed.show_steps(steps(4, "remove"))
    assert list(listed.rows.values()) == before[:4]
    assert [row.isVisible() for row in before] == [True] * 4 + [False] * 2
    first = before[0]
    assert first.state_label.text() == "waiting"
    assert first.note.text() == ""
    assert not first.note.isVisible()
    assert not first.title.font().bold()
    listed.show_steps(())
    QApplication.processEvents()
    assert not any(row.isVisible() for row in before)
    listed.show_steps(steps(6))
    assert all(row.isVisible() for row in before)
    assert listed.rows["host-5"] is before[5]


def test_a_shorter_plan_ends_the_pieces_of_a_longer_one(qtbot: QtBot, listed: StepList) -> None:
    listed.show_steps(steps(64))
    listed.show_steps(steps(3))
    qtbot.waitUntil(lambda: not listed._more.isActive())
    assert list(listed.rows) == ["host-0", "host-1", "host-2"]
    qtbot.waitUntil(lambda: [row.isVisible() for row in listed._places[:4]] == [True] * 3 + [False])
    assert not any(row.isVisible() for row in listed._places[3:])


def test_the_step_that_runs_is_bold_in_another_theme_too(qtbot: QtBot, listed: StepList) -> None:
    """Qt takes a widget's font of the day it was first polished for its own, at each theme."""
    listed.show_steps(steps(64))
    listed.show_event(StepEvent("host-60", StepState.RUNNING))
    qtbot.waitUntil(lambda: len(listed.rows) == 64 and listed.rows["host-60"].isVisible())
    listed.show_event(StepEvent("host-1", StepState.RUNNING))
    listed.show_event(StepEvent("host-60", StepState.DONE))
    THEME.use(DARK, gently=True)
    listed.show_event(StepEvent("host-2", StepState.RUNNING))
    qtbot.waitUntil(lambda: THEME.is_shown_throughout)
    bold = [key for key, row in listed.rows.items() if row.title.font().bold()]
    assert bold == ["host-1", "host-2"]
