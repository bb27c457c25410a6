"""Draws the network of a profile and prints the hand-off sheet: for window and command line.

Needs a running Qt application; without one it starts a windowless one, so that
``haproxy-setup handoff --format pdf`` works where there is no display.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QUrl
from PySide6.QtGui import QGuiApplication, QImage, QPageLayout, QPageSize, QPdfWriter, QTextDocument

from core.handoff.printing import PICTURE
from core.version import PRODUCT

if TYPE_CHECKING:
    from core.profile.model import Profile

_MARGIN_MM = 16
_DOTS_PER_INCH = 96

_application: QGuiApplication | None = None


class QtPrinter:
    """What ``core.handoff.printing`` asks for, done with Qt."""

    def __init__(self) -> None:
        _ensure_application()

    def picture(self, profile: Profile) -> bytes:
        """The network as PNG, in light colours and with the problems marked."""
        from core.checks.profile import check_profile
        from core.topology import build_topology
        from gui.picture.export import Sheet

        findings = check_profile(profile)
        return Sheet(build_topology(profile), list(findings), QGuiApplication.font()).png()

    def pdf(self, html: str, picture: bytes, title: str) -> bytes:
        """HTML on A4 pages; its image ``picture.png`` is ``picture``."""
        document = QTextDocument()
        document.setDefaultFont(QGuiApplication.font())
        image = QImage.fromData(QByteArray(picture), "PNG")
        document.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(PICTURE), image)
        document.setHtml(html)
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(buffer)
        writer.setTitle(title)
        writer.setCreator(PRODUCT)
        writer.setResolution(_DOTS_PER_INCH)
        writer.setPageLayout(
            QPageLayout(
                QPageSize(QPageSize.PageSizeId.A4),
                QPageLayout.Orientation.Portrait,
                QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM),
                QPageLayout.Unit.Millimeter,
            )
        )
        document.print_(writer)
        buffer.close()
        return bytes(data.data())


def make_printer() -> QtPrinter:
    """A printer, for ``core.handoff.printing.register_printer``."""
    return QtPrinter()


def _ensure_application() -> None:
    global _application
    if QGuiApplication.instance() is not None:
        return
    if not any(os.environ.get(name) for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY")):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"  # Qt would abort the process otherwise
    _application = cast("QGuiApplication", QGuiApplication([PRODUCT]))
