"""Promises that hold for every action."""

from __future__ import annotations

import re
from collections import Counter

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QLineEdit,
    QMenuBar,
    QRadioButton,
    QTabBar,
    QTableView,
    QWidget,
)

from gui.actions import ACTIONS
from gui.window.main_window import MainWindow
from gui.window.menu_bar import MENUS


def test_every_action_has_text_and_status_tip(window: MainWindow) -> None:
    for spec in ACTIONS:
        action = window.actions_by_key[spec.key]
        assert action.text()
        assert action.statusTip().endswith(".")
        assert action.objectName() == spec.key


def test_every_action_follows_the_language(window: MainWindow) -> None:
    before = {key: (one.text(), one.statusTip()) for key, one in window.actions_by_key.items()}
    window.application.use_language("ja")
    after = {key: (one.text(), one.statusTip()) for key, one in window.actions_by_key.items()}
    assert after.keys() == {spec.key for spec in ACTIONS}
    assert [key for key, texts in after.items() if set(texts) & set(before[key])] == []


def test_every_action_does_something(window: MainWindow) -> None:
    idle = [
        key
        for key, action in window.actions_by_key.items()
        if action.menu() is None and action.receivers("2triggered(bool)") == 0
    ]
    assert idle == []


def test_no_shortcut_stands_for_two_actions(window: MainWindow) -> None:
    keys = [
        sequence.toString(QKeySequence.SequenceFormat.PortableText)
        for action in window.actions_by_key.values()
        for sequence in action.shortcuts()
    ]
    assert len(keys) > 15
    assert [key for key, count in Counter(keys).items() if count > 1] == []


def test_no_field_has_a_shortcut_of_an_action(opened: MainWindow) -> None:
    """A field's own keys, such as those that reveal a password, would hide the action's."""
    taken = {key for action in opened.actions_by_key.values() for key in action.shortcuts()}
    actions = opened.actions_by_key.values()
    own = [one for one in opened.findChildren(QAction)
           if not one.shortcut().isEmpty() and one not in actions]  # fmt: skip
    assert own
    assert [action.text() for action in own if taken & set(action.shortcuts())] == []


def test_mnemonics_are_unique_in_each_menu(window: MainWindow) -> None:
    for menu in MENUS:
        letters = [
            spec.text.template.partition("&")[2][:1].lower()
            for spec in ACTIONS
            if spec.menu == menu and "&" in spec.text.template
        ]
        assert len(letters) == len(set(letters)), (menu, letters)
    titles = [title.template.partition("&")[2][:1].lower() for title in MENUS.values()]
    assert len(titles) == len(set(titles)), titles


def test_letters_to_press_with_alt_are_unique_on_each_page(opened: MainWindow) -> None:
    for place in range(6):
        opened.go_to_page(place)
        check_letters(opened)


def check_letters(window: MainWindow) -> None:
    texts = [
        f"{type(widget).__name__}: {widget.text()}"
        for widget in window.findChildren(QWidget)
        if widget.isVisible() and isinstance(widget, QAbstractButton | QLabel)
    ]
    texts += [action.text() for action in window.menuBar().actions()]
    letters = [found.group(1).lower() for text in texts if (found := re.search(r"&([^&\s])", text))]
    assert [one for one, count in Counter(letters).items() if count > 1] == [], window.page.key


def test_everything_one_can_press_is_reached_by_tab(opened: MainWindow) -> None:
    for place in range(6):
        opened.go_to_page(place)
        check_reach(opened)


def check_reach(window: MainWindow) -> None:
    chain, here = set(), window.tabs.nextInFocusChain()
    while here not in chain:
        chain.add(here)
        here = here.nextInFocusChain()
    unreached = [
        f"{window.page.key}: {type(widget).__name__} {widget.objectName()!r} {widget.text()!r}"
        for widget in window.findChildren(QAbstractButton)
        if widget.isVisible() and widget.isEnabled()
        and not isinstance(widget, QRadioButton)  # the arrows lead to the others of a group
        and not isinstance(widget.parentWidget(), QLineEdit | QTabBar | QMenuBar | QTableView)
        and (widget not in chain or not widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    ]  # fmt: skip
    assert unreached == []
