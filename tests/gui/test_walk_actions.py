"""Promises that hold for every action."""

from __future__ import annotations

from collections import Counter

from PySide6.QtGui import QKeySequence

from gui.actions import ACTIONS, MENUS
from gui.window.main_window import MainWindow


def test_every_action_has_text_and_status_tip(window: MainWindow) -> None:
    for spec in ACTIONS:
        action = window.actions_by_key[spec.key]
        assert action.text()
        assert action.statusTip().endswith(".")
        assert action.objectName() == spec.key


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
    assert [key for key, count in Counter(keys).items() if count > 1] == []


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
