"""The appliance's licence: asked for before the deployment is, with a way to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from core.background.deploying import PlanView, StepView
from core.findings import Finding, Severity
from core.practice.sample_ova import write_sample_ova
from core.profile.model import FILE, LIBRARY
from core.text import Text
from gui.ova_state import LICENCE
from gui.pages.review_page import ReviewPage
from gui.window.main_window import MainWindow

STEPS = (StepView("deploy", Text("Deploy the virtual machine"), "haproxy", "create"),)


@pytest.fixture
def with_ova(opened: MainWindow, tmp_path: Path) -> MainWindow:
    path = tmp_path / "appliance.ova"
    write_sample_ova(path, disk_bytes=1 << 20)
    opened.model.set_value("ova.source", FILE)
    opened.model.set_value("ova.file", str(path))
    opened.ova.read_now()
    assert opened.ova.licences
    return opened


def review_of(window: MainWindow) -> ReviewPage:
    window.go_to("review")
    page = window.page
    assert isinstance(page, ReviewPage)
    return page


def box_of(window: MainWindow) -> QCheckBox:
    return window.findChild(QCheckBox, LICENCE)


def live_plan(*licences: str, deploys: bool = True) -> PlanView:
    """What a vCenter that lacks nothing but the machine gives."""
    return PlanView(STEPS, (), licences, True, False, True, deploys)


def test_review_names_the_licence_and_leads_to_it(qtbot: QtBot, with_ova: MainWindow) -> None:
    page = review_of(with_ova)
    page._on_plan(live_plan(*with_ova.ova.licences))
    assert "licence" in page.banner.text
    assert "Ready" not in page.banner.text
    link = page.findChild(QPushButton, f"go.{LICENCE}")
    assert link.text() == "Go to the licence"
    link.click()
    assert with_ova.page.key == "ova"
    qtbot.waitUntil(box_of(with_ova).hasFocus)
    assert box_of(with_ova).isVisible()


def test_it_counts_on_its_tab_and_is_met_by_f8(with_ova: MainWindow) -> None:
    review_of(with_ova)
    place = [page.key for page in with_ova.pages].index("ova")
    before = with_ova.tabs.tabText(place)
    keys = [f.fields[0] for f in with_ova.model.findings if f.fields]
    assert LICENCE in keys
    for _ in range(len(keys) + 1):
        with_ova.commands.next_problem()
        if with_ova.focusWidget() is box_of(with_ova):
            break
    assert with_ova.focusWidget() is box_of(with_ova)
    box_of(with_ova).click()
    assert with_ova.tabs.tabText(place) != before
    assert LICENCE not in [f.fields[0] for f in with_ova.model.findings if f.fields]


def test_an_accepted_licence_leaves_nothing_to_say(with_ova: MainWindow) -> None:
    box_of(with_ova).click()
    page = review_of(with_ova)
    page._on_plan(live_plan(*with_ova.ova.licences))
    assert page.banner.text == "Ready to deploy."
    assert page.findChild(QPushButton, f"go.{LICENCE}") is None


def test_a_library_item_s_licence_is_read_with_the_plan(opened: MainWindow) -> None:
    opened.model.set_value("ova.source", LIBRARY)
    opened.go_to("ova")
    assert not box_of(opened).isVisible()  # nothing to accept that nobody has read
    page = review_of(opened)
    page._on_plan(live_plan("Be nice."))
    assert "licence" in page.banner.text
    opened.go_to(LICENCE)
    assert box_of(opened).isVisible()
    assert opened.page.licence_text.toPlainText() == "Be nice."  # type: ignore[attr-defined]
    box_of(opened).click()
    assert opened.ova.licence_accepted
    page = review_of(opened)
    page._on_plan(live_plan("Be nice."))
    assert page.banner.text == "Ready to deploy."
    opened.model.set_value("ova.item", "another")
    assert not opened.ova.licence_accepted


def test_a_machine_that_is_there_needs_no_licence(opened: MainWindow) -> None:
    opened.model.set_value("ova.source", LIBRARY)
    page = review_of(opened)
    page._on_plan(live_plan("Be nice.", deploys=False))
    assert page.banner.text == "Ready to deploy."


def test_the_problem_of_a_file_outlives_another_profile_with_the_same_file(
    with_ova: MainWindow,
) -> None:
    from core.profile.document import ProfileDocument

    document = with_ova.model.document
    assert document is not None
    with_ova.model.show(ProfileDocument(document.text))
    assert LICENCE in [f.fields[0] for f in with_ova.model.findings if f.fields]


def test_only_rules_are_explained(with_ova: MainWindow) -> None:
    page = review_of(with_ova)
    assert page.findChild(QPushButton, "why.licence-not-accepted") is None
    assert any("licence" in label.text() for label in page.problems.findChildren(QLabel))


def test_the_foot_counts_warnings_where_there_is_nothing_worse(
    sample: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    warning = Finding(Severity.WARNING, "code", ("network.dns",), Text("What?"))
    for count, said in ((1, "1 warning. F8 goes to it"), (2, "2 warnings. F8 goes to the next")):
        monkeypatch.setattr(
            type(sample.model), "shown_findings", property(lambda _, n=count: (warning,) * n)
        )
        sample.go_to("haproxy")
        sample.display.show_foot()
        assert said in sample.foot.sentence.text()
