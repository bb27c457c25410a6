"""Peak memory of a headless deployment: it must not depend on the size of the OVA."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.benchmarks.appliance import PASSWORDS, SMALL, sample_ova, stock_profile, write_profile
from tests.benchmarks.options import Options
from tests.benchmarks.programs import clean_environment, own_command, run
from tests.benchmarks.report import WITHIN, Goal, Line, Result, Samples, alternate, limit
from tests.benchmarks.simulator import small_vcsim, stock_vcsim
from tests.benchmarks.whole_job import AGREED

TITLE = "Peak resident memory of one deployment (high-water mark of the process)"
_HEADLESS_MB = 120.0
_FLAT = Goal(1.1)


def measure(options: Options) -> Result:
    """The large OVA beside a small one, and beside the limit."""
    large = sample_ova(options.ova_bytes)
    peaks, small = alternate(
        options.rounds(3), [lambda: _peak(large), lambda: _peak(sample_ova(SMALL))]
    )
    ours = Samples(peaks, "MB")
    size = options.ova_size
    return Result(
        (
            Line(f"deploy, {size}", ours, "deploy, 8 MiB", Samples(small, "MB"), _FLAT),
            Line(f"deploy, {size}", ours, "the limit", limit(_HEADLESS_MB, "MB"), WITHIN),
        )
    )


def _peak(ova: Path) -> float:
    with stock_vcsim(*small_vcsim()) as vcsim, tempfile.TemporaryDirectory() as name:
        home = Path(name)
        profile = write_profile(stock_profile(vcsim, ova), home)
        environment = clean_environment(home, PASSWORDS)
        command = own_command("deploy", str(profile), *AGREED)
        return run(command, environment, watch_memory=True).peak_mb
