"""Uploading a large OVA: our job beside ``govc import.ova``, our sending beside a raw PUT."""

from __future__ import annotations

import http.client
import io
import json
import ssl
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pyVmomi import vim

from core.jobs import ByteMeter, JobContext
from core.ova.archive import Ova, open_ova
from core.text import Text
from core.vsphere.inventory import read_inventory
from core.vsphere.lease import import_lease
from core.vsphere.session import Session, open_session
from core.vsphere.upload import disk_destination, send
from tests.benchmarks.appliance import CLUSTER, PASSWORDS, sample_ova, stock_profile, write_profile
from tests.benchmarks.govc_script import write_options
from tests.benchmarks.options import Options
from tests.benchmarks.programs import clean_environment, own_command, run, tool
from tests.benchmarks.report import (
    NOT_SLOWER,
    Goal,
    Line,
    Result,
    Samples,
    alternate,
)
from tests.benchmarks.simulator import PASSWORD, small_vcsim, stock_vcsim
from tests.benchmarks.whole_job import AGREED

TITLE = "Upload of a large OVA to stock vcsim"
_BLOCK = 1 << 20


def measure(options: Options) -> Result:
    """The job as programs, then the sending alone in this process."""
    ova = sample_ova(options.ova_bytes)
    steps: dict[str, list[float]] = {"ova": [], "deploy": []}
    whole, govc = alternate(
        options.rounds(5), [lambda: _run_ours(ova, steps), lambda: _run_govc(ova)]
    )
    deploy, verified = Samples(tuple(steps["deploy"])), Samples(tuple(steps["ova"]))
    size = options.ova_size
    ours, raw = _rates(ova, options.rounds(7))
    return Result(
        (
            Line(f"deploy step, {size}", deploy, "govc import.ova", Samples(govc), NOT_SLOWER),
            Line(f"whole deploy, {size}", Samples(whole), "govc import.ova", Samples(govc)),
            Line("  of that, verify step", verified, "whole deploy", Samples(whole)),
            Line(
                f"sending, {size}", Samples(ours, "MB/s"), "raw PUT, 1 MiB blocks",
                Samples(raw, "MB/s"), Goal(0.9, at_most=False),
            ),
        ),
        (
            "The whole deploy verifies every byte against the manifest first, makes switch and "
            "port groups, reads back and powers on; import.ova does none of that.",
            "import.ova -m is not measured: it only compares the host's answer with the manifest, "
            "and fails on a SHA-256 manifest because vcsim answers with SHA-1.",
        ),
    )  # fmt: skip


def _run_ours(ova: Path, steps: dict[str, list[float]]) -> float:
    with stock_vcsim(*small_vcsim()) as vcsim, tempfile.TemporaryDirectory() as name:
        home = Path(name)
        profile = write_profile(stock_profile(vcsim, ova), home)
        environment = clean_environment(home, PASSWORDS)
        done = run(own_command("deploy", str(profile), *AGREED), environment)
    seconds = {step["key"]: step["seconds"] for step in json.loads(done.stdout)["steps"]}
    for key, values in steps.items():
        values.append(seconds[key])
    return done.seconds


def _run_govc(ova: Path) -> float:
    with stock_vcsim(*small_vcsim()) as vcsim, tempfile.TemporaryDirectory() as name:
        home = Path(name)
        profile = stock_profile(vcsim, ova).profile
        # without the switch of the job, so everything is on the network that is there
        file = write_options(profile, home, network="VM Network")
        environment = clean_environment(home, vcsim.govc_environment)
        pool = f"{CLUSTER}/Resources"
        command = [tool("govc"), "import.ova", "-pool", pool, "-options", str(file), str(ova)]
        return run(command, environment).seconds


def _rates(path: Path, rounds: int) -> list[tuple[float, ...]]:
    """MB/s of our ``send`` and of a plain PUT of the same bytes to the same lease."""
    ctx = JobContext()
    with (
        stock_vcsim(*small_vcsim()) as vcsim,
        open_ova(path) as ova,
        open_session(vcsim.target, PASSWORD) as session,
    ):
        disk = ova.members[-1].name
        size = ova.get_member(disk).size

        def ours() -> float:
            started = time.perf_counter()
            with ova.open(disk) as source:
                to = disk_destination(session, url, create=True)
                send(to, source, ByteMeter(ctx, "upload", size), ctx)
            return size / 1e6 / (time.perf_counter() - started)

        def raw() -> float:
            started = time.perf_counter()
            _put(url.url, ova, disk, session.context)
            return size / 1e6 / (time.perf_counter() - started)

        doing = Text("Measuring an upload")
        with import_lease(session, lambda: _import(session, ova), doing, ctx) as lease:
            url = lease.device_urls[0]
            return alternate(rounds, [ours, raw], warm_up=True)


def _import(session: Session, ova: Ova) -> Any:
    inventory = read_inventory(session)
    params = vim.OvfManager.CreateImportSpecParams(
        locale="", deploymentOption="", entityName="upload", diskProvisioning="thin"
    )
    pool = session.ref(vim.ResourcePool, inventory.clusters[0].root_pool)
    imported = session.content.ovfManager.CreateImportSpec(
        ova.descriptor.decode("utf-8"), pool,
        session.ref(vim.Datastore, inventory.datastores[0].moid), params,
    )  # fmt: skip
    folder = session.ref(vim.Folder, inventory.datacenters[0].vm_folder)
    return pool.ImportVApp(imported.importSpec, folder, None)


def _put(url: str, ova: Ova, disk: str, context: ssl.SSLContext) -> None:
    """As little as a PUT can be with the standard library."""
    parts = urlsplit(url)
    connection = http.client.HTTPSConnection(
        str(parts.hostname), parts.port, context=context, blocksize=_BLOCK
    )
    try:
        with _Slice(ova, disk) as body:
            headers = {
                "Content-Type": "application/x-vnd.vmware-streamVmdk",
                "Content-Length": str(ova.get_member(disk).size),
            }
            connection.request("PUT", parts.path, body, headers)
            connection.getresponse().read()
    finally:
        connection.close()


class _Slice:
    """One member of the OVA as a plain file that ends where the member does."""

    def __init__(self, ova: Ova, name: str) -> None:
        member = ova.get_member(name)
        self._file = io.FileIO(ova.path)
        self._file.seek(member.offset)
        self._left = member.size

    def read(self, count: int = -1) -> bytes:
        found = self._file.read(min(count, self._left) if count >= 0 else self._left)
        self._left -= len(found)
        return found

    def __enter__(self) -> _Slice:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
