"""What is in the menus, and the menus for theme and language that the top strip shows too."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMainWindow, QMenu

from core.text import LANGUAGES, Text
from gui.actions import ACTIONS
from gui.theme import DARK, LIGHT
from gui.wording import say

if TYPE_CHECKING:
    from gui.application import Application

THEMES = (("", Text("As the system")), (LIGHT, Text("Light")), (DARK, Text("Dark")))
# A language is named in itself, so that one finds it in any other.
LANGUAGE_CHOICES = (
    ("", Text("As the system")),
    *((code, Text("{name}", name=name)) for code, name in LANGUAGES.items()),
)


def fill_menus(
    window: QMainWindow,
    menus: dict[str, QMenu],
    actions: dict[str, QAction],
    application: Application,
) -> dict[str, QMenu]:
    """Put every action into its menu; gives the submenus by the key of their action."""
    for spec in ACTIONS:
        menus[spec.menu].addAction(actions[spec.key])
        if spec.is_last:
            menus[spec.menu].addSeparator()
    submenus = {
        "recent": QMenu(window),
        "theme": _choices(window, THEMES, application.settings.theme, application.use_theme),
        "language": _choices(
            window, LANGUAGE_CHOICES, application.settings.language, application.use_language
        ),
    }
    for key, submenu in submenus.items():
        actions[key].setMenu(submenu)
    return submenus


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
    use(value, gently=True)  # type: ignore[operator]


def fill_recent(menu: QMenu, application: Application, open_path: Callable[[str], None]) -> None:
    """List the profiles opened lately; those whose files are gone cannot be chosen."""
    menu.clear()
    menu.setToolTipsVisible(True)
    paths, missing = application.settings.listed, application.missing
    for number, path in enumerate(paths, start=1):
        action = QAction(menu)
        say(action, "setText", Text("&{number} {name}", number=number,
                                    name=Path(path).name.replace("&", "&&")))  # fmt: skip
        is_missing = path in missing
        tip = (
            Text("{path} is not there now.", path=path) if is_missing else Text("{path}", path=path)
        )
        for setter in ("setStatusTip", "setToolTip"):
            say(action, setter, tip)
        action.setEnabled(not is_missing)
        action.triggered.connect(partial(_use, open_path, path))
        menu.addAction(action)
    if missing.intersection(paths):
        menu.addSeparator()
        action = QAction(menu)
        action.setObjectName("forget_missing")
        say(action, "setText", Text("Take missing files off the list"))
        say(action, "setStatusTip", Text("Nothing is deleted."))
        action.triggered.connect(application.forget_missing)
        menu.addAction(action)
    if not paths:
        action = QAction(menu)
        say(action, "setText", Text("None yet"))
        action.setEnabled(False)
        menu.addAction(action)
