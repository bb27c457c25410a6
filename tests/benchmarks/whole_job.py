"""The whole job, from profile to powered-on appliance: our command beside a script of govc."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from core.practice.server import NoPractice, running_practice
from core.profile.model import DEFAULT, FRONTEND
from tests.benchmarks.appliance import (
    PASSWORDS,
    SMALL,
    sample_ova,
    stock_profile,
    write_profile,
)
from tests.benchmarks.govc_script import write_script
from tests.benchmarks.options import Options
from tests.benchmarks.phases import ORDER, STARTED
from tests.benchmarks.programs import clean_environment, own_command, run, tool
from tests.benchmarks.report import (
    NOT_SLOWER,
    BenchmarkBroken,
    Line,
    Result,
    Samples,
    alternate,
)
from tests.benchmarks.simulator import Simulator, small_vcsim, stock_vcsim

TITLE = "Whole job: profile to powered-on appliance, 3 hosts, 8 MiB OVA, fresh vCenter each run"
AGREED = ("--accept-eula", "--yes", "--json")


def measure(options: Options) -> Result:
    """Both topologies on stock vcsim beside govc, and on the practice vCenter."""
    lines: list[Line] = []
    notes: list[str] = []
    for topology in (DEFAULT, FRONTEND):
        ours, govc, practice = alternate(
            options.rounds(7), [
                lambda t=topology: _on_stock(t, _run_ours),
                lambda t=topology: _on_stock(t, _run_govc),
                lambda t=topology: _on_practice(t),
            ], warm_up=True,
        )  # fmt: skip
        lines += [
            Line(f"deploy, {topology}", Samples(ours), "govc script", Samples(govc), NOT_SLOWER),
            Line(
                f"deploy, {topology}, practice vCenter", Samples(practice), "ours on vcsim",
                Samples(ours),
            ),
        ]  # fmt: skip
        notes.append(f"{topology}: {_phases(topology)}")
    return Result(tuple(lines), tuple(notes))


def _on_stock(topology: str, job: Callable[[Simulator, Path, str], float]) -> float:
    with stock_vcsim(*small_vcsim()) as vcsim, tempfile.TemporaryDirectory() as home:
        return job(vcsim, Path(home), topology)


def _run_ours(vcsim: Simulator, home: Path, topology: str) -> float:
    profile = write_profile(stock_profile(vcsim, sample_ova(SMALL), topology), home)
    environment = clean_environment(home, PASSWORDS)
    seconds = run(own_command("deploy", str(profile), *AGREED), environment).seconds
    _check_made(vcsim, home)
    return seconds


def _run_govc(vcsim: Simulator, home: Path, topology: str) -> float:
    script = write_script(stock_profile(vcsim, sample_ova(SMALL), topology).profile, home)
    environment = clean_environment(home, vcsim.govc_environment)
    seconds = run(["/bin/sh", str(script)], environment).seconds
    _check_made(vcsim, home)
    return seconds


def _on_practice(topology: str) -> float:
    try:
        with running_practice() as practice, tempfile.TemporaryDirectory() as name:
            home = Path(name)
            profile = home / "sample.haproxy.yaml"
            profile.write_text(practice.profile_text(topology), "utf-8")
            passwords = {**PASSWORDS, "HAPROXY_SETUP_VCENTER_PASSWORD": practice.password}
            environment = clean_environment(home, passwords)
            return run(own_command("deploy", str(profile), *AGREED), environment).seconds
    except NoPractice as error:
        raise BenchmarkBroken(str(error)) from error


def _check_made(vcsim: Simulator, home: Path) -> None:
    """A time counts only if the appliance is there and on, as an independent client sees it."""
    command = [tool("govc"), "find", "/", "-type", "m", "-runtime.powerState", "poweredOn"]
    found = run(command, clean_environment(home, vcsim.govc_environment)).stdout.split()
    if len(found) != 1:
        raise BenchmarkBroken(f"instead of one appliance that is on there is {found or 'none'}")


def _phases(topology: str) -> str:
    """One more run, with a stopwatch inside: where the time goes."""
    with stock_vcsim(*small_vcsim()) as vcsim, tempfile.TemporaryDirectory() as name:
        home = Path(name)
        profile = write_profile(stock_profile(vcsim, sample_ova(SMALL), topology), home)
        result = home / "phases.json"
        environment = clean_environment(home, {**PASSWORDS, STARTED: str(time.monotonic())})
        command = [
            sys.executable, "-m", "tests.benchmarks.phases", str(result), "deploy", str(profile),
            *AGREED,
        ]  # fmt: skip
        said = json.loads(run(command, environment).stdout)
        seconds = json.loads(result.read_text("utf-8"))
    total = sum(seconds.values())
    phases = ", ".join(f"{p} {seconds[p]:.2f} s ({seconds[p] / total:.0%})" for p in ORDER)
    steps = ", ".join(f"{s['key']} {s['seconds']:.2f}" for s in said["steps"])
    return f"{phases}\n    steps in s: {steps}"
