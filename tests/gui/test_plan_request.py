"""What the page Review asks for: the plan of this file, so that a copy of another is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.background.deploying import Request
from core.controller import Controller
from core.findings import Finding, Severity
from core.text import Text
from gui.pages.review_page import ReviewPage
from gui.vcenter_state import VCenterState
from gui.window.main_window import MainWindow


def test_a_plan_is_asked_for_with_the_profiles_file(
    sample: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[Request] = []
    monkeypatch.setattr(Controller, "plan", lambda _, request, *a, **k: asked.append(request))
    (page,) = (one for one in sample.pages if isinstance(one, ReviewPage))
    page.make_plan()
    assert asked[-1].path == ""
    document = sample.model.document
    assert document is not None
    document.save(tmp_path / "lab.yaml")
    page.make_plan()
    assert asked[-1].path == str(tmp_path / "lab.yaml")


@pytest.mark.parametrize(
    ("is_connected", "is_damaged", "said"),
    [
        (False, False, "Connect on the page Connection"),
        (False, True, "Connect on the page Connection"),
        (True, True, "Solve the problems below first"),
    ],
)
def test_it_is_said_why_nothing_was_compared(
    sample: MainWindow,
    monkeypatch: pytest.MonkeyPatch,
    is_connected: bool,
    is_damaged: bool,
    said: str,
) -> None:
    monkeypatch.setattr(VCenterState, "is_connected", is_connected)
    damaged = Finding(Severity.ERROR, "ova-damaged", ("ova.file",), Text("It is damaged."))
    sample.model.set_more("ova", (damaged,) if is_damaged else ())
    sample.go_to("review")
    page = sample.page
    assert isinstance(page, ReviewPage)
    assert said in page.banner.advice.text()
    assert ("Offline" in page.banner.text) is not is_connected
