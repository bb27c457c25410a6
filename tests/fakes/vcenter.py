"""Simulated vCenters for tests, and an independent reader: govc, not the code under test."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from core.practice.sample_ova import write_sample_ova
from core.practice.server import LIBRARY_NAME, running_practice
from core.profile.document import ProfileDocument
from core.profile.model import FILE, LIBRARY, Profile
from core.profile.template import sample_profile_text
from core.vsphere.trust import pinned_context, shown_certificate

ROOT = Path(__file__).resolve().parents[2]
USER = "administrator@vsphere.local"
ROOT_PASSWORD, DATAPLANE_PASSWORD = "Root-Secret-1!", "Data-Plane-Secret-2!"
IMPORT = "import"
"""A third OVA source for tests: a local file that is imported into the library first."""


@dataclass
class Peer:
    """A running vCenter to test against; ``is_ours`` is the practice one, else stock vcsim."""

    address: str
    port: int
    password: str = field(repr=False)
    certificate: str = field(repr=False)
    folder: Path = field(default_factory=Path)
    ova: Path = field(default_factory=Path)
    is_ours: bool = True
    govc_program: Path | None = None

    def profile(self, topology: str = "default", source: str = FILE, **changes: Any) -> Profile:
        """A sample profile that fits this peer; ``changes`` by section: ``vm={"name": "x"}``."""
        text = sample_profile_text(
            topology,
            address=self.address,
            port=self.port,
            user=USER,
            certificate=self.certificate,
            ova_file="" if source == LIBRARY else str(self.ova),
            library=LIBRARY_NAME if source == LIBRARY else "",
            item="haproxy-v0.2.0" if source == LIBRARY else "",
        )
        profile = ProfileDocument(text).profile
        if source == IMPORT:
            profile = changed(
                profile,
                ova={"import_to_library": True, "library": LIBRARY_NAME, "item": "imported"},
            )
        if not self.is_ours:  # stock hosts have two NICs; its policies cannot be read back
            profile = changed(
                profile,
                switch={
                    "datacenter": "DC0",
                    "cluster": "DC0_C0",
                    "uplinks": 1,
                    "nics": (("Uplink 1", "vmnic1"),),
                },
                vm={"folder": "", "resource_pool": "", "storage_policy": ""},
            )
        return changed(profile, **changes)

    def write(self, profile: Profile, name: str = "profile.yaml") -> Path:
        """The profile as a file."""
        path = self.folder / name
        path.unlink(missing_ok=True)
        document = ProfileDocument("schema: 1\n")
        document.set_profile(profile)
        document.save(path)
        return path

    @property
    def environment(self) -> dict[str, str]:
        """For a subprocess of the command line: the secrets, and nothing of ours in Qt's way."""
        return {
            **os.environ,
            "HAPROXY_SETUP_VCENTER_PASSWORD": self.password,
            "HAPROXY_SETUP_ROOT_PASSWORD": ROOT_PASSWORD,
            "HAPROXY_SETUP_DATAPLANE_PASSWORD": DATAPLANE_PASSWORD,
        }

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """The command line as a person would call it."""
        return subprocess.run(
            [sys.executable, "-m", "gui", *arguments],
            env=self.environment | environment,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """The same, running: to be watched and killed."""
        return subprocess.Popen(
            [sys.executable, "-m", "gui", *arguments],
            env=self.environment,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def deploy(self, path: Path, *flags: str) -> subprocess.CompletedProcess[str]:
        """``deploy`` without questions."""
        return self.run("deploy", str(path), "--accept-eula", "--yes", *flags)

    def govc(self, *arguments: str) -> str:
        """What govc says: a reader that shares no line with the code under test."""
        if self.govc_program is None:
            raise RuntimeError("this peer was started without govc")
        answer = subprocess.run(
            [str(self.govc_program), *arguments],
            env={
                **os.environ,
                "GOVC_URL": f"https://{self.address}:{self.port}/sdk",
                "GOVC_USERNAME": USER,
                "GOVC_PASSWORD": self.password,
                "GOVC_INSECURE": "1",
                "GOVC_PERSIST_SESSION": "false",
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if answer.returncode:
            raise RuntimeError(f"govc {' '.join(arguments)}: {answer.stderr}")
        return answer.stdout

    def control(self, what: str, body: dict[str, Any] | None = None, method: str = "POST") -> Any:
        """Order the practice vCenter to do something: its README lists what."""
        connection = http.client.HTTPSConnection(
            self.address,
            self.port,
            timeout=10,
            context=pinned_context(self.certificate, check_name=True),
        )
        try:
            connection.request(method, f"/practice/{what}", json.dumps(body) if body else None)
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status < 300, content
            return json.loads(content) if content else None
        finally:
            connection.close()

    def find(self, kind: str) -> list[str]:
        """Inventory paths of one type, by govc's letters: m machines, w switches, g port groups."""
        return sorted(self.govc("find", "/", "-type", kind).split("\n")[:-1])

    def machine(self, name: str = "haproxy") -> dict[str, Any]:
        """A virtual machine as govc reports it."""
        found = json.loads(self.govc("vm.info", "-json", name)).get("virtualMachines") or [{}]
        return dict(found[0])


def changed(profile: Profile, **sections: Any) -> Profile:
    """The profile with other values in some sections."""
    for section, values in sections.items():
        if isinstance(getattr(profile, section), Struct):
            values = replace(getattr(profile, section), **values)
        profile = replace(profile, **{section: values})
    return profile


@contextmanager
def practice_peer(
    govc: Path | None, *arguments: str, ova_bytes: int = 1 << 20, with_library: bool = True
) -> Iterator[Peer]:
    """A fresh practice vCenter."""
    with running_practice(
        ova_bytes=ova_bytes, with_library=with_library, arguments=("-control", *arguments)
    ) as practice:
        yield Peer(
            practice.address, practice.port, practice.password, practice.certificate,
            practice.folder, practice.ova, True, govc,
        )  # fmt: skip


@contextmanager
def stock_peer(
    vcsim: Path, govc: Path, folder: Path, *arguments: str, ova_bytes: int = 1 << 20
) -> Iterator[Peer]:
    """A fresh stock vcsim, with an empty content library."""
    ova = folder / "haproxy-sample-v0.2.0.ova"
    if not ova.exists():
        write_sample_ova(ova, disk_bytes=ova_bytes)
    command = [
        str(vcsim), "-l", "127.0.0.1:0", "-api-version", "8.0.3.0",
        "-username", "administrator", "-password", "stock-secret",
        "-dc", "1", "-cluster", "1", "-host", "3", "-standalone-host", "0", *arguments,
    ]  # fmt: skip
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        match = re.search(r"127\.0\.0\.1:(\d+)", line)
        assert match, f"vcsim said {line!r}"
        port = int(match[1])
        peer = Peer(
            "127.0.0.1", port, "stock-secret", shown_certificate("127.0.0.1", port),
            folder, ova, False, govc,
        )  # fmt: skip
        peer.govc("library.create", "-ds", "LocalDS_0", LIBRARY_NAME)
        peer.govc("library.import", "-n", "haproxy-v0.2.0", LIBRARY_NAME, str(ova))
        yield peer
    finally:
        process.terminate()
        process.wait(timeout=10)
        if process.stdout:
            process.stdout.close()
