"""Versions as they are written by people and products, made comparable."""

from __future__ import annotations

import re

_NUMBERS = re.compile(r"^\s*[vV]?(\d{1,6}(?:\.\d{1,6}){0,3})")


def parse_version(text: str) -> tuple[int, ...] | None:
    """``v0.1.9-4-gabc`` as (0, 1, 9); None where there is no number to read."""
    match = _NUMBERS.match(text)
    return tuple(int(part) for part in match[1].split(".")) if match else None


def is_older(version: str, than: tuple[int, ...]) -> bool:
    """Whether ``version`` is certainly older; False where it cannot be read."""
    numbers = parse_version(version)
    if numbers is None:
        return False
    width = max(len(numbers), len(than))
    return numbers + (0,) * (width - len(numbers)) < than + (0,) * (width - len(than))
