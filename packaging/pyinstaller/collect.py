"""What goes into the application folder, and what of Qt stays out.

Found by walking the packages: what is imported by name while running (subcommands, pages, keyring
backends, pyVmomi's types) is in nobody's list. Used by ``haproxy-setup.spec`` alone, with the
interpreter the application is frozen with.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata
from pathlib import Path, PurePosixPath

import places

OWN_PACKAGES = ("core", "gui", "resources")

# A whole distribution of Qt; only what is imported is wanted of it.
NOT_WALKED = ("pyside6-essentials", "shiboken6")

# Never imported by us or by what we import; each costs megabytes or pulls system libraries in.
EXCLUDED_MODULES = (
    "tkinter", "_tkinter", "turtle", "idlelib", "lib2to3", "ensurepip", "pydoc_data", "test",
    "unittest", "doctest", "pdb", "curses", "_curses", "readline", "sqlite3", "_sqlite3", "dbm",
    "xmlrpc", "setuptools", "pkg_resources", "pip", "wheel", "distutils", "PIL", "numpy",
    "PySide6.QtNetwork", "PySide6.QtDBus", "PySide6.QtQml", "PySide6.QtQuick",
    "PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets", "PySide6.QtSql",
    "PySide6.QtTest", "PySide6.QtDesigner", "PySide6.QtHelp", "PySide6.QtUiTools",
    "keyring.testing", "keyring.devpi_client", "urllib3.contrib.emscripten",
)  # fmt: skip

# Plugins of Qt that are kept; all others are left out. Parts of paths below .../plugins/.
KEPT_PLUGINS = (
    "iconengines/", "imageformats/qico", "imageformats/qsvg",
    "platforms/qxcb", "platforms/qwayland", "platforms/qoffscreen", "platforms/qminimal.",
    "platforms/qwindows", "platforms/qcocoa", "styles/", "wayland-decoration-client/",
    "wayland-shell-integration/xdg-shell", "platformthemes/qxdgdesktopportal",
    "platforminputcontexts/composeplatforminputcontextplugin",
    "platforminputcontexts/ibusplatforminputcontextplugin",
)  # fmt: skip

# What PyInstaller would run at every start, the command line's too. Qt's hook imports Qt, for what
# the wheels of PySide6 do themselves; on macOS it is needed. The others serve what we do not have.
# (inspect's alone reads a tenth of the standard library to find sources that do not come along).
DROPPED_HOOKS = (
    "pyi_rth_multiprocessing", "pyi_rth_cryptography_openssl", "pyi_rth_pyside6", "pyi_rth_inspect",
    "pyi_rth_pkgutil",
)  # fmt: skip

KEPT_TRANSLATIONS = frozenset(f"qtbase_{code}.qm" for code in places.languages())

# Left to the system. Its graphics driver is loaded into our process and brings these along: two
# versions of one of them would meet. Fonts and the message bus fit their own configuration.
SYSTEM_LIBRARIES = re.compile(
    r"^lib(GLX|OpenGL|GLdispatch|X11|X11-xcb|Xau|Xdmcp|bsd|md|stdc\+\+|gcc_s|fontconfig|freetype"
    r"|dbus-1)\."
)

# Of a distribution's metadata: its name and version, and how keyring finds its backends.
KEPT_METADATA = ("METADATA", "entry_points.txt")

# What PyInstaller calls an entry of its lists: target, source, kind.
Entry = tuple[str, str, str]


def is_wanted(module: str) -> bool:
    """Whether a module is not left out, by name with all that is in it, or as somebody's tests."""
    if "tests" in module.split("."):
        return False
    return not any(module == one or module.startswith(f"{one}.") for one in EXCLUDED_MODULES)


def own_modules(root: Path) -> list[str]:
    """Every module of ours in the checkout, whether anything names it or not."""
    found = []
    for package in OWN_PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found


