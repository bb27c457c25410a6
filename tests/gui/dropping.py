"""Files dropped on a widget, as from a file manager."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget


def drop(target: QWidget, url: QUrl) -> None:
    data = QMimeData()
    data.setUrls([url])
    button, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPoint(5, 5), Qt.DropAction.CopyAction, data, button, none)
    target.dropEvent(event)
