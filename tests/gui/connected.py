"""A window as it is on a vCenter, with whatever can be shown beside fields shown there."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.fields import Kind
from core.profile.model import FIELDS
from gui.application import Application
from gui.vcenter_state import VCenterState
from gui.window.main_window import MainWindow
from tests.gui.conftest import show

THERE = "of-the-vcenter"
GUESSED = (
    "network.management_gateway",
    "network.workload_gateway",
    "network.frontend_gateway",
    "load_balancing.ranges",
)
TURNS = 8
"""What wraps tells its height only once it has its width."""


def connect(patch: pytest.MonkeyPatch) -> None:
    """Every picker has something to offer."""
    patch.setattr(VCenterState, "options", lambda *_: (THERE,))


def opened(
    qtbot: QtBot,
    application: Application,
    size: tuple[int, int],
    picked: str = THERE,
    *,
    reviewed: bool = False,
) -> MainWindow:
    """With ``picked`` in every picker, and suggestions where there are any."""
    window = show(qtbot, application.open_window())
    window.resize(*size)
    window.flow.open_sample("frontend")
    window.build_all()
    for key, spec in FIELDS.items():
        if spec.kind is Kind.INVENTORY:
            window.model.set_value(key, picked)
    for key in GUESSED:
        window.model.set_value(key, () if key.endswith("ranges") else "")
    if reviewed:
        window.model.review()
    for place in range(len(window.pages)):
        turn(window, place)
    return window


def turn(window: MainWindow, place: int) -> None:
    """Show a page, laid out."""
    window.go_to_page(place)
    for _ in range(TURNS):
        QApplication.processEvents()
