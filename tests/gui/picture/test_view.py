"""The picture as a widget: marks, clicks, keys, words, files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QHelpEvent, QImage
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from core.checks.profile import check_profile
from core.findings import Finding, Severity
from core.profile.model import PortGroup, Profile
from core.text import Text
from gui.picture.canvas import in_reading_order
from gui.picture.scene import Form, Part
from gui.picture.signals import Signals
from gui.picture.view import NetworkPicture
from gui.theme import DARK, LIGHT, SETS
from gui.wording import WORDING
from tests.gui.picture import sample_networks as samples

CONFLICTS = {
    "range-holds-gateway": samples.with_ranges(samples.DEFAULT, "192.168.10.0/30"),
    "range-holds-appliance": samples.with_ranges(samples.DEFAULT, "192.168.10.2/31"),
    "range-holds-dns": samples.with_network(samples.DEFAULT, dns=("192.168.10.200",)),
    "range-holds-vcenter": replace(
        samples.DEFAULT, vcenter=replace(samples.DEFAULT.vcenter, address="192.168.10.200")
    ),
    "range-on-management": samples.with_ranges(samples.DEFAULT, "192.168.0.128/25"),
    "range-whole-subnet": samples.with_ranges(samples.DEFAULT, "192.168.10.0/24"),
    "range-outside-subnet": samples.with_ranges(samples.DEFAULT, "172.16.0.0/24"),
    "range-on-additional-network": samples.with_network(
        samples.FRONTEND, additional_workload_networks=("192.168.100.128/26",)
    ),
    "subnets-overlap": samples.with_network(samples.DEFAULT, workload_address="192.168.0.3/24"),
    "gateway-outside-subnet": samples.with_network(samples.DEFAULT, workload_gateway="10.1.1.1"),
    "gateway-is-appliance": samples.with_network(samples.DEFAULT, workload_gateway="192.168.10.2"),
    "additional-network-overlap": samples.with_network(
        samples.DEFAULT, additional_workload_networks=("192.168.10.0/25",)
    ),
    "address-taken": samples.with_network(samples.DEFAULT, dns=("192.168.0.2",)),
    "services-overlap": replace(
        samples.DEFAULT, supervisor=replace(samples.DEFAULT.supervisor, services_cidr="10.8.0.0/16")
    ),
    "mapping-management-is-workload": replace(
        samples.DEFAULT,
        deployment=replace(
            samples.DEFAULT.deployment, management_network="Primary Workload Network"
        ),
    ),
    "vlan-range": replace(
        samples.DEFAULT,
        switch=replace(
            samples.DEFAULT.switch, port_groups=(PortGroup("primary-workload", "W", 5000),)
        ),
    ),
}


@pytest.fixture
def picture(qtbot: QtBot) -> Iterator[NetworkPicture]:
    view = NetworkPicture()
    qtbot.addWidget(view)
    view.resize(640, 640)
    view.set_profile(samples.DEFAULT, check_profile(samples.DEFAULT))
    view.show()
    yield view
    view.close()


def show(view: NetworkPicture, profile: Profile) -> tuple[Finding, ...]:
    findings = check_profile(profile)
    view.set_profile(profile, findings)
    return findings


def part_of(view: NetworkPicture, key: str, form: Form = Form.CHIP) -> Part:
    return next(p for p in view.scene.parts if key in p.place.keys and p.form is form)


def click(qtbot: QtBot, view: NetworkPicture, part: Part) -> None:
    centre = view.canvas.rect_of(part).center()
    qtbot.mouseClick(view.canvas, Qt.MouseButton.LeftButton, pos=centre)


@pytest.mark.parametrize("code", sorted(CONFLICTS))
def test_every_field_of_a_conflict_has_a_part_that_shows_it(
    picture: NetworkPicture, code: str
) -> None:
    findings = [f for f in show(picture, CONFLICTS[code]) if f.code == code]
    assert findings
    signals = Signals([part.place for part in picture.scene.parts], findings)
    for finding in findings:
        for key in finding.fields:
            marked = [signals.worst(p.place) for p in picture.scene.parts if key in p.place.keys]
            assert finding.severity in marked, key


def test_clicking_any_part_asks_for_a_field_it_shows(qtbot: QtBot, picture: NetworkPicture) -> None:
    picture.resize(700, 900)
    show(picture, samples.FRONTEND)
    asked: list[str] = []
    picture.field_activated.connect(asked.append)
    for part in in_reading_order(picture.scene):
        click(qtbot, picture, part)
        assert asked.pop() in part.place.keys
        assert asked == []


def test_a_click_goes_to_the_field_with_the_problem(qtbot: QtBot, picture: NetworkPicture) -> None:
    wrong = Finding(Severity.ERROR, "x", ("deployment.workload_network",), Text("Not there."))
    picture.set_profile(samples.DEFAULT, (wrong,))
    part = next(
        p for p in picture.scene.parts
        if p.form is Form.TITLE and "deployment.workload_network" in p.place.keys
    )  # fmt: skip
    assert part.place.keys[0] == "switch.port_groups"
    with qtbot.waitSignal(picture.field_activated) as caught:
        click(qtbot, picture, part)
    assert caught.args == ["deployment.workload_network"]


def test_a_click_beside_the_parts_does_nothing(qtbot: QtBot, picture: NetworkPicture) -> None:
    with qtbot.assertNotEmitted(picture.field_activated):
        qtbot.mouseClick(picture.canvas, Qt.MouseButton.LeftButton, pos=QPoint(1, 1))


def test_arrow_keys_walk_every_part_and_enter_asks_for_its_field(
    qtbot: QtBot, picture: NetworkPicture
) -> None:
    asked: list[str] = []
    picture.field_activated.connect(asked.append)
    parts = in_reading_order(picture.scene)
    qtbot.keyClick(picture.canvas, Qt.Key.Key_Home)
    for part in parts:
        assert picture.canvas.current is part
        assert picture.canvas.accessibleName() == picture.canvas.tooltip_of(part)
        qtbot.keyClick(picture.canvas, Qt.Key.Key_Return)
        assert asked.pop() == part.place.keys[0]
        qtbot.keyClick(picture.canvas, Qt.Key.Key_Right)
    assert picture.canvas.current is parts[-1]
    qtbot.keyClick(picture.canvas, Qt.Key.Key_Left)
    assert picture.canvas.current is parts[-2]


def test_tab_goes_from_lane_to_lane_and_out(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    view, before, after = NetworkPicture(), QLineEdit(), QLineEdit()
    column = QVBoxLayout(window)
    for widget in (before, view, after):
        column.addWidget(widget)
    view.set_profile(samples.DEFAULT)
    window.show()
    window.activateWindow()
    before.setFocus()
    qtbot.waitUntil(before.hasFocus)
    groups = sorted({part.group for part in view.scene.parts})
    seen = []
    qtbot.keyClick(before, Qt.Key.Key_Tab)
    while view.canvas.hasFocus():
        assert view.canvas.current is not None
        seen.append(view.canvas.current.group)
        qtbot.keyClick(view.canvas, Qt.Key.Key_Tab)
    assert seen == groups
    assert after.hasFocus()
    qtbot.keyClick(after, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert view.canvas.current.group == groups[-1]
    window.close()


def test_the_walk_stays_where_it_is_while_values_change(
    qtbot: QtBot, picture: NetworkPicture
) -> None:
    qtbot.keyClick(picture.canvas, Qt.Key.Key_End)
    assert picture.canvas.current is not None
    keys = picture.canvas.current.place.keys
    show(picture, samples.with_network(samples.DEFAULT, workload_gateway="192.168.10.25"))
    assert picture.canvas.current in picture.scene.parts
    assert picture.canvas.current.place.keys == keys


def test_hovering_names_field_value_and_problem(picture: NetworkPicture) -> None:
    show(picture, CONFLICTS["range-holds-gateway"])
    tip = picture.canvas.tooltip_of(part_of(picture, "network.workload_gateway"))
    assert tip.startswith("Workload gateway: 192.168.10.1\nProblem: ")
    show(picture, Profile())
    tip = picture.canvas.tooltip_of(part_of(picture, "network.workload_gateway"))
    assert tip.startswith("Workload gateway: not filled in")


def test_what_was_typed_is_not_read_as_markup(picture: NetworkPicture, monkeypatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(
        "gui.picture.canvas.QToolTip.showText", lambda _pos, text, *_rest: shown.append(text)
    )
    show(picture, replace(samples.DEFAULT, vm=replace(samples.DEFAULT.vm, name="<img src=x>")))
    centre = picture.canvas.rect_of(part_of(picture, "vm.name", Form.LABEL)).center()
    event = QHelpEvent(QEvent.Type.ToolTip, centre, picture.canvas.mapToGlobal(centre))
    QApplication.sendEvent(picture.canvas, event)
    assert "&lt;img src=x&gt;" in shown[0]
    assert "<img" not in shown[0]


def test_a_missing_value_is_an_open_place_and_not_an_alarm(picture: NetworkPicture) -> None:
    findings = show(picture, Profile())
    signals = Signals([part.place for part in picture.scene.parts], findings)
    missing = {f.fields[0] for f in findings if f.code == "required"}
    for part in picture.scene.parts:
        if part.place.is_empty and set(part.place.keys) <= missing:
            assert signals.worst(part.place) is None


def pixels(image: QImage, colour: str) -> int:
    wanted = int(colour.lstrip("#"), 16)
    return sum(
        image.pixel(x, y) & 0xFFFFFF == wanted
        for y in range(0, image.height())
        for x in range(0, image.width(), 2)
    )


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_a_conflict_is_red_and_only_a_conflict(picture: NetworkPicture, theme: str) -> None:
    picture.set_theme(theme)
    problem = SETS[theme].problem
    right = samples.with_ranges(samples.DEFAULT, "192.168.10.128/25")
    picture.set_profile(right, ())
    assert pixels(picture.grab().toImage(), problem) == 0
    show(picture, CONFLICTS["range-holds-gateway"])
    assert pixels(picture.grab().toImage(), problem) > 50


def test_the_whole_picture_in_words(picture: NetworkPicture) -> None:
    show(picture, samples.FRONTEND)
    words = picture.accessibleDescription()
    assert picture.accessibleName() == "Network picture"
    for said in (
        "Appliance haproxy, host name haproxy.lab.example.",
        "Management: VM Network; NIC 1 192.168.0.2/24, gateway 192.168.0.1.",
        "Data Plane API at 192.168.0.2:5556",
        "Frontend: Frontend Network, VLAN 100; NIC 3 192.168.100.2/24",
        "Workload network: Namespace dev, VLAN 31.",
        "Clients reach the load balancer ranges 192.168.100.64/26, 192.168.100.128/25",
        "Behind the gateway: 192.168.20.0/24.",
    ):
        assert said in words


def test_another_language_is_shown_at_once(picture: NetworkPicture, monkeypatch) -> None:
    class Marked:
        def gettext(self, text: str) -> str:
            return f"«{text}»"

        def ngettext(self, one: str, many: str, count: int) -> str:
            return self.gettext(many)

    monkeypatch.setattr("core.text._current", Marked())
    WORDING.changed.emit()
    assert picture.accessibleName() == "«Network picture»"
    monkeypatch.undo()
    WORDING.changed.emit()
    assert picture.accessibleName() == "Network picture"


def test_svg_is_xml_with_every_text(picture: NetworkPicture, tmp_path: Path) -> None:
    show(picture, samples.FRONTEND)
    picture.save(tmp_path / "network.svg")
    tree = ET.parse(tmp_path / "network.svg")
    texts = {"".join(node.itertext()).strip() for node in tree.iter() if node.tag.endswith("text")}
    wanted = [
        "haproxy", "VM Network", "192.168.0.2/24", "192.168.100.1", "192.168.100.64/26",
        "VLAN 31", "Namespace dev", "192.168.20.0/24", "workload-vds", "vmnic4", "192.168.0.2:5556",
    ]  # fmt: skip
    assert [text for text in wanted if text not in texts] == []
    description = next(node for node in tree.iter() if node.tag.endswith("desc"))
    assert "Frontend Network" in (description.text or "")


def test_svg_escapes_what_was_typed(picture: NetworkPicture, tmp_path: Path) -> None:
    name = "a<b>&\"c'\x01\ufffe"
    show(picture, replace(samples.DEFAULT, vm=replace(samples.DEFAULT.vm, name=name)))
    picture.save(tmp_path / "network.svg")
    ET.parse(tmp_path / "network.svg")


def test_png_is_a_picture_with_twice_the_pixels(picture: NetworkPicture, tmp_path: Path) -> None:
    picture.save(str(tmp_path / "network.PNG"))
    image = QImage(str(tmp_path / "network.PNG"))
    assert image.width() == 1760
    assert len({image.pixel(x, y) for x in range(0, 1760, 9) for y in range(0, 400, 9)}) > 5


def test_another_ending_is_refused(picture: NetworkPicture, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.svg or \.png"):
        picture.save(tmp_path / "network.bmp")


def test_the_clipboard_gets_picture_and_words(qtbot: QtBot, picture: NetworkPicture) -> None:
    qtbot.keyClick(picture.canvas, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasImage()
    assert data.text() == picture.accessibleDescription()


def test_no_secret_is_shown(picture: NetworkPicture, tmp_path: Path) -> None:
    secret = "s3cret-value-not-to-show"
    profile = replace(
        samples.DEFAULT,
        properties=(("appliance.root_pwd", secret), ("loadbalance.haproxy_pwd", secret)),
        appliance=replace(samples.DEFAULT.appliance, ca_certificate=secret, ca_key_file=secret),
    )
    show(picture, profile)
    picture.save(tmp_path / "network.svg")
    assert secret not in (tmp_path / "network.svg").read_text(encoding="utf-8")
    assert secret not in picture.accessibleDescription()
    assert not any(secret in str(part.place) for part in picture.scene.parts)


@pytest.mark.parametrize("size", [(320, 360), (380, 480), (480, 560), (900, 620), (2000, 1300)])
def test_every_size_is_painted_and_reachable(
    qtbot: QtBot, picture: NetworkPicture, size: tuple[int, int]
) -> None:
    picture.resize(*size)
    show(picture, samples.FRONTEND)
    assert not picture.grab().toImage().isNull()
    for part in picture.scene.parts:
        rect = picture.canvas.rect_of(part)
        assert picture.canvas.rect().contains(rect)
    last = in_reading_order(picture.scene)[-1]
    qtbot.keyClick(picture.canvas, Qt.Key.Key_End)
    centre = picture.canvas.rect_of(last).center()
    assert picture.rect().contains(picture.canvas.mapTo(picture, centre))
    assert picture.canvas.part_at(QPointF(centre)) is last


def test_a_large_view_is_drawn_larger(picture: NetworkPicture) -> None:
    picture.resize(2000, 1300)
    part = part_of(picture, "network.workload_gateway")
    assert picture.canvas.rect_of(part).height() >= 1.5 * part.rect.height


def test_a_keystroke_costs_less_than_a_frame(picture: NetworkPicture) -> None:
    """The best of many, so that a busy machine does not fail it."""
    picture.resize(480, 560)
    findings = check_profile(samples.FRONTEND)
    rebuilt, painted = [], []
    for number in range(25):
        vm = replace(samples.FRONTEND.vm, name=f"haproxy-{number}")
        profile = replace(samples.FRONTEND, vm=vm)
        start = perf_counter()
        picture.set_profile(profile, findings)
        rebuilt.append(perf_counter() - start)
        start = perf_counter()
        picture.canvas.grab()
        painted.append(perf_counter() - start)
    assert min(rebuilt) < 0.005
    assert min(painted) < 0.010
