"""The practice vCenter as a process: found, started, told to end, never left behind."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from core.errors import AppError
from core.practice.sample_ova import write_sample_ova
from core.profile.disk import write_atomically
from core.profile.model import DEFAULT, FILE, LIBRARY
from core.profile.template import sample_profile_text
from core.structs import Discreet
from core.text import Text

VARIABLE = "HAPROXY_SETUP_PRACTICE_VCENTER"
LIBRARY_NAME, ITEM_NAME = "Templates", "haproxy-v0.2.0"
IMPORT = "import"
SOURCES = (FILE, LIBRARY, IMPORT)
"""Where a sample profile takes the OVA from; ``import``: a file, by way of the library."""
OVA_NAME = "haproxy-sample-v0.2.0.ova"
_PROGRAM = "practice-vcenter" + (".exe" if os.name == "nt" else "")


class NoPractice(AppError):
    """The practice vCenter is not to be had here."""

    code = "no-practice"


class Practice(Discreet, Struct, frozen=True):
    """A running practice vCenter: where it is, how to log in, what it has been given."""

    address: str
    port: int
    user: str
    password: str
    certificate: str
    folder: Path = field(default_factory=Path)
    topology: str = DEFAULT
    source: str = FILE
    saved_as: Path | None = None
    """The file that holds the sample profile, if it was to be kept."""

    @property
    def ova(self) -> Path:
        """The sample OVA on this computer; the same is in the content library."""
        return self.folder / OVA_NAME

    def with_sample(self, topology: str, source: str, saved_as: str = "") -> Practice:
        """The same with another sample profile, written to a file if one is given.

        Raises:
            FileError: the file cannot be written.
        """
        path = Path(os.path.abspath(saved_as)) if saved_as else None
        chosen = replace(self, topology=topology, source=source, saved_as=path)
        if path is not None:
            write_atomically(path, chosen.profile_text().encode("utf-8"))
        return chosen

    def profile_text(self, topology: str = "", source: str = "") -> str:
        """A sample profile for this vCenter, nothing left to fill in."""
        source = source or self.source
        items = {LIBRARY: ITEM_NAME, IMPORT: f"{ITEM_NAME}-imported"}
        return sample_profile_text(
            topology or self.topology,
            address=self.address,
            port=self.port,
            user=self.user,
            certificate=self.certificate,
            ova_file="" if source == LIBRARY else str(self.ova),
            library=LIBRARY_NAME if source in items else "",
            item=items.get(source, ""),
        )


def find_program() -> Path:
    """The practice vCenter's program.

    Looked for where the environment says, beside a packaged application, and where a checkout
    builds it.

    Raises:
        NoPractice: it is in none of these places.
    """
    beside = Path(sys.executable).resolve().parent
    checkout = Path(__file__).resolve().parents[2]
    places = [beside / _PROGRAM, checkout / ".tools" / "bin" / _PROGRAM]
    if os.environ.get(VARIABLE):
        places.insert(0, Path(os.environ[VARIABLE]))
    for place in places:
        if place.is_file():
            return place
    reason = checkout / ".tools" / "unavailable.txt"
    raise NoPractice(
        Text("The practice vCenter is not installed here."),
        Text(
            "It comes with the packages for each system. Installed with pip, name its program in "
            "the environment variable {variable}: the one of such a package, or what make builds "
            "in a checkout of the sources.",
            variable=VARIABLE,
        ),
        details=reason.read_text("utf-8") if reason.is_file() else "",
    )


@contextmanager
def running_practice(
    *, ova_bytes: int = 8 << 20, with_library: bool = True, arguments: tuple[str, ...] = ()
) -> Iterator[Practice]:
    """Start a practice vCenter on a free loopback port, with the sample OVA in its library.

    It ends with the block, and with this process should that be killed: it watches its standard
    input.

    Args:
        ova_bytes: about how large the sample OVA is.
        with_library: whether there is a content library; an ESXi host has none.
        arguments: further flags of the program, see its README.

    Raises:
        NoPractice: it is not installed, or did not start.
    """
    program = find_program()
    password = secrets.token_urlsafe(12)
    with tempfile.TemporaryDirectory(prefix="haproxy-practice-") as name:
        folder = Path(name)
        write_sample_ova(folder / OVA_NAME, disk_bytes=ova_bytes)
        library = ["-library", LIBRARY_NAME, "-ova", str(folder / OVA_NAME), "-item", ITEM_NAME]
        command = [str(program), "-until-eof", *(library if with_library else []), *arguments]
        # A file, not a pipe: nobody reads it while it works, and a full pipe would stop it.
        with (folder / "complaints.txt").open("wb") as complaints:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                env={**os.environ, "PRACTICE_VCENTER_PASSWORD": password},
                text=True,
            )
        try:
            yield _read_start(process, password, folder)
        finally:
            _end(process)


def _read_start(process: subprocess.Popen[str], password: str, folder: Path) -> Practice:
    line = process.stdout.readline() if process.stdout else ""
    try:
        said = json.loads(line)
    except ValueError as error:
        process.kill()
        process.wait()
        complaint = (folder / "complaints.txt").read_text("utf-8", "replace")
        raise NoPractice(
            Text("The practice vCenter did not start."),
            Text("Install its package again; in a checkout, run make."),
            details=complaint[-2000:],
        ) from error
    return Practice(
        said["address"], int(said["port"]), said["user"], password, said["certificate"], folder
    )


def _end(process: subprocess.Popen[str]) -> None:
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()
