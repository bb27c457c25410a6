"""The menu bar, and the menus for theme and language that the top strip shows too."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMainWindow, QMenu

from core.text import Text
from gui.actions import ACTIONS, MENUS
from gui.theme import DARK, LIGHT
from gui.wording import say

if TYPE_CHECKING:
    from gui.application import Application

THEMES = (("", Text("As the system")), (LIGHT, Text("Light")), (DARK, Text("Dark")))
# A language is named in itself, so that one finds it in any other.
LANGUAGES = (("", Text("As the system")), ("en", Text("English")), ("ja", Text("日本語")))


def build_menus(
    window: QMainWindow, actions: dict[str, QAction], application: Application
) -> dict[str, QMenu]:
    """Fill the menu bar; gives the submenus by the key of their action."""
    menus: dict[str, QMenu] = {}
    for key, title in MENUS.items():
        menu = QMenu(window)
        say(menu, "setTitle", title)
        menus[key] = menu
        window.menuBar().addMenu(menu)
    for spec in ACTIONS:
        menus[spec.menu].addAction(actions[spec.key])
        if spec.is_last:
            menus[spec.menu].addSeparator()
    submenus = {
        "recent": QMenu(window),
        "theme": _choices(window, THEMES, application.settings.theme, application.use_theme),
        "language": _choices(
            window, LANGUAGES, application.settings.language, application.use_language
        ),
    }
    for key, submenu in submenus.items():
        actions[key].setMenu(submenu)
    return submenus | {f"menu.{key}": menu for key, menu in menus.items()}


def _choices(
    window: QMainWindow, choices: tuple[tuple[str, Text], ...], current: str, use: object
) -> QMenu:
    menu = QMenu(window)
    group = QActionGroup(menu)
    for value, text in choices:
        action = QAction(menu)
        say(action, "setText", text)
        action.setCheckable(True)
        action.setChecked(value == current)
        action.setData(value)
        action.triggered.connect(partial(_use, use, value))
        group.addAction(action)
        menu.addAction(action)
    return menu


def _use(use: object, value: str, *_checked: object) -> None:
    use(value)  # type: ignore[operator]


def fill_recent(menu: QMenu, paths: tuple[str, ...], open_path: object) -> None:
    """List the profiles opened lately."""
    menu.clear()
    for number, path in enumerate(paths, start=1):
        action = QAction(menu)
        say(action, "setText", Text("&{number} {name}", number=number,
                                    name=Path(path).name.replace("&", "&&")))  # fmt: skip
        say(action, "setStatusTip", Text("{path}", path=path))
        action.triggered.connect(partial(_use, open_path, path))
        menu.addAction(action)
    if not paths:
        action = QAction(menu)
        say(action, "setText", Text("None yet"))
        action.setEnabled(False)
        menu.addAction(action)
