"""Showing and hiding without doing it twice."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

_EXPLICIT = Qt.WidgetAttribute.WA_WState_ExplicitShowHide


def set_shown(widget: QWidget, shown: bool) -> None:
    """``setVisible`` unless it is so already: each call lays the window out anew at once."""
    is_explicit = widget.testAttribute(_EXPLICIT)
    if shown and not is_explicit:
        return  # it comes with its parent
    if not is_explicit or widget.isHidden() == shown:
        widget.setVisible(shown)
