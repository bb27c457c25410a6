"""The titles of the menu bar: what the first paint shows of it; the menus are filled after that."""

from __future__ import annotations

from PySide6.QtWidgets import QMainWindow, QMenu

from core.text import Text
from gui.wording import say

FILE, VIEW, VCENTER, DEPLOY, HELP = "file", "view", "vcenter", "deploy", "help"

MENUS = {
    FILE: Text("&File"),
    VIEW: Text("&View"),
    VCENTER: Text("v&Center"),
    DEPLOY: Text("&Deployment"),
    HELP: Text("&Help"),
}


def build_menu_bar(window: QMainWindow) -> dict[str, QMenu]:
    """The empty menus of the bar, by their keys."""
    menus: dict[str, QMenu] = {}
    for key, title in MENUS.items():
        menus[key] = menu = QMenu(window)
        say(menu, "setTitle", title)
        window.menuBar().addMenu(menu)
    return menus
