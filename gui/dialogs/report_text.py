"""The text behind *Copy details*: versions, what happened, where; no secret survives in it."""

from __future__ import annotations

import platform
import sys
import traceback

import PySide6
from PySide6.QtCore import qVersion

from core.errors import AppError
from core.redaction import REDACTOR
from core.version import PRODUCT, VERSION


def versions() -> str:
    """One line per thing that has a version."""
    return "\n".join(
        (
            f"{PRODUCT} {VERSION}",
            f"Python {sys.version.split()[0]}",
            f"PySide6 {PySide6.__version__}, Qt {qVersion()}",
            platform.platform(),
        )
    )


def details_of(error: Exception) -> str:
    """Everything that helps to understand an error."""
    parts = [versions(), ""]
    if isinstance(error, AppError):
        parts += [f"{error.code}: {error}", error.details]
    parts.append("".join(traceback.format_exception(error)))
    return REDACTOR.redact("\n".join(part for part in parts if part is not None)).strip()
