"""Another language: everywhere, and without holding up the window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea
from pytestqt.exceptions import capture_exceptions
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from core.text import Text
from gui.application import Application
from gui.window.main_window import DEFAULT_SIZE, SMALLEST_SIZE, MainWindow
from gui.wording import WORDING, say
from tests.gui.conftest import show
from tests.gui.connected import connect, opened, turn
from tests.gui.test_looks import shown_texts
from tests.gui.test_theme import different, no_blinking, on_screen, opened_sample, pictures

__all__ = ["no_blinking"]


def choose(window: MainWindow, language: str) -> None:
    """As somebody does who picks it from the menu."""
    actions = window.menus["language"].actions()
    next(action for action in actions if action.data() == language).trigger()


def change(qtbot: QtBot, window: MainWindow, language: str) -> None:
    choose(window, language)
    qtbot.waitUntil(lambda: WORDING.is_shown_throughout)


def all_texts(window: MainWindow) -> set[str]:
    titles = [menu.title() for menu in window.menus.values()]
    return {text for _, text in shown_texts(window)} | {*titles, window.windowTitle()}


def test_it_ends_as_if_all_were_written_at_once(qtbot: QtBot, application: Application) -> None:
    window = opened_sample(qtbot, application)
    pictures(qtbot, window)
    english, words = pictures(qtbot, window), all_texts(window)
    change(qtbot, window, "ja")
    gently = pictures(qtbot, window), all_texts(window)
    application.use_language("en")
    application.use_language("ja")
    assert all_texts(window) == gently[1] != words
    assert different(pictures(qtbot, window), gently[0]) == []
    change(qtbot, window, "en")
    assert all_texts(window) == words
    assert different(pictures(qtbot, window), english) == []


@pytest.mark.parametrize("gently", [False, True])
@pytest.mark.parametrize("size", [DEFAULT_SIZE, SMALLEST_SIZE])
@pytest.mark.parametrize(("first", "then"), [("en", "ja"), ("ja", "en")])
def test_every_page_looks_as_in_a_window_that_was_made_in_that_language(
    qtbot: QtBot,
    application: Application,
    monkeypatch: pytest.MonkeyPatch,
    first: str,
    then: str,
    size: tuple[int, int],
    gently: bool,
) -> None:
    """Fonts and widths too, with whatever is shown beside fields."""
    connect(monkeypatch)
    application.use_language(first)
    window = opened(qtbot, application, size)
    application.use_language(then, gently=gently)
    qtbot.waitUntil(lambda: WORDING.is_shown_throughout)
    changed = top_and_end(qtbot, window)
    assert different(changed, top_and_end(qtbot, opened(qtbot, application, size))) == []
    application.use_language(first, gently=gently)
    qtbot.waitUntil(lambda: WORDING.is_shown_throughout)
    again = top_and_end(qtbot, window)
    assert different(again, top_and_end(qtbot, opened(qtbot, application, size))) == []


def top_and_end(qtbot: QtBot, window: MainWindow) -> dict[str, QImage]:
    """Every page as it would be painted, and its other end where it scrolls."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    made = {}
    for place, page in enumerate(window.pages):
        turn(window, place)
        made[page.key] = window.grab().toImage()
        for area in page.findChildren(QScrollArea):
            area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
        made[f"{page.key}, its end"] = window.grab().toImage()
        for area in page.findChildren(QScrollArea):
            area.verticalScrollBar().setValue(0)
    return made


def test_a_half_written_page_is_not_painted(qtbot: QtBot, application: Application) -> None:
    """Each picture that gets onto the screen has one language."""
    window = opened_sample(qtbot, application)
    window.go_to_page(3)
    QApplication.processEvents()
    labels = [one for one in window.findChildren(QLabel) if one.isVisible() and one.text()]
    before, english = on_screen(window), [one.text() for one in labels]
    choose(window, "ja")
    mixed = 0
    while not window.updatesEnabled():
        now = [one.text() for one in labels]
        mixed += any(a == b for a, b in zip(now, english, strict=True)) and now != english
        assert on_screen(window) == before
        QApplication.processEvents()
    assert mixed
    assert not WORDING.is_shown_throughout
    japanese = [one.text() for one in labels]
    bar = [action.text() for action in window.menuBar().actions()]
    qtbot.waitUntil(lambda: on_screen(window) != before)
    qtbot.waitUntil(lambda: WORDING.is_shown_throughout)
    assert [one.text() for one in labels] == japanese
    assert [action.text() for action in window.menuBar().actions()] == bar


def test_hidden_pages_come_last(qtbot: QtBot, application: Application) -> None:
    window = opened_sample(qtbot, application)
    texts = [one for one in window.pages[3].findChildren(QLabel) if one.text()]
    before = [one.text() for one in texts]
    choose(window, "ja")
    while not window.updatesEnabled():
        assert [one.text() for one in texts] == before
        QApplication.processEvents()
    qtbot.waitUntil(lambda: WORDING.is_shown_throughout)
    assert [one.text() for one in texts] != before


def test_what_is_said_meanwhile_stays(qtbot: QtBot, application: Application) -> None:
    window = opened_sample(qtbot, application)
    hidden = QLabel(window.pages[3])
    say(hidden, "setText", Text("Problems"))
    choose(window, "ja")
    say(hidden, "setText", Text("{name}", name="newer"))
    qtbot.waitUntil(lambda: WORDING.is_shown_throughout)
    assert hidden.text() == "newer"


def test_quickly_there_and_back_ends_with_the_last(qtbot: QtBot, application: Application) -> None:
    window = opened_sample(qtbot, application)
    words = all_texts(window)
    choose(window, "ja")
    choose(window, "en")
    qtbot.waitUntil(lambda: WORDING.is_shown_throughout)
    assert all_texts(window) == words
    assert window.updatesEnabled()


def test_all_at_once_leaves_nothing_for_later(qtbot: QtBot, application: Application) -> None:
    window = opened_sample(qtbot, application)
    choose(window, "ja")
    application.use_language("ja")
    japanese = all_texts(window)
    assert WORDING.is_shown_throughout
    assert window.updatesEnabled()
    application.use_language("en")
    application.use_language("ja")
    assert all_texts(window) == japanese


def test_two_windows_and_one_that_closes(qtbot: QtBot, application: Application) -> None:
    window = opened_sample(qtbot, application)
    other = application.open_window()
    other.complete()
    start = show(qtbot, application.open_window())
    choose(window, "ja")
    other.close()
    qtbot.waitUntil(lambda: not isValid(other))
    qtbot.waitUntil(lambda: WORDING.is_shown_throughout)
    assert start.updatesEnabled()
    assert start.menus["theme"].actions()[1].text() == window.menus["theme"].actions()[1].text()
    assert start.menus["theme"].actions()[1].text() != "Light"


class Faulty(QObject):
    """A text that cannot be set."""

    def write(self, text: str) -> None:
        if text != "said":
            raise ValueError(text)


def test_a_mistake_does_not_leave_the_window_unpainted(
    qtbot: QtBot, application: Application
) -> None:
    window = opened_sample(qtbot, application)
    faulty = Faulty()
    say(faulty, "write", Text("{name}", name="said"))
    WORDING._said[faulty]["write"] = Text("Problems")
    with capture_exceptions() as caught:
        choose(window, "ja")
        qtbot.waitUntil(lambda: WORDING.is_shown_throughout)
    assert [kind for kind, *_ in caught] == [ValueError]
    assert window.updatesEnabled()
    del WORDING._said[faulty]
    japanese = all_texts(window)
    application.use_language("en")
    application.use_language("ja")
    assert all_texts(window) == japanese
