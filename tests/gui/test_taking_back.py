"""What was wrong and is taken back is wrong no more, and a file may hold what no box can."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from core.findings import Severity, rule
from core.profile.model import MOST_UPLINKS, SwitchSettings
from core.text import Text
from gui.form.number_editor import NumberEditor
from gui.window.main_window import MainWindow
from tests.gui.test_form import row_of

SEEN = rule(
    "test-seen-in-the-vcenter", Severity.ERROR, cause=Text("A test made it."), cure=Text("None.")
)  # fmt: skip
KEY = "-----BEGIN PRIVATE KEY-----\n" + "A" * 64 + "\n-----END PRIVATE KEY-----"


def test_a_refused_value_that_is_deleted_is_no_problem_any_more(opened: MainWindow) -> None:
    row = row_of(opened, "appliance.ca_certificate")
    edit: Any = row.editor.control()
    edit.setPlainText(KEY)
    row.editor.left.emit()
    assert "private key" in row.note.text
    edit.setPlainText("")
    row.editor.left.emit()
    assert "profile-secret-value" not in {f.code for f in opened.model.findings}
    assert "private key" not in row.note.text


@pytest.mark.parametrize("back", ["revert", "import"])
def test_what_the_vcenter_said_goes_with_the_values(opened: MainWindow, back: str) -> None:
    model = opened.model
    before = model.profile
    model.set_value("switch.cluster", "wrong")
    model.set_more("plan", [SEEN.found("switch.cluster", what=Text("It is not there."))])
    model.set_value("appliance.ca_certificate", KEY)
    if back == "revert":
        model.revert()
    else:
        model.take_profile(before)
    assert not {"test-seen-in-the-vcenter", "profile-secret-value"} & {
        f.code for f in model.findings
    }


def test_review_looks_again_when_every_value_is_another(qtbot: QtBot, opened: MainWindow) -> None:
    opened.go_to("review")
    qtbot.waitUntil(lambda: opened.page.plan is not None)
    first = opened.page.plan
    opened.model.revert()
    qtbot.waitUntil(lambda: opened.page.plan is not first)


@pytest.mark.parametrize("value", [3_000_000_000, -5, 10**12])
def test_a_number_that_no_box_can_hold_stays_as_it_is(
    qtbot: QtBot, opened: MainWindow, value: int
) -> None:
    row = row_of(opened, "switch.mtu")
    opened.model.set_value("switch.mtu", value)
    assert isinstance(row.editor, NumberEditor)
    assert row.editor.box.value() == max(-2_147_483_647, min(value, 2_147_483_647))
    row.editor.left.emit()
    assert opened.model.value("switch.mtu") == value
    opened.model.review()
    qtbot.waitUntil(lambda: "9000" in row.note.text)


def test_millions_of_uplinks_are_not_named() -> None:
    assert len(SwitchSettings(uplinks=2_000_000_000).uplink_names) == MOST_UPLINKS
