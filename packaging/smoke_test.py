"""Installs what was packaged where nothing is, uses it, removes it, and looks for leftovers.

    sudo python3 packaging/smoke_test.py [deb] [archive] [wheel] [windows] [start]

deb       in a bare root file system (debootstrap, minbase): apt installs the package, the commands
          run, the window opens every page offscreen and under Xvfb, a profile opens as by a double
          click, the sample is deployed on the practice vCenter of the package; then it is removed.
          Needs root, debootstrap and a Debian mirror (that of this system, or --mirror).
archive   in the same file system, as an ordinary user, into ~/.local.
wheel     in a clean virtual environment, with the locked packages.
windows   the installer for Windows, with files that stand in for the application, under Wine; only
          where NSIS's compiler is installed.
start     time to the first paint, packaged and from the checkout, in turn.

Without words: all of them. The packages have to be in dist/ (make package). Standard library only.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / name) for name in ("dev", "pyinstaller", "linux", "windows")]

import bootstrap  # noqa: E402
import places  # noqa: E402
from bare_system import (  # noqa: E402
    HOME,
    NOT_OURS,
    ROOT,
    USER,
    SmokeTestFailed,
    all_files,
    check,
    inside,
    install,
    installed_packages,
    make_root,
    remove_root,
    run,
    say,
    timed,
)
from trial import try_windows  # noqa: E402

PROFILE = f"{HOME}/lab{places.SUFFIX}"
START_RUNS = 25
SLOWEST_START = 1.05
"""Of the checkout's; a twentieth is what two measurements of the same differ by."""

# What an administrator's download and disk are worth; without the practice vCenter.
LARGEST_INSTALLED = 150_000_000
LARGEST_PACKED = 60_000_000


def newest(pattern: str) -> Path:
    """The package in dist that was made last.

    Raises:
        SmokeTestFailed: there is none.
    """
    found = sorted(places.DIST.glob(pattern), key=lambda path: path.stat().st_mtime)
    check(found, f"there is no {pattern} in dist: run make package")
    return found[-1]


# What the application has to do, wherever it is installed


def check_commands(start: Callable[..., str], program: str, profile: str) -> None:
    """The command line, without a network."""
    said = timed("--version", lambda: start(program, "--version"))
    check(said.split() == [places.COMMAND, places.VERSION], f"--version says {said!r}")
    timed("new", lambda: start(program, "new", "--topology", "frontend", "-o", profile))
    try:
        start(program, "check", profile)
    except SmokeTestFailed as failure:  # what has to be filled in is missing
        check("error" in str(failure), f"check says {failure}")
        check("Traceback" not in str(failure), f"check says {failure}")
    else:
        check(False, "check finds nothing wrong in an empty profile")
    for language, word in (("en", "print a profile"), ("ja", "プロファイル")):
        check(word in start(program, "--language", language, "--help"), f"no help in {language}")


def check_window(start: Callable[..., str], program: str, what: str) -> None:
    """Every page of the window."""
    report = json.loads(timed(f"every page, {what}", lambda: start(program, "--self-test")))
    check(report["version"] == places.VERSION, "the window is of another version")
    check(report["problems"] == [], f"{what}: {report['problems']}")
    check(len(report["pages"]["en"]) >= 6, "pages are missing")
    say(f"  {report['platform']}: {', '.join(report['pages']['en'])}")


def check_practice(start: Callable[..., str], program: str) -> None:
    """The sample, deployed on the practice vCenter."""
    for topology, source in (("default", "file"), ("frontend", "file"), ("default", "library")):
        words = ["practice", "--deploy", "--topology", topology, "--source", source]
        said = timed(
            f"practice --deploy, {topology}, {source}", lambda words=words: start(program, *words)
        )
        check("loadbalance.service_ip_range" in said, f"nothing was deployed:\n{said[-2000:]}")


