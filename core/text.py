"""Sentences for people, kept apart from the language they are shown in.

Core code writes English templates; a gettext catalogue in ``resources/translations`` puts them
into another language when they are shown. The command line needs that too, so Qt is not used.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import resources

if TYPE_CHECKING:
    from ipaddress import IPv4Address as _BaseAddress
    from ipaddress import IPv4Network as _BaseNetwork

DOMAIN = "haproxy-setup"
LANGUAGES = {"en": "English", "ja": "日本語"}
"""Every language there is, and its name in itself. Menus, ``--language`` and tools follow it."""
_FOLDER = Path(str(resources.__file__)).parent / "translations"
"""Without importlib.resources, which every start would pay 3 ms for."""

_current: gettext.NullTranslations = gettext.NullTranslations()
_current_code = "en"


def use_language(code: str) -> None:
    """Show every text from now on in ``code`` ("en", "ja"); an unknown code means English."""
    global _current, _current_code
    _current_code = code if code in LANGUAGES else "en"
    _current = gettext.NullTranslations()
    if _current_code != "en":
        _current = gettext.translation(DOMAIN, _FOLDER, [_current_code], fallback=True)


def current_language() -> str:
    """The code of the language texts are shown in."""
    return _current_code


class Text:
    """An English template and its values; ``str()`` gives it in the current language.

    Values may be texts themselves. Extraction knows the name ``Text``, so the template has to be
    a plain literal: ``Text("{name} was not found.", name=name)``, never an f-string.

    What is counted has two templates and a value called ``count``, which chooses between them:
    ``Text("{count} host", "{count} hosts", count=len(hosts))``. A language may have more forms,
    or one; its catalogue knows.
    """

    __slots__ = ("plural", "template", "values")

    def __init__(self, template: str, plural: str = "", /, **values: object) -> None:
        self.template = template
        self.plural = plural
        self.values = values

    def __str__(self) -> str:
        if self.plural:
            count = self.values["count"]
            assert isinstance(count, int)
            translated = _current.ngettext(self.template, self.plural, count)
        else:
            translated = _current.gettext(self.template) if self.template else ""
        return translated.format(**self.values) if self.values else translated

    def __repr__(self) -> str:
        return f"Text({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Text):
            return NotImplemented
        return type(self) is type(other) and (self.template, self.plural, self.values) == (
            other.template,
            other.plural,
            other.values,
        )

    def __hash__(self) -> int:
        return hash((self.template, tuple(sorted((k, str(v)) for k, v in self.values.items()))))


class Joined(Text):
    """Texts in one line, put together when they are shown: in the language of that moment."""

    __slots__ = ()

    def __init__(self, texts: Iterable[object], separator: str = ", ") -> None:
        super().__init__(separator, texts=tuple(texts))

    def __str__(self) -> str:
        return self.template.join(map(str, self.values["texts"]))  # type: ignore[call-overload]


def listed(items: Iterable[str | int | _BaseAddress | _BaseNetwork]) -> str:
    """Names in one line, quoted as they are: ``a, b, c``. Texts are ``Joined`` instead."""
    return ", ".join(map(str, items))
