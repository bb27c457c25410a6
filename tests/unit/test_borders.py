"""The borders between the parts: who may import whom, how modules are named, what is committed."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTROLLER = "core/controller.py"
SOURCES = sorted(
    path.relative_to(ROOT).as_posix()
    for package in ("core", "gui", "resources")
    for path in (ROOT / package).rglob("*.py")
)
CORE = [name for name in SOURCES if name.startswith("core/")]
GUI = [name for name in SOURCES if name.startswith("gui/")]


def list_imports(name: str) -> Iterator[tuple[str, int]]:
    """Every imported name in full, wherever in the file it is imported."""
    for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}:{node.lineno}: a relative import"
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def find_imports(name: str, *packages: str) -> list[str]:
    return [
        f"{name}:{line}: {imported}"
        for imported, line in list_imports(name)
        if imported.split(".")[0] in packages
    ]


@pytest.mark.parametrize("name", CORE)
def test_core_does_not_import_the_window(name: str) -> None:
    assert find_imports(name, "gui") == []


@pytest.mark.parametrize("name", [name for name in CORE if name != CONTROLLER])
def test_core_does_not_import_qt(name: str) -> None:
    assert find_imports(name, "PySide6", "shiboken6") == []


def test_the_controller_imports_nothing_of_qt_but_its_core() -> None:
    if CONTROLLER not in CORE:
        pytest.skip("there is no controller yet")
    found = [name for name, _ in list_imports(CONTROLLER) if name.split(".")[0] == "PySide6"]
    assert [name for name in found if not name.startswith("PySide6.QtCore")] == []


@pytest.mark.parametrize("name", GUI)
def test_the_window_leaves_the_network_secrets_and_threads_to_core(name: str) -> None:
    forbidden = ("pyVmomi", "pyVim", "vmware", "keyring", "requests", "threading", "concurrent")
    assert find_imports(name, *forbidden) == []


@pytest.mark.parametrize("name", [name for name in SOURCES if name != CONTROLLER])
def test_only_the_controller_names_qthread(name: str) -> None:
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
    named = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    named |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    named |= {imported.split(".")[-1] for imported, _ in list_imports(name)}
    assert not named & {"QThread", "QThreadPool", "QRunnable"}


def test_core_is_imported_without_loading_qt() -> None:
    modules = [
        name.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        for name in CORE
        if name != CONTROLLER and not name.endswith("__main__.py")
    ]
    assert modules
    script = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
        "print(*sorted(n for n in sys.modules if n.split('.')[0] in ('PySide6', 'shiboken6')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *modules],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_the_first_paint_waits_for_no_library_that_it_does_without() -> None:
    """A window is there before what fills it: each of these takes 5 to 60 ms to load."""
    heavy = ("msgspec", "pyVmomi", "ruamel", "cryptography", "requests", "keyring", "ssl")
    script = (
        "import sys, gui.app\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules} & {*sys.argv[1:]}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *heavy],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


@pytest.mark.parametrize("name", SOURCES)
def test_modules_are_named_for_what_they_hold(name: str) -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    assert not vague & set(name.removesuffix(".py").split("/"))


def test_packaging_does_not_shadow_the_library_of_that_name() -> None:
    # Ours is no package: with an __init__.py, `import packaging` in pip or pytest would get it.
    assert [str(path) for path in (ROOT / "packaging").rglob("__init__.py")] == []


def test_this_pyside_keeps_its_references() -> None:
    """PySide6 6.12.0 loses a reference to True per emit; on Python 3.11 that ends in an abort."""
    script = (
        "import sys\n"
        "from PySide6.QtCore import QObject, Signal\n"
        "class Probe(QObject):\n"
        "    fired = Signal()\n"
        "probe = Probe()\n"
        "before = sys.getrefcount(True)\n"
        "for _ in range(50): probe.fired.emit()\n"
        "sys.exit(sys.getrefcount(True) < before - 5)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, "this PySide6 loses references on this Python"


def list_committed_texts() -> Iterator[tuple[str, str]]:
    if not shutil.which("git") or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, listing.split("\0")):
        path = ROOT / name
        if path.is_file() and b"\0" not in (data := path.read_bytes()):
            yield name, data.decode("utf-8", "replace")


def test_committed_files_name_no_registry_and_no_machine() -> None:
    # In pieces, or this file would be the first one found.
    hosts = ["pypi" + ".org", "python" + "hosted.org", "proxy." + "golang.org"]
    hosts += ["sum." + "golang.org", "registry." + "npmjs", "deb." + "debian.org", "crates" + ".io"]
    paths = [
        "work" + "/main",
        "work" + "/shared",
        "opt" + "/wheels",
        "root/" + r"\.",
        "root/" + "go/",
    ]
    pattern = re.compile(
        "|".join([*map(re.escape, hosts), *("/" + path for path in paths), r"\.pyenv" + "/"])
    )
    found = [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}"
        for name, text in list_committed_texts()
        for match in pattern.finditer(text)
    ]
    assert found == []