def check_undo(start: Callable[..., str]) -> None:
    """Deployed on a running practice vCenter, and taken away again; no process is left."""
    script = f"""
        cd "$(mktemp -d)"
        {places.COMMAND} practice --profile p{places.SUFFIX} > said 2>&1 &
        for i in $(seq 100); do grep -q Ctrl-C said && break; sleep 0.1; done
        export HAPROXY_SETUP_VCENTER_PASSWORD="$(sed -n 's/^Password: //p' said)"
        export HAPROXY_SETUP_ROOT_PASSWORD=practice-only
        export HAPROXY_SETUP_DATAPLANE_PASSWORD=practice-only
        status() {{ {places.COMMAND} "$@" > last 2>&1; echo "$1=$?"; }}
        status plan p{places.SUFFIX}
        status deploy p{places.SUFFIX} --accept-eula --yes
        status plan p{places.SUFFIX}
        status undo p{places.SUFFIX} --power-off --yes
        cat last
        status plan p{places.SUFFIX}
        kill $!  # a shell lets its background programs ignore Ctrl-C
        for i in $(seq 100); do
            cat /proc/[0-9]*/comm | grep -q practice-vcente || break
            sleep 0.1
        done
        cat /proc/[0-9]*/comm | grep practice-vcente
        rm -r "$PWD"
        true
    """
    said = timed("deploy and undo", lambda: start("sh", "-c", script))
    states = [line for line in said.splitlines() if re.fullmatch(r"[a-z]+=\d+", line)]
    wanted = ["plan=2", "deploy=0", "plan=0", "undo=0", "plan=2"]
    check(states == wanted, f"deploy and undo: {states}\n{said[-2000:]}")
    check("practice-vcente" not in said.splitlines()[-1], "the practice vCenter still runs")
    say(f"  {' '.join(states)}")


# The parts


def try_deb(mirror: str) -> None:
    """The Debian package in a bare system."""
    package = newest("*.deb")
    make_root(mirror)
    before = all_files(ROOT)
    known = set(installed_packages())
    shutil.copy(package, ROOT / "tmp" / package.name)
    (ROOT / "tmp" / package.name).chmod(0o644)
    timed("apt-get install", lambda: (install(f"/tmp/{package.name}"), "")[1])
    pulled = sorted(set(installed_packages()) - known - {places.COMMAND})
    inner = ROOT / "usr" / "lib" / places.COMMAND
    practice = places.size_of(inner / "practice-vcenter")
    size = places.size_of(inner)
    say(f"package {places.mb(places.size_of(package))}; {len(pulled)} packages came along")
    say(f"installed {places.mb(size - practice)}, practice vCenter {places.mb(practice)}")
    check(size - practice < LARGEST_INSTALLED, "the installed application is too large")
    check(places.size_of(package) < LARGEST_PACKED, "the package is too large")
    check_libraries(inner)

    def start(*words: str) -> str:
        return inside(*words, user=True, env={"QT_QPA_PLATFORM": "offscreen"})

    check_commands(start, places.COMMAND, PROFILE)
    check_window(start, places.COMMAND, "offscreen")
    check_practice(start, places.COMMAND)
    check_undo(start)
    check_leftovers_of_running()
    more = ("xvfb", "xauth", "xdotool", "shared-mime-info", "desktop-file-utils",
            "libglib2.0-bin")  # fmt: skip
    before_tools = set(installed_packages())
    install(*more)
    (ROOT / "tmp").chmod(0o1777)

    def under_x(*words: str) -> str:
        return inside("xvfb-run", "-a", "-s", "-screen 0 1280x800x24", *words, user=True)

    check_window(under_x, places.COMMAND, "Xvfb")
    check_double_click(under_x)
    tools = sorted(set(installed_packages()) - before_tools)
    inside("apt-get", "purge", "-y", "-qq", *tools)
    timed("apt-get purge", lambda: inside("apt-get", "purge", "-y", "-qq", places.COMMAND))
    inside("apt-get", "purge", "-y", "-qq", "--autoremove", *pulled)
    own = f"{HOME.strip('/')}/"
    left = sorted(all_files(ROOT) - before)
    ours = [path for path in left if places.COMMAND in path and not path.startswith(own)]
    check(not ours, f"left behind: {ours}")
    kept = sorted({str(Path(path).parent) for path in left if path.startswith(own)})
    kept = [path for path in kept if places.COMMAND in path]
    say(f"nothing of the package is left; the user's own files stay in: {', '.join(kept)}")
    others = [path for path in left if not path.startswith(own)]
    say(f"left by other packages: {len(others)} {others[:12]}")


