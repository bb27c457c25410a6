"""Where ``haproxy-setup`` starts: the window, or with a subcommand the command line without Qt."""

from __future__ import annotations

import contextlib
import gc
import os
import re
import socket
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.handoff.printing import Printer
    from core.text import Text


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line if there is anything for it, else open the window.

    ``haproxy-setup FILE.yaml`` opens the window with that profile.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["--self-test"]:
        from gui.self_test import run_self_test

        return run_self_test(arguments[1:])
    is_practice = _command(arguments) == "practice" and "--window" in arguments
    if (is_practice or _is_for_window(arguments)) and not has_display():
        sys.stderr.write(f"{_no_display()}\n")
        if not is_practice:
            return 1
        is_practice = False
        arguments[arguments.index("--window")] = "--deploy"
    if _is_for_window(arguments):
        from gui.app import run

        return int(run(arguments))
    if is_practice:
        return _practise(arguments)
    if argv is not None:
        return _command_line(arguments)
    # Thousands of types are made at start and stay. Looking through them while they are made, and
    # once more at exit, takes a quarter of a short run.
    gc.set_threshold(200_000, 20, 20)
    try:
        return _command_line(arguments)
    finally:
        gc.freeze()


def _command_line(arguments: Sequence[str]) -> int:
    from core.cli.main import main as run_command
    from core.handoff.printing import register_printer

    register_printer(_make_printer)
    return run_command(arguments)


def has_display() -> bool:
    """Whether a window can be shown; Qt itself would end the process with an abort."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    if os.environ.get("WAYLAND_DISPLAY"):
        return True
    display = os.environ.get("DISPLAY", "")
    local = re.fullmatch(r"(?:unix)?:(\d+)(?:\.\d+)?", display)
    if local is None:
        return bool(display)  # another machine's: Qt will see
    with socket.socket(socket.AF_UNIX) as probe:
        for name in (f"/tmp/.X11-unix/X{local[1]}", f"\0/tmp/.X11-unix/X{local[1]}"):
            with contextlib.suppress(OSError):
                probe.connect(name)
                return True
    return False


def _no_display() -> Text:
    from core.text import Text

    return Text(
        "There is no display to open a window on. Use the command line (haproxy-setup --help), "
        "or haproxy-setup practice --deploy."
    )


def _practise(arguments: Sequence[str]) -> int:
    """The window with the sample profile on a practice vCenter; offline where there is none."""
    from core.cli.main import parser_for, system_language
    from core.cli.practice import keep_existing
    from core.errors import AppError
    from core.practice.server import NoPractice, running_practice
    from core.text import use_language
    from gui.app import run

    try:
        args = parser_for(arguments).parse_args(arguments)
    except SystemExit as done:  # wrong usage
        return int(done.code or 0)
    use_language(args.language or system_language(os.environ))
    language = ["--language", args.language] if args.language else []
    try:
        keep_existing(args.profile)
        with running_practice() as practice:
            chosen = practice.with_sample(args.topology, args.source, args.profile or "")
            return int(run(language, practice=chosen))
    except NoPractice as error:
        sys.stderr.write(f"{error.what} {error.advice}\n")
        return int(run(language))
    except AppError as error:
        sys.stderr.write(f"error: {error.what}\n       {error.advice}\n")
        return 1


def _command(arguments: Sequence[str]) -> str:
    """The subcommand, which ``--language`` may stand before."""
    words = iter(arguments)
    for word in words:
        if word == "--language":
            next(words, "")
        elif not word.startswith("--language="):
            return word
    return ""


def _make_printer() -> Printer:
    """Qt, for those who want a PDF or a picture; the rest of the command line stays without."""
    from gui.handoff_pdf import make_printer

    return make_printer()


def _is_for_window(arguments: Sequence[str]) -> bool:
    """Only profiles and ``--language``: a mistyped subcommand must not open a window."""
    from core.text import LANGUAGES

    rest = iter(arguments)
    for word in rest:
        name, equals, language = word.partition("=")
        if name == "--language":
            if (language if equals else next(rest, "")) not in LANGUAGES:
                return False
        elif not _is_profile(word):
            return False
    return True


def _is_profile(word: str) -> bool:
    return not word.startswith("-") and word.lower().endswith((".yaml", ".yml"))


if __name__ == "__main__":
    sys.exit(main())
