"""The Windows side: version resource of the programs, and the installer by NSIS.

NSIS rather than another: its compiler runs everywhere, so the script is compiled by the tests and
its installer is run under Wine by the smoke test, without any Windows.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import places

HERE = Path(__file__).resolve().parent
SCRIPT = HERE / "haproxy-setup.nsi"


def version_numbers() -> tuple[int, ...]:
    """The version as Windows wants it: four numbers, nothing else."""
    numbers = [int(found) for found in re.findall(r"\d+", places.VERSION)]
    return tuple((numbers + [0, 0, 0, 0])[:4])


def version_resource() -> str:
    """The text PyInstaller makes the programs' version resource from."""
    numbers = version_numbers()
    strings = {
        "CompanyName": f"{places.PRODUCT} maintainers",
        "FileDescription": places.PRODUCT,
        "FileVersion": places.VERSION,
        "InternalName": places.COMMAND,
        "LegalCopyright": "Apache License 2.0",
        "OriginalFilename": f"{places.COMMAND}.exe",
        "ProductName": places.PRODUCT,
        "ProductVersion": places.VERSION,
    }
    rows = ",\n      ".join(f"StringStruct({key!r}, {text!r})" for key, text in strings.items())
    return f"""VSVersionInfo(
  ffi=FixedFileInfo(
    filevers={numbers}, prodvers={numbers}, mask=0x3f, flags=0x0,
    OS=0x40004, fileType=0x1, subtype=0x0, date=(0, 0)),
  kids=[
    StringFileInfo([StringTable('040904B0', [
      {rows}])]),
    VarFileInfo([VarStruct('Translation', [1033, 1200])])
  ])
"""


def find_compiler() -> Path | None:
    """NSIS's compiler, on the path or where its installer puts it."""
    found = shutil.which("makensis")
    if found:
        return Path(found)
    for name in ("ProgramFiles(x86)", "ProgramFiles"):
        base = os.environ.get(name)
        path = Path(base or ".") / "NSIS" / "makensis.exe"
        if base and path.is_file():
            return path
    return None


def command(
    compiler: Path, folder: Path, icons: Path, target: Path, *more: str
) -> list[str | Path]:
    """How the installer is compiled; a warning is an error.

    Args:
        compiler: NSIS's compiler.
        folder: the application folder.
        icons: where the icons are.
        target: the installer to make.
        more: other options.
    """
    values = {
        "APP_VERSION": places.VERSION,
        "FILE_VERSION": ".".join(map(str, version_numbers())),
        "APP_FOLDER": folder,
        "ICON_FOLDER": icons,
        "OUT_FILE": target,
    }
    return [
        compiler, "-V2", "-WX", "-INPUTCHARSET", "UTF8", *more,
        *(f"-D{name}={value}" for name, value in values.items()), SCRIPT,
    ]  # fmt: skip


def build() -> Path | None:
    """Make the installer; a ZIP archive of the folder where NSIS is not installed."""
    places.DIST.mkdir(exist_ok=True)
    name = f"{places.COMMAND}-{places.VERSION}-windows-x64"
    compiler = find_compiler()
    if compiler is None:
        places.say("NSIS is not installed: a ZIP archive instead of an installer")
        folder = places.FOLDER
        return Path(shutil.make_archive(str(places.DIST / name), "zip", folder.parent, folder.name))
    target = places.DIST / f"{name}.exe"
    places.run(command(compiler, places.FOLDER, places.RENDERED, target))
    return target
