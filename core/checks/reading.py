"""What a typed value was taken for: its right form or forms, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from core.findings import Finding, Fix, Rule
from core.text import Text


class Problem(Struct, frozen=True):
    """What is wrong with one value, not yet tied to a field."""

    rule: Rule
    what: Text
    advice: Text | None = None

    def found(self, key: str, fix: Fix | None = None) -> Finding:
        """The finding of this problem for a field."""
        return self.rule.found(key, what=self.what, advice=self.advice, fix=fix)


class Reading(Struct, frozen=True):
    """A value as understood.

    ``right`` holds the strict forms that mean the same; none if that cannot be told. Several
    stand for one value only in lists: a range ``a-b`` may be more than one network.
    """

    right: tuple[str, ...]
    problem: Problem | None = None

    def finding(self, key: str) -> Finding | None:
        """The finding for a field with a single value, with a fix if there is one right form."""
        if self.problem is None:
            return None
        fix = Fix(key, self.right[0]) if len(self.right) == 1 else None
        return self.problem.found(key, fix)


def wrong(problem: Problem) -> Reading:
    """A value whose right form cannot be told."""
    return Reading((), problem)


def converted(reader: Callable[[str], Reading], right: str, problem: Problem) -> Reading:
    """A value that means ``right``, unless that has a problem itself which nothing can mend."""
    inner = reader(right)
    if inner.problem is not None and not inner.right:
        return inner
    return Reading(inner.right, problem)
