"""Peak memory of a deployment, headless and in the window: the OVA's size must not matter."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.benchmarks.appliance import PASSWORDS, SMALL, sample_ova, stock_profile, write_profile
from tests.benchmarks.event_loop import run_window
from tests.benchmarks.options import Options
from tests.benchmarks.programs import clean_environment, own_command, run
from tests.benchmarks.report import WITHIN, Goal, Line, Result, Samples, alternate, limit
from tests.benchmarks.simulator import small_vcsim, stock_vcsim
from tests.benchmarks.whole_job import AGREED

TITLE = "Peak resident memory of one deployment (high-water mark of the process)"
_HEADLESS_MB = 120.0
_WINDOW_MB = 200.0
_FLAT = Goal(1.1)


def measure(options: Options) -> Result:
    """The large OVA beside a small one, and beside the limit."""
    large = sample_ova(options.ova_bytes)
    peaks, small = alternate(
        options.rounds(3), [lambda: _peak(large), lambda: _peak(sample_ova(SMALL))]
    )
    window, small_window = alternate(
        options.rounds(3), [lambda: _window_peak(large), lambda: _window_peak(sample_ova(SMALL))]
    )
    ours, shown = Samples(peaks, "MB"), Samples(window, "MB")
    size = options.ova_size
    return Result(
        (
            Line(f"deploy, {size}", ours, "deploy, 8 MiB", Samples(small, "MB"), _FLAT),
            Line(f"deploy, {size}", ours, "the limit", limit(_HEADLESS_MB, "MB"), WITHIN),
            Line(f"window, {size}", shown, "window, 8 MiB", Samples(small_window, "MB"), _FLAT),
            Line(f"window, {size}", shown, "the limit", limit(_WINDOW_MB, "MB"), WITHIN),
        )
    )


def _window_peak(ova: Path) -> float:
    with stock_vcsim(*small_vcsim()) as vcsim:
        return run_window("upload", vcsim, ova, watch_memory=True).peak_mb


def _peak(ova: Path) -> float:
    with stock_vcsim(*small_vcsim()) as vcsim, tempfile.TemporaryDirectory() as name:
        home = Path(name)
        profile = write_profile(stock_profile(vcsim, ova), home)
        environment = clean_environment(home, PASSWORDS)
        command = own_command("deploy", str(profile), *AGREED)
        return run(command, environment, watch_memory=True).peak_mb