def distributions(requirements: Iterable[str]) -> list[metadata.Distribution]:
    """The installed distributions that requirements name, with all they need in turn."""
    found: dict[str, metadata.Distribution] = {}
    todo = list(requirements)
    while todo:
        name = re.split(r"[\s;<>=!~\[(]", todo.pop().strip(), maxsplit=1)[0]
        key = re.sub(r"[-_.]+", "-", name).lower()
        if key in found:
            continue
        try:
            one = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue  # for another platform or Python
        found[key] = one
        todo += [text for text in one.requires or [] if "extra ==" not in text]
    return [found[key] for key in sorted(found)]


def top_level(distribution: metadata.Distribution) -> list[str]:
    """The packages and modules a distribution installs, without those it keeps to itself."""
    names = set()
    for file in distribution.files or []:
        first = file.parts[0]
        if first.endswith((".dist-info", ".data")) or first in ("..", "__pycache__"):
            continue
        if len(file.parts) > 1:
            names.add(first)
        elif file.suffix == ".py":
            names.add(file.stem)
    return sorted(name for name in names if name.isidentifier())


def is_kept(target: str) -> bool:
    """Whether a file that PyInstaller collected belongs into the folder; ``target`` is in it."""
    path = PurePosixPath(target.replace("\\", "/"))
    text = path.as_posix()
    if "/qml/" in text or "/metatypes/" in text:
        return False
    if path.parts[0].endswith(".dist-info"):
        return path.name in KEPT_METADATA
    if "PySide6" in path.parts and "translations" in path.parts:
        return path.name in KEPT_TRANSLATIONS
    if "plugins" in path.parts and "PySide6" in path.parts:
        plugin = text.split("/plugins/", 1)[1]
        folder, _, name = plugin.partition("/")
        plain = f"{folder}/{name.removeprefix('lib')}"
        return plain.startswith(KEPT_PLUGINS)
    return SYSTEM_LIBRARIES.match(path.name) is None


def needed_binaries(entries: Iterable[Entry], imports: Callable[[str], set[str]]) -> list[Entry]:
    """The entries without libraries that nothing kept asks for: they came with what is left out.

    Args:
        entries: what is kept so far.
        imports: the names of the libraries a file asks for.
    """
    entries = list(entries)
    by_name: dict[str, list[Entry]] = {}
    for entry in entries:
        by_name.setdefault(PurePosixPath(entry[0]).name, []).append(entry)
    todo = [entry for entry in entries if entry[2] == "EXTENSION" or _is_loaded_by_name(entry)]
    kept: set[str] = set()
    while todo:
        target, source, kind = todo.pop()
        if target in kept:
            continue
        kept.add(target)
        wanted = [PurePosixPath(target).name] if kind == "SYMLINK" else imports(source)
        for name in wanted:
            todo += by_name.get(name, [])
    return [entry for entry in entries if entry[0] in kept]


def imports_of(source: str) -> set[str]:
    """The libraries an ELF file itself asks for; ``ldd`` would name theirs as well."""
    done = subprocess.run(["objdump", "-p", source], capture_output=True, text=True, check=False)
    return set(re.findall(r"^\s*NEEDED\s+(\S+)$", done.stdout, re.MULTILINE))


def _is_loaded_by_name(entry: Entry) -> bool:
    path = PurePosixPath(entry[0])
    return "plugins" in path.parts or path.name.startswith("libpython")


def guide_files(root: Path) -> Iterator[tuple[str, str]]:
    """The user guide and what its pages show or link to: (source, folder in the application).

    Of a picture both: the manual shows the one that fits its colours.
    """
    pages = sorted((root / "docs" / "guide").rglob("*.md"))
    todo, seen = list(pages), set(pages)
    while todo:
        page = todo.pop()
        for link in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8")):
            target = (page.parent / link).resolve()
            if ":" in link or target in seen or not target.is_file():
                continue
            if (root / "docs").resolve() in target.parents:
                seen.add(target)
                todo += [target] if target.suffix == ".md" else []
                dark = target.with_name(target.name.replace("-light.", "-dark."))
                seen |= {dark} if dark.is_file() else set()
    for path in sorted(seen):
        yield str(path), path.parent.relative_to(root).as_posix()
