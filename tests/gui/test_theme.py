"""Another set of colours: everywhere, and without holding up the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QMainWindow, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from core.text import Text
from gui.application import Application
from gui.dialogs.question import Question
from gui.form.inventory_editor import InventoryEditor
from gui.theme import DARK, LIGHT, SETS, THEME, Theme
from gui.vcenter_state import VCenterState
from gui.window.main_window import MainWindow
from tests.gui.conftest import show


@pytest.fixture(autouse=True)
def no_blinking(qapp: QApplication) -> Iterator[None]:
    before = qapp.cursorFlashTime()
    qapp.setCursorFlashTime(0)
    yield
    qapp.setCursorFlashTime(before)


def opened_sample(qtbot: QtBot, application: Application) -> MainWindow:
    """On the sample values with a mistake, each page seen once."""
    window = show(qtbot, application.open_window())
    window.flow.open_sample("frontend")
    window.build_all()
    window.model.set_value("network.workload_address", "not an address")
    window.model.review()
    for place in range(len(window.pages)):
        window.go_to_page(place)
        QApplication.processEvents()
    window.go_to_page(0)
    QApplication.processEvents()
    return window


def lock(window: MainWindow, is_locked: bool) -> None:
    for page in window.pages:
        page.set_locked(is_locked)
    window.display.show_foot()  # as when a deployment begins or ends


def use(qtbot: QtBot, theme: str) -> None:
    THEME.use(theme, gently=True)
    qtbot.waitUntil(lambda: THEME.is_shown_throughout)


def pictures(qtbot: QtBot, window: MainWindow) -> dict[str, QImage]:
    """Every page as it would be painted."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    made = {}
    for place, page in enumerate(window.pages):
        turn(window, place)
        made[page.key] = window.grab().toImage()
    turn(window, 0)
    return made


def turn(window: MainWindow, place: int) -> None:
    """What wraps tells its height only once it has its width."""
    window.go_to_page(place)
    for _ in range(5):
        QApplication.processEvents()


def on_screen(window: QWidget) -> QImage:
    """What was painted, in contrast to what would be."""
    return window.screen().grabWindow(window.winId()).toImage().convertToFormat(RGB)


RGB = QImage.Format.Format_RGB32


def different(some: dict[str, QImage], others: dict[str, QImage]) -> list[str]:
    return [key for key, image in some.items() if image != others[key]]


@pytest.mark.parametrize("is_locked", [False, True])
def test_every_page_looks_as_in_a_window_that_was_made_in_that_theme(
    qtbot: QtBot, application: Application, is_locked: bool
) -> None:
    window = opened_sample(qtbot, application)
    lock(window, is_locked)
    light = pictures(qtbot, window)
    use(qtbot, DARK)
    other = opened_sample(qtbot, application)
    lock(other, is_locked)
    fresh = pictures(qtbot, other)
    dark = pictures(qtbot, window)
    assert different(dark, fresh) == []
    assert len(different(dark, light)) == len(window.pages)
    use(qtbot, LIGHT)
    assert different(pictures(qtbot, window), light) == []


def test_what_is_seen_changes_in_one_piece(qtbot: QtBot, application: Application) -> None:
    window = opened_sample(qtbot, application)
    window.go_to_page(3)
    QApplication.processEvents()
    light = on_screen(window)
    THEME.use(DARK, gently=True)
    while not window.updatesEnabled():
        assert on_screen(window) == light
        QApplication.processEvents()
    assert not THEME.is_shown_throughout
    dark = window.grab().toImage().convertToFormat(RGB)
    qtbot.waitUntil(lambda: on_screen(window) == dark)
    qtbot.waitUntil(lambda: THEME.is_shown_throughout)
    assert window.grab().toImage().convertToFormat(RGB) == dark != light


def test_hidden_pages_wait_for_their_turn(qtbot: QtBot, application: Application) -> None:
    """So that no page holds up another; a page one turns to goes first."""
    window = opened_sample(qtbot, application)
    hidden, turned_to = (
        [one for one in page.findChildren(QLabel) if one.property("look") == "muted"]
        for page in (window.parts.haproxy_page, window.deploy_page)
    )
    THEME.use(DARK, gently=True)
    assert {colour_of(label) for label in hidden + turned_to} == {SETS[LIGHT].muted}
    window.go_to("deploy")
    first = next(label for label in turned_to if label.isVisible())
    while colour_of(first) != SETS[DARK].muted:
        QApplication.processEvents()
    assert SETS[LIGHT].muted in {colour_of(label) for label in hidden}
    qtbot.waitUntil(lambda: THEME.is_shown_throughout)
    left = filter(isValid, hidden + turned_to)
    assert {colour_of(label) for label in left} == {SETS[DARK].muted}


def colour_of(label: QLabel) -> str:
    return str(label.palette().windowText().color().name())


class Heard(QObject):
    """Notes events of a kind."""

    def __init__(self, kind: QEvent.Type) -> None:
        super().__init__()
        self.kind = kind
        self.by: list[QObject] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == self.kind:
            self.by.append(watched)
        return False


def test_qt_itself_does_not_style_all_widgets_again(qtbot: QtBot, application: Application) -> None:
    """It would tell each of them, and take 100 ms for it at the least."""
    window = opened_sample(qtbot, application)
    heard = Heard(QEvent.Type.StyleChange)
    for widget in window.findChildren(QWidget):
        widget.installEventFilter(heard)
    use(qtbot, DARK)
    assert heard.by == []


