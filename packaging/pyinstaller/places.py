"""What every part of the packaging shares: the checkout, where things go, version and date.

Standard library only: the interpreter that runs ``packaging/build.py`` has nothing installed.
"""

from __future__ import annotations

import os
import platform
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
REQUIREMENTS = PACKAGING / "requirements"
ICONS = ROOT / "resources" / "icons"
WORK = ROOT / "build" / "package"
DIST = ROOT / "dist"
FOLDER = WORK / "dist" / "haproxy-setup"  # what PyInstaller makes
VENV = WORK / "venv"
RENDERED = WORK / "icons"
LICENCES = WORK / "licences"

WINDOWS = sys.platform == "win32"
MACOS = sys.platform == "darwin"
EXE = ".exe" if WINDOWS else ""

_ABOUT = runpy.run_path(str(ROOT / "core" / "version.py"))
VERSION: str = _ABOUT["VERSION"]
PRODUCT: str = _ABOUT["PRODUCT"]
COMMAND: str = _ABOUT["COMMAND"]

SUMMARY = "sets up an HAProxy load balancer appliance in a vCenter"
MIME_TYPE = "application/vnd.haproxy-setup.profile+yaml"
SUFFIX = ".haproxy.yaml"

# Debian's and everyone else's name for the same processor.
_DEBIAN = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def languages() -> list[str]:
    """The codes of the languages the program has texts in."""
    folder = ROOT / "resources" / "translations"
    return ["en", *sorted(path.parent.parent.name for path in folder.glob("*/LC_MESSAGES/*.po"))]


def machine() -> str:
    """The processor as Linux names it."""
    return platform.machine()


def debian_architecture() -> str:
    """The processor as Debian names it."""
    return _DEBIAN.get(machine().lower(), machine().lower())


def source_date() -> int:
    """The date put on everything, so that the same sources give the same package.

    ``SOURCE_DATE_EPOCH``, else the last commit's, else that of the file with the version.
    """
    if os.environ.get("SOURCE_DATE_EPOCH"):
        return int(os.environ["SOURCE_DATE_EPOCH"])
    if shutil.which("git") and (ROOT / ".git").exists():
        done = subprocess.run(
            ["git", "log", "-1", "--format=%ct"],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode == 0 and done.stdout.strip():
            return int(done.stdout)
    return int((ROOT / "core" / "version.py").stat().st_mtime)


def maintainer() -> str:
    """Who answers for a package, as Debian's own tools are told."""
    name = os.environ.get("DEBFULLNAME", f"{PRODUCT} maintainers")
    return f"{name} <{os.environ.get('DEBEMAIL', 'maintainers@haproxy-setup.invalid')}>"


def say(text: str) -> None:
    """One line at once, before what a child process prints."""
    print(f"[package] {text}", flush=True)


def run(
    command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, cwd: Path = ROOT
) -> None:
    """Run a program to its end; its output is shown.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    subprocess.run(
        [str(part) for part in command],
        check=True, cwd=cwd, stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})},
    )  # fmt: skip


def fill(template: Path, values: Mapping[str, str]) -> str:
    """A template with every ``@NAME@`` replaced.

    Raises:
        KeyError: it has a name that there is no value for.
    """
    return re.sub(r"@([A-Z_]+)@", lambda found: values[found[1]], template.read_text("utf-8"))


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files of a folder; links count nothing."""
    if path.is_file():
        return path.stat().st_size
    return sum(p.stat().st_size for p in path.rglob("*") if p.is_file() and not p.is_symlink())


def mb(size: int) -> str:
    """Bytes as people say them."""
    return f"{size / 1e6:.1f} MB"
