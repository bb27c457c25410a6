"""What a run waits for, said where no line can be moved: in a file, a pipe, the log of a CI job."""

from __future__ import annotations

from core.text import Text


class Waits:
    """Knows what has been said of each step, so that a wait is said once and not every second."""

    def __init__(self) -> None:
        self._said: dict[str, object] = {}

    def is_new(self, step: str, detail: Text) -> bool:
        """Whether a step waits for something else than before; it counts as said from now on."""
        what = _without_numbers(detail)
        if self._said.get(step) == what:
            return False
        self._said[step] = what
        return True


def _without_numbers(value: object) -> object:
    """What a text says, without the seconds and percents that count up while it stays the same."""
    if isinstance(value, Text):
        values = [_without_numbers(value.values[name]) for name in sorted(value.values)]
        return (value.template, *values)
    if isinstance(value, int | float):
        return None
    return str(value)
