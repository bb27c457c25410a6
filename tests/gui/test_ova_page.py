"""The page OVA source: its rows, and what it says of the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from core.profile.document import load_profile
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


@pytest.mark.parametrize(
    ("key", "written", "right"),
    [
        ("ova.library", "[Templates]", "Templates"),
        ("switch.mtu", "big", 9000),
        ("network.frontend_address", "[10.0.0.1/24]", "10.0.0.1/24"),
    ],
)
def test_a_field_that_does_not_count_is_there_while_it_is_wrong(
    qtbot: QtBot, opened: MainWindow, key: str, written: str, right: object
) -> None:
    """What the file says there is refused, so there must be a place to put it right."""
    section, _, field = key.partition(".")
    text = f"schema: 1\nid: some\n{section}:\n  {field}: {written}\n"
    text += "" if section == "switch" else "switch:\n"
    opened.flow.open_text(f"{text}  mode: existing\n", None)
    qtbot.waitUntil(lambda: opened.model.profile.id == "some")
    opened.build_all()
    row = next(page.rows[key] for page in opened.pages if key in page.rows)
    qtbot.waitUntil(lambda: not row.isHidden())
    opened.model.review()
    assert "expected is" in row.note.text
    opened.model.start_typing(key)
    opened.model.set_value(key, right)
    qtbot.waitUntil(lambda: not any(key in one.fields for one in opened.model.findings))
    assert not row.isHidden(), "not while it has the cursor"
    opened.model.leave(key)
    qtbot.waitUntil(row.isHidden)


@pytest.mark.parametrize(
    ("key", "written", "stands", "caption"),
    [("switch.mtu", "big", 1500, "1500"), ("ova.import_to_library", "maybe", False, "false")],
)
def test_the_default_that_stands_for_what_could_not_be_read_can_be_agreed_to(
    qtbot: QtBot, opened: MainWindow, tmp_path: Path,
    key: str, written: str, stands: object, caption: str,
) -> None:  # fmt: skip
    """It is there already, so that no typing would make it another one."""
    section, _, field = key.partition(".")
    path = tmp_path / "wrong.yaml"
    path.write_text(f"schema: 1\nid: some\n{section}:\n  {field}: {written}\n", "utf-8")
    opened.flow.open(path)
    qtbot.waitUntil(lambda: opened.model.profile.id == "some")
    opened.build_all()
    opened.model.review()
    row = next(page.rows[key] for page in opened.pages if key in page.rows)
    assert row.note.fix.text() == f"Use {caption}"
    row.note.fix.click()
    qtbot.waitUntil(lambda: not any(key in one.fields for one in opened.model.findings))
    assert opened.model.value(key) == stands
    assert opened.model.is_changed
    opened.flow.save()
    qtbot.waitUntil(lambda: not opened.model.is_changed)
    document = load_profile(path)
    assert (document.profile.value(key), document.findings) == (stands, ())


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