def check_libraries(folder: Path) -> None:
    """Every library that a file of the application asks for is there."""
    inner = f"/{folder.relative_to(ROOT)}/_internal"
    script = (
        f"export LD_LIBRARY_PATH={inner}; find {inner} -type f -name '*.so*' |"
        " while read -r file; do ldd \"$file\" 2>/dev/null | grep 'not found'; done | sort -u"
    )
    missing = [line.split()[0] for line in inside("sh", "-c", script).splitlines()]
    # Recommended only: a desktop without Wayland has no use for them.
    missing = [name for name in missing if not name.startswith("libwayland-")]
    check(not missing, f"libraries are missing: {missing}")


def check_leftovers_of_running() -> None:
    """What ran left nothing in the temporary folder."""
    left = [path.name for path in (ROOT / "tmp").iterdir() if places.COMMAND[:7] in path.name]
    left = [name for name in left if not name.endswith(".deb")]
    check(not left, f"left in /tmp: {left}")


def check_double_click(start: Callable[..., str]) -> None:
    """The desktop knows a profile, and opens it with us."""
    inside("update-mime-database", "/usr/share/mime")
    inside("update-desktop-database")
    kind = inside("gio", "info", "-a", "standard::content-type", PROFILE, user=True)
    check(places.MIME_TYPE in kind, f"a profile is taken for {kind}")
    script = f"""
        gio open {PROFILE} &
        id=$(timeout 60 xdotool search --sync --onlyvisible --class {places.COMMAND} | tail -1)
        for i in $(seq 100); do
            title=$(xdotool getwindowname "$id")
            case $title in *lab*) break;; esac
            sleep 0.2
        done
        echo "title: $title"
        xdotool windowfocus --sync "$id" key ctrl+q
        for i in $(seq 50); do
            xdotool getwindowname "$id" >/dev/null 2>&1 || break
            sleep 0.2
        done
        xdotool getwindowname "$id" >/dev/null 2>&1 && echo "still open"
        true
    """
    said = timed("a double click on a profile", lambda: start("sh", "-c", script))
    check("lab" in said, f"the profile was not opened: {said}")
    check("still open" not in said, f"the window did not close: {said}")
    say(f"  {said.strip()}")


def try_archive(mirror: str) -> None:
    """The archive, as an ordinary user of a bare system with a desktop's libraries."""
    package = newest("*.tar.*")
    make_root(mirror)
    control = run(["dpkg-deb", "-f", newest("*.deb"), "Depends"])
    install(*(part.split()[0] for part in control.split(",")))
    before = all_files(ROOT)
    target = ROOT / HOME.strip("/")
    run(["tar", "-C", target, "--no-same-owner", "-xf", package])
    run(["chown", "-R", f"{USER}:{USER}", target])
    unpacked = next(target.glob(f"{places.COMMAND}-*"))
    folder = f"{HOME}/{unpacked.name}"

    def start(*words: str) -> str:
        return inside(*words, user=True, env={"QT_QPA_PLATFORM": "offscreen"})

    program = f"{HOME}/.local/bin/{places.COMMAND}"
    for _ in range(2):  # the second time over the first
        timed("install.sh", lambda: start(f"{folder}/install.sh"))
    run(["rm", "-rf", unpacked])
    say(f"archive {places.mb(places.size_of(package))}")
    check(places.size_of(package) < LARGEST_PACKED, "the archive is too large")
    check_commands(start, program, PROFILE)
    check_window(start, program, "offscreen, from the archive")
    start(f"{HOME}/.local/lib/{places.COMMAND}/uninstall.sh")
    # The user's own: the log, the profile; and fontconfig's cache.
    own = [f"{HOME.strip('/')}/{name}" for name in (".local/state", ".cache")]
    left = sorted(all_files(ROOT, [*NOT_OURS, *own, PROFILE.strip("/")]) - before)
    left = [path for path in left if path != f"{HOME.strip('/')}/.local"]
    check(not left, f"left behind: {left}")
    say("uninstall.sh left nothing but the user's own files")


