"""Sentences for people, kept apart from the language they are shown in.

Core code writes English templates; a gettext catalogue in ``resources/translations`` puts them
into another language when they are shown. The command line needs that too, so Qt is not used.
"""

from __future__ import annotations

import gettext
from importlib.resources import as_file, files

DOMAIN = "haproxy-setup"
LANGUAGES = ("en", "ja")

_current: gettext.NullTranslations = gettext.NullTranslations()
_current_code = "en"


def use_language(code: str) -> None:
    """Show every text from now on in ``code`` ("en", "ja"); an unknown code means English."""
    global _current, _current_code
    _current_code = code if code in LANGUAGES else "en"
    _current = gettext.NullTranslations()
    if _current_code != "en":
        with as_file(files("resources") / "translations") as folder:
            _current = gettext.translation(DOMAIN, folder, [_current_code], fallback=True)


def current_language() -> str:
    """The code of the language texts are shown in."""
    return _current_code


class Text:
    """An English template and its values; ``str()`` gives it in the current language.

    Values may be texts themselves. Extraction knows the name ``Text``, so the template has to be
    a plain literal: ``Text("{name} was not found.", name=name)``, never an f-string.
    """

    __slots__ = ("template", "values")

    def __init__(self, template: str, /, **values: object) -> None:
        self.template = template
        self.values = values

    def __str__(self) -> str:
        translated = _current.gettext(self.template) if self.template else ""
        return translated.format(**self.values) if self.values else translated

    def __repr__(self) -> str:
        return f"Text({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Text):
            return NotImplemented
        return (self.template, self.values) == (other.template, other.values)

    def __hash__(self) -> int:
        return hash((self.template, tuple(sorted((k, str(v)) for k, v in self.values.items()))))


def listed(items: object) -> str:
    """Names in one line, quoted as they are: ``a, b, c``."""
    return ", ".join(str(item) for item in items)  # type: ignore[attr-defined]
