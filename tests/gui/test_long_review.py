"""Review of a large profile: in pieces, whole in the end, and never of two profiles at once."""

from __future__ import annotations

from msgspec import structs
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from gui.pages.review_page import AT_ONCE, ReviewPage
from gui.window.main_window import MainWindow

GROUPS = 2 * AT_ONCE + 5


def review_with(window: MainWindow, groups: int) -> ReviewPage:
    """The page Review of a profile with so many workload networks besides the sample's."""
    sample = window.model.value("switch.port_groups")[:3]
    more = [
        structs.replace(sample[1], name=f"namespace-{number:02}", vlan=1000 + number)
        for number in range(groups)
    ]
    window.model.set_value("switch.port_groups", (*sample, *more))
    window.go_to("review")
    assert isinstance(window.page, ReviewPage)
    return window.page


def said(page: ReviewPage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if not is_gone(label))


def is_gone(label: QLabel) -> bool:
    """Hidden on purpose; what is new is hidden too, until it is laid out."""
    parent = label.parentWidget()
    return parent.isHidden() and parent.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide)


def test_a_long_plan_comes_in_pieces_and_whole_in_the_end(qtbot: QtBot, sample: MainWindow) -> None:
    page = review_with(sample, GROUPS)
    last = f"Port group – namespace-{GROUPS - 1:02}"
    assert "Port group – namespace-00" in said(page)
    assert last not in said(page)
    qtbot.waitUntil(lambda: last in said(page))
    qtbot.waitUntil(lambda: not page._more.isActive())
    assert said(page).count("Port group – namespace-") == GROUPS
    assert "Secrets" in said(page)


def test_what_was_not_shown_yet_of_another_profile_never_is(
    qtbot: QtBot, sample: MainWindow
) -> None:
    page = review_with(sample, GROUPS)
    assert page._filling
    review_with(sample, 2)
    page.enter()
    qtbot.waitUntil(lambda: not page._more.isActive())
    assert not page._filling
    assert said(page).count("Port group – namespace-") == 2
