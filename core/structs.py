"""Structs that msgspec has not: some that say nothing of their values, and abstract ones.

Our records are ``msgspec.Struct``: a class of them is made in a hundredth of the time of a
dataclass, and a run of ours makes 150 of them before it does anything. Two are dataclasses, those
that the window needs for its first paint: it does without loading msgspec.
"""

from __future__ import annotations

from abc import ABCMeta

from msgspec import StructMeta


class Discreet:
    """For structs that hold secrets: what is printed of one is its class alone."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class AbstractStructMeta(StructMeta, ABCMeta):
    """Of structs with abstract methods."""
