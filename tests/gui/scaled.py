"""A program: our window at the smallest size; prints every page that does not fit, and ends.

Run by a test with QT_SCALE_FACTOR=2, which Qt reads only when it starts.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from core.profile.document import ProfileDocument
from core.profile.model import FRONTEND
from core.profile.template import sample_profile_text
from core.secrets.store import SessionStore
from core.settings import Settings
from gui.application import Application, start_qt
from gui.window.main_window import SMALLEST_SIZE, MainWindow


def main(language: str) -> int:
    """Walk through the pages."""
    from core.controller import Controller

    start_qt()
    application = Application(Settings(), Controller(store=SessionStore()), language=language)
    window = application.open_window()
    window.complete()
    text = sample_profile_text(FRONTEND, address="vc.lab", user="a@b", library="L", item="I")
    window.model.show(ProfileDocument(text))
    window.flow.opened.emit()
    window.build_all()
    window.resize(*SMALLEST_SIZE)
    found = [f"scale {window.devicePixelRatio()}"] if window.devicePixelRatio() != 2 else []
    for place in range(len(window.pages)):
        window.go_to_page(place)
        wait(120)
        found += find_cut(window)
    sys.stdout.write("\n".join(found))
    window.model.revert()
    window.close()
    return 0


def find_cut(window: MainWindow) -> list[str]:
    """What is wider than its place on the page that is shown."""
    found = []
    if (window.width(), window.height()) != SMALLEST_SIZE:
        found.append(f"{window.page.key}: the window is {window.width()}x{window.height()}")
    for area in window.page.findChildren(QScrollArea):
        content = area.widget()
        if content.minimumSizeHint().width() > area.viewport().width():
            found.append(f"{window.page.key}: wider than the window")
    for part in (window.strip, window.tabs, window.foot):
        for widget in part.findChildren(QWidget):
            right = widget.mapTo(window, widget.rect().bottomRight()).x()
            if widget.isVisible() and right > window.width():
                found.append(f"{window.page.key}: {widget.objectName()} ends at {right}")
    return found


def wait(milliseconds: int) -> None:
    """Let the window be laid out."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
