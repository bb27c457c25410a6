"""Reading what the forms need from a large vCenter: its cost must not grow with the VMs."""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.jobs import JobContext
from core.plan.plan import make_plan
from core.plan.preparation import Prepared, prepared
from core.vsphere.inventory import Inventory, read_folders, read_hosts, read_inventory
from core.vsphere.session import Session, open_session
from tests.benchmarks.appliance import SMALL as SAMPLE
from tests.benchmarks.appliance import sample_ova, stock_profile
from tests.benchmarks.inventory_reader import read
from tests.benchmarks.options import Options
from tests.benchmarks.programs import clean_environment, run, tool
from tests.benchmarks.report import (
    BenchmarkBroken,
    Goal,
    Line,
    Result,
    Samples,
    alternate,
)
from tests.benchmarks.simulator import (
    PASSWORD,
    USER,
    Simulator,
    Size,
    inventory_vcsim,
    save_inventory,
    saved_inventory,
)

TITLE = "Inventory: what the forms offer, and the hosts of one cluster"
LARGE = (Size(1000, 0), Size(1000, 10_000))
SMALL = (Size(100, 0), Size(100, 1_000))
_FLAT = Goal(1.15)
_TYPES = ("d", "f", "c", "p", "s", "n", "g", "w")


@dataclass(frozen=True, slots=True)
class _Side:
    """One simulator, and a login that is open on it."""

    vcsim: Simulator
    session: Session
    home: Path
    inventory: Inventory
    prepared: Prepared

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts of one cluster."""
        return self.inventory.clusters[0].hosts

    def read_all(self) -> float:
        """Seconds of reading everything that the forms need, logged in already."""
        started = time.perf_counter()
        read(self.session)
        return time.perf_counter() - started

    def cpu(self) -> float:
        """Seconds of this process's own work for it, which the simulator's does not blur."""
        started = time.process_time()
        read(self.session)
        return time.process_time() - started

    def read_inventory(self) -> float:
        """Seconds of reading what there is to choose from, but VM folders."""
        started = time.perf_counter()
        read_inventory(self.session)
        return time.perf_counter() - started

    def read_folders(self) -> float:
        """Seconds of reading the VM folders."""
        started = time.perf_counter()
        read_folders(self.session, self.inventory)
        return time.perf_counter() - started

    def read_hosts(self) -> float:
        """Seconds of reading the hosts of one cluster with their NICs."""
        started = time.perf_counter()
        read_hosts(self.session, self.hosts)
        return time.perf_counter() - started

    def plan(self) -> float:
        """Seconds of a deployment's plan, with all that is looked for in the vCenter."""
        started = time.perf_counter()
        make_plan(self.session, self.prepared, JobContext())
        return time.perf_counter() - started

    def run_ours(self) -> float:
        """Seconds of a whole process of ours that logs in and reads."""
        vcsim = self.vcsim
        module = "tests.benchmarks.inventory_reader"
        command = [sys.executable, "-m", module, vcsim.address, str(vcsim.port), USER, PASSWORD]
        return run(command, clean_environment(self.home)).seconds

    def run_govc(self) -> float:
        """Seconds of ``govc find`` of the same types."""
        environment = clean_environment(self.home, self.vcsim.govc_environment)
        types = [part for one in _TYPES for part in ("-type", one)]
        return run([tool("govc"), "find", "-i", "/", *types], environment).seconds


