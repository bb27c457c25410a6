"""The Windows side: version resource of the programs, and the installer by Inno Setup."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import places

HERE = Path(__file__).resolve().parent
SCRIPT = HERE / "haproxy-setup.iss"
INNO_FOLDER = Path("Inno Setup 6")


def version_resource() -> str:
    """The text PyInstaller makes the programs' version resource from."""
    numbers = ([int(part) for part in places.VERSION.split(".")[:4]] + [0, 0, 0, 0])[:4]
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
    filevers={tuple(numbers)}, prodvers={tuple(numbers)}, mask=0x3f, flags=0x0,
    OS=0x40004, fileType=0x1, subtype=0x0, date=(0, 0)),
  kids=[
    StringFileInfo([StringTable('040904B0', [
      {rows}])]),
    VarFileInfo([VarStruct('Translation', [1033, 1200])])
  ])
"""


def find_compiler() -> Path | None:
    """Inno Setup's compiler, on the path or where its installer puts it."""
    found = shutil.which("iscc")
    if found:
        return Path(found)
    for name in ("ProgramFiles(x86)", "ProgramFiles", "LOCALAPPDATA"):
        base = os.environ.get(name)
        for middle in (Path(), Path("Programs")):
            path = Path(base or ".") / middle / INNO_FOLDER / "ISCC.exe"
            if base and path.is_file():
                return path
    return None


def definitions() -> list[str]:
    """What the script wants to be told."""
    return [
        f"/DAppVersion={places.VERSION}",
        f"/DAppFolder={places.FOLDER}",
        f"/DOutputFolder={places.DIST}",
        f"/DIconFolder={places.RENDERED}",
    ]


def build() -> Path | None:
    """Make the installer; a ZIP archive of the folder where Inno Setup is not installed."""
    places.DIST.mkdir(exist_ok=True)
    name = f"{places.COMMAND}-{places.VERSION}-windows-x64"
    compiler = find_compiler()
    if compiler is None:
        places.say("Inno Setup is not installed: a ZIP archive instead of an installer")
        folder = places.FOLDER
        return Path(shutil.make_archive(str(places.DIST / name), "zip", folder.parent, folder.name))
    places.run([compiler, "/Qp", *definitions(), SCRIPT])
    return places.DIST / f"{name}.exe"
