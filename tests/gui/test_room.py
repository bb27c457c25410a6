"""Room on the pages: what stands one below the other lines up, nothing scrolls without need."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QFrame, QVBoxLayout
from pytestqt.qtbot import QtBot

from core.background.deploying import PlanBlocked
from core.fields import Kind
from core.profile.model import FIELDS
from core.text import Text
from gui.form.scroll import FormScroll, Scrolled
from gui.form.table import FormTable
from gui.form.text_editor import TextEditor
from gui.operations.deployment import Deployment
from gui.pages.banner import Banner
from gui.pages.page import FormPage
from gui.pages.phase import Phase
from gui.picture.fonts import Fonts
from gui.picture.view import NetworkPicture
from gui.window.main_window import MainWindow

LINE = "The practice vCenter runs no guest that could report (its address is this computer)."
LINES = Text("\n".join([LINE] * 3))


def test_what_fits_has_no_scroll_bar(qtbot: QtBot, looks: None) -> None:
    """Labels are lower at the width they have than at one of their own choice."""
    scroll, content = FormScroll(), Scrolled()
    qtbot.addWidget(scroll)
    column = QVBoxLayout(content)
    banner = Banner(content)
    column.addWidget(banner)
    column.addStretch(1)
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setWidget(content)
    scroll.resize(900, 600)
    scroll.show()
    banner.show_text("warning", Text("Not proven."), LINES)
    column.activate()
    needed = content.heightForWidth(900)
    assert needed < 600
    scroll.resize(900, needed)
    assert scroll.verticalScrollBar().maximum() == 0
    scroll.resize(900, needed - 10)
    assert scroll.verticalScrollBar().maximum() > 0, "else its end could not be seen"


def test_every_form_scrolls_no_more_than_it_needs(opened: MainWindow) -> None:
    forms = [page for page in opened.pages if isinstance(page, FormPage)]
    assert len(forms) >= 5
    assert all(isinstance(page.scroll.widget(), Scrolled) for page in forms)


def test_addresses_and_gateways_line_up(sample: MainWindow) -> None:
    sample.go_to("haproxy")
    rows = sample.page.rows
    widths = {
        key: row.editor.edit.width()
        for key, row in rows.items()
        if isinstance(row.editor, TextEditor) and FIELDS[key].kind in (Kind.ADDRESS, Kind.INTERFACE)
    }
    assert len(widths) >= 6
    assert len(set(widths.values())) == 1, widths


def test_the_foot_does_not_say_that_all_is_well_after_a_failure(sample: MainWindow) -> None:
    for name in ("vcenter_password", "root_password", "dataplane_password"):
        sample.model.set_secret(name, "secret-of-a-test")
    sample.go_to("deploy")
    page = sample.deploy_page
    assert page.can_press() is None
    page.phase, page.operation = Phase.RUNNING, Deployment()
    page._on_failed(PlanBlocked(()))
    assert page.phase is Phase.FAILED
    shown = sample.foot.sentence.text()
    assert "No problems" not in shown
    assert shown == page.overall.text()
    sample.go_to("ova")
    assert sample.foot.sentence.text() != shown


def test_half_of_a_title_is_not_drawn_beside_half_of_a_name(
    sample: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[tuple[str, str]] = []
    elided = Fonts.elided

    def watched(self: Fonts, text: str, face: object, width: float) -> str:
        shown = elided(self, text, face, width)  # type: ignore[arg-type]
        drawn.append((text, shown))
        return shown

    monkeypatch.setattr(Fonts, "elided", watched)
    picture = sample.display.picture
    assert isinstance(picture, NetworkPicture)
    picture.resize(340, 560)
    picture.set_profile(sample.model.profile, ())
    picture.canvas.grab()
    captions = {str(lane.title) for lane in picture.topology.lanes}
    assert captions
    assert [text for text, shown in drawn if text in captions and shown != text] == []


def test_a_table_ends_with_its_last_row(sample: MainWindow) -> None:
    sample.go_to("switch")
    for table in sample.page.findChildren(FormTable):
        if 0 < table.rowCount() <= 8:
            assert table.viewport().height() == table.verticalHeader().length()
