"""Starting: the command line beside the bare interpreter, the window beside a bare one of Qt."""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from collections.abc import Callable
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
        ours, theirs = alternate(
            options.rounds(9), [
                timed(sys.executable, "-m", _OWN_WINDOW),
                timed(sys.executable, "-m", _BARE_WINDOW),
            ], warm_up=True,
        )  # fmt: skip
        lines.append(
            Line(
                "window, first paint, then quit", Samples(ours), "bare QMainWindow",
                Samples(theirs), _WINDOW,
            )
        )  # fmt: skip
    return Result(tuple(lines))
