"""Collects the licences of everything that comes along: Python packages, Go modules, libraries.

    python packaging/licences.py --go GO        prints the Go modules of the practice vCenter
    python packaging/licences.py                prints what is installed beside this interpreter

The spec file calls ``write`` with the interpreter the application is frozen with; the result is
``resources/third-party-licences.txt`` in the application folder, and a list for Debian's copyright
file. Nothing is taken from a list written by hand but what Qt's wheels do not carry themselves.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).resolve().parent
TEXTS = HERE / "pyinstaller" / "licences"
PRACTICE_VCENTER = HERE / "practice-vcenter"
FILE_NAME = "third-party-licences.txt"
LINE = "=" * 78

_LICENCE_FILE = re.compile(r"^(licen[cs]e|copying|notice|authors)([-._ ].*)?$", re.IGNORECASE)

# From the words of a licence to its SPDX name; the first that fits.
_WORDS = (
    ("Mozilla Public License Version 2.0", "MPL-2.0"),
    ("Mozilla Public License, version 2.0", "MPL-2.0"),
    ("Apache License", "Apache-2.0"),
    ("GNU LESSER GENERAL PUBLIC LICENSE", "LGPL-3.0-only"),
    ("PYTHON SOFTWARE FOUNDATION LICENSE", "PSF-2.0"),
    ("Permission to use, copy, modify, and/or distribute", "ISC"),
    ("Neither the name", "BSD-3-Clause"),
    ("Redistribution and use in source", "BSD-2-Clause"),
    ("Permission is hereby granted, free of charge", "MIT"),
)

_QT_NOTE = """\
Qt, PySide6 and shiboken6 are used under the GNU Lesser General Public License, version 3, which
adds to the GNU General Public License, version 3; both follow. They are separate library files in
the folder _internal/PySide6 and _internal/shiboken6 and can be replaced by others of the same
interface. Their unchanged sources, of the version named above, are published by the Qt Project at
https://download.qt.io/ and https://code.qt.io/.

