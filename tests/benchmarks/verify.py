"""Verifying an OVA: three digests of every byte, beside ``sha256sum``, which takes one."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from core.jobs import JobContext
from core.ova.archive import open_ova
from core.ova.verify import verify
from tests.benchmarks.appliance import sample_ova
from tests.benchmarks.options import Options
from tests.benchmarks.programs import clean_environment, run
from tests.benchmarks.report import BenchmarkBroken, Line, Result, Samples, alternate

TITLE = "Verifying an OVA"


def measure(options: Options) -> Result:
    """The rate of our verification beside a plain SHA-256 of the file."""
    path = sample_ova(options.ova_bytes)
    program = shutil.which("sha256sum")
    if program is None:
        raise BenchmarkBroken("there is no sha256sum here")
    megabytes = path.stat().st_size / 1e6
    with tempfile.TemporaryDirectory() as home:
        environment = clean_environment(Path(home))

        def ours() -> float:
            started = time.perf_counter()
            with open_ova(path) as ova:
                verify(ova, JobContext())
            return megabytes / (time.perf_counter() - started)

        def theirs() -> float:
            return megabytes / run([program, str(path)], environment).seconds

        own, other = alternate(options.rounds(5), [ours, theirs], warm_up=True)
    return Result(
        (
            Line(
                f"verify, {options.ova_size}", Samples(own, "MB/s"), "sha256sum",
                Samples(other, "MB/s"),
            ),
        ),
        ("Ours takes SHA-256 of the file, SHA-256 and SHA-1 of each member, in one pass.",),
    )  # fmt: skip
