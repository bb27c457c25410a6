"""A bare root file system to install into: a minimal Debian in a folder, used with chroot.

Needs root, debootstrap and a Debian mirror. The system is made once and copied for each use; what
runs in it has processes of its own, that end with it.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import places

BASE = places.WORK / "bare-system"
ROOT = places.WORK / "smoke-root"
HOME = "/home/tester"
USER = 1000

# What a package manager keeps for itself, and what belongs to other packages' caches.
NOT_OURS = ("var/lib/apt", "var/lib/dpkg", "var/cache", "var/log", "proc", "sys", "tmp", "run",
            "etc/ld.so.cache", "dev")  # fmt: skip


class SmokeTestFailed(Exception):
    """Something does not work; the text says what."""


def say(text: str) -> None:
    """One line at once."""
    print(f"[smoke] {text}", flush=True)


def check(is_so: object, what: str) -> None:
    """Go on if it is so."""
    if not is_so:
        raise SmokeTestFailed(what)


def run(command: list[str | Path], **options: object) -> str:
    """Run a program, give what it said.

    Raises:
        SmokeTestFailed: it failed; with what it said.
    """
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        **{"timeout": 900, **options},
    )  # fmt: skip
    if done.returncode:
        said = (done.stdout + done.stderr)[-3000:]
        raise SmokeTestFailed(f"{shlex.join(map(str, command))}: {done.returncode}\n{said}")
    return str(done.stdout)


def timed(what: str, work: Callable[[], str]) -> str:
    """Do something and say how long it took."""
    began = time.monotonic()
    result = work()
    say(f"{what}: {time.monotonic() - began:.2f} s")
    return result


def mirror_here() -> str:
    """The Debian mirror this system uses."""
    said = run(["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"])
    return said.splitlines()[0] if said else ""


def make_root(mirror: str) -> None:
    """A fresh copy of a minimal system of this computer's own release."""
    check(hasattr(os, "geteuid") and os.geteuid() == 0, "this part needs root (chroot)")
    release = dict(
        line.split("=", 1)
        for line in Path("/etc/os-release").read_text("utf-8").splitlines()
        if "=" in line
    )  # fmt: skip
    if not (BASE / ".complete").is_file():
        shutil.rmtree(BASE, ignore_errors=True)
        BASE.parent.mkdir(parents=True, exist_ok=True)
        suite = release["VERSION_CODENAME"].strip('"')
        command = ["debootstrap", "--variant=minbase", suite, BASE, mirror or mirror_here()]
        timed(f"debootstrap {suite}", lambda: run(command))
        (BASE / ".complete").touch()
    remove_root()
    run(["cp", "-a", BASE, ROOT])
    (ROOT / ".complete").unlink()
    shutil.copy("/etc/resolv.conf", ROOT / "etc" / "resolv.conf")
    # No service may start in there.
    policy = ROOT / "usr" / "sbin" / "policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    inside("useradd", "--create-home", "--uid", str(USER), "tester")
    inside("apt-get", "update", "-qq")


def remove_root() -> None:
    """Away with the copy; nothing is mounted in it outside of ``inside``."""
    if ROOT.exists():
        run(["rm", "-rf", "--one-file-system", ROOT])


def inside(*command: str, user: bool = False, env: dict[str, str] | None = None) -> str:
    """Run a program in the system, with processes of its own that all end with it."""
    variables = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": HOME if user else "/root",
        "DEBIAN_FRONTEND": "noninteractive",
        "LC_ALL": "C.UTF-8",
        **{name: os.environ[name] for name in ("http_proxy", "https_proxy") if name in os.environ},
        **(env or {}),
    }
    who = ["--userspec", f"{USER}:{USER}"] if user else []
    shown = [f"{name}={value}" for name, value in variables.items()]
    return run(
        ["unshare", "--mount", "--pid", "--fork", f"--mount-proc={ROOT / 'proc'}"]
        # Between them a shell: Xvfb does not tell its parent that it is ready if that is process 1.
        + ["chroot", *who, ROOT, "env", "-i", *shown, "sh", "-c", '"$@"; exit $?', "sh", *command]
    )


def install(*packages: str) -> None:
    """Install Debian packages in the system."""
    inside("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages)


def all_files(below: Path, without: Iterable[str] = NOT_OURS) -> set[str]:
    """Every path below a folder."""
    skipped = set(without)
    found = set()
    for folder, folders, files in os.walk(below):
        place = Path(folder).relative_to(below)
        folders[:] = [name for name in folders if (place / name).as_posix() not in skipped]
        names = [*folders, *files]
        found |= {path for name in names if (path := (place / name).as_posix()) not in skipped}
    return found


def installed_packages() -> list[str]:
    """The Debian packages in the system."""
    return inside("dpkg-query", "-W", "-f=${Package}\n").split()
