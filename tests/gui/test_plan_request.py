"""What the page Review asks for: the plan of this file, so that a copy of another is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.background.deploying import Request
from core.controller import Controller
from gui.pages.review_page import ReviewPage
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
