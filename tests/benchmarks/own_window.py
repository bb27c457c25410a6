"""Our window as ``haproxy-setup`` opens it, which ends itself after its first paint."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from gui.app import run
from gui.application import Application
from tests.benchmarks.first_paint import tell_first_paint


def main(arguments: list[str]) -> int:
    """Open the window with ``arguments``, as the launcher does."""
    open_window = Application.open_window

    def opened(self: Application, path: Path | None = None) -> Any:
        window = open_window(self, path)
        tell_first_paint(window)
        return window

    Application.open_window = opened  # type: ignore[method-assign]
    return run(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
