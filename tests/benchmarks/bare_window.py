"""A bare window of Qt, told apart from ours by nothing but its content."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QMainWindow

from tests.benchmarks.first_paint import tell_first_paint


def main() -> None:
    """A main window with nothing in it."""
    app = QApplication([])
    window = QMainWindow()
    window.resize(1180, 760)
    window.show()
    tell_first_paint(window)
    app.exec()


if __name__ == "__main__":
    main()
