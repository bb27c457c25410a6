"""Starts the window: what the first paint needs, then the rest when there is time."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

# Before the rest is imported: thousands of types are made then and stay. Later, looking through
# everything there is takes 30 ms and more, in whichever thread it happens to begin, and holds all
# others up. What is young is looked through often, the rest seldom.
gc.set_threshold(20_000, 50, 1_000)

from PySide6.QtCore import QTimer  # noqa: E402

from core.settings import read_settings  # noqa: E402
from core.version import PRODUCT, VERSION  # noqa: E402
from gui.application import Application, start_qt  # noqa: E402
from gui.collector import Collector  # noqa: E402

if TYPE_CHECKING:
    from core.handoff.printing import Printer
    from core.practice.server import Practice

log = logging.getLogger(__name__)
WARM_UP_MS = 400
SWITCH_S = 0.001 if sys.platform == "win32" else 0.0001
"""How long a worker may keep the interpreter from the window, instead of 5 ms.

The window waits that long each time it comes back from Qt while a worker calculates, dozens of
times in one turn of its event loop. Windows waits in whole milliseconds only.
"""


def run(
    argv: Sequence[str],
    *,
    profile_path: str | Path | None = None,
    practice: Practice | None = None,
) -> int:
    """Show the window until it is closed; gives the exit status.

    Args:
        argv: a profile to open, and ``--language en`` or ``ja``.
        profile_path: a profile to open, instead of one in ``argv``.
        practice: a running practice vCenter to work with.
    """
    language, path = _read(argv)
    path = Path(profile_path) if profile_path is not None else path
    app = start_qt()
    sys.setswitchinterval(SWITCH_S)
    collector = Collector(app)
    application = Application(read_settings(), language=language)
    window = application.open_window(path)
    if sys.platform == "darwin":
        from gui.file_open import FileOpening

        FileOpening(application, app)
    window.when_complete(lambda: finish_start(application))
    if practice is not None and path is None:
        window.when_complete(lambda: application.show_practice(window, practice))
    try:
        return app.exec()
    finally:
        collector.deleteLater()


def finish_start(application: Application) -> None:
    """What can wait until the window is shown."""
    from core.handoff.printing import register_printer
    from core.logs import start_log
    from gui.crash import install_hooks

    start_log()
    application.listen_to_log()
    log.info("%s %s on Python %s", PRODUCT, VERSION, sys.version.split()[0])
    install_hooks(application)
    register_printer(_load_printer)
    application.offer_drafts()
    QTimer.singleShot(WARM_UP_MS, application.warm_up)
    gc.freeze()


def _load_printer() -> Printer:
    from gui.handoff_pdf import make_printer

    return make_printer()


def _read(argv: Sequence[str]) -> tuple[str, Path | None]:
    language, path = "", None
    words = iter(argv)
    for word in words:
        if word == "--language":
            language = next(words, "")
        elif word.startswith("--language="):
            language = word.partition("=")[2]
        else:
            path = Path(word)
    return language, path
