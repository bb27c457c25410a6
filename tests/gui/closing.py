"""A program: windows at work come and go, and garbage is collected after each; prints what stays.

Run by a test of its own, since what it looks for ends the process.
"""

from __future__ import annotations

import gc
import os
import sys
from collections import Counter

from PySide6.QtCore import QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from core.controller import Controller
from core.profile.document import ProfileDocument
from core.profile.model import FRONTEND
from core.profile.template import new_profile_text
from core.secrets.store import SessionStore
from core.settings import Settings
from gui.application import Application, start_qt
from gui.form.row import FieldRow
from gui.window.main_window import MainWindow

KINDS = (MainWindow, FieldRow)


def main(rounds: int) -> int:
    """Open two windows, close one, collect; again and again."""
    qt = start_qt()
    qt.setQuitOnLastWindowClosed(False)
    gc.disable()  # as in the application: collected on the window's thread, when we say so
    application = Application(Settings(), Controller(store=SessionStore()))
    open_window(application)
    counts = []
    for number in range(rounds):
        going, staying = open_window(application), open_window(application)
        close(going, at_once=bool(number % 2))
        del going
        collect()
        wait(20)
        close(staying, at_once=False)
        del staying
        wait(20)
        collect()
        counts.append(count())
    if any(one != counts[0] for one in counts):
        sys.stdout.write(f"what is kept grows: {counts}")
    application.shut_down()
    sys.stdout.flush()
    os._exit(0)  # the interpreter's own end is another matter


def open_window(application: Application) -> MainWindow:
    """A window with a profile, a problem, every page and the picture."""
    window = application.open_window()
    window.complete()
    window.model.show(ProfileDocument(new_profile_text(FRONTEND)))
    window.flow.opened.emit()
    window.build_all()
    window.model.set_value("network.workload_address", "no address")
    for place in range(len(window.pages)):
        window.go_to_page(place)
        wait(5)
    return window


def close(window: MainWindow, *, at_once: bool) -> None:
    """Close it; ``at_once`` collects before Qt has taken it apart."""
    window.model.revert()
    window.close()
    if at_once:
        collect()
    wait(20)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def collect() -> None:
    """Look at everything, also at what the application put aside as here to stay."""
    gc.unfreeze()
    gc.collect()


def count() -> Counter[str]:
    """How many of each kind there are, as far as Python knows."""
    return Counter(type(one).__name__ for one in gc.get_objects() if isinstance(one, KINDS))


def wait(milliseconds: int) -> None:
    """Let the windows live."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
