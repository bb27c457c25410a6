"""Starting: the command line beside the bare interpreter, the window beside a bare one of Qt."""

from __future__ import annotations

import importlib.util
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from core.profile.model import DEFAULT
from core.profile.template import sample_profile_text
from tests.benchmarks.options import Options
from tests.benchmarks.programs import clean_environment, own_command, run
from tests.benchmarks.report import Goal, Line, Result, Samples, alternate

TITLE = "Start, as processes"
_WINDOW = Goal(1.5)
_BARE_WINDOW = "tests.benchmarks.bare_window"
_OWN_WINDOW = "tests.benchmarks.own_window"


def measure(options: Options) -> Result:
    """``--version``, ``check``, and the window where there is one."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        profile = home / "sample.haproxy.yaml"
        profile.write_text(
            sample_profile_text(
                DEFAULT, address="vcenter.lab.example", user="administrator@vsphere.local",
                ova_file="haproxy-v0.2.0.ova",
            ), "utf-8",
        )  # fmt: skip
        environment = clean_environment(home)

        def timed(*command: str) -> Callable[[], float]:
            return lambda: run(command, environment).seconds

        bare, version, check = alternate(
            options.rounds(15), [
                timed(sys.executable, "-c", "pass"),
                timed(*own_command("--version")),
                timed(*own_command("check", str(profile))),
            ], warm_up=True,
        )  # fmt: skip
        python = Samples(bare)
        lines = [
            Line("haproxy-setup --version", Samples(version), "python -c pass", python),
            Line("haproxy-setup check PROFILE", Samples(check), "python -c pass", python),
        ]
        if importlib.util.find_spec("gui.app") is None:
            return Result(tuple(lines), ("There is no window yet.",))
        lines += _windows(environment, profile, options.rounds(11))
    return Result(
        tuple(lines),
        ("window: from the start of the process until its first paint is done, offscreen.",),
    )


def _windows(environment: dict[str, str], profile: Path, rounds: int) -> list[Line]:
    """On the start page and on a profile, beside a window with nothing in it."""

    def painted(module: str, *arguments: str) -> float:
        started = time.monotonic()
        command = [sys.executable, "-m", module, *arguments]
        return float(run(command, environment).stdout.split()[-1]) - started

    ours, loaded, theirs = alternate(
        rounds, [
            partial(painted, _OWN_WINDOW),
            partial(painted, _OWN_WINDOW, str(profile)),
            partial(painted, _BARE_WINDOW),
        ], warm_up=True,
    )  # fmt: skip
    bare = Samples(theirs)
    return [
        Line("window, start page", Samples(ours), "bare QMainWindow", bare, _WINDOW),
        Line("window, on a profile", Samples(loaded), "bare QMainWindow", bare, _WINDOW),
    ]
