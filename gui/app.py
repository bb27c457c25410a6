"""Starts the window: what the first paint needs, then the rest when there is time."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from core.settings import read_settings
from gui.application import Application, set_up

if TYPE_CHECKING:
    from core.handoff.printing import Printer
    from core.practice.server import Practice


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
    app = QApplication.instance() or QApplication([sys.argv[0] or "haproxy-setup"])
    assert isinstance(app, QApplication)
    set_up(app)
    application = Application(read_settings(), language=language)
    window = application.open_window(path)
    window.when_complete(lambda: _finish_start(application))
    if practice is not None and path is None:
        window.when_complete(lambda: application.show_practice(window, practice))
    return app.exec()


def _finish_start(application: Application) -> None:
    """What can wait until the window is shown."""
    from core.handoff.printing import register_printer
    from core.logs import start_log
    from gui.crash import install_hooks

    start_log()
    application.listen_to_log()
    install_hooks(application)
    register_printer(_load_printer)
    application.offer_drafts()


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
