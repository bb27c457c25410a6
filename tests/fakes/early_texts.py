"""Watches for texts that were turned into a string before they are shown.

Such a part keeps the language of that moment: after a change of language a sentence is in two.
Every text is rendered with an invisible mark; a value of another text that has it was rendered.
"""

from __future__ import annotations

from typing import Any

import pytest

from core.text import Joined, Text

MARK = "\u2063"


class EarlyTexts:
    """What was found: template and name of the value."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def look(self, template: str, values: dict[str, object]) -> None:
        """Look through the values of a new text."""
        for name, value in values.items():
            if isinstance(value, str) and MARK in value:
                self.found.append(f"{template}: {name}")


def early_texts(monkeypatch: pytest.MonkeyPatch) -> EarlyTexts:
    """Watch until the end of the test."""
    watch = EarlyTexts()
    for kind in (Text, Joined):
        _wrap(monkeypatch, kind, watch)
    return watch


def _wrap(monkeypatch: pytest.MonkeyPatch, kind: type[Text], watch: EarlyTexts) -> None:
    show = kind.__str__

    def marked(text: Text) -> str:
        return show(text) + MARK if text.template else ""

    monkeypatch.setattr(kind, "__str__", marked)
    if kind is not Text:
        return
    make = Text.__init__

    def watched(text: Text, template: str, plural: str = "", /, **values: Any) -> None:
        watch.look(template, values)
        make(text, template, plural, **values)

    monkeypatch.setattr(Text, "__init__", watched)
