"""Bugs, from whichever thread, shown once with everything needed to report them."""

from __future__ import annotations

import logging
import sys
from types import TracebackType

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from gui.dialogs.error_dialog import ErrorDialog

log = logging.getLogger(__name__)


class CrashReporter(QObject):
    """The hook runs in the thread that failed, so it only logs and emits; the dialog is here.

    Signals:
        crashed: the exception.
    """

    crashed = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._is_showing = False
        self.crashed.connect(self._on_crashed)

    def hook(
        self,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        """For ``sys.excepthook``."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        log.error("bug: %s", kind.__name__, exc_info=(kind, error, trace))
        if isinstance(error, Exception):
            self.crashed.emit(error)

    def _on_crashed(self, error: Exception) -> None:
        if self._is_showing:  # one dialog, however many follow from the first
            return
        self._is_showing = True
        ErrorDialog.crash(QApplication.activeWindow(), error)
        self._is_showing = False


def install_hooks(parent: QObject) -> CrashReporter:
    """Catch what nobody caught, in every thread."""
    from core.uncaught import catch_in_threads

    reporter = CrashReporter(parent)
    sys.excepthook = reporter.hook
    catch_in_threads(reporter.hook)
    return reporter
