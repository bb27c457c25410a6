"""Our window at work, its event loop watched: the gaps between the ticks of a fine timer.

Run as ``python -m tests.benchmarks.watched_window connect|upload|theme|language PROFILE``;
passwords come from the environment. Prints the gaps in milliseconds as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer

from core.secrets.store import SessionStore
from core.settings import Settings
from gui.app import SWITCH_S, finish_start
from gui.application import Application, start_qt
from gui.collector import Collector
from gui.dialogs.question import Question
from gui.window.main_window import MainWindow

TICK_MS = 4
CHANGE_S = 0.4
"""How long a change of theme or language is watched; it takes about a third of it."""
_PATIENCE_S = 600.0


class Watch(QObject):
    """Notes how long the event loop was away between two ticks."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[float] = []
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_tick)

    def start(self) -> None:
        """Watch from now on."""
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> None:
        """Watch no more."""
        self._timer.stop()

    def _on_tick(self) -> None:
        now = time.perf_counter()
        self.gaps.append((now - self._last) * 1000)
        self._last = now


def until(condition: Callable[[], bool]) -> None:
    """Let the window live until something is so; asked often, which costs the loop next to none."""
    loop, ends = QEventLoop(), time.monotonic() + _PATIENCE_S
    timer = QTimer()

    def look() -> None:
        if condition() or time.monotonic() > ends:
            loop.quit()

    timer.timeout.connect(look)
    timer.start(20)
    loop.exec()
    timer.stop()
    if not condition():
        raise SystemExit("the window did not get there in time")


def rest(seconds: float) -> None:
    """Let the window live for a while."""
    end = time.monotonic() + seconds
    until(lambda: time.monotonic() > end)


def connect(window: MainWindow, watch: Watch) -> None:
    """Test connection, the inventory, the hosts of the cluster, and a look at them."""
    until(window.foot.primary.isEnabled)
    watch.start()
    _connect(window)
    window.go_to("switch")
    rest(1)


def _connect(window: MainWindow) -> None:
    window.foot.primary.click()
    until(lambda: bool(window.vcenter.hosts))


def theme(window: MainWindow, watch: Watch) -> None:
    """Dark and light again on each page, connected, after a look at all of them."""
    _change(window, watch, partial(window.application.use_theme, gently=True), ("dark", "light"))


def language(window: MainWindow, watch: Watch) -> None:
    """Japanese and English again on each page."""
    _change(window, watch, partial(window.application.use_language, gently=True), ("ja", "en"))


def _change(
    window: MainWindow, watch: Watch, use: Callable[[str], None], choices: tuple[str, ...]
) -> None:
    until(window.foot.primary.isEnabled)
    _connect(window)
    for _ in _turn_pages(window):
        pass
    for _ in _turn_pages(window):
        for choice in choices:
            watch.start()
            use(choice)
            rest(CHANGE_S)
            watch.stop()


def _turn_pages(window: MainWindow) -> Iterator[None]:
    for place in range(len(window.pages)):
        window.go_to_page(place)
        rest(0.5)
        yield


def upload(window: MainWindow, watch: Watch) -> None:
    """A whole deployment with the page on which it is shown."""
    window.go_to("ova")
    until(lambda: window.ova.verified is not None)
    window.ova.accept(True)
    window.go_to("deploy")
    until(window.foot.primary.isEnabled)
    rest(0.5)
    watch.start()
    window.deploy_page.deploy()
    until(lambda: not window.deploy_page.phase.is_busy)
    if window.deploy_page.outcome is None:
        raise SystemExit(window.deploy_page.banner.text)


_DOINGS = {"connect": connect, "upload": upload, "theme": theme, "language": language}


def main(doing: str, profile: str) -> None:
    """Open the window as the launcher does, wait until it has settled, and watch it."""
    collector = Collector(start_qt())
    sys.setswitchinterval(SWITCH_S)
    Question.ask = classmethod(lambda *_: "deploy")  # type: ignore[method-assign]
    from core.controller import Controller

    application = Application(Settings(), Controller(store=SessionStore()), language="en")
    window = application.open_window(Path(profile))
    window.when_complete(lambda: finish_start(application))
    until(lambda: window.is_complete and window.model.document is not None)
    until(lambda: len(window.builder.built) == len(window.pages))
    rest(3)
    watch = Watch()
    _DOINGS[doing](window, watch)
    watch.stop()
    print(json.dumps([round(gap, 2) for gap in watch.gaps]))
    window.model.revert()
    window.close()
    collector.deleteLater()


if __name__ == "__main__":
    main(*sys.argv[1:])
