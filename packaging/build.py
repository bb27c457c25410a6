"""Makes what somebody can install, for the platform this runs on.

    python3 packaging/build.py                 the application folder, and all packages made of it
    python3 packaging/build.py --only deb      one of: folder, deb, archive, wheel, installer, dmg
    python3 packaging/build.py --without-practice-vcenter

Linux: a Debian package (where dpkg-deb is installed) and an archive with an installer for one
user; Windows: an installer; macOS: a disk image; everywhere a wheel. Results are in dist/, what
they are made from in build/package/. Only the standard library is needed: the interpreter the
application is frozen with gets a clean environment of its own, from the locks with hashes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [
    str(HERE / name) for name in ("", "dev", "pyinstaller", "linux", "debian", "windows", "macos")
]

import bootstrap  # noqa: E402

bootstrap.ensure_python()  # before anything that needs a newer one

import archive  # noqa: E402
import bundle  # noqa: E402
import collect  # noqa: E402
import deb  # noqa: E402
import installer  # noqa: E402
import licences  # noqa: E402
import places  # noqa: E402
import search_paths  # noqa: E402
from places import say  # noqa: E402

LOCKS = (places.REQUIREMENTS / "runtime.txt", places.REQUIREMENTS / "build.txt")
PRACTICE = f"practice-vcenter{places.EXE}"
PRACTICE_LICENCES = "practice-vcenter-licences.txt"
KINDS = ("folder", "deb", "archive", "wheel", "installer", "dmg")


def environment() -> dict[str, str]:
    """What makes builds of the same sources alike, and independent of the user's settings."""
    return {
        "SOURCE_DATE_EPOCH": str(places.source_date()),
        "PYTHONHASHSEED": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONPATH": "",
        "PYTHONDONTWRITEBYTECODE": "1",
        "QT_QPA_PLATFORM": "offscreen",
    }


def make_venv() -> Path:
    """The environment to freeze from: what is in the locks, and nothing else."""
    python = bootstrap.venv_python(places.VENV)
    stamp = places.VENV / ".installed"
    wanted = bootstrap.digest(*LOCKS, sys.version)
    if not (bootstrap.is_current(stamp, wanted) and python.exists()):
        say("installing the locked packages into a clean environment")
        bootstrap.make_venv(places.VENV)
        named = [word for lock in LOCKS for word in ("-r", lock)]
        places.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            + ["--require-hashes", "--no-warn-script-location", *named]
        )
        stamp.write_text(wanted, "utf-8")
    return python


def make_practice_vcenter(wanted: bool) -> Path | None:
    """The practice vCenter and its licences; None where it cannot be built."""
    path = None
    parts: list[licences.Part] = []
    if wanted:
        try:
            with bootstrap.one_at_a_time():
                bootstrap.build(bootstrap.PRACTICE_VCENTER, ".", ["practice-vcenter"])
                path = bootstrap.BIN / PRACTICE
                go = bootstrap.find_go()
            parts = licences.go_parts(go, bootstrap.PRACTICE_VCENTER, bootstrap.go_environment())
        except bootstrap.Unavailable as error:
            say(f"without the practice vCenter: {error}")
            path = None
    licences.write(places.LICENCES, parts, "The practice vCenter", "practice-vcenter.txt")
    return path


def freeze(python: Path, practice: Path | None) -> None:
    """Make the application folder.

    Raises:
        subprocess.CalledProcessError: PyInstaller failed.
    """
    places.run([python, HERE / "pyinstaller" / "icon_files.py", places.RENDERED], env=environment())
    places.run([python, HERE / "linux" / "man_page.py", places.WORK / "man"], env=environment())
    resource = places.WORK / "version-resource.txt"
    resource.write_text(installer.version_resource(), "utf-8")
    shutil.rmtree(places.FOLDER.parent, ignore_errors=True)
    places.run(
        [python, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
        + ["--distpath", places.FOLDER.parent, "--workpath", places.WORK / "pyinstaller"]
        + [HERE / "pyinstaller" / "haproxy-setup.spec"],
        env=environment(),
    )
    search_paths.clean(places.FOLDER)
    licence = places.LICENCES / "practice-vcenter.txt"
    own = places.FOLDER / PRACTICE_LICENCES
    if practice is not None:
        shutil.copy(practice, places.FOLDER / PRACTICE)
        shutil.copyfile(licence, own)
    if places.MACOS:
        bundle.finish(practice, own if practice else None)


def make_wheel(python: Path) -> Path:
    """The wheel for pipx and uv; built by the locked setuptools, without any download."""
    target = places.WORK / "wheel"
    shutil.rmtree(target, ignore_errors=True)
    source = places.WORK / "source"
    shutil.rmtree(source, ignore_errors=True)
    # From a copy: setuptools would leave its build folder and metadata in the checkout.
    skipped = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in ("core", "gui", "resources"):
        shutil.copytree(places.ROOT / name, source / name, ignore=skipped)
    # Of the pictures only those of the guide.
    for path, folder in collect.guide_files(places.ROOT):
        (source / folder).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, source / folder)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(places.ROOT / name, source / name)
    places.run(
        [python, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
        + ["--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", target, source],
        env=environment(),
    )
    made = next(target.glob("*.whl"))
    places.DIST.mkdir(exist_ok=True)
    return Path(shutil.copy(made, places.DIST / made.name))


def kinds_here() -> list[str]:
    """What the current platform can make."""
    if places.WINDOWS:
        return ["installer", "wheel"]
    if places.MACOS:
        return ["dmg", "wheel"]
    return (["deb"] if shutil.which("dpkg-deb") else []) + ["archive", "wheel"]


def main() -> int:
    """Build, and say what was made, how large it is and how long it took."""
    parser = argparse.ArgumentParser(description="Makes installable packages.")
    parser.add_argument("--only", choices=KINDS, action="append", help="make only this")
    parser.add_argument(
        "--without-practice-vcenter", action="store_true", help="leave the simulated vCenter out"
    )
    args = parser.parse_args()
    makers: dict[str, Callable[[], Path | None]] = {
        "deb": deb.build,
        "archive": archive.build,
        "installer": installer.build,
        "dmg": bundle.build,
    }
    wanted = args.only or kinds_here()
    places.WORK.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("SOURCE_DATE_EPOCH", str(places.source_date()))
    began = time.monotonic()
    python = make_venv()
    if set(wanted) != {"wheel"}:
        freeze(python, make_practice_vcenter(not args.without_practice_vcenter))
        practice = places.FOLDER / PRACTICE
        size = places.size_of(places.FOLDER)
        extra = places.size_of(practice) if practice.is_file() else 0
        say(
            f"{places.FOLDER.relative_to(places.ROOT)}: {places.mb(size - extra)}"
            f" and the practice vCenter {places.mb(extra)}"
        )
    made = [makers[kind]() for kind in wanted if kind in makers]
    if "wheel" in wanted:
        made.append(make_wheel(python))
    for path in made:
        if path is not None:
            say(f"{path.relative_to(places.ROOT)}: {places.mb(places.size_of(path))}")
    say(f"done in {time.monotonic() - began:.0f} s")
    checked = [deb.check(path) for path in made if path is not None and path.suffix == ".deb"]
    return 0 if all(checked) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (bootstrap.SetupError, LookupError, subprocess.CalledProcessError) as failure:
        print(f"[package] FAILED: {failure}", file=sys.stderr)
        sys.exit(1)
