"""``haproxy-setup --self-test``: opens every page, says in JSON what was found, and ends.

For whoever packages the application: what is missing from a package shows here, not at a user's.
Nothing is read from or written to the user's own folders, and no network is used.

    haproxy-setup --self-test          every page, in each language, light and dark
    haproxy-setup --self-test paint    the monotonic clock after the first paint, then ends at once
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gui.application import Application
    from gui.window.main_window import MainWindow

LIMIT_S = 60.0


class SelfTestFailed(Exception):
    """What does not work; not an error of the user's."""


def run_self_test(arguments: Sequence[str]) -> int:
    """Do it; 0 if everything is there."""
    with tempfile.TemporaryDirectory(prefix="haproxy-self-test-") as folder:
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "WIN_PD_OVERRIDE_LOCAL_APPDATA"):
            os.environ[name] = folder
        if sys.platform == "darwin":
            os.environ["HOME"] = folder
        if "paint" in arguments:
            return _first_paint()
        report = _Test().run()
    sys.stdout.write(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    return 1 if report["problems"] else 0


def _first_paint() -> int:
    from PySide6.QtCore import QEvent, QObject, QTimer

    from gui.app import run
    from gui.application import Application

    class Watcher(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint:
                watched.removeEventFilter(self)
                QTimer.singleShot(0, tell)
            return False

    def tell() -> None:
        sys.stdout.write(f"{time.monotonic()}\n")
        sys.stdout.flush()
        os._exit(0)  # how it ends is not what is measured

    open_window = Application.open_window

    def opened(self: Application, path: Path | None = None) -> MainWindow:
        window = open_window(self, path)
        window.installEventFilter(Watcher(window))
        return window

    Application.open_window = opened  # type: ignore[method-assign]
    return run([])


class _Test:
    """Collects problems instead of stopping at the first one."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.pages: dict[str, list[str]] = {}

    def run(self) -> dict[str, object]:
        """Open the window, walk, close it."""
        from PySide6.QtCore import qInstallMessageHandler

        from core.settings import Settings
        from core.version import VERSION
        from gui.application import Application, start_qt

        qInstallMessageHandler(self._on_qt_message)
        app = start_qt()
        application = Application(Settings(language="en"))
        window = application.open_window()
        window.complete()
        self._check_files()
        self._walk(application, window)
        self._look_at_dialogs(window)
        window.flow.forget()
        window.close()
        app.processEvents()
        qInstallMessageHandler(None)
        return {
            "version": VERSION,
            "platform": app.platformName(),
            "frozen": bool(getattr(sys, "frozen", False)),
            "pages": self.pages,
            "problems": self.problems,
        }

    def _on_qt_message(self, _kind: object, _context: object, text: str) -> None:
        # Said by the offscreen platform always, and where the environment names no locale.
        if not any(words in text for words in ("propagateSizeHints", "Detected locale")):
            self.problems.append(f"Qt: {text}")

    def _check_files(self) -> None:
        from importlib.resources import files

        from PySide6.QtCore import QLibraryInfo
        from PySide6.QtGui import QFontDatabase, QImageReader

        from gui.window.manual import guide_folder

        resources = files("resources")
        wanted = [
            resources / "profile.schema.json",
            resources / "translations" / "ja" / "LC_MESSAGES" / "haproxy-setup.mo",
            resources / "icons" / "app.svg",
            Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)) / "qtbase_ja.qm",
        ]
        self.problems += [f"missing: {path}" for path in wanted if not path.is_file()]
        for language in ("en", "ja"):
            folder = guide_folder(language)
            if folder is None:
                self.problems.append(f"missing: the manual, {language}")
                continue
            for page in folder.glob("*.md"):
                named = re.findall(r"!\[[^]]*\]\(([^)]+)\)", page.read_text("utf-8"))
                pictures = [*named, *(name.replace("-light.", "-dark.") for name in named)]
                missing = [name for name in pictures if not (folder / name).is_file()]
                self.problems += [f"missing: {name} of the manual" for name in missing]
        if b"svg" not in [bytes(one.data()) for one in QImageReader.supportedImageFormats()]:
            self.problems.append("missing: Qt's reader of SVG")
        if not QFontDatabase.families():
            self.problems.append("missing: any font")

    def _walk(self, application: Application, window: MainWindow) -> None:
        from core.profile.model import FRONTEND

        window.flow.open_sample(FRONTEND)
        self._wait(lambda: window.model.document is not None, "the sample profile")
        window.build_all()
        for language in ("en", "ja"):
            application.use_language(language)
            titles = []
            for theme in ("light", "dark"):
                application.use_theme(theme)
                titles = [self._look_at_page(window, n) for n in range(len(window.pages))]
            self.pages[language] = titles
        if len(set(self.pages["en"]) & set(self.pages["ja"])) == len(window.pages):
            self.problems.append("nothing is translated")

    def _look_at_page(self, window: MainWindow, place: int) -> str:
        window.go_to_page(place)
        self._settle()
        title = str(window.pages[place].title)
        if window.stack.currentWidget() is not window.pages[place]:
            self.problems.append(f"page {title} does not open")
        if _colours(window) < 8:
            self.problems.append(f"page {title} is empty")
        return title

    def _look_at_dialogs(self, window: MainWindow) -> None:
        from core.background.describing import ProgramFacts
        from core.licences import third_party_licences
        from gui.dialogs.about_dialog import AboutDialog
        from gui.dialogs.shortcuts_dialog import ShortcutsDialog

        about = ProgramFacts("", third_party_licences())
        if "PySide6" not in about.licences:
            self.problems.append("missing: the licences of others")
        for dialog in (AboutDialog(window, about), ShortcutsDialog(window, window.actions_by_key)):
            dialog.show()
            self._settle()
            if _colours(dialog) < 4:
                self.problems.append(f"{type(dialog).__name__} is empty")
            dialog.close()
        facts = AboutDialog.facts("")
        for package in ("pyvmomi", "keyring", "cryptography"):
            if package not in facts:
                self.problems.append(f"the version of {package} is not known")

    def _wait(self, is_so: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + LIMIT_S
        while not is_so():
            if time.monotonic() > end:
                raise SelfTestFailed(f"{what} did not come within {LIMIT_S:.0f} s")
            self._settle()

    @staticmethod
    def _settle() -> None:
        from PySide6.QtCore import QEventLoop
        from PySide6.QtWidgets import QApplication

        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        time.sleep(0.01)


def _colours(widget: object) -> int:
    """How many colours a coarse grid of points shows: 1 or 2 where nothing is drawn."""
    image = widget.grab().toImage()  # type: ignore[attr-defined]
    points = ((x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3))
    return len({image.pixel(x, y) for x, y in points})
