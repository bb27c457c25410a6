"""Lines of a report: what was measured, beside what it is compared with, as a ratio."""

from __future__ import annotations

import os
import platform
import statistics
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

_COLUMNS = (36, 26, 32, 26, 6, 8, 6)
_HEAD = ("what", "ours (min-max)", "against", "theirs (min-max)", "ratio", "goal", "")


class BenchmarkBroken(Exception):
    """Something that is measured did not work; its time would mean nothing."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Several runs of one thing, in one unit."""

    values: tuple[float, ...]
    unit: str = "s"

    @property
    def median(self) -> float:
        """The middle one: a colleague's compiler run does not move it."""
        return statistics.median(self.values)

    def __str__(self) -> str:
        shown, unit = self.values, self.unit
        if unit == "s" and self.median < 1:
            shown, unit = tuple(value * 1000 for value in shown), "ms"
        text = f"{_number(statistics.median(shown))} {unit}"
        if len(shown) > 1:
            text += f" ({_number(min(shown))}-{_number(max(shown))})"
        return text


@dataclass(frozen=True, slots=True)
class Goal:
    """What a ratio should be."""

    limit: float
    at_most: bool = True

    def is_met(self, ratio: float) -> bool:
        """Whether ``ratio`` is on the right side of the limit."""
        return ratio <= self.limit if self.at_most else ratio >= self.limit

    def __str__(self) -> str:
        return f"{'<=' if self.at_most else '>='} {self.limit:.2f}"


NOT_SLOWER = Goal(1.0)
WITHIN = Goal(1.0)


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison; without a goal it is there to be looked at."""

    what: str
    ours: Samples
    against: str
    theirs: Samples
    goal: Goal | None = None

    @property
    def ratio(self) -> float:
        """Ours divided by theirs."""
        return self.ours.median / self.theirs.median if self.theirs.median else float("inf")

    @property
    def verdict(self) -> str:
        """Whether the goal is met."""
        if self.goal is None:
            return ""
        return "met" if self.goal.is_met(self.ratio) else "MISSED"

    def cells(self) -> tuple[str, ...]:
        """For the table."""
        goal = str(self.goal) if self.goal else ""
        ratio = f"{self.ratio:.2f}"
        return (
            self.what, str(self.ours), self.against, str(self.theirs), ratio, goal, self.verdict,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """What a benchmark found: its lines, and remarks on how it was done."""

    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()


def limit(value: float, unit: str) -> Samples:
    """A fixed value to compare with."""
    return Samples((value,), unit)


def print_result(title: str, result: Result) -> None:
    """One benchmark as a table."""
    print(f"\n{title}")
    _print_row(_HEAD)
    for line in result.lines:
        _print_row(line.cells())
    for note in result.notes:
        print(f"  {note}")
    sys.stdout.flush()


def print_machine(names: Iterable[str]) -> None:
    """What it runs on, since only ratios of one run can be compared."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"Benchmarks: {', '.join(names)}")
    print(
        f"{platform.system()}, {os.cpu_count()} CPU(s){load}, Python {platform.python_version()}; "
        "medians of alternating runs"
    )
    sys.stdout.flush()


def print_summary(results: Iterable[Result]) -> None:
    """How many goals are met, and which are not."""
    lines = [line for result in results for line in result.lines if line.goal]
    missed = [line for line in lines if line.verdict == "MISSED"]
    print(f"\n{len(lines) - len(missed)} of {len(lines)} goals met")
    for line in missed:
        print(f"  missed: {line.what} against {line.against}: {line.ratio:.2f}, {line.goal}")


def alternate(
    rounds: int, runs: Sequence[Callable[[], float]], *, warm_up: bool = False
) -> list[tuple[float, ...]]:
    """Run each in turn, in reversed order every second time, so that drift hits all alike.

    Args:
        rounds: how often each is measured.
        runs: each gives one value.
        warm_up: run each once before, uncounted.
    """
    if warm_up:
        for run in runs:
            run()
    values: list[list[float]] = [[] for _ in runs]
    for number in range(rounds):
        order = range(len(runs)) if number % 2 == 0 else reversed(range(len(runs)))
        for index in order:
            values[index].append(runs[index]())
    return [tuple(one) for one in values]


def _print_row(cells: Sequence[str]) -> None:
    print(
        "  " + " ".join(c.ljust(width) for c, width in zip(cells, _COLUMNS, strict=True)).rstrip()
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
