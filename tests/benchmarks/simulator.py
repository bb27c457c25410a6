"""The simulated vCenters that benchmarks run against: started on loopback, always ended."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from core.profile.model import VCenterSettings
from tests.benchmarks.programs import clean_environment, run, tool
from tests.benchmarks.report import BenchmarkBroken

USER, PASSWORD = "administrator@vsphere.local", "benchmark-only"
_READY = "export GOVC_URL="
_START_S = 1800


@dataclass(frozen=True, slots=True)
class Simulator:
    """A running stock vcsim."""

    address: str
    port: int
    certificate: str

    @property
    def target(self) -> VCenterSettings:
        """Where our own code logs in, its certificate pinned."""
        return VCenterSettings(self.address, self.port, USER, self.certificate)

    @property
    def govc_environment(self) -> dict[str, str]:
        """What makes govc use it; without verification, which is to govc's advantage."""
        return {
            "GOVC_URL": f"https://{self.address}:{self.port}/sdk",
            "GOVC_USERNAME": USER,
            "GOVC_PASSWORD": PASSWORD,
            "GOVC_INSECURE": "1",
        }


@contextmanager
def stock_vcsim(*flags: str, trace: Path | None = None) -> Iterator[Simulator]:
    """A fresh stock vcsim on a free port; it ends with the block.

    Args:
        flags: further ones for vcsim.
        trace: a file that gets every SOAP message.

    Raises:
        BenchmarkBroken: it is not there or does not start.
    """
    command = [tool("vcsim"), "-l", "127.0.0.1:0", "-api-version", "8.0.3.0", *flags]
    command += ["-trace"] if trace else []
    # vcsim makes its datastores in the temporary folder and leaves them when it is killed
    with (
        tempfile.TemporaryDirectory(prefix="haproxy-bench-vcsim-") as scratch,
        open(trace or os.devnull, "wb") as log,
    ):
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
            text=True, env={**os.environ, "TMPDIR": scratch},
        )  # fmt: skip
        try:
            yield _read_start(process)
        finally:
            _end(process)


def small_vcsim() -> tuple[str, ...]:
    """Flags: one datacenter, one cluster of three hosts, nothing else."""
    return (
        "-dc", "1", "-cluster", "1", "-host", "3", "-standalone-host", "0", "-vm", "0", "-pg", "0",
    )  # fmt: skip


def count_calls(trace: Path) -> int:
    """How many SOAP calls a traced vcsim was asked."""
    with trace.open("rb") as lines:
        return sum(line.startswith(b"Request: ") for line in lines)


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is in an inventory, in clusters of 50 hosts (or ten, when it is small)."""

    hosts: int
    vms: int

    @property
    def clusters(self) -> int:
        """As many as the hosts fill."""
        return self.hosts // (50 if self.hosts >= 500 else 10)

    @property
    def flags(self) -> tuple[str, ...]:
        """For vcsim; the machines are off, which is quicker to make."""
        counts = {
            "dc": 1, "cluster": self.clusters, "host": self.hosts // self.clusters,
            "standalone-host": 0, "pg": 10, "vm": self.vms // self.clusters,
        }  # fmt: skip
        flags = (part for name, count in counts.items() for part in (f"-{name}", str(count)))
        return (*flags, "-autostart=false")

    def __str__(self) -> str:
        return f"{self.hosts:,} hosts, {self.vms:,} VMs"


def saved_inventory(cache: Path, size: Size) -> Path:
    """The folder of an inventory of that size for ``-load``; it need not be there."""
    return cache / f"hosts-{size.hosts}-vms-{size.vms}"


def save_inventory(cache: Path, size: Size) -> None:
    """Build an inventory once and save it, which takes minutes for a large one."""
    folder = saved_inventory(cache, size)
    if folder.is_dir():
        return
    cache.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix="part-", dir=cache))
    try:
        with stock_vcsim(*size.flags) as vcsim, tempfile.TemporaryDirectory() as home:
            environment = clean_environment(Path(home), vcsim.govc_environment)
            run([tool("govc"), "object.save", "-d", str(partial / "saved")], environment)
        (partial / "saved").replace(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def inventory_vcsim(cache: Path, size: Size) -> Iterator[Simulator]:
    """A vcsim with an inventory of that size: the saved one, else made anew."""
    folder = saved_inventory(cache, size)
    flags = ("-load", str(folder)) if folder.is_dir() else size.flags
    with stock_vcsim(*flags) as vcsim:
        yield vcsim


def _read_start(process: subprocess.Popen[str]) -> Simulator:
    too_long = threading.Timer(_START_S, process.kill)
    too_long.start()
    try:
        for line in process.stdout or ():
            if line.startswith(_READY):
                url = urlsplit(line.removeprefix(_READY).split()[0])
                host, port = str(url.hostname), int(url.port or 443)
                return Simulator(host, port, ssl.get_server_certificate((host, port)))
    finally:
        too_long.cancel()
    raise BenchmarkBroken("vcsim did not start")


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()
