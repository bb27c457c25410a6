"""Exceptions nobody caught in plain threads, handed to whoever shows bugs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType

Hook = Callable[[type[BaseException], BaseException, TracebackType | None], None]


def catch_in_threads(hook: Hook) -> None:
    """Call ``hook`` for every such exception from now on, in the thread it happened in."""

    def caught(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            hook(args.exc_type, args.exc_value, args.exc_traceback)

    threading.excepthook = caught
