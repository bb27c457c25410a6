"""Puts texts on widgets and renders them again when the language changes."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from core.text import Text, current_language, use_language


class Wording(QObject):
    """Every text that stands on a widget, with the setter it went through.

    Signals:
        changed: the language is another one; for what is not a plain setter (tables, menus).
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._said: WeakKeyDictionary[QObject, dict[str, Text]] = WeakKeyDictionary()

    def say(self, widget: QObject, setter: str, text: Text | None) -> None:
        """Call ``widget.setter(str(text))`` now and at every change of language; None ends it."""
        said = self._said.setdefault(widget, {})
        if text is None:
            said.pop(setter, None)
            getattr(widget, setter)("")
            return
        said[setter] = text
        getattr(widget, setter)(str(text))

    def use(self, code: str) -> None:
        """Show everything in the language ``code``."""
        if code == current_language():
            return
        use_language(code)
        for widget, texts in list(self._said.items()):
            if isValid(widget):
                for setter, text in list(texts.items()):
                    getattr(widget, setter)(str(text))
        self.changed.emit()


WORDING = Wording()
"""The one of this process: there is one current language."""


def say(widget: QObject, setter: str, text: Text | None) -> None:
    """Short for ``WORDING.say``."""
    WORDING.say(widget, setter, text)


def name(widget: QObject, text: Text, description: Text | None = None) -> None:
    """Tell assistive software what a control is."""
    WORDING.say(widget, "setAccessibleName", text)
    if description is not None:
        WORDING.say(widget, "setAccessibleDescription", description)
