"""Where ``haproxy-setup`` starts: the window, or with a subcommand the command line without Qt."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.handoff.printing import Printer


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line if there is anything for it, else open the window.

    ``haproxy-setup FILE.yaml`` opens the window with that profile.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["--self-test"]:
        from gui.self_test import run_self_test

        return run_self_test(arguments[1:])
    if _is_for_window(arguments):
        from gui.app import run

        return int(run(arguments))
    if arguments[:1] == ["practice"] and "--window" in arguments:
        return _practise()
    from core.cli.main import main as run_command
    from core.handoff.printing import register_printer

    register_printer(_make_printer)

    if argv is not None:
        return run_command(arguments)
    # Thousands of types are made at start and stay. Looking through them while they are made, and
    # once more at exit, takes a quarter of a short run.
    gc.set_threshold(50_000, 20, 20)
    try:
        return run_command(arguments)
    finally:
        gc.freeze()


def _practise() -> int:
    """The window with the sample profile on a practice vCenter; offline where there is none."""
    from core.practice.server import NoPractice, running_practice
    from gui.app import run

    try:
        with running_practice() as practice:
            return int(run([], practice=practice))
    except NoPractice as error:
        sys.stderr.write(f"{error.what} {error.advice}\n")
        return int(run([]))


def _make_printer() -> Printer:
    """Qt, for those who want a PDF or a picture; the rest of the command line stays without."""
    from gui.handoff_pdf import make_printer

    return make_printer()


def _is_for_window(arguments: Sequence[str]) -> bool:
    """Only profiles and ``--language``: a mistyped subcommand must not open a window."""
    rest = iter(arguments)
    for word in rest:
        if word == "--language":
            if next(rest, "") not in ("en", "ja"):
                return False
        elif word not in ("--language=en", "--language=ja") and not _is_profile(word):
            return False
    return True


def _is_profile(word: str) -> bool:
    return not word.startswith("-") and word.lower().endswith((".yaml", ".yml"))


if __name__ == "__main__":
    sys.exit(main())
