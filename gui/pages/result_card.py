"""What there is after a deployment: for the next step, and as the vCenter reports it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from core.handoff.ranges import read_ranges
from core.profile.model import Profile
from core.text import Joined, Text, listed
from gui.dialogs.dialog import CopyButton
from gui.theme import fixed_font
from gui.wording import name, say

if TYPE_CHECKING:
    from core.plan.deployment import Outcome

MOST_CHARACTERS = 70
AT_ONCE = 6
"""Rows in one turn of the event loop: with those of many hosts there are dozens."""
Lines = list[tuple[Text, Text | str]]


class ResultCard(QWidget):
    """A row per value, each with a button that copies it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnMinimumWidth(0, 220)
        self._grid.setColumnStretch(3, 1)
        self._parts: list[tuple[Text, Lines]] = []
        self._waiting: Iterator[tuple[int, Callable[[int], None]]] = iter(())
        self._more = QTimer(self)
        self._more.setSingleShot(True)
        self._more.setInterval(0)
        self._more.timeout.connect(self._add_some)

    def show_result(self, profile: Profile, outcome: Outcome | None) -> None:
        """Show the values of a deployed profile, and what was read back of it, bit by bit."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._parts = [(Text("For the next step"), results_of(profile))]
        if outcome is not None:
            self._parts.append((Text("Read back from the vCenter"), list(read_back(outcome))))
        adding: list[Callable[[int], None]] = []
        for title, lines in self._parts:
            adding.append(partial(self._add_heading, title))
            adding += [partial(self._add, label, value) for label, value in lines]
        self._waiting = enumerate([*adding, self._add_copy])
        self._add_some()

    def _add_some(self) -> None:
        some = list(islice(self._waiting, AT_ONCE))
        for row, add in some:
            add(row)
        if some:
            self._more.start()

    def _add_heading(self, title: Text, row: int) -> None:
        heading = QLabel(self)
        font = heading.font()
        font.setBold(True)
        heading.setFont(font)
        heading.setContentsMargins(0, 10 if row else 0, 0, 2)
        say(heading, "setText", title)
        self._grid.addWidget(heading, row, 0, 1, 3)

    def _add_copy(self, row: int) -> None:
        copy = CopyButton(Text("Copy all"), self.report, self)
        copy.setObjectName("copy_report")
        name(copy, Text("Copy all"), Text("Copies every line as text."))
        self._grid.addWidget(copy, row, 0, Qt.AlignmentFlag.AlignLeft)

    def _add(self, label: Text, value: Text | str, row: int) -> None:
        caption = QLabel(self)
        caption.setProperty("look", "muted")
        say(caption, "setText", label)
        shown = QLabel(self)
        say(shown, "setText", value if isinstance(value, Text) else Text("{value}", value=value))
        shown.setFont(fixed_font())
        shown.setWordWrap(len(str(value)) > MOST_CHARACTERS)
        shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        button = QPushButton(self)
        button.setProperty("look", "link")
        say(button, "setText", Text("Copy"))
        name(button, Text("Copy {label}", label=label), Text("Copies this value."))
        button.clicked.connect(partial(_copy, value))
        self._grid.addWidget(caption, row, 0)
        self._grid.addWidget(shown, row, 1)
        self._grid.addWidget(button, row, 2)

    def report(self) -> str:
        """All lines as text."""
        parts = [
            "\n".join([str(title), *(f"  {label}: {value}" for label, value in lines)])
            for title, lines in self._parts
        ]
        return "\n\n".join(parts) + "\n"


def results_of(profile: Profile) -> Lines:
    """What the Supervisor wizard asks for next, in its own form."""
    network, balancing = profile.network, profile.load_balancing
    address = network.management_address.partition("/")[0]
    ranges = (one.first_last for one in read_ranges(profile))
    return [
        (Text("Host name"), network.host_name),
        (Text("Management IP"), address),
        (Text("Data Plane API"), f"{address}:{balancing.port}"),
        (Text("Data Plane API user"), balancing.user),
        (Text("Address ranges for the Supervisor"), listed(ranges)),
    ]


def read_back(outcome: Outcome) -> Iterator[tuple[Text, Text | str]]:
    """What the vCenter says there is now."""
    switch, machine = outcome.switch, outcome.machine
    if machine:
        is_on = Text("powered on") if machine["powered_on"] else Text("powered off")
        made = f"{machine['name']} ({machine['id']})"
        yield Text("Virtual machine"), Joined((made, is_on))
        networks = machine["networks"]
        for number, network in enumerate(networks if isinstance(networks, list) else (), 1):
            yield Text("NIC {number}", number=number), str(network)
    if switch:
        yield (
            Text("Distributed switch"),
            f"{switch['name']}, {switch['version']}, MTU {switch['mtu']}",
        )
        for group, vlan in _pairs(switch["port_groups"]):
            yield Text("Port group"), f"{group}, VLAN {vlan}" if vlan else group
        for host, nics in _pairs(switch["hosts"]):
            yield Text("Host"), f"{host}: {nics}"
    for key, value in _pairs(machine.get("properties")):
        yield Text("{key}", key=key), value


def _pairs(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        yield from ((str(key), str(one) if one else "") for key, one in value.items())


def _copy(text: Text | str) -> None:
    QGuiApplication.clipboard().setText(str(text))