Qt contains parts of others, among them ICU (Unicode-3.0), PCRE2, double-conversion and libjpeg-turbo
(BSD-3-Clause), HarfBuzz and MD4C (MIT), FreeType (FTL: "Portions of this software are copyright The
FreeType Project (www.freetype.org). All rights reserved."), libpng (libpng-2.0) and zlib (Zlib). The
full list is in "Licenses Used in Qt", https://doc.qt.io/qt-6/licenses-used-in-qt.html.
"""  # noqa: E501


@dataclass(frozen=True, slots=True)
class Part:
    """Something of others that is in the package."""

    kind: str  # "python", "go" or "library"
    name: str
    version: str
    licence: str  # an SPDX expression, as far as it can be told
    text: str
    files: tuple[str, ...] = ()  # where it is in the application folder, if in files of its own

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.licence})"


def licence_of(text: str) -> str:
    """The SPDX name of a licence text, as far as its words tell."""
    flat = re.sub(r"\s+", " ", text)
    for words, name in _WORDS:
        if words.lower() in flat.lower():
            return name
    return "see text"


def _licence_files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_file() and _LICENCE_FILE.match(p.name))


def _joined(paths: Iterable[Path]) -> str:
    texts = [path.read_text("utf-8", errors="replace").strip() for path in paths]
    return "\n\n".join(text for text in dict.fromkeys(texts) if text)


# Python packages


def python_parts(distributions: Iterable[metadata.Distribution]) -> list[Part]:
    """One part for each installed distribution.

    Raises:
        LookupError: one of them has no licence text.
    """
    parts = []
    for one in distributions:
        name = one.metadata["Name"]
        paths = [
            Path(str(one.locate_file(file)))
            for file in one.files or []
            if ".dist-info" in file.parts[0] and _LICENCE_FILE.match(file.name)
        ]
        text = _joined(paths)
        licence = _declared(one) or licence_of(text)
        if name.lower().startswith(("pyside6", "shiboken6")):
            text = _qt_text()
        if not text:
            raise LookupError(f"{name} has no licence text")
        files = () if name == "pyinstaller" else _top_level(one)  # it is in the program itself
        parts.append(Part("python", name, one.version, licence, text, files))
    return parts


def _top_level(one: metadata.Distribution) -> tuple[str, ...]:
    names = {file.parts[0] for file in one.files or []}
    names -= {name for name in names if name.endswith((".dist-info", ".data"))}
    return tuple(sorted({name.split(".")[0] for name in names} - {"", "__pycache__"}))


def _declared(one: metadata.Distribution) -> str:
    declared = one.metadata.get("License-Expression") or one.metadata.get("License") or ""
    if 0 < len(declared) < 160 and "::" not in declared and "\n" not in declared:
        return str(declared)
    return ""


def _qt_text() -> str:
    return "\n".join((_QT_NOTE, _joined((TEXTS / "LGPL-3.0.txt", TEXTS / "GPL-3.0.txt"))))


def python_itself() -> Part:
    """The interpreter and its standard library.

    Raises:
        LookupError: its licence is nowhere to be found.
    """
    version = platform.python_version()
    short = ".".join(version.split(".")[:2])
    stdlib = Path(sysconfig.get_path("stdlib"))
    places = (
        stdlib / "LICENSE.txt", Path(sys.base_prefix) / "LICENSE.txt",
        Path(sys.base_prefix) / "LICENSE", Path(f"/usr/share/doc/python{short}/copyright"),
    )  # fmt: skip
    for path in places:
        if path.is_file():
            text = path.read_text("utf-8", errors="replace").strip()
            return Part("python", "Python", version, "PSF-2.0", text, ("libpython*", "python3*"))
    raise LookupError("the licence of this Python was not found")


# Go modules


def go_parts(go: str | Path, module: Path, env: Mapping[str, str] | None = None) -> list[Part]:
    """The modules that are linked into a Go program, and Go's own library.

    Raises:
        LookupError: a module has no licence text.
        subprocess.CalledProcessError: the Go toolchain failed.
    """
    template = "{{with .Module}}{{.Path}}\t{{.Version}}\t{{.Dir}}\t{{.Main}}{{end}}"
    environment = {**os.environ, **(env or {})}

    def ask(*words: str) -> str:
        done = subprocess.run(
            [str(go), *words], cwd=module, env=environment, check=True,
            capture_output=True, text=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return done.stdout

    files = ("practice-vcenter",)
    parts = []
    for line in sorted(set(ask("list", "-deps", "-f", template, ".").splitlines())):
        name, version, folder, is_main = line.split("\t") if line else ("", "", "", "true")
        if is_main == "true":
            continue
        text = _joined(_licence_files(Path(folder)))
        if not text:
            raise LookupError(f"{name} has no licence text")
        parts.append(Part("go", name, version.removeprefix("v"), licence_of(text), text, files))
    root, version = ask("env", "GOROOT", "GOVERSION").split()
    text = _joined(_licence_files(Path(root)))
    if text:  # where the toolchain came without it, the program itself says who made it
        parts.append(Part("go", "Go", version.removeprefix("go"), licence_of(text), text, files))
    return parts


# Libraries of the build machine's system


def library_parts(binaries: Mapping[str, str], prefixes: Iterable[Path]) -> list[Part]:
    """The Debian packages that collected libraries came from.

    Args:
        binaries: from the name in the application folder to the file it was copied from.
        prefixes: folders of what is accounted for otherwise.

    Raises:
        LookupError: it cannot be told where a library is from.
    """
    own = [str(path.resolve()) + os.sep for path in prefixes]
    owned: dict[str, list[str]] = {}
    for target, source in sorted(binaries.items()):
        real = str(Path(source).resolve())
        if not real.startswith(tuple(own)):
            owned.setdefault(_package_of(real), []).append(target)
    parts = []
    for package, targets in sorted(owned.items()):
        path = Path("/usr/share/doc") / package / "copyright"
        if not path.is_file():
            raise LookupError(f"{package} has no copyright file")
        text = path.read_text("utf-8", errors="replace").strip()
        version = _dpkg("dpkg-query", "-W", "-f=${Version}\n", package).split("\n")[0]
        parts.append(Part("library", package, version, _named_in(text), text, tuple(targets)))
    return parts


def _package_of(path: str) -> str:
    tries = [path, path.removeprefix("/usr"), f"/usr{path}"]
    for one in tries:
        line = _dpkg("dpkg-query", "-S", one)
        if line:
            return line.split("\n")[0].partition(": ")[0].partition(":")[0]
    raise LookupError(f"nobody knows where {path} is from")


def _dpkg(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise LookupError("no dpkg here: the licences of libraries are unknown") from None
    return done.stdout if done.returncode == 0 else ""


def _named_in(text: str) -> str:
    names = re.findall(r"^License:[ \t]*(\S+)", text, re.MULTILINE)
    return ", ".join(dict.fromkeys(names)) or licence_of(text)


# Writing


def document(parts: Iterable[Part], product: str) -> str:
    """One text with all of them: first a list, then every licence in full, equal ones once."""
    parts = list(parts)
    by_text: dict[str, list[Part]] = {}
    for part in parts:
        by_text.setdefault(part.text, []).append(part)
    lines = [f"{product} contains works of others, each under its own licence.", ""]
    lines += [f"  {part}" for part in parts]
    for text, group in by_text.items():
        lines += ["", LINE, *map(str, group), LINE, "", text]
    return "\n".join(lines) + "\n"


def write(folder: Path, parts: Iterable[Part], product: str, name: str = FILE_NAME) -> Path:
    """Write the text, and beside it the same as JSON for whatever is made from it."""
    parts = list(parts)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(document(parts, product), "utf-8")
    data = [asdict(part) for part in parts]
    path.with_suffix(".json").write_text(json.dumps(data, indent=1), "utf-8")
    return path


def read(path: Path) -> list[Part]:
    """What ``write`` put into its JSON file."""
    rows = json.loads(path.read_text("utf-8"))
    return [Part(**{**row, "files": tuple(row["files"])}) for row in rows]


def main() -> int:
    """Print what would be collected."""
    parser = argparse.ArgumentParser(description="Lists licences of what comes along.")
    parser.add_argument("--go", help="the Go toolchain: list the practice vCenter's modules")
    args = parser.parse_args()
    if args.go:
        parts = go_parts(args.go, PRACTICE_VCENTER)
    else:
        parts = [python_itself(), *python_parts(metadata.distributions())]
    for part in parts:
        print(part)
    return 0


if __name__ == "__main__":
    sys.exit(main())
