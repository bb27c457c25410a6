"""What there is after a deployment: names and addresses, ready to copy."""

from __future__ import annotations

from functools import partial
from ipaddress import IPv4Network

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from core.checks.networks import find_network
from core.profile.model import Profile
from core.text import Text, listed
from gui.dialogs.dialog import CopyButton
from gui.theme import fixed_font
from gui.wording import name, say


class ResultCard(QWidget):
    """A row per value, each with a button that copies it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._lines: list[tuple[Text, str]] = []

    def show_result(self, profile: Profile) -> None:
        """Show the values of a deployed profile."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._lines = results_of(profile)
        for row, (label, value) in enumerate(self._lines):
            self._add(row, label, value)
        copy = CopyButton(Text("Copy all"), self.report(), self)
        copy.setObjectName("copy_report")
        self._grid.addWidget(copy, len(self._lines), 1, Qt.AlignmentFlag.AlignLeft)

    def _add(self, row: int, label: Text, value: str) -> None:
        caption = QLabel(self)
        caption.setProperty("look", "muted")
        say(caption, "setText", label)
        shown = QLabel(value, self)
        shown.setFont(fixed_font())
        shown.setWordWrap(True)
        button = QPushButton(self)
        button.setProperty("look", "link")
        say(button, "setText", Text("Copy"))
        name(button, Text("Copy {label}", label=label))
        button.clicked.connect(partial(_copy, value))
        self._grid.addWidget(caption, row, 0)
        self._grid.addWidget(shown, row, 1)
        self._grid.addWidget(button, row, 2)

    def report(self) -> str:
        """All lines as text."""
        return "\n".join(f"{label}: {value}" for label, value in self._lines) + "\n"


def results_of(profile: Profile) -> list[tuple[Text, str]]:
    """What the Supervisor wizard asks for next, in its own form."""
    network, balancing = profile.network, profile.load_balancing
    address = network.management_address.partition("/")[0]
    ranges = filter(None, map(find_network, balancing.ranges))
    return [
        (Text("Virtual machine"), profile.vm.name),
        (Text("Host name"), network.host_name),
        (Text("Management IP"), address),
        (Text("Data Plane API"), f"{address}:{balancing.port}"),
        (Text("Data Plane API user"), balancing.user),
        (Text("Address ranges for the Supervisor"), listed(map(_dashed, ranges))),
        (Text("Distributed switch"), profile.switch.name),
        (Text("Port groups"), listed(group.name for group in profile.switch.port_groups)),
    ]


def _dashed(network: IPv4Network) -> str:
    return f"{network.network_address}-{network.broadcast_address}"


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
