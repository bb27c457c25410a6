#!/usr/bin/env python3
"""Makes the pictures in docs/images: the real window in a real X server, against practice.

Usage: .venv/bin/python packaging/dev/screenshots.py [--languages en,ja] [--themes light,dark]
                                                     [--folder docs/images] [PAGE...]
Needs Xvfb and the practice vCenter (packaging/dev/bootstrap.py --with-simulator).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

SCREEN = "1400x1000x24"
OVA_BYTES = 400 << 20
PATIENCE_S = 90.0


@contextmanager
def x_server() -> Iterator[None]:
    """A virtual screen of our own; ends with the block."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", SCREEN, "-nolisten", "tcp"],
        pass_fds=[writing], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writing)
    try:
        number = os.read(reading, 16).decode().strip()
        if not number:
            raise SystemExit("Xvfb did not start")
        os.environ["DISPLAY"] = f":{number}"
        os.environ["QT_QPA_PLATFORM"] = "xcb"
        yield
    finally:
        os.close(reading)
        server.terminate()
        server.wait()


def isolate() -> None:
    """No settings, keyring or drafts of whoever runs this."""
    home = tempfile.mkdtemp(prefix="haproxy-setup-pictures-")
    for variable in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        os.environ[variable] = home


def with_few_colours(image: object) -> object:
    """The image in its 256 most used colours: a third of the size, and nobody sees it."""
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QImage

    plain = image.convertToFormat(QImage.Format.Format_RGB32)  # type: ignore[attr-defined]
    used = Counter(memoryview(plain.constBits()).cast("I"))
    table = [colour | 0xFF000000 for colour, _ in used.most_common(256)]
    how = Qt.ImageConversionFlag.ThresholdDither | Qt.ImageConversionFlag.AvoidDither
    return plain.convertToFormat(QImage.Format.Format_Indexed8, table, how)


class Photographer:
    """Drives one window through its pages and keeps a picture of each."""

    def __init__(self, application: object, folder: Path, suffix: str, wanted: list[str]) -> None:
        self.application, self.folder = application, folder
        self.suffix, self.wanted = suffix, wanted

    def wait(self, milliseconds: int) -> None:
        """Let the window live."""
        from PySide6.QtCore import QEventLoop, QTimer

        loop = QEventLoop()
        QTimer.singleShot(milliseconds, loop.quit)
        loop.exec()

    def until(self, condition: Callable[[], bool]) -> None:
        """Let the window live until something is so."""
        end = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > end:
                raise SystemExit("the window did not get there in time")
            self.wait(20)

    def shoot(self, window: object, name: str) -> None:
        """Keep what the screen shows of the window."""
        if self.wanted and name not in self.wanted:
            return
        self.wait(250)
        shown = window.screen().grabWindow(window.winId())  # type: ignore[attr-defined]
        path = self.folder / f"{name}-{self.suffix}.png"
        few = with_few_colours(shown.toImage())
        few.save(str(path), "PNG", 0)
        print(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)

    def walk(self, practice: object) -> None:
        """From the start page to the result."""
        from core.profile.document import ProfileDocument
        from gui.dialogs.question import Question

        Question.ask = classmethod(lambda *_: "deploy")  # type: ignore[method-assign]
        self.application.know_practice(practice)  # type: ignore[attr-defined]
        window = self.application.open_window()  # type: ignore[attr-defined]
        window.complete()
        window.move(0, 0)
        self.wait(300)
        self.shoot(window, "start")
        window.flow.new("frontend")
        self.until(lambda: window.model.document is not None)
        window.build_all()
        window.model.set_value("network.management_address", "192.168.0.2/24")
        window.model.set_value("network.workload_address", "192.168.0.300/24")
        window.model.review()
        window.go_to("network.workload_gateway")
        self.wait(400)
        self.shoot(window, "problems")
        window.model.show(ProfileDocument(practice.profile_text("frontend")))  # type: ignore[attr-defined]
        window.flow.opened.emit()
        window.secrets.practise(practice.password)  # type: ignore[attr-defined]
        window.press_primary()
        self.until(lambda: bool(window.vcenter.hosts))
        self.shoot(window, "connection")
        window.go_to("switch")
        self.shoot(window, "switch")
        self.scroll(window, 1.0)
        self.shoot(window, "switch-hosts")
        window.go_to("ova")
        self.until(lambda: window.ova.verified is not None)
        window.page.accept_box.click()
        self.shoot(window, "ova")
        window.go_to("haproxy")
        self.shoot(window, "haproxy")
        self.scroll(window, 0.72)
        self.shoot(window, "haproxy-network")
        window.go_to("review")
        self.until(lambda: window.page.plan is not None and window.page.plan.is_live)
        self.shoot(window, "review")
        self.deploy(window)
        window.close()
        self.wait(100)

    def scroll(self, window: object, share: float) -> None:
        """Scroll the page to a share of its height."""
        bar = window.page.scroll.verticalScrollBar()  # type: ignore[attr-defined]
        bar.setValue(int(bar.maximum() * share))

    def deploy(self, window: object) -> None:
        """The page while it uploads, and at the end."""
        window.go_to("deploy")  # type: ignore[attr-defined]
        page = window.page  # type: ignore[attr-defined]
        self.until(lambda: page.can_press() is None)
        page.press_primary()
        self.until(
            lambda: "deploy" in page.steps.rows and page.steps.rows["deploy"].bar.value() > 50
        )
        self.shoot(window, "deploying")
        self.until(lambda: not page.phase.is_busy)
        self.shoot(window, "deployed")


def main() -> int:
    """Make the pictures asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", help="only these pictures")
    parser.add_argument("--languages", default="en,ja")
    parser.add_argument("--themes", default="light,dark")
    parser.add_argument("--folder", type=Path, default=ROOT / "docs" / "images")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    isolate()
    with x_server():
        from PySide6.QtWidgets import QApplication

        from core.controller import Controller
        from core.practice.server import running_practice
        from core.secrets.store import SessionStore
        from core.settings import Settings
        from gui.application import Application, set_up

        qt = QApplication(["haproxy-setup"])
        set_up(qt)
        qt.setQuitOnLastWindowClosed(False)
        for language in options.languages.split(","):
            for theme in options.themes.split(","):
                with running_practice(ova_bytes=OVA_BYTES) as practice:
                    application = Application(
                        Settings(language=language, theme=theme),
                        Controller(store=SessionStore()),
                        language=language,
                    )
                    suffix = f"{language}-{theme}"
                    Photographer(application, options.folder, suffix, options.pages).walk(practice)
    return 0


if __name__ == "__main__":
    sys.exit(main())
