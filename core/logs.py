"""The log file: the story of what was done, for an administrator to read and send."""

from __future__ import annotations

import logging
import logging.handlers
import sys
import time
from pathlib import Path

from core import paths
from core.redaction import REDACTOR, RedactingFilter

FILE_NAME = "haproxy-setup.log"
_FORMAT = "%(asctime)sZ %(levelname)-7s %(name)s: %(message)s"


def start_log(folder: Path | None = None, level: int = logging.INFO) -> Path | None:
    """Log into a rotating file from now on; None when no file can be written there.

    A full or read-only disk must not keep anybody from deploying.
    """
    root = logging.getLogger()
    for handler in root.handlers:
        if isinstance(handler, logging.handlers.RotatingFileHandler):
            return Path(handler.baseFilename)
    try:
        path = paths.ensure_folder(folder or paths.log_folder()) / FILE_NAME
        handler = _QuietHandler(
            path, maxBytes=1_000_000, backupCount=3, encoding="utf-8", delay=True
        )
        path.touch(mode=0o600)
    except OSError:
        return None
    formatter = logging.Formatter(_FORMAT, "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    handler.addFilter(RedactingFilter(REDACTOR))
    root.addHandler(handler)
    root.setLevel(level)
    return path


class _QuietHandler(logging.handlers.RotatingFileHandler):
    """Gives up in silence when the disk is full: logging would print a trace for every line."""

    def handleError(self, record: logging.LogRecord) -> None:
        """See ``logging.Handler``; what is a mistake of ours is still shown."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def stop_log() -> None:
    """Close the log file."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, logging.handlers.RotatingFileHandler):
            root.removeHandler(handler)
            handler.close()
