"""Older profiles brought up to date, one small numbered step after the other.

A step works on plain data before anything is read from it and is never changed once released:

    @migration(to=2)
    def rename_lb_range(data: dict[str, Any]) -> None:
        ...
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.profile.model import SCHEMA_VERSION

Step = Callable[[dict[str, Any]], None]

_STEPS: dict[int, Step] = {}


def migration(to: int, steps: dict[int, Step] | None = None) -> Callable[[Step], Step]:
    """Register the step that makes schema ``to`` out of the one before."""
    registry = _STEPS if steps is None else steps

    def register(step: Step) -> Step:
        if to in registry:
            raise ValueError(f"two migrations lead to schema {to}")
        registry[to] = step
        return step

    return register


def migrate(
    data: dict[str, Any],
    version: int,
    steps: dict[int, Step] | None = None,
    target: int = SCHEMA_VERSION,
) -> None:
    """Bring ``data``, written with schema ``version``, up to ``target``, in place."""
    registry = _STEPS if steps is None else steps
    for number in range(version + 1, target + 1):
        registry[number](data)
        data["schema"] = number