def measure(options: Options) -> Result:
    """Without and with VMs, beside ``govc find``."""
    sizes, how = choose(options)
    with contextlib.ExitStack() as stack:
        bare, full = (stack.enter_context(_side(options.cache, size)) for size in sizes)
        runs: list[Callable[[], float]] = [
            bare.read_all, full.read_all, bare.cpu, full.cpu,
            bare.read_inventory, full.read_inventory, bare.read_folders, full.read_folders,
            bare.read_hosts, full.read_hosts, bare.plan, full.plan, bare.run_ours, full.run_ours,
            bare.run_govc, full.run_govc,
        ]  # fmt: skip
        values = alternate(options.rounds(9), runs, warm_up=True)
        counts = [_counts(side.session) for side in (bare, full)]
        count = len(full.hosts)
    trips = [Samples((calls,), "calls") for calls, _ in counts]
    objects = [Samples((number,), "objects") for _, number in counts]
    (
        bare_all, full_all, bare_cpu, full_cpu, bare_read, full_read, bare_dirs, full_dirs,
        bare_hosts, full_hosts, bare_plan, full_plan, bare_own, full_own, bare_govc, full_govc,
    ) = map(Samples, values)  # fmt: skip
    none, many = (f"{size.vms:,} VMs" for size in sizes)
    choices = Samples(tuple(map(sum, zip(full_read.values, full_dirs.values, strict=True))))
    return Result(
        (
            Line(f"all of it, {many}", full_all, f"all of it, {none}", bare_all, _FLAT),
            Line(f"  own CPU time, {many}", full_cpu, f"own CPU time, {none}", bare_cpu, _FLAT),
            Line(f"  inventory, {many}", full_read, f"inventory, {none}", bare_read, _FLAT),
            Line(f"  VM folders, {many}", full_dirs, f"VM folders, {none}", bare_dirs),
            Line(f"  {count} hosts, {many}", full_hosts, f"hosts, {none}", bare_hosts, _FLAT),
            Line(f"calls, {many}", trips[1], f"calls, {none}", trips[0], Goal(1.0)),
            Line(f"objects, {many}", objects[1], f"objects, {none}", objects[0], Goal(1.0)),
            Line(f"plan, {many}", full_plan, f"plan, {none}", bare_plan),
            Line(f"process, {many}", full_own, f"process, {none}", bare_own, _FLAT),
            Line(f"inventory and folders, {many}", choices, "govc find", full_govc),
            Line(f"process, {many}", full_own, "govc find", full_govc),
            Line(f"govc find, {many}", full_govc, f"govc find, {none}", bare_govc),
        ),
        (
            f"{how} {sizes[1].hosts:,} hosts in {sizes[1].clusters} clusters.",
            "All of it: what the forms offer of the whole vCenter, and the hosts of one cluster.",
            "The simulator walks past every VM to fill a view: ours of the VM folders, govc's of "
            "all there is. Who names no VM folder has that view neither made nor waited for.",
            "plan: the simulator looks through every VM for each address it is asked for; a real "
            "vCenter has an index.",
            "process: from the interpreter's start to its end, inventory and hosts. govc find is a "
            "process too; it gives the names only, not what the forms show, and no NICs.",
        ),
    )  # fmt: skip


def choose(options: Options) -> tuple[tuple[Size, Size], str]:
    """Two inventories, without and with VMs, and a sentence on which."""
    cached = all(saved_inventory(options.cache, size).is_dir() for size in LARGE)
    if options.build_inventory and not cached:
        for size in LARGE:
            print(f"  Building the inventory of {size}; this takes minutes, once.", flush=True)
            save_inventory(options.cache, size)
        cached = True
    if cached and not options.quick:
        return LARGE, "Large inventories, saved before and loaded."
    why = "asked for by --quick" if options.quick else "--build-inventory builds the large one"
    return SMALL, f"Small inventories, made anew; {why}."


@contextlib.contextmanager
def _side(cache: Path, size: Size) -> Iterator[_Side]:
    with (
        inventory_vcsim(cache, size) as vcsim,
        tempfile.TemporaryDirectory() as home,
        open_session(vcsim.target, PASSWORD) as session,
        prepared(stock_profile(vcsim, sample_ova(SAMPLE)).profile) as ready,
    ):
        inventory = read(session)
        if len(inventory.clusters) != size.clusters:
            raise BenchmarkBroken(f"{len(inventory.clusters)} clusters instead of {size.clusters}")
        yield _Side(vcsim, session, Path(home), inventory, ready)


def _counts(session: Session) -> tuple[float, float]:
    """How many calls one reading takes, and how many objects come; these have no noise."""
    calls = objects = 0
    invoke = session.stub.InvokeMethod

    def counted(mo: Any, info: Any, *args: Any, **options: Any) -> Any:
        nonlocal calls, objects
        answer = invoke(mo, info, *args, **options)
        calls += 1
        objects += len(getattr(answer, "objects", None) or ())
        return answer

    session.stub.InvokeMethod = counted  # type: ignore[method-assign]
    try:
        read(session)
    finally:
        session.stub.InvokeMethod = invoke  # type: ignore[method-assign]
    return float(calls), float(objects)
