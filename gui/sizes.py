"""Sizes, rates and times in words of the current language."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QLocale, Qt

from core.text import Text
from gui.language import locale


def size_text(count: int) -> str:
    """``512.3 MiB``."""
    return locale().formattedDataSize(count)


def time_text(seconds: float) -> Text:
    """``8 s``, ``2 min 5 s`` or ``1 h 4 min``."""
    if seconds < 1:
        return Text("under 1 s")
    whole = round(seconds)
    if whole < 60:
        return Text("{seconds} s", seconds=whole)
    if whole < 3600:
        return Text("{minutes} min {seconds} s", minutes=whole // 60, seconds=whole % 60)
    return Text("{hours} h {minutes} min", hours=whole // 3600, minutes=whole % 3600 // 60)


def moment_text(moment: str) -> str:
    """A moment in ISO 8601, in local time as the language writes it."""
    local = QDateTime.fromString(moment, Qt.DateFormat.ISODate).toLocalTime()
    return locale().toString(local, QLocale.FormatType.ShortFormat) if local.isValid() else moment


def transfer_text(done: int, total: int, rate: float, left: float | None) -> Text:
    """Bytes, rate and time left in one line."""
    if left is None or not rate:
        return Text("{done} of {total}", done=size_text(done), total=size_text(total))
    return Text(
        "{done} of {total}, {rate}/s, {left} left",
        done=size_text(done),
        total=size_text(total),
        rate=size_text(int(rate)),
        left=time_text(left),
    )
