"""``haproxy-setup`` with a stopwatch: where the time of one run goes, as JSON in a file.

Run as a program: ``python -m tests.benchmarks.phases RESULT ARGUMENT...``. What ran before this
module was reached is the interpreter's start and part of "start", as the caller gives the time at
which it started the process.
"""

from __future__ import annotations

import functools
import itertools
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

STARTED = "HAPROXY_SETUP_BENCHMARK_STARTED"
ORDER = ("start", "log in", "plan", "apply", "end")


def main(result: str, arguments: list[str]) -> int:
    """Run the command line, noting when each phase begins."""
    marks: list[tuple[str, float]] = [("start", float(os.environ[STARTED]))]

    def mark(name: str) -> None:
        marks.append((name, time.monotonic()))

    def marking(module: Any, name: str, before: str, after: str) -> None:
        function: Callable[..., Any] = getattr(module, name)

        @functools.wraps(function)
        def marked(*args: Any, **options: Any) -> Any:
            mark(before)
            try:
                return function(*args, **options)
            finally:
                mark(after)

        setattr(module, name, marked)

    import core.plan.deployment
    import core.plan.plan
    import core.vsphere.session

    marking(core.vsphere.session, "open_session", "log in", "log in")
    marking(core.plan.plan, "make_plan", "plan", "apply")
    marking(core.plan.deployment, "apply", "apply", "end")
    from core.cli.main import main as run_command

    status = run_command(arguments)
    mark("")
    seconds = dict.fromkeys(ORDER, 0.0)
    for (name, began), (_, ended) in itertools.pairwise(marks):
        seconds[name] += ended - began
    Path(result).write_text(json.dumps(seconds), "utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
