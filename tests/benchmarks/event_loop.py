"""The window's event loop at work: a large inventory, a large OVA, another theme or language."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path

from msgspec import structs

from tests.benchmarks.appliance import (
    CLUSTER,
    DATACENTER,
    PASSWORDS,
    SMALL,
    sample_ova,
    stock_profile,
    write_profile,
)
from tests.benchmarks.inventory import choose
from tests.benchmarks.options import Options
from tests.benchmarks.programs import Run, clean_environment, run
from tests.benchmarks.report import WITHIN, Line, Result, Samples, limit
from tests.benchmarks.simulator import Simulator, inventory_vcsim, small_vcsim, stock_vcsim

TITLE = "The window's event loop: gaps between the ticks of a 4 ms timer"
STALL_MS, FRAME_MS = 50.0, 1000 / 60


def measure(options: Options) -> Result:
    """The longest gap and the 99th percentile, each beside what it may be."""
    sizes, how = choose(options)
    rounds = options.rounds(3)
    with inventory_vcsim(options.cache, sizes[0]) as vcsim:
        connecting, theming, wording = (
            [_watch(doing, vcsim, sample_ova(SMALL)) for _ in range(rounds)]
            for doing in ("connect", "theme", "language")
        )
    ova = sample_ova(options.ova_bytes)
    uploading = []
    for _ in range(rounds):
        with stock_vcsim(*small_vcsim()) as vcsim:
            uploading.append(_watch("upload", vcsim, ova))
    return Result(
        (
            *_lines(f"connect, {sizes[0].hosts:,} hosts", connecting),
            *_lines(f"deploy with {options.ova_size}", uploading),
            *_lines("change the theme", theming),
            *_lines("change the language", wording),
        ),
        (
            how,
            "Offscreen, on a window that has settled. A gap is the time between two ticks, so it "
            "is never under 4 ms; it holds whatever else this computer did meanwhile.",
            "Theme and language change twice on each page, all pages built, with that inventory.",
        ),
    )


def _lines(what: str, runs: list[list[float]]) -> tuple[Line, ...]:
    longest = Samples(tuple(max(gaps) for gaps in runs), "ms")
    usual = Samples(tuple(statistics.quantiles(gaps, n=100)[98] for gaps in runs), "ms")
    return (
        Line(f"{what}: longest", longest, "a stall", limit(STALL_MS, "ms"), WITHIN),
        Line(f"{what}: 99 %", usual, "a frame at 60 Hz", limit(FRAME_MS, "ms"), WITHIN),
    )


def _watch(doing: str, vcsim: Simulator, ova: Path) -> list[float]:
    done = run_window(doing, vcsim, ova)
    return [float(gap) for gap in json.loads(done.stdout.splitlines()[-1])]


def run_window(doing: str, vcsim: Simulator, ova: Path, *, watch_memory: bool = False) -> Run:
    """Our window in a process of its own, ``doing`` "connect", "upload", "theme" or "language"."""
    document = stock_profile(vcsim, ova)
    profile = document.profile
    vm = structs.replace(profile.vm, cluster=CLUSTER)
    switch = structs.replace(profile.switch, datacenter=DATACENTER, cluster=CLUSTER)
    document.set_profile(structs.replace(profile, vm=vm, switch=switch))
    with tempfile.TemporaryDirectory() as name:
        path = write_profile(document, Path(name))
        command = [sys.executable, "-m", "tests.benchmarks.watched_window", doing, str(path)]
        environment = clean_environment(Path(name), PASSWORDS)
        return run(command, environment, watch_memory=watch_memory)
