"""Shows an error: what happened, what to do, and the details one click away."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from core.errors import AppError


def show_error(parent: QWidget, error: Exception) -> None:
    """The one way an error comes to a person; what is no ``AppError`` is a bug."""
    if not isinstance(error, AppError):
        raise error
    from gui.dialogs.error_dialog import ErrorDialog

    ErrorDialog.ask(parent, error)
