"""The page OVA source: its rows, and what it says of the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from core.profile.model import FILE, LIBRARY
from gui.application import Application
from gui.window.main_window import DEFAULT_SIZE, SMALLEST_SIZE, MainWindow
from tests.fakes.ova import make_ova
from tests.gui.conftest import show, turn_to
from tests.gui.connected import turn
from tests.gui.test_nothing_cut import cut

OF_A_LIBRARY = ("ova.library", "ova.item")


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"ova.source": FILE}, False),
        ({"ova.source": FILE, "ova.import_to_library": True}, True),
        ({"ova.source": LIBRARY}, True),
        ({"ova.source": LIBRARY, "ova.import_to_library": True}, True),
    ],
)
def test_fields_of_a_library_are_there_where_one_is_used(
    opened: MainWindow, values: dict[str, Any], shown: bool
) -> None:
    opened.go_to("ova")
    for key, value in values.items():
        opened.model.set_value(key, value)
    rows = [opened.page.rows[key] for key in OF_A_LIBRARY]
    assert [row.isVisible() for row in rows] == [shown, shown]
    opened.model.set_value("vm.name", "another")
    assert [row.isVisible() for row in rows] == [shown, shown]
    opened.model.revert()
    assert [row.isVisible() for row in rows] == [False, False]


def with_a_flipped_bit(whole: bytes) -> bytes:
    place = whole.rindex(b"KDMV") + 600
    return whole[:place] + bytes((whole[place] ^ 1,)) + whole[place + 1 :]


@pytest.mark.parametrize("size", [DEFAULT_SIZE, SMALLEST_SIZE])
@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_is_said_of_a_damaged_file_is_not_cut(
    qtbot: QtBot, threaded: Application, tmp_path: Path, language: str, size: tuple[int, int]
) -> None:
    """It comes while the page is shown, and is longer than what stood there."""
    threaded.use_language(language)
    window = show(qtbot, threaded.open_window())
    window.resize(*size)
    window.flow.new("default")
    qtbot.waitUntil(lambda: window.model.document is not None)
    window.build_all()
    turn_to(qtbot, window, "ova")
    path = make_ova(tmp_path / "the-file-of-the-appliance.ova", change=with_a_flipped_bit)
    window.model.set_value("ova.file", str(path))
    qtbot.waitUntil(lambda: window.ova.error is not None, timeout=20_000)
    turn(window, window.tabs.currentIndex())
    said = window.page._values["manifest"]  # type: ignore[attr-defined]
    assert said.isVisible()
    assert said.heightForWidth(said.width()) > 1.5 * said.fontMetrics().height()  # it does wrap
    assert list(cut(window)) == []
