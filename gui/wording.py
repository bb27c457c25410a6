"""Puts texts on widgets and renders them again when the language changes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from core.text import Text, current_language, use_language

if TYPE_CHECKING:
    from gui.lettering import Lettering
    from gui.piecework import Piecework

SEEN_AT_ONCE = 40
"""To lay them out anew takes 10 ms."""


class Wording(QObject):
    """Every text that stands on a widget, with the setter it went through.

    Signals:
        changed: the language is another one; for what is not a plain setter (tables, menus).
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._said: WeakKeyDictionary[QObject, dict[str, Text]] = WeakKeyDictionary()
        self._pieces: Piecework | None = None
        self._lettering: Lettering | None = None

    @property
    def is_shown_throughout(self) -> bool:
        """Whether everything is in the current language; some time after ``use_gently``."""
        return self._pieces is None or self._pieces.is_done

    def say(self, widget: QObject, setter: str, text: Text | None) -> None:
        """Call ``widget.setter(str(text))`` now and at every change of language; None ends it."""
        said = self._said.setdefault(widget, {})
        if text is None:
            said.pop(setter, None)
            getattr(widget, setter)("")
            return
        said[setter] = text
        getattr(widget, setter)(str(text))

    def use(self, code: str, lettering: Lettering | None = None) -> None:
        """Show everything in the language ``code`` and its font, before this returns."""
        if self._pieces is not None:
            self._pieces.finish()
        if code == current_language():
            return
        use_language(code)
        self._lettering = lettering
        for widget in self._targets():
            if isValid(widget):
                self._write(widget)
        self.changed.emit()

    def use_gently(self, code: str, lettering: Lettering | None = None) -> None:
        """The same bit by bit: with all pages built, all at once takes 50 ms and more."""
        if code == current_language():
            return
        use_language(code)
        self._lettering = lettering
        if self._pieces is None:
            from gui.piecework import Piecework  # not before the first paint

            self._pieces = Piecework(self._write, self, most=SEEN_AT_ONCE)
        self._pieces.start(self._targets())
        self.changed.emit()

    def _targets(self) -> list[QObject]:
        lettered = self._lettering.targets() if self._lettering is not None else []
        return list(dict.fromkeys([*lettered, *self._said]))

    def _write(self, widget: QObject) -> None:
        if self._lettering is not None:
            self._lettering.put_on(widget)
        for setter, text in list(self._said.get(widget, {}).items()):
            getattr(widget, setter)(str(text))


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
