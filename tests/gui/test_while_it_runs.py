"""What the pages of the form offer while a deployment runs: nothing that would change anything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QSpinBox, QWidget

from gui.dialogs.certificate_dialog import CertificateDialog
from gui.pages.connection_page import ConnectionPage
from gui.pages.phase import Phase
from gui.theme import DARK, LIGHT, SETS, THEME
from gui.vcenter_state import VCenterState
from gui.window.main_window import MainWindow


@contextmanager
def running(window: MainWindow) -> Iterator[None]:
    """Ended in any case: a window in which something runs asks before it closes."""
    window.deploy_page._become(Phase.RUNNING)
    try:
        yield
    finally:
        window.deploy_page._become(Phase.CANCELLED)


def test_the_connection_is_not_tested(sample: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(VCenterState, "connect_now", lambda _: asked.append("connect"))
    sample.model.set_value("vcenter.address", "vc.example.com")
    sample.model.set_value("vcenter.user", "administrator@vsphere.local")
    sample.model.set_secret("vcenter_password", "a-secret")
    sample.go_to("connection")
    button, action = sample.foot.primary, sample.actions_by_key["connect"]
    assert button.isEnabled()
    assert action.isEnabled()
    password = sample.page.rows["secrets.vcenter_password"].editor.control()
    with running(sample):
        assert not button.isEnabled()
        assert not action.isEnabled()
        assert "has ended" in sample.foot.sentence.text()
        QTest.keyClick(password, Qt.Key.Key_Return)
        assert asked == []
    assert button.isEnabled()
    assert action.isEnabled()
    QTest.keyClick(password, Qt.Key.Key_Return)
    assert asked == ["connect"]


def test_no_other_certificate_is_trusted(
    sample: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    may: list[bool] = []

    def ask(*_: Any, may_trust: bool) -> bool:
        may.append(may_trust)
        return False

    monkeypatch.setattr(CertificateDialog, "ask", ask)
    (page,) = (one for one in sample.pages if isinstance(one, ConnectionPage))
    with running(sample):
        page._ask_trust(object())
    page._ask_trust(object())
    assert may == [False, True]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_number_looks_as_locked_as_a_text(sample: MainWindow, theme: str) -> None:
    THEME.use(theme)
    sample.go_to("connection")
    port = sample.page.rows["vcenter.port"].editor.control()
    address = sample.page.rows["vcenter.address"].editor.control()
    assert isinstance(port, QSpinBox)
    assert isinstance(address, QLineEdit)
    size, free = port.size(), ground(port)
    assert free == ground(address) == SETS[theme].base
    with running(sample):
        assert ground(port) == ground(address) == SETS[theme].control
        assert colours(port, ARROWS) == {SETS[theme].control}
        assert len(colours(port, NUMBER)) > 1
        assert port.size() == size
    assert ground(port) == SETS[theme].base
    assert len(colours(port, ARROWS)) > 1


ARROWS, NUMBER = slice(-17, -3), slice(6, 30)


def ground(widget: QSpinBox | QLineEdit) -> str:
    """The colour behind the text, at its end, where there is none of it."""
    (colour,) = colours(widget, slice(-32, -24))
    return colour


def colours(widget: QWidget, columns: slice) -> set[str]:
    """The colours of some columns, without the frame."""
    image = widget.grab().toImage()
    return {
        image.pixelColor(x, y).name()
        for x in range(image.width())[columns]
        for y in range(4, image.height() - 4)
    }
