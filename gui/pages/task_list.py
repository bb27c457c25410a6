"""The vCenter's own recent tasks for the objects of a deployment, as it names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from core.text import Text
from gui.icons import pixmap
from gui.theme import THEME
from gui.wording import WORDING, say

if TYPE_CHECKING:
    from core.vsphere.recent_tasks import RecentTask

STATES = {
    "queued": (Text("waiting"), "waiting", "muted"),
    "running": (Text("running"), "running", "link"),
    "success": (Text("done"), "good", "good"),
    "error": (Text("failed"), "problem", "problem"),
}


class TaskList(QWidget):
    """A line per task, newest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tasks: tuple[RecentTask, ...] = ()
        self._lines: list[tuple[QLabel, ...]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        WORDING.changed.connect(self._render)
        THEME.changed.connect(self._render)

    def show_tasks(self, tasks: tuple[RecentTask, ...]) -> None:
        """Show the tasks of now; lines are used again, so that nothing flickers."""
        self.tasks = tasks
        while len(self._lines) < len(tasks):
            self._lines.append(self._add_line(len(self._lines)))
        self._render()

    def _add_line(self, row: int) -> tuple[QLabel, ...]:
        labels = tuple(QLabel(self) for _ in range(3))
        labels[1].setWordWrap(True)
        labels[2].setProperty("look", "muted")
        for column, label in enumerate(labels):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._grid.addWidget(label, row, column, Qt.AlignmentFlag.AlignTop)
        return labels

    def _render(self) -> None:
        for place, (mark, what, state) in enumerate(self._lines):
            task = self.tasks[place] if place < len(self.tasks) else None
            for label in (mark, what, state):
                label.setVisible(task is not None)
            if task is None:
                continue
            word, icon, role = STATES.get(task.state, STATES["queued"])
            mark.setPixmap(pixmap(icon, role))
            said = f"{task.what} – {task.object_name}"
            what.setText(f"{said}: {task.error}" if task.error else said)
            running = task.state == "running" and task.percent
            say(state, "setText", Text("{state}, {percent} %", state=word, percent=task.percent)
                if running else word)  # fmt: skip
