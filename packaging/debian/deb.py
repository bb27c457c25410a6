"""Makes the Debian package from the application folder, with dpkg-deb alone."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import changes
import licences
import places
import share_tree

HERE = Path(__file__).resolve().parent
PACKAGE = places.COMMAND
APP = Path("usr") / "lib" / PACKAGE

# Found by starting in an empty system and adding one at a time; the C library's version comes
# from the files. fontconfig-config: without it Qt has no fonts at all.
DEPENDS = (
    "libgl1", "libegl1", "libfontconfig1", "fontconfig-config", "libfreetype6", "libdbus-1-3",
    "libx11-6", "libx11-xcb1", "libxcb1", "libstdc++6", "libgcc-s1",
)  # fmt: skip

# Full texts that Debian has already: how each begins and ends, and the name of its file there.
_END = r".*?END OF TERMS AND CONDITIONS[^\n]*"
_COMMON = (
    (r"[^\n]*GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3.*?permanent authorization"
     r" for you to choose that version for the\s+Library\.", "LGPL-3"),
    (rf"[^\n]*GNU GENERAL PUBLIC LICENSE\s+Version 3{_END}", "GPL-3"),
    (rf"[^\n]*GNU GENERAL PUBLIC LICENSE\s+Version 2{_END}", "GPL-2"),
    (r"[^\n]*Apache License\s+Version 2\.0, January 2004.*?of your accepting any such warranty or"
     r" additional liability\.(\s+END OF TERMS AND CONDITIONS[^\n]*)?", "Apache-2.0"),
)  # fmt: skip


def build() -> Path:
    """Make the package in ``dist``."""
    tree = places.WORK / "deb"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(places.FOLDER, tree / APP, symlinks=True)
    share_tree.fill_share(tree / "usr" / "share")
    (tree / "usr" / "bin").mkdir()
    (tree / "usr" / "bin" / places.COMMAND).symlink_to(f"../lib/{PACKAGE}/{places.COMMAND}")
    _fill_doc(tree)
    _set_modes(tree)
    _fill_control(tree)
    places.DIST.mkdir(exist_ok=True)
    name = f"{PACKAGE}_{places.VERSION}-1_{places.debian_architecture()}.deb"
    made = places.WORK / name  # so that dist never holds half a package
    places.run(
        ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", tree, made],
        env={"SOURCE_DATE_EPOCH": str(places.source_date())},
    )
    return Path(shutil.move(made, places.DIST / name))


def _fill_doc(tree: Path) -> None:
    doc = tree / "usr" / "share" / "doc" / PACKAGE
    doc.mkdir(parents=True)
    releases = changes.read_changes(places.ROOT / "CHANGELOG.md")
    date = places.source_date()
    log = changes.as_debian(releases, date, PACKAGE, places.maintainer())
    (doc / "changelog.Debian.gz").write_bytes(gzip.compress(log.encode(), 9, mtime=0))
    (doc / "copyright").write_text(copyright_text(date), "utf-8")
    overrides = tree / "usr" / "share" / "lintian" / "overrides" / PACKAGE
    overrides.parent.mkdir(parents=True)
    overrides.write_text(places.fill(HERE / "lintian-overrides.in", {"PACKAGE": PACKAGE}), "utf-8")
    # The application shows these itself; here they are where people look.
    inner = Path("../../../lib") / PACKAGE / "_internal"
    (doc / licences.FILE_NAME).symlink_to(inner / "resources" / licences.FILE_NAME)
    (doc / "guide").symlink_to(inner / "docs" / "guide")


def copyright_text(date: int) -> str:
    """Debian's copyright file, with everything that comes along."""
    parts = licences.read(places.LICENCES / "third-party-licences.json")
    return places.fill(
        HERE / "copyright.in",
        {
            "PRODUCT": places.PRODUCT,
            "PACKAGE": PACKAGE,
            "MAINTAINER": places.maintainer(),
            "YEAR": str(datetime.fromtimestamp(date, UTC).year),
            "PARTS": "\n".join(paragraph(part) for part in parts),
        },
    )


def paragraph(part: licences.Part) -> str:
    """One work of others in Debian's machine-readable form."""
    folder = f"{APP}/_internal" if part.kind != "go" else str(APP)
    files = [f"{folder}/{name}{'' if '.' in name or '*' in name else '*'}" for name in part.files]
    owners = dict.fromkeys(re.findall(r"^[^\w\n]*Copyright\b.*\d{4}.*$", part.text, re.M | re.I))
    lines = [line.strip(" *#\t") for line in list(owners)[:12]] or [f"the authors of {part.name}"]
    name = f"{re.sub(r'[^A-Za-z0-9.+-]+', '-', part.licence).strip('-')}~{part.name}"
    text = shortened(part.text)
    body = "\n".join(f" {line.rstrip()}" if line.strip() else " ." for line in text.splitlines())
    return (
        f"Files: {' '.join(files) or f'{APP}/{places.COMMAND}'}\n"
        f"Copyright: {(chr(10) + '  ').join(lines)}\n"
        f"License: {name}\n{body}\n"
        f"Comment: {part.name} {part.version}\n"
    )


def shortened(text: str) -> str:
    """A licence text with what every Debian system has in /usr/share/common-licenses left out."""
    for words, name in _COMMON:
        text = re.sub(
            words, f"[the full text is in /usr/share/common-licenses/{name}]", text, flags=re.DOTALL
        )
    return text


def _set_modes(tree: Path) -> None:
    for path in tree.rglob("*"):
        if path.is_symlink():
            continue
        if path.is_dir():
            path.chmod(0o755)
        else:
            is_program = path.parent == tree / APP and os.access(path, os.X_OK)
            path.chmod(0o755 if is_program else 0o644)


def _fill_control(tree: Path) -> None:
    control = tree / "DEBIAN"
    control.mkdir()
    (control / "control").write_text(
        places.fill(
            HERE / "control.in",
            {
                "PACKAGE": PACKAGE,
                "VERSION": places.VERSION,
                "ARCHITECTURE": places.debian_architecture(),
                "MAINTAINER": places.maintainer(),
                "SIZE": str(places.size_of(tree) // 1024),
                "DEPENDS": ", ".join((f"libc6 (>= {needed_libc(tree / APP)})", *DEPENDS)),
                "SUMMARY": places.SUMMARY,
            },
        ),
        "utf-8",
    )
    sums = []
    for path in sorted(tree.rglob("*")):
        if path.is_file() and not path.is_symlink() and control not in path.parents:
            digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
            sums.append(f"{digest}  {path.relative_to(tree).as_posix()}\n")
    (control / "md5sums").write_text("".join(sums), "utf-8")
    for path in control.iterdir():
        path.chmod(0o644)


def needed_libc(folder: Path) -> str:
    """The newest version of the C library that a file of the folder asks for."""
    newest = (2, 34)
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.read_bytes()[:4] == b"\x7fELF":
            for found in re.findall(rb"\0GLIBC_(\d+)\.(\d+)(?=[\0.])", path.read_bytes()):
                newest = max(newest, (int(found[0]), int(found[1])))
    return ".".join(map(str, newest))


def check(package: Path) -> bool:
    """Run lintian where it is installed; says whether it found no error."""
    if not shutil.which("lintian"):
        places.say("lintian is not installed: the package was not checked with it")
        return True
    done = subprocess.run(
        ["lintian", "--fail-on", "error", str(package)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    print(done.stdout + done.stderr, end="", flush=True)
    return done.returncode == 0