def try_wheel(mirror: str) -> None:
    """The wheel in a clean environment."""
    wheel = newest("*.whl")
    with tempfile.TemporaryDirectory(prefix="haproxy-smoke-") as name:
        folder = Path(name)
        venv = folder / "venv"
        bootstrap.make_venv(venv)
        python = bootstrap.venv_python(venv)
        pip: list[str | Path] = [python, "-m", "pip", "install", "-q", "--no-cache-dir"]
        lock = places.REQUIREMENTS / "runtime.txt"
        timed("pip install", lambda: run([*pip, "--require-hashes", "-r", lock]))
        run([*pip, "--no-deps", "--no-index", wheel])
        clean = {
            "PATH": os.defpath, "HOME": str(folder), "LC_ALL": "C.UTF-8",
            "QT_QPA_PLATFORM": "offscreen",
        }  # fmt: skip
        program = str(python.with_name(f"{places.COMMAND}{places.EXE}"))

        def start(*words: str) -> str:
            return run(list(words), env=clean, cwd=folder)

        profile = str(folder / f"lab{places.SUFFIX}")
        check_commands(start, program, profile)
        check("profile.schema.json" in Path(profile).read_text("utf-8"), "the schema is missing")
        check_window(start, program, "offscreen, from the wheel")
        guide = venv / "share" / places.COMMAND / "guide"
        check(list(guide.glob("en/*.md")) and list(guide.glob("ja/*.md")), "the guide is missing")
        done = subprocess.run(
            [program, "practice"],
            env=clean, cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        check(done.returncode == 1, "practice without its program does not fail")
        check("not installed" in done.stderr, f"practice says {done.stderr!r}")
        say(f"practice, where it is not installed: {done.stderr.splitlines()[0]}")


def try_start(_: str) -> None:
    """Time to the first paint of both, in turn, so that a busy machine is busy for both.

    What counts is the least of the processor's time, which others can only add to.
    """
    packaged = [str(places.FOLDER / f"{places.COMMAND}{places.EXE}")]
    checkout = [str(bootstrap.venv_python()), "-m", "gui"]
    with tempfile.TemporaryDirectory(prefix="haproxy-smoke-") as home:
        env = {**os.environ, "HOME": home, "QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"}
        for what, words in (
            ("first paint", ["--self-test", "paint"]),
            ("--version", ["--version"]),
        ):
            shown: dict[str, list[float]] = {"packaged": [], "checkout": []}
            used: dict[str, list[float]] = {"packaged": [], "checkout": []}
            for number in range(START_RUNS + 1):
                for name, command in (("packaged", packaged), ("checkout", checkout)):
                    before, began = processor_time(), time.monotonic()
                    said = run([*command, *words], env=env, cwd=places.ROOT)
                    end = float(said) if "paint" in words else time.monotonic()
                    if number:  # the first warms the file cache
                        shown[name].append(end - began)
                        used[name].append(processor_time() - before)
            median = {name: statistics.median(times) * 1000 for name, times in shown.items()}
            least = {name: min(times) * 1000 for name, times in used.items()}
            ratio = least["packaged"] / least["checkout"]
            say(
                f"{what}: packaged {median['packaged']:.0f} ms, checkout {median['checkout']:.0f}"
                f" ms; processor {least['packaged']:.0f} and {least['checkout']:.0f} ms, ratio"
                f" {ratio:.2f}"
            )
            check(ratio < SLOWEST_START, f"{what}: the packaged application starts slower")


def processor_time() -> float:
    """What all programs started so far have used of the processor, in seconds."""
    import resource  # not on Windows

    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


PARTS: dict[str, Callable[[str], None]] = {
    "deb": try_deb,
    "archive": try_archive,
    "wheel": try_wheel,
    "windows": try_windows,
    "start": try_start,
}


def main() -> int:
    """Run the parts asked for."""
    parser = argparse.ArgumentParser(description="Installs, uses and removes the packages.")
    parser.add_argument("part", nargs="*", help=f"of {', '.join(PARTS)}; all without any")
    parser.add_argument("--mirror", default="", help="the Debian mirror; else this system's")
    parser.add_argument("--keep", action="store_true", help="keep the bare system for a look")
    args = parser.parse_args()
    unknown = set(args.part) - set(PARTS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    began = time.monotonic()
    try:
        for name in args.part or PARTS:
            say(f"--- {name}")
            PARTS[name](args.mirror)
    except (SmokeTestFailed, subprocess.TimeoutExpired) as failure:
        say(f"FAILED: {failure}")
        return 1
    finally:
        if not args.keep:
            remove_root()
    say(f"all right after {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
