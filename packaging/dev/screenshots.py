#!/usr/bin/env python3
"""Makes the pictures in docs/images: the real window in a real X server, against practice.

Usage: .venv/bin/python packaging/dev/screenshots.py [--languages en,ja] [--themes light,dark]
                                                     [--folder docs/images] [PAGE...]
       ... --size 1024x700 --scale 2 --folder FOLDER     to look at, not for the guide
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

SCREEN = (1400, 1000)
JUST_SEEN = 5
"""Colours nearer than this, of 255, are shown as the same."""
ONLY_WHEN_ASKED = frozenset({"about", "licences", "shortcuts"})
OVA_BYTES = 400 << 20
PATIENCE_S = 90.0


@contextmanager
def x_server(scale: int) -> Iterator[None]:
    """A virtual screen of our own; ends with the block."""
    screen = "x".join(str(pixels * scale) for pixels in SCREEN) + "x24"
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", screen, "-nolisten", "tcp"],
        pass_fds=[writing], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writing)
    try:
        number = os.read(reading, 16).decode().strip()
        if not number:
            raise SystemExit("Xvfb did not start")
        os.environ["DISPLAY"] = f":{number}"
        os.environ["QT_QPA_PLATFORM"] = "xcb"
        os.environ["QT_SCALE_FACTOR"] = str(scale)
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
    """The image in 256 colours: a third of the size, and nobody sees it.

    The most used ones, but none that is hardly another: the shades at the edges of black letters
    would take every place, and the green of a small mark would be shown as grey.
    """
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QImage

    plain = image.convertToFormat(QImage.Format.Format_RGB32)  # type: ignore[attr-defined]
    used = Counter(memoryview(plain.constBits()).cast("I"))
    table: list[tuple[int, int, int]] = []
    for colour, _ in used.most_common():
        one = (colour >> 16 & 255, colour >> 8 & 255, colour & 255)
        if len(table) < 256 and all(distance(one, other) > JUST_SEEN for other in table):
            table.append(one)
    colours = [255 << 24 | red << 16 | green << 8 | blue for red, green, blue in table]
    how = Qt.ImageConversionFlag.ThresholdDither | Qt.ImageConversionFlag.AvoidDither
    return plain.convertToFormat(QImage.Format.Format_Indexed8, colours, how)


def distance(one: tuple[int, int, int], other: tuple[int, int, int]) -> int:
    """How far two colours are apart, in the channel where they differ most."""
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


class Photographer:
    """Drives one window through its pages and keeps a picture of each."""

    def __init__(
        self,
        application: object,
        folder: Path,
        suffix: str,
        wanted: list[str],
        size: tuple[int, int] | None,
    ) -> None:
        self.application, self.folder = application, folder
        self.suffix, self.wanted, self.size = suffix, wanted, size

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
        if name not in self.wanted and (self.wanted or name in ONLY_WHEN_ASKED):
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
        if self.size:
            window.resize(*self.size)
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
        window.model.set_value("network.workload_gateway", "192.168.121.1")
        window.model.set_value("load_balancing.ranges", ("192.168.130.0/25",))
        window.model.review()
        window.go_to("load_balancing.ranges")
        self.wait(400)
        self.shoot(window, "conflict")
        window.model.show(ProfileDocument(practice.profile_text("frontend")))  # type: ignore[attr-defined]
        window.flow.opened.emit()
        window.secrets.practise(practice.password)  # type: ignore[attr-defined]
        self.show_dialogs(window)
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
        self.keep_up(window)
        window.close()
        self.wait(100)

    def scroll(self, window: object, share: float) -> None:
        """Scroll the page to a share of its height."""
        bar = window.page.scroll.verticalScrollBar()  # type: ignore[attr-defined]
        bar.setValue(int(bar.maximum() * share))

    def deploy(self, window: object) -> None:
        """The page while it uploads, and at the end."""
        from PySide6.QtWidgets import QPushButton

        fail_once("power-on")
        window.go_to("deploy")  # type: ignore[attr-defined]
        page = window.page  # type: ignore[attr-defined]
        self.until(lambda: page.can_press() is None)
        page.press_primary()
        self.until(
            lambda: "deploy" in page.steps.rows and page.steps.rows["deploy"].bar.value() > 50
        )
        self.shoot(window, "deploying")
        self.until(lambda: not page.phase.is_busy)
        self.shoot(window, "failed")
        page.banner.findChildren(QPushButton)[0].click()
        self.until(lambda: not page.phase.is_busy)
        self.shoot(window, "deployed")

    def show_dialogs(self, window: object) -> None:
        """Dialogs as they come up; what they ask is not answered."""
        from core.background.connection import ShownCertificate
        from core.background.describing import ProgramFacts
        from core.certificates import summary
        from core.licences import third_party_licences
        from gui.dialogs.about_dialog import AboutDialog
        from gui.dialogs.certificate_dialog import CertificateDialog
        from gui.dialogs.shortcuts_dialog import ShortcutsDialog

        vcenter = window.model.profile.vcenter  # type: ignore[attr-defined]
        shown = ShownCertificate(vcenter.certificate, summary(vcenter.certificate))
        about = AboutDialog(window, ProgramFacts("GNOME Keyring", third_party_licences()))  # type: ignore[arg-type]
        dialogs = {
            "certificate": CertificateDialog(window, shown, vcenter.address, may_trust=True),  # type: ignore[arg-type]
            "shortcuts": ShortcutsDialog(window, window.actions_by_key),  # type: ignore[arg-type, attr-defined]
            "about": about,
        }
        for name, dialog in dialogs.items():
            dialog.show()
            self.shoot(dialog, name)
            if dialog is about:
                about.licences.click()
                self.shoot(dialog, "licences")
            dialog.reject()

    def keep_up(self, window: object) -> None:
        """What comes after a deployment: verify, redeploy, roll back, undo."""
        actions, page = window.actions_by_key, window.deploy_page  # type: ignore[attr-defined]
        actions["verify"].trigger()
        self.until(lambda: not page.phase.is_busy)
        self.shoot(window, "verified")
        self.agree(window, "redeploy", "redeploy")
        self.shoot(window, "redeployed")
        self.agree(window, "roll_back", "roll-back")
        self.agree(window, "undo", "undo")
        self.shoot(window, "undone")
        self.scroll(window, 0.0)

    def agree(self, window: object, action: str, name: str) -> None:
        """Show what an action would do, keep a picture of that, have it done."""
        window.actions_by_key[action].trigger()  # type: ignore[attr-defined]
        dialog, page = window.commands.upkeep.dialog, window.deploy_page  # type: ignore[attr-defined]
        self.until(lambda: dialog.bar.isHidden())
        self.shoot(dialog, name)
        dialog.consent.setChecked(True)
        dialog.verb.click()
        self.until(lambda: not page.phase.is_busy)


def fail_once(key: str) -> None:
    """Have a step fail the first time, as it does when a host has no memory left."""
    from pyVmomi import vim

    from core.plan import deployment
    from core.plan.step import Step
    from core.plan.work import Work
    from core.text import Text
    from core.vsphere.faults import explain

    run = deployment._run_recorded

    def run_recorded(step: Step, work: Work) -> None:
        if step.key == key:
            deployment._run_recorded = run
            doing = Text("Powering on {name}", name=step.object_name)
            raise explain(vim.fault.InsufficientMemoryResourcesFault(), doing)
        run(step, work)

    deployment._run_recorded = run_recorded


def main() -> int:
    """Make the pictures asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", help="only these pictures")
    parser.add_argument("--languages", default="en,ja")
    parser.add_argument("--themes", default="light,dark")
    parser.add_argument("--folder", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--size", help="of the window, such as 1024x700")
    parser.add_argument("--scale", type=int, default=1)
    options = parser.parse_args()
    size = tuple(map(int, options.size.split("x"))) if options.size else None
    options.folder.mkdir(parents=True, exist_ok=True)
    isolate()
    with x_server(options.scale):
        from core.controller import Controller
        from core.practice.server import running_practice
        from core.secrets.store import SessionStore
        from core.settings import Settings
        from gui.application import Application, start_qt

        qt = start_qt()
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
                    Photographer(application, options.folder, suffix, options.pages, size).walk(
                        practice
                    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
