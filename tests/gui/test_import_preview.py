"""What an import would change can be seen, also where only an item of a long list differs."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from core.profile.document import ProfileDocument
from core.profile.model import EXISTING, FIELDS, PortGroup
from gui.dialogs.difference import MOST_ITEMS, difference, whole
from gui.dialogs.import_preview import ImportPreview
from gui.window.main_window import MainWindow

GROUPS = tuple(PortGroup(name=f"group-{n}", vlan=n) for n in range(1, 21))
SPEC = FIELDS["switch.port_groups"]


def test_only_what_differs_of_a_list_is_shown() -> None:
    then = (*GROUPS[:19], replace(GROUPS[19], vlan=99))
    shown = [str(text) for text in difference(SPEC, GROUPS, then)]
    assert shown == [
        "group-20, Workload network, Create new, VLAN 20",
        "group-20, Workload network, Create new, VLAN 99",
    ]


@pytest.mark.parametrize("change", [{"role": "primary-workload"}, {"mode": EXISTING}])
def test_whatever_differs_can_be_seen(change: dict[str, str]) -> None:
    then = (replace(GROUPS[0], **change), *GROUPS[1:])  # type: ignore[arg-type]
    now_text, then_text = map(str, difference(SPEC, GROUPS, then))
    assert now_text != then_text
    assert "group-2," not in now_text


def test_another_order_is_a_difference_too() -> None:
    now_text, then_text = map(str, difference(SPEC, GROUPS[:2], GROUPS[1::-1]))
    assert now_text.splitlines() == then_text.splitlines()[::-1]


def test_of_many_items_the_first_are_shown() -> None:
    shown = str(difference(SPEC, (), GROUPS)[1]).splitlines()
    assert len(shown) == MOST_ITEMS
    assert shown[-1] == "and 13 more"
    assert len(str(whole(SPEC, GROUPS)).splitlines()) == 20


def test_another_certificate_of_as_many_lines_is_another_one() -> None:
    pem = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----"
    spec = next(one for one in FIELDS.values() if one.kind.name == "PEM")
    now_text, then_text = map(str, difference(spec, pem.format("a"), pem.format("b")))
    assert then_text == f"{now_text}, another one"


def test_the_table_has_all_of_it_in_the_tooltip(qtbot: QtBot, opened: MainWindow) -> None:
    document = opened.model.document
    assert document is not None
    then = ProfileDocument(document.text)
    then.set("switch.port_groups", GROUPS)
    dialog = ImportPreview(opened, document.profile, then)
    qtbot.addWidget(dialog)
    dialog.show()
    row = dialog.changes.index("switch.port_groups")
    item = dialog.table.item(row, 2)
    assert "group-20" in item.toolTip()
    lines = item.text().count("\n") + 1
    assert lines == MOST_ITEMS
    height = dialog.table.fontMetrics().lineSpacing()
    assert dialog.table.rowHeight(row) >= lines * height


def test_texts_of_several_lines_keep_off_the_rules_of_the_table(
    qtbot: QtBot, opened: MainWindow
) -> None:
    document = opened.model.document
    assert document is not None
    then = ProfileDocument(document.text)
    then.set("switch.port_groups", GROUPS[:2])
    dialog = ImportPreview(opened, document.profile, then)
    qtbot.addWidget(dialog)
    dialog.show()
    item = dialog.table.item(0, 2)
    assert "\n" in item.text()
    place = dialog.table.visualItemRect(item)
    shown = dialog.table.viewport().grab(place).toImage()
    ground = shown.pixel(1, 1)
    inner = range(2, shown.width() - 2)  # without the rules
    written = [y for y in range(shown.height() - 1)
               if any(shown.pixel(x, y) != ground for x in inner)]  # fmt: skip
    assert written[0] >= 5
    assert written[-1] <= shown.height() - 5
