"""Side by side while there is room, else one below the other."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget

_Fixed = QSizePolicy.Policy.Fixed


class BesideLayout(QLayout):
    """For what stands beside a field: how wide that is, depends on language, font and value."""

    def __init__(self, between: int, below: int) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._between, self._below = between, below
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Put something at the end."""
        self._items.append(item)

    def count(self) -> int:
        """How many there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """One of them."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take one out."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """As wide as may be, not as high."""
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        """Less wide is higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height of all lines."""
        lines = self._lines(width)
        return sum(height for _, height in lines) + self._below * max(0, len(lines) - 1)

    def sizeHint(self) -> QSize:
        """All in one line."""
        hints = [item.sizeHint() for item in self._shown()]
        width = sum(hint.width() for hint in hints) + self._between * max(0, len(hints) - 1)
        return QSize(width, max((hint.height() for hint in hints), default=0))

    def minimumSize(self) -> QSize:
        """Each in a line of its own; how high that is, ``heightForWidth`` says."""
        sizes = [item.minimumSize() for item in self._shown()]
        return QSize(
            max((size.width() for size in sizes), default=0),
            max((size.height() for size in sizes), default=0),
        )

    def setGeometry(self, rect: QRect) -> None:
        """Put each in its place."""
        super().setGeometry(rect)
        top = rect.top()
        for line, height in self._lines(rect.width()):
            left = rect.left()
            for item, width in line:
                own = item.sizeHint().height() if _is_fixed(item) else height
                item.setGeometry(QRect(left, top + (height - own) // 2, width, own))
                left += width + self._between
            top += height + self._below

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _lines(self, room: int) -> list[tuple[list[tuple[QLayoutItem, int]], int]]:
        """Items with their widths, and the height of each line."""
        lines: list[list[tuple[QLayoutItem, int]]] = [[]]
        left = room
        for item in self._shown():
            # What wraps takes the rest of the line if its longest word goes in.
            wraps = item.hasHeightForWidth()
            needed = (item.minimumSize() if wraps else item.sizeHint()).width()
            if lines[-1] and needed > left:
                lines.append([])
                left = room
            width = max(left, needed) if wraps else needed
            lines[-1].append((item, width))
            left -= width + self._between
        return [(line, max(_height(*one) for one in line)) for line in lines if line]


def _height(item: QLayoutItem, width: int) -> int:
    return item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()


def _is_fixed(item: QLayoutItem) -> bool:
    widget: QWidget | None = item.widget()
    return widget is not None and widget.sizePolicy().verticalPolicy() == _Fixed
