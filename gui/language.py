"""The language of the window: the system's at first, changed while running, Qt's texts too."""

from __future__ import annotations

import sys

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

from core.text import LANGUAGES, current_language
from gui.wording import WORDING

_JAPANESE = (
    "Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans JP", "IPAexGothic", "IPAGothic",
    "VL Gothic", "TakaoGothic",
)  # fmt: skip
_translators: list[QTranslator] = []


def system_language() -> str:
    """The first of the system's languages that there are texts in."""
    for tag in QLocale.system().uiLanguages():
        if tag[:2].lower() in LANGUAGES:
            return tag[:2].lower()
    return "en"


def show_language(choice: str, *, gently: bool = False) -> None:
    """Show everything in ``choice``; empty means the system's language.

    ``gently`` while somebody works with the window: see ``Wording.use_gently``.
    """
    code = choice if choice in LANGUAGES else system_language()
    QLocale.setDefault(locale_of(code))
    app = QApplication.instance()
    before, font = app.font(), _font_for(code)
    app.setFont(font)
    for translator in _translators:
        app.removeTranslator(translator)
    _translators.clear()
    if code != "en":
        from gui.qt_texts import QtTexts  # not before the first paint in English

        translator = QTranslator(app)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if translator.load(locale_of(code), "qtbase", "_", folder):
            app.installTranslator(translator)
            _translators.append(translator)
        ours = QtTexts(app)
        app.installTranslator(ours)  # Qt asks the last one first
        _translators.append(ours)
    lettering = None
    if code != current_language() and before.families() != font.families():
        from gui.lettering import Lettering  # not before the first paint

        lettering = Lettering(before.families(), font.families())
    if gently:
        WORDING.use_gently(code, lettering)
    else:
        WORDING.use(code, lettering)


def _font_for(code: str) -> QFont:
    """The system's font, or on Linux one that has Japanese throughout.

    Left to itself Qt takes each missing character from whatever font has it, Chinese ones
    included, whose kanji have other shapes, and mixes two line heights in one sentence.
    """
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    if code == "ja" and sys.platform.startswith("linux"):
        there = set(QFontDatabase.families(QFontDatabase.WritingSystem.Japanese))
        if font.family() not in there:
            family = next((one for one in _JAPANESE if one in there), "")
            font.setFamilies([family, font.family()] if family else [font.family()])
    return font


def locale_of(code: str) -> QLocale:
    """The locale for numbers, dates and sizes."""
    system = QLocale.system()
    if system.name()[:2] == code:
        return system
    return QLocale(code)


def locale() -> QLocale:
    """The locale of the current language."""
    return locale_of(current_language())
