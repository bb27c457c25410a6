"""Rectangles and lines of the picture, in logical pixels. No Qt: the layout is tested alone."""

from __future__ import annotations

from typing import NamedTuple


class Rect(NamedTuple):
    """A rectangle by its upper left corner and size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x just beyond the rectangle."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y just beyond the rectangle."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """The y of the horizontal centre line."""
        return self.y + self.height / 2

    @property
    def centre(self) -> float:
        """The x of the vertical centre line."""
        return self.x + self.width / 2

    def inset(self, dx: float, dy: float) -> Rect:
        """The rectangle without a margin of ``dx`` at the sides and ``dy`` above and below."""
        return Rect(
            self.x + dx, self.y + dy, max(0.0, self.width - 2 * dx), max(0.0, self.height - 2 * dy)
        )

    def contains(self, x: float, y: float) -> bool:
        """Whether a point lies inside."""
        return self.x <= x < self.right and self.y <= y < self.bottom

    def holds(self, other: Rect, slack: float = 0.01) -> bool:
        """Whether another rectangle lies wholly inside."""
        return (
            other.x >= self.x - slack
            and other.y >= self.y - slack
            and other.right <= self.right + slack
            and other.bottom <= self.bottom + slack
        )

    def overlaps(self, other: Rect, slack: float = 0.01) -> bool:
        """Whether the two share more than an edge."""
        return (
            self.x < other.right - slack
            and other.x < self.right - slack
            and self.y < other.bottom - slack
            and other.y < self.bottom - slack
        )


class Line(NamedTuple):
    """A straight line between two points."""

    x1: float
    y1: float
    x2: float
    y2: float
