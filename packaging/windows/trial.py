"""Tries the Windows installer without any Windows: compiled by NSIS, run by Wine.

The application folder itself can only be made on Windows, so small files stand in for it. What is
tried is the installer: that it installs, tells Windows of the program, leaves a PATH as it was,
upgrades, and takes everything away again.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import bare_system
import installer
import places
from bare_system import HOME, ROOT, check, inside, install, run, say, timed

# Wine of a 64-bit Debian runs 64-bit programs only; NSIS makes 32-bit installers unless told.
FOR_WINE = "-XTarget amd64-unicode"
TARGET = f"{places.COMMAND}-{places.VERSION}-windows-x64.exe"
LOCAL = "AppData/Local/Programs/HAProxy Setup"
PROGRAMS = (
    f"{places.COMMAND}.exe", f"{places.COMMAND}-window.exe",
    "practice-vcenter.exe", "practice-vcenter-licences.txt",
)  # fmt: skip
_TYPE = r"Software\Classes\HAProxySetup.Profile"
_UNINSTALL = r"Software\Microsoft\Windows\CurrentVersion\Uninstall\HAProxySetup"
_OLD_PATH = r"%USERPROFILE%\bin;C:\tools"
_LONG_PATH = ";".join(rf"C:\a folder of somebody\{number:04}" for number in range(60))


def stand_in(folder: Path) -> Path:
    """What the application folder of Windows has, by name."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in (*PROGRAMS, "_internal/docs/guide/en/index.md"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, "utf-8")
    licence = folder / "_internal" / "resources" / "LICENSE"
    licence.parent.mkdir(parents=True)
    shutil.copyfile(places.ROOT / "LICENSE", licence)
    return folder


def compile_installer(target: Path, work: Path, *more: str) -> str:
    """Compile the installer of the stand-in folder; gives what the compiler said.

    Raises:
        bare_system.SmokeTestFailed: there is no compiler, or it refuses the script.
    """
    compiler = installer.find_compiler()
    check(compiler, "makensis is not installed (Debian: nsis)")
    folder = stand_in(work / "windows-stand-in")
    return run(installer.command(compiler, folder, places.RENDERED, target, *more))  # type: ignore[arg-type]


def try_windows(mirror: str) -> None:
    """The installer in a bare system with Wine: for one user, upgraded, removed; for all."""
    if installer.find_compiler() is None:
        say("makensis is not installed (Debian: nsis): the Windows installer was not tried")
        return
    bare_system.make_root(mirror)
    install("wine64", "wine")
    compile_installer(ROOT / "tmp" / TARGET, places.WORK, FOR_WINE)
    timed("wineboot", lambda: wine("wineboot -i; wineserver -w"))
    set_path(_OLD_PATH)
    registry = hive()
    for _ in range(2):  # the second time over the first
        timed("installer /S /ADDPATH=1", lambda: wine(f"$w /tmp/{TARGET} /S /ADDPATH=1"))
    app = ROOT / HOME.strip("/") / ".wine/drive_c/users/tester" / LOCAL
    for name in (*PROGRAMS, "profile.ico", "uninstall.exe", "_internal/resources/LICENSE"):
        check((app / name).is_file(), f"{name} was not installed")
    check(query("HKCU\\Environment", "Path").count("HAProxy Setup") == 1, "PATH is wrong")
    check(_OLD_PATH in query("HKCU\\Environment", "Path"), "PATH lost what it held")
    check("window.exe" in query(rf"HKCU\{_TYPE}\shell\open\command"), "profiles do not open")
    for suffix in ("yaml", "yml"):
        opens = query(rf"HKCU\Software\Classes\.{suffix}\OpenWithProgids")
        check("HAProxySetup.Profile" in opens, f".{suffix} does not offer the program")
    check(places.VERSION in query(rf"HKCU\{_UNINSTALL}"), "Windows cannot uninstall it")
    (app / "somebody's own.txt").touch()
    remove(app)
    check([path.name for path in app.iterdir()] == ["somebody's own.txt"], "files are left")
    (app / "somebody's own.txt").unlink()
    check(query("HKCU\\Environment", "Path").endswith(_OLD_PATH), "PATH is not as before")
    left = [line for line in hive() if line not in registry and "haproxy" in line.lower()]
    check(not left, f"left in the registry: {left}")
    set_path(_LONG_PATH)
    wine(f"$w /tmp/{TARGET} /S /ADDPATH=1 /ASSOCIATE=0")
    check(query("HKCU\\Environment", "Path").endswith(_LONG_PATH), "a long PATH was changed")
    check(not query(rf"HKCU\{_TYPE}"), "/ASSOCIATE=0 was not heard")
    remove(app)
    check(query("HKCU\\Environment", "Path").endswith(_LONG_PATH), "a long PATH was changed")
    wine(f"$w /tmp/{TARGET} /S /ALLUSERS")
    common = ROOT / HOME.strip("/") / ".wine/drive_c/Program Files/HAProxy Setup"
    check((common / PROGRAMS[0]).is_file(), "/ALLUSERS was not heard")
    check(places.VERSION in query(rf"HKLM\{_UNINSTALL}"), "for all users: no entry to uninstall")
    remove(common)
    check(not common.exists(), "for all users: files are left")
    check(not query(rf"HKLM\{_UNINSTALL}"), "for all users: the entry is left")
    say("  installed for one and for all, upgraded, removed; PATH and registry as before")


def wine(script: str) -> str:
    """Run a shell script in which ``$w`` is Wine; ends when all its programs have."""
    # No Mono, no browser, no menus: nobody is there to look at them.
    env = {
        "WINEARCH": "win64", "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "mscoree=d;mshtml=d;winemenubuilder.exe=d",
    }  # fmt: skip
    program = "PATH=/usr/lib/wine:$PATH; w=/usr/lib/wine/wine64; cd; set -e\n"
    return inside("sh", "-c", f"{program}{script}\nwineserver -w", user=True, env=env)


def remove(app: Path) -> None:
    """Run the uninstaller of a folder."""
    below = app.relative_to(ROOT / HOME.strip("/") / ".wine/drive_c").as_posix()
    windows = "C:\\" + below.replace("/", "\\")
    # The uninstaller copies itself to the temporary folder and goes on there.
    wine(f"$w '{windows}\\uninstall.exe' /S")


def set_path(value: str) -> None:
    """Give Wine's user a PATH of their own."""
    wine(f"$w reg add 'HKCU\\Environment' /v Path /t REG_EXPAND_SZ /d '{value}' /f")


def query(key: str, value: str = "") -> str:
    """A key of Wine's registry as text, empty where it is not."""
    words = f"/v {value}" if value else "/s"
    said = wine(f"said=$($w reg query '{key}' {words}) && printf %s \"$said\" || true")
    return said.replace("\r", "").strip()


def hive() -> list[str]:
    """The registry's files, line by line."""
    folder = ROOT / HOME.strip("/") / ".wine"
    return [
        line
        for name in ("user.reg", "system.reg")
        for line in (folder / name).read_text("utf-8", "replace").splitlines()
    ]
