"""Running programs: timed, their peak memory watched, always ended."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.report import BenchmarkBroken

ROOT = Path(__file__).resolve().parents[2]
_TOO_LONG_S = 900
_LOOK_EVERY_S = 0.01
_KEPT = ("PATH", "LANG", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV")


@dataclass(frozen=True, slots=True)
class Run:
    """A program that has ended well."""

    seconds: float
    peak_mb: float
    stdout: str
    stderr: str


def tool(name: str) -> str:
    """The path of vcsim or govc as bootstrap builds them.

    Raises:
        BenchmarkBroken: it is not there.
    """
    named = os.environ.get(f"HAPROXY_SETUP_{name.upper()}")
    path = Path(named) if named else ROOT / ".tools" / "bin" / name
    if not path.is_file():
        raise BenchmarkBroken(f"{name} is not there: run make bench where Go modules can be had")
    return str(path)


def own_command(*arguments: str) -> list[str]:
    """``haproxy-setup`` with arguments, started as a person does."""
    script = Path(sys.executable).parent / "haproxy-setup"
    start = [str(script)] if script.is_file() else [sys.executable, "-m", "gui"]
    return [*start, *arguments]


def clean_environment(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment that neither reads nor writes the user's own files, no proxies, no display.

    Byte code is kept, as it is on a user's machine.
    """
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "QT_QPA_PLATFORM": "offscreen",
        "GOVMOMI_HOME": str(home / "govmomi"),
        "no_proxy": "*",
        **(extra or {}),
    }


def run(
    command: Sequence[str], environment: Mapping[str, str], *, watch_memory: bool = False
) -> Run:
    """Run a program to its end.

    Args:
        command: program and arguments.
        environment: all of its environment.
        watch_memory: find its peak memory, which costs it a little time.

    Raises:
        BenchmarkBroken: it failed or did not end.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        command, env=dict(environment), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    watcher = _MemoryWatcher(process.pid) if watch_memory else None
    too_long = threading.Timer(_TOO_LONG_S, process.kill)
    too_long.start()
    try:
        stdout, stderr = process.communicate()
        seconds = time.perf_counter() - started
    finally:
        too_long.cancel()
        process.kill()
        process.wait()
        peak = watcher.stop() if watcher else 0.0
    if process.returncode != 0:
        said = (stderr or stdout).strip()[-1500:]
        raise BenchmarkBroken(f"{Path(command[0]).name} ended with {process.returncode}: {said}")
    return Run(seconds, peak, stdout, stderr)


class _MemoryWatcher:
    """The high-water mark of a process's resident memory, as the kernel keeps it.

    ``ru_maxrss`` is no use here: a child inherits the mark of the process that started it.
    """

    def __init__(self, pid: int) -> None:
        self._status = Path(f"/proc/{pid}/status")
        if not self._status.exists():
            raise BenchmarkBroken("peak memory is read from /proc, which this system lacks")
        self._peak_kb = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """End watching; the peak in MB."""
        self._stop.set()
        self._thread.join()
        return self._peak_kb * 1024 / 1e6

    def _watch(self) -> None:
        while not self._stop.wait(_LOOK_EVERY_S):
            try:
                lines = self._status.read_text().splitlines()
            except OSError:
                return
            for line in lines:
                if line.startswith("VmHWM:"):
                    self._peak_kb = max(self._peak_kb, int(line.split()[1]))
