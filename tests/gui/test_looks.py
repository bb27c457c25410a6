"""Languages, themes, sizes."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QScrollArea,
    QTableWidget,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core import text as core_text
from gui.theme import SETS, contrast, style_sheet
from gui.window.main_window import SMALLEST_SIZE, MainWindow
from tests.fakes.early_texts import EarlyTexts, early_texts

PAIRS = (
    ("text", "window"), ("text", "base"), ("text", "raised"), ("text", "control"),
    ("muted", "window"), ("muted", "base"), ("muted", "raised"), ("muted", "control"),
    ("link", "window"), ("link", "base"), ("link", "raised"), ("link", "accent_ground"),
    ("problem", "window"), ("problem", "base"), ("problem", "raised"),
    ("text", "problem_ground"), ("text", "warning_ground"), ("text", "good_ground"),
    ("text", "accent_ground"), ("warning", "window"), ("warning", "base"),
    ("good", "window"), ("good", "base"), ("good", "raised"), ("good", "good_ground"),
    ("on_accent", "accent"), ("warning", "raised"), ("warning", "warning_ground"),
    ("problem", "problem_ground"), ("muted", "accent_ground"),
)  # fmt: skip


@pytest.mark.parametrize("theme", SETS)
@pytest.mark.parametrize("pair", PAIRS)
def test_contrast_is_enough(theme: str, pair: tuple[str, str]) -> None:
    front, ground = (getattr(SETS[theme], role) for role in pair)
    assert contrast(front, ground) >= 4.5


@pytest.mark.parametrize("theme", SETS)
def test_contrast_is_enough_wherever_the_style_sheet_sets_both(theme: str) -> None:
    pairs = {
        (front.group(1), ground.group(1))
        for body in re.findall(r"\{([^{}]*)\}", style_sheet(SETS[theme]))
        if (front := re.search(r"(?<![-\w])color: (#\w+)", body))
        and (ground := re.search(r"(?<![-\w])background: (#\w+)", body))
    }
    assert len(pairs) > 5
    assert [pair for pair in pairs if contrast(*pair) < 4.5] == []


@pytest.mark.parametrize("theme", SETS)
@pytest.mark.parametrize("ground", ["window", "base", "raised", "control"])
def test_the_focus_can_be_seen(theme: str, ground: str) -> None:
    colours = SETS[theme]
    assert contrast(colours.accent, getattr(colours, ground)) >= 3


def test_no_other_file_of_the_window_holds_a_colour() -> None:
    from pathlib import Path

    import gui

    found = [
        f"{path.name}:{number}"
        for path in Path(gui.__path__[0]).rglob("*.py")
        if path.name != "theme.py"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(r"[\"'(:\s]#[0-9a-fA-F]{3,8}\b", line)
    ]
    assert found == []


class Upper(core_text.gettext.NullTranslations):
    """A language in which every text is recognisable."""

    def gettext(self, message: str) -> str:
        parts = re.split(r"(\{[^{}]*\})", message)
        return "".join(p if p.startswith("{") else p.upper() for p in parts)

    def ngettext(self, one: str, many: str, count: int) -> str:
        return self.gettext(one if count == 1 else many)


def test_a_change_of_language_renders_everything_anew(
    qtbot: QtBot, sample: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in range(6):
        sample.go_to_page(place)
    sample.go_to_page(4)
    use = core_text.use_language

    def use_upper(code: str) -> None:
        use(code)
        if code == "ja":
            core_text._current = Upper()

    monkeypatch.setattr("gui.wording.use_language", use_upper)
    sample.application.use_language("ja")
    left = [f"{type(w).__name__}: {text}" for w, text in shown_texts(sample)
            if re.search(r"[a-z]{3}", text)]  # fmt: skip
    values = {str(v) for v in ("administrator@vsphere.local",)}
    left = [one for one in left if not any(value in one for value in values)]
    assert [one for one in left if not is_a_value(one)] == []


def test_nothing_the_window_says_is_put_together_early(
    early: EarlyTexts, sample: MainWindow
) -> None:
    sample.model.set_value("network.workload_address", "not an address")
    sample.model.set_value("load_balancing.ranges", ("192.168.130.0/25", "10.0.0.0/30"))
    sample.model.review()
    for place in range(6):
        sample.go_to_page(place)
    assert any(finding.is_error for finding in sample.model.findings)
    assert early.found == []


@pytest.fixture
def early(monkeypatch: pytest.MonkeyPatch) -> EarlyTexts:
    return early_texts(monkeypatch)


def is_a_value(text: str) -> bool:
    """Names and addresses stay as they are."""
    known = ("haproxy", "lab", "datastore", "vmnic", "Uplink", "Network", "vSphere", "Templates",
             "admin", "workload-vds", "Supervisor-Cluster", "Lab-DC")  # fmt: skip
    return any(name in text for name in known)


def shown_texts(window: MainWindow) -> list[tuple[QWidget, str]]:
    found: list[tuple[QWidget, str]] = []
    for widget in window.findChildren(QWidget):
        if isinstance(widget, QLabel | QAbstractButton) and widget.text():
            found.append((widget, widget.text()))
    found += [(window.tabs, window.tabs.tabText(n)) for n in range(window.tabs.count())]
    found += [(window, action.text()) for action in window.actions_by_key.values()]
    return found


def test_qts_own_texts_follow(sample: MainWindow) -> None:
    sample.application.use_language("ja")
    assert QApplication.translate("QPlatformTheme", "Cancel") == "キャンセル"
    sample.application.use_language("en")
    assert QApplication.translate("QPlatformTheme", "Cancel") == "Cancel"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_it_fits_the_smallest_window(sample: MainWindow, language: str) -> None:
    sample.application.use_language(language)
    sample.resize(*SMALLEST_SIZE)
    for place in range(6):
        sample.go_to_page(place)
        check_fit(sample, place)


def check_fit(sample: MainWindow, place: int) -> None:
    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
    assert (sample.width(), sample.height()) == SMALLEST_SIZE
    page = sample.pages[place]
    for area in page.findChildren(QScrollArea):
        content = area.widget()
        assert content.minimumSizeHint().width() <= area.viewport().width(), page.key


@pytest.mark.parametrize("language", ["en", "ja"])
def test_no_text_is_cut_off(sample: MainWindow, language: str) -> None:
    sample.application.use_language(language)
    sample.model.review()
    sample.resize(*SMALLEST_SIZE)
    for place in range(6):
        sample.go_to_page(place)
        for _ in range(3):  # what wraps tells its height only once it has its width
            QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        assert [*cut_texts(sample), *cut_cells(sample.page)] == [], sample.page.key


def cut_texts(window: MainWindow) -> list[str]:
    """The words on labels and buttons that do not fit what they stand on."""
    return [
        f"{type(widget).__name__} {widget.text()!r} in {widget.width()}x{widget.height()}"
        for widget in window.findChildren(QWidget)
        if isinstance(widget, QLabel | QAbstractButton) and widget.isVisible() and widget.text()
        and not fits(widget)
    ]  # fmt: skip


def fits(widget: QLabel | QAbstractButton) -> bool:
    if isinstance(widget, QLabel) and widget.wordWrap():
        room = widget.contentsRect().width()
        words = re.split(r"\s", widget.text())
        has_break = re.compile("[\u3040-\u30ff\u3400-\u9fff/.,:-]")  # a line may end there
        widest = max((widget.fontMetrics().horizontalAdvance(word) for word in words
                      if not has_break.search(word)), default=0)  # fmt: skip
        return widest <= room and widget.height() >= widget.heightForWidth(widget.width())
    if isinstance(widget, QToolButton) and isinstance(widget.parentWidget(), QLineEdit):
        return True  # the eye in a password field is a picture
    return widget.width() >= widget.sizeHint().width()


def cut_cells(page: QWidget) -> list[str]:
    """Headings, and cells that people read, in columns that are too narrow."""
    cut = []
    for table in filter(QWidget.isVisible, page.findChildren(QTableWidget)):
        for column in range(table.columnCount()):
            width = table.columnWidth(column)
            heading = table.horizontalHeaderItem(column)
            texts = [heading.text()] if heading else []
            texts += [table.item(row, column).text() for row in range(table.rowCount())]
            cut += [text for text in texts
                    if table.fontMetrics().horizontalAdvance(text) + 16 > width]  # fmt: skip
    return cut


def test_the_themes_are_remembered_and_shown(sample: MainWindow) -> None:
    sample.application.use_theme("dark")
    assert sample.palette().window().color().name() == SETS["dark"].window
    assert sample.application.settings.theme == "dark"
