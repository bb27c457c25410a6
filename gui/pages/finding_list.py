"""Findings below a result: icon, sentence, what to do; each explained in the manual."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from core.findings import Finding, Severity
from core.text import Text
from gui.form.note import LOOKS, WORDS, sentence
from gui.icons import pixmap
from gui.theme import THEME
from gui.wording import name, say


class FindingList(QWidget):
    """A row for each, the worst first.

    Signals:
        help_asked: the place of the manual that explains one.
    """

    help_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.findings: tuple[Finding, ...] = ()
        self._marks: list[tuple[QLabel, str]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        THEME.changed.connect(self._tint)

    def show_findings(self, findings: tuple[Finding, ...]) -> None:
        """Show others."""
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        order = list(Severity)
        self.findings = tuple(sorted(findings, key=lambda one: order.index(one.severity)))
        self._marks = []
        for row, finding in enumerate(self.findings):
            self._add(row, finding)
        self._tint()

    def _add(self, row: int, finding: Finding) -> None:
        mark, label = QLabel(self), QLabel(self)
        say(mark, "setToolTip", WORDS[finding.severity])
        name(mark, WORDS[finding.severity])
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        say(label, "setText", sentence(finding))
        why = QPushButton(self)
        why.setProperty("look", "link")
        why.setObjectName(f"why.{finding.code}")
        say(why, "setText", Text("Explain"))
        name(why, Text("Explain"), sentence(finding))
        why.clicked.connect(partial(self._on_why, f"findings.md#{finding.code}"))
        self._grid.addWidget(mark, row, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(label, row, 1)
        self._grid.addWidget(why, row, 2, Qt.AlignmentFlag.AlignTop)
        self._marks.append((mark, LOOKS[finding.severity]))

    def _on_why(self, place: str, *_: object) -> None:
        self.help_asked.emit(place)

    def _tint(self) -> None:
        for mark, look in self._marks:
            mark.setPixmap(pixmap(look, "link" if look == "note" else look))
