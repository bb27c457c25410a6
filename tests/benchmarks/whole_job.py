"""The whole job, from profile to powered-on appliance: our command beside scripts of govc.

Two of them: the plain one only makes things, the careful one also looks before, verifies, reads
back and can be run again, as a deployment of ours does.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from core.practice.server import NoPractice, running_practice
from core.profile.model import DEFAULT, FRONTEND, Profile
from tests.benchmarks.appliance import (
    PASSWORDS,
    SMALL,
    sample_ova,
    stock_profile,
    write_profile,
)
from tests.benchmarks.careful_script import write_careful_script
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
from tests.benchmarks.simulator import Simulator, count_calls, small_vcsim, stock_vcsim

TITLE = "Whole job: profile to powered-on appliance, 3 hosts, 8 MiB OVA, fresh vCenter each run"
AGREED = ("--accept-eula", "--yes", "--json")
_DELAYS_MS = (5, 20)
"""What a vCenter takes to answer a call; a real one is never as fast as the simulator."""

_Job = Callable[[Simulator, Path, str], float]


def measure(options: Options) -> Result:
    """Both topologies on stock vcsim beside govc; calls; a vCenter that takes its time; ours."""
    lines: list[Line] = []
    notes: list[str] = []
    for topology in (DEFAULT, FRONTEND):
        ours, govc, careful, practice = alternate(
            options.rounds(7), [
                partial(_on_stock, topology, _run_ours),
                partial(_on_stock, topology, _run_govc),
                partial(_on_stock, topology, _run_careful),
                partial(_on_practice, topology),
            ], warm_up=True,
        )  # fmt: skip
        calls = [_calls(topology, job) for job in (_run_ours, _run_govc)]
        lines += [
            Line(f"deploy, {topology}", Samples(ours), "govc script", Samples(govc), NOT_SLOWER),
            Line(
                f"deploy, {topology}", Samples(ours), "govc script as careful", Samples(careful),
                NOT_SLOWER,
            ),
            *(_slowly(topology, delay, options.rounds(5)) for delay in _DELAYS_MS),
            Line(
                f"SOAP calls, {topology}", Samples((calls[0],), "calls"), "govc script",
                Samples((calls[1],), "calls"), NOT_SLOWER,
            ),
            Line(
                f"practice vCenter, {topology}", Samples(practice), "ours on vcsim", Samples(ours)
            ),
        ]  # fmt: skip
        notes.append(f"{topology}: {_phases(topology)}")
    notes += [
        "The script's calls count without its twelve or more connections and logins.",
        "The script as careful looks before it makes, compares the OVA with its manifest, asks for "
        "the addresses, reads back and can be run again; the other one only makes things.",
    ]
    return Result(tuple(lines), tuple(notes))


def _slowly(topology: str, delay_ms: int, rounds: int) -> Line:
    """On loopback nothing takes time but the programs; a real vCenter takes some for each call."""
    slow = ("-delay", str(delay_ms))
    ours, govc = alternate(
        rounds, [
            partial(_on_stock, topology, _run_ours, *slow),
            partial(_on_stock, topology, _run_govc, *slow),
        ],
    )  # fmt: skip
    what = f"deploy, {topology}, {delay_ms} ms per call"
    return Line(what, Samples(ours), "govc script", Samples(govc), NOT_SLOWER)


def _on_stock(topology: str, job: _Job, *flags: str) -> float:
    with stock_vcsim(*small_vcsim(), *flags) as vcsim, tempfile.TemporaryDirectory() as home:
        seconds = job(vcsim, Path(home), topology)
        _check_made(vcsim, Path(home))
    return seconds


def _calls(topology: str, job: _Job) -> float:
    with tempfile.TemporaryDirectory() as home:
        trace = Path(home) / "trace.txt"
        with stock_vcsim(*small_vcsim(), trace=trace) as vcsim:
            job(vcsim, Path(home), topology)
        return float(count_calls(trace))


def _run_ours(vcsim: Simulator, home: Path, topology: str) -> float:
    profile = write_profile(stock_profile(vcsim, sample_ova(SMALL), topology), home)
    environment = clean_environment(home, PASSWORDS)
    return run(own_command("deploy", str(profile), *AGREED), environment).seconds


def _run_govc(vcsim: Simulator, home: Path, topology: str) -> float:
    return _run_script(write_script, vcsim, home, topology)


def _run_careful(vcsim: Simulator, home: Path, topology: str) -> float:
    return _run_script(write_careful_script, vcsim, home, topology)


def _run_script(
    write: Callable[[Profile, Path], Path], vcsim: Simulator, home: Path, topology: str
) -> float:
    script = write(stock_profile(vcsim, sample_ova(SMALL), topology).profile, home)
    environment = clean_environment(home, vcsim.govc_environment)
    return run(["/bin/sh", str(script)], environment).seconds


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