def test_two_windows_change_together(qtbot: QtBot, application: Application) -> None:
    first, second = (opened_sample(qtbot, application) for _ in range(2))
    start = show(qtbot, application.open_window())
    use(qtbot, DARK)
    third = pictures(qtbot, opened_sample(qtbot, application))
    assert different(pictures(qtbot, second), third) == []
    assert different(pictures(qtbot, first), third) == []
    other = show(qtbot, application.open_window())
    assert shown(qtbot, start) == shown(qtbot, other)


def shown(qtbot: QtBot, window: QWidget) -> QImage:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QApplication.processEvents()
    return window.grab().toImage()


def test_dialogs_have_the_colours_whenever_they_were_made(
    qtbot: QtBot, application: Application
) -> None:
    window = opened_sample(qtbot, application)
    before = a_dialog(qtbot, window)
    THEME.use(DARK, gently=True)
    between = a_dialog(qtbot, window)
    qtbot.waitUntil(lambda: THEME.is_shown_throughout)
    after = a_dialog(qtbot, window)
    looks = [shown(qtbot, one) for one in (before, between, after)]
    assert looks[0] == looks[2]
    assert looks[1] == looks[2]
    assert looks[2].pixelColor(3, 3).name() == SETS[DARK].window


def a_dialog(qtbot: QtBot, window: QMainWindow) -> Question:
    dialog = Question(
        window, Text("{name}?", name="one"), Text("{name}", name="two"), None,
        (("yes", Text("Save")), ("no", Text("Discard"))),
    )  # fmt: skip
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_pop_ups_change_too(qtbot: QtBot, application: Application) -> None:
    window = opened_sample(qtbot, application)
    boxes = window.findChildren(QComboBox)
    assert boxes
    menu = window.menus["theme"]
    for view in [*(box.view() for box in boxes), menu]:
        view.ensurePolished()
    use(qtbot, DARK)
    for view in [*(box.view() for box in boxes), menu]:
        assert view.palette().base().color().name() == SETS[DARK].base
        assert view.palette().text().color().name() == SETS[DARK].text


def test_quickly_there_and_back_ends_with_the_last(qtbot: QtBot, application: Application) -> None:
    window = opened_sample(qtbot, application)
    pictures(qtbot, window)  # when it is seen again, the picture has found its size
    light, seen = pictures(qtbot, window), window.grab().toImage()
    THEME.use(DARK, gently=True)
    THEME.use(LIGHT, gently=True)
    qtbot.waitUntil(window.updatesEnabled)
    assert window.grab().toImage() == seen
    qtbot.waitUntil(lambda: THEME.is_shown_throughout)
    assert different(pictures(qtbot, window), light) == []


def test_a_window_may_close_before_all_is_done(qtbot: QtBot, application: Application) -> None:
    other = opened_sample(qtbot, application)
    window = application.open_window()
    window.complete()
    window.flow.open_sample("frontend")
    window.build_all()
    THEME.use(DARK, gently=True)
    window.close()
    assert not THEME.is_shown_throughout
    qtbot.waitUntil(lambda: not isValid(window))
    qtbot.waitUntil(lambda: THEME.is_shown_throughout)
    assert other.palette().window().color().name() == SETS[DARK].window


@pytest.mark.parametrize("choose", [THEME.use, lambda name: THEME._show(name)])
def test_the_theme_that_is_shown_already_costs_nothing(
    looks: None, qtbot: QtBot, choose: Callable[[str], None]
) -> None:
    THEME.use(DARK, gently=True)
    qtbot.waitUntil(lambda: THEME.is_shown_throughout)
    with qtbot.assertNotEmitted(THEME.changed):
        choose(DARK)


def test_the_menu_changes_it_gently(qtbot: QtBot, application: Application) -> None:
    window = opened_sample(qtbot, application)
    actions = window.menus["theme"].actions()
    next(action for action in actions if action.data() == DARK).trigger()
    assert not THEME.is_shown_throughout
    qtbot.waitUntil(lambda: THEME.is_shown_throughout)
    assert application.settings.theme == DARK


def test_all_at_once_leaves_nothing_for_later(qtbot: QtBot, application: Application) -> None:
    window = opened_sample(qtbot, application)
    light = window.grab().toImage()
    THEME.use(DARK, gently=True)
    THEME.use(DARK)
    assert THEME.is_shown_throughout
    assert window.updatesEnabled()
    dark = window.grab().toImage()
    THEME.use(LIGHT)
    assert THEME.is_shown_throughout
    assert window.grab().toImage() == light != dark
    THEME.use(DARK)
    assert window.grab().toImage() == dark


def test_it_is_known_without_any_widgets() -> None:
    theme = Theme()
    assert theme.is_shown_throughout
    assert theme.colours is SETS[LIGHT]


def test_the_review_is_tinted_not_built_anew(qtbot: QtBot, application: Application) -> None:
    window = opened_sample(qtbot, application)
    window.go_to_page(4)
    labels = window.pages[4].findChildren(QLabel)
    marks = [label for label in labels if not label.pixmap().isNull()]
    drawn = [label.pixmap().toImage() for label in marks]
    assert marks
    use(qtbot, DARK)
    assert window.pages[4].findChildren(QLabel) == labels
    assert all(label.pixmap().toImage() != was for label, was in zip(marks, drawn, strict=True))


def test_what_is_in_the_vcenter_keeps_its_mark(
    qtbot: QtBot, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(VCenterState, "options", lambda *_: ("haproxy-pool",))
    window = opened_sample(qtbot, application)
    editors = window.findChildren(InventoryEditor)
    marks = [one.mark for one in editors if not one.mark.pixmap().isNull()]
    drawn = [mark.pixmap().toImage() for mark in marks]
    assert len({image.cacheKey() for image in drawn}) > 1
    use(qtbot, DARK)
    assert all(mark.pixmap().toImage() != was for mark, was in zip(marks, drawn, strict=True))
