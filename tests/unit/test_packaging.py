"""What packages are made from: consistent, complete, and of one version. Nothing is built here."""

from __future__ import annotations

import ast
import configparser
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from fnmatch import fnmatch
from importlib import metadata
from pathlib import Path

import pytest

from core.cli.main import COMMANDS
from core.text import LANGUAGES, use_language
from core.version import COMMAND, PRODUCT, VERSION

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
FOLDERS = ("", "pyinstaller", "linux", "debian", "windows", "macos")

sys.path[:0] = [str(PACKAGING / name) for name in FOLDERS]
try:
    import bundle
    import changes
    import collect
    import deb
    import installer
    import licences
    import man_page
    import places
    import search_paths
    import share_tree
finally:
    del sys.path[: len(FOLDERS)]

SVG = "{http://www.w3.org/2000/svg}"
TEMPLATES = (
    ("linux/haproxy-setup.metainfo.xml.in", {"ID", "PRODUCT", "RELEASES"}),
    (
        "debian/control.in",
        {"PACKAGE", "VERSION", "ARCHITECTURE", "MAINTAINER", "SIZE", "DEPENDS", "SUMMARY"},
    ),
    ("debian/copyright.in", {"PRODUCT", "PACKAGE", "MAINTAINER", "YEAR", "PARTS"}),
    ("debian/lintian-overrides.in", {"PACKAGE"}),
)


def texts() -> list[Path]:
    """What we wrote for the packages."""
    folders = ("debian", "linux", "macos", "pyinstaller", "windows")
    found = [path for name in folders for path in (PACKAGING / name).iterdir() if path.is_file()]
    return [path for path in found if path.suffix != ".pyc"]


def run(*command: str | Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True, text=True, check=False, env=env,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# One version, one date


def test_the_version_is_written_in_one_place() -> None:
    assert (places.VERSION, places.PRODUCT, places.COMMAND) == (VERSION, PRODUCT, COMMAND)
    named = [path.name for path in texts() if VERSION in path.read_text("utf-8")]
    assert named == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert "version" in project["project"]["dynamic"]
    assert VERSION in installer.version_resource()
    command = installer.command(Path("makensis"), ROOT, ROOT, ROOT)
    assert f"-DAPP_VERSION={VERSION}" in command
    assert bundle.info()["CFBundleShortVersionString"] == VERSION


def test_the_newest_change_is_of_this_version() -> None:
    releases = changes.read_changes(ROOT / "CHANGELOG.md")
    assert releases[0].version == VERSION
    assert releases[0].changes


def test_changes_in_the_forms_that_are_wanted(tmp_path: Path) -> None:
    path = tmp_path / "CHANGELOG.md"
    path.write_text("# C\n\n## 1.2.0 (2026-03-01)\n\n- One `x` <y>\n  and on.\n- Two\n", "utf-8")
    releases = changes.read_changes(path)
    assert [(one.version, one.changes) for one in releases] == [
        ("1.2.0", ["One `x` <y> and on.", "Two"])
    ]
    debian = changes.as_debian(releases, 0, "p", "N <m@x.invalid>")
    assert debian.startswith("p (1.2.0-1) unstable; urgency=medium\n\n  * One x <y> and on.\n")
    assert debian.endswith(" -- N <m@x.invalid>  Sun, 01 Mar 2026 00:00:00 +0000\n")
    metainfo = ET.fromstring(f"<r>{changes.as_metainfo(releases, 0)}</r>")
    assert metainfo[0].attrib == {"version": "1.2.0", "date": "2026-03-01"}
    assert [item.text for item in metainfo.iter("li")] == ["One x <y> and on.", "Two"]


@pytest.mark.parametrize(("name", "known"), TEMPLATES)
def test_templates_name_only_what_they_get(name: str, known: set[str]) -> None:
    text = (PACKAGING / name).read_text("utf-8")
    assert set(re.findall(r"@([A-Z_]+)@", text)) == known


def test_an_unknown_name_in_a_template_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "t"
    path.write_text("@A@ @B@", "utf-8")
    with pytest.raises(KeyError):
        places.fill(path, {"A": "1"})


# The Linux desktop


def test_the_desktop_entry() -> None:
    path = PACKAGING / "linux" / "haproxy-setup.desktop"
    if shutil.which("desktop-file-validate"):
        assert run("desktop-file-validate", path) == ""
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(path.read_text("utf-8"))
    entry = parser["Desktop Entry"]
    assert (entry["Name"], entry["Exec"], entry["Icon"]) == (PRODUCT, f"{COMMAND} %f", COMMAND)
    assert entry["MimeType"] == f"{places.MIME_TYPE};"
    assert path.name == share_tree.DESKTOP_ID
    assert {"Name[ja]", "Comment[ja]", "GenericName[ja]"} <= set(entry)
    # Qt says this name to the desktop, which finds the icon by it.
    named = f'setDesktopFileName("{path.stem}")'
    assert named in (ROOT / "gui" / "application.py").read_text("utf-8")


def test_the_type_of_profiles() -> None:
    space = "{http://www.freedesktop.org/standards/shared-mime-info}"
    tree = ET.parse(PACKAGING / "linux" / "haproxy-setup.mime.xml")
    (kind,) = tree.getroot()
    assert kind.attrib == {"type": places.MIME_TYPE}
    globs = [one.attrib["pattern"] for one in kind.iter(f"{space}glob")]
    assert any(fnmatch(f"lab{places.SUFFIX}", one) for one in globs)
    assert not any(fnmatch("values.yaml", one) for one in globs)


def test_the_metainfo(tmp_path: Path) -> None:
    text = places.fill(
        PACKAGING / "linux" / "haproxy-setup.metainfo.xml.in",
        {
            "ID": share_tree.COMPONENT_ID,
            "PRODUCT": PRODUCT,
            "RELEASES": changes.as_metainfo(changes.read_changes(ROOT / "CHANGELOG.md"), 1),
        },
    )
    root = ET.fromstring(text)
    assert root.findtext("id") == share_tree.COMPONENT_ID
    assert root.findtext("launchable") == share_tree.DESKTOP_ID
    assert root.findtext("provides/mediatype") == places.MIME_TYPE
    assert root.find("releases/release").attrib["version"] == VERSION  # type: ignore[union-attr]
    if shutil.which("appstreamcli"):
        path = tmp_path / f"{share_tree.COMPONENT_ID}.metainfo.xml"
        path.write_text(text, "utf-8")
        run("appstreamcli", "validate", "--no-net", path)


def test_the_manual_knows_every_command_and_option() -> None:
    try:
        english, japanese = man_page.manual("en"), man_page.manual("ja")
    finally:
        use_language("en")
    for command in COMMANDS:
        assert f'.SS "{command.name.replace("-", chr(92) + "-")}' in english
    assert f"\\-\\-language {'|'.join(LANGUAGES)}" in english
    assert set(places.languages()) == set(LANGUAGES)
    assert "\\-\\-self\\-test" in english
    guide = (ROOT / "docs" / "guide" / "en" / "files-and-passwords.md").read_text("utf-8")
    for variable in re.findall(r"`(HAPROXY_SETUP_[A-Z_]+|NO_COLOR)", guide):
        assert f".B {variable}" in english
    assert english.count("\n.SH") == japanese.count("\n.SH")
    assert english.count("\n.TP") == japanese.count("\n.TP")
    assert "プロファイル" in japanese


@pytest.mark.skipif(sys.platform != "linux", reason="these scripts are for Linux")
def test_installing_and_uninstalling_leaves_nothing(tmp_path: Path) -> None:
    unpacked, home = tmp_path / "unpacked", tmp_path / "a home"
    home.mkdir()
    (unpacked / "app").mkdir(parents=True)
    (unpacked / "app" / COMMAND).write_text("#!/bin/sh\necho started\n")
    (unpacked / "app" / COMMAND).chmod(0o755)
    entry = unpacked / "share" / "applications" / share_tree.DESKTOP_ID
    entry.parent.mkdir(parents=True)
    shutil.copy(PACKAGING / "linux" / entry.name, entry)
    for name in ("install.sh", "uninstall.sh"):
        shutil.copy(PACKAGING / "linux" / name, unpacked / name)
    other = home / ".local" / "share" / "applications" / "other.desktop"
    other.parent.mkdir(parents=True)
    other.touch()
    env = {"HOME": str(home), "PATH": os.defpath}
    for _ in range(2):  # the second time over the first
        run("sh", unpacked / "install.sh", env=env)
    shutil.rmtree(unpacked)
    app = home / ".local" / "lib" / COMMAND
    assert run(home / ".local" / "bin" / COMMAND) == "started\n"
    assert f'Exec="{app / COMMAND}" %f' in (other.parent / entry.name).read_text("utf-8")
    run("sh", app / "uninstall.sh", env=env)
    left = [path for path in home.rglob("*") if path.is_file() and path.name != "mimeinfo.cache"]
    assert left == [other]


@pytest.mark.skipif(sys.platform != "linux", reason="these scripts are for Linux")
def test_installing_over_something_else_is_refused(tmp_path: Path) -> None:
    theirs = tmp_path / "lib" / COMMAND
    theirs.mkdir(parents=True)
    (theirs / "precious").touch()
    done = subprocess.run(
        ["sh", PACKAGING / "linux" / "install.sh"],
        capture_output=True, env={"PREFIX": str(tmp_path), "PATH": os.defpath}, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert list(theirs.iterdir()) == [theirs / "precious"]


# Icons


@pytest.mark.parametrize("name", ["app", "app-profile", "app-symbolic"])
def test_icons_use_only_what_qt_can_draw(name: str) -> None:
    root = ET.parse(ROOT / "resources" / "icons" / f"{name}.svg").getroot()
    assert root.tag == f"{SVG}svg"
    left, top, width, height = map(float, root.attrib["viewBox"].split())
    assert (left, top) == (0, 0)
    assert width == height
    used = {one.tag.removeprefix(SVG) for one in root.iter()}
    assert used <= {"svg", "g", "defs", "linearGradient", "stop", "rect", "circle", "path"}


# The application folder


def test_every_module_is_found_by_walking() -> None:
    found = collect.own_modules(ROOT)
    assert {command.module for command in COMMANDS} <= set(found)
    assert {"gui.launcher", "gui.app", "gui", "core", "core.controller"} <= set(found)
    assert len(found) == len(set(found))


def test_nothing_we_import_is_left_out() -> None:
    imported = set()
    for package in ("core", "gui"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Import):
                    imported |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom):
                    imported |= {f"{node.module}.{alias.name}" for alias in node.names}
    assert [name for name in imported if not collect.is_wanted(name)] == []


def test_distributions_are_followed_through_what_they_need() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    found = collect.distributions(project["dependencies"])
    names = {re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower() for one in found}
    assert {"pyside6-essentials", "shiboken6", "keyring", "jaraco-classes", "cffi"} <= names
    assert "pytest" not in names
    keyring = next(one for one in found if one.metadata["Name"] == "keyring")
    assert collect.top_level(keyring) == ["keyring"]


@pytest.mark.parametrize(
    ("target", "is_kept"),
    [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqoffscreen.so", True),
        ("PySide6/Qt/plugins/platforms/libqeglfs.so", False),
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", False),
        ("PySide6\\plugins\\platforms\\qwindows.dll", True),
        ("PySide6\\plugins\\styles\\qmodernwindowsstyle.dll", True),
        ("PySide6\\plugins\\sqldrivers\\qsqlite.dll", False),
        ("PySide6/Qt/translations/qtbase_ja.qm", True),
        ("PySide6/Qt/translations/qtbase_xx.qm", False),
        ("PySide6/Qt/translations/qt_ja.qm", False),
        ("PySide6/Qt/lib/libQt6Gui.so.6", True),
        ("libX11.so.6", False),
        ("libX11-xcb.so.1", False),
        ("libxcb-cursor.so.0", True),
        ("keyring-25.7.0.dist-info/entry_points.txt", True),
        ("keyring-25.7.0.dist-info/RECORD", False),
        ("resources/translations/ja/LC_MESSAGES/haproxy-setup.mo", True),
    ],
)
def test_what_of_qt_comes_along(target: str, is_kept: bool) -> None:
    assert collect.is_kept(target) is is_kept


def test_libraries_nobody_asks_for_stay_out() -> None:
    entries = [
        ("PySide6/QtGui.abi3.so", "gui", "EXTENSION"),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", "xcb", "BINARY"),
        ("PySide6/Qt/lib/libQt6Gui.so.6", "qtgui", "BINARY"),
        ("libQt6Gui.so.6", "PySide6/Qt/lib/libQt6Gui.so.6", "SYMLINK"),
        ("libxcb-cursor.so.0", "cursor", "BINARY"),
        ("libpixman-1.so.0", "pixman", "BINARY"),
        ("libcairo.so.2", "cairo", "BINARY"),
    ]
    imports = {
        "gui": {"libQt6Gui.so.6"}, "xcb": {"libxcb-cursor.so.0", "libX11.so.6"},
        "cairo": {"libpixman-1.so.0"},
    }  # fmt: skip
    kept = collect.needed_binaries(entries, lambda source: imports.get(source, set()))
    assert [target for target, _, _ in kept] == [entry[0] for entry in entries[:5]]


def test_the_guide_comes_with_what_it_links_to() -> None:
    found = collect.guide_files(ROOT)
    paths = {Path(source).relative_to(ROOT).as_posix(): folder for source, folder in found}
    assert paths["docs/guide/en/index.md"] == "docs/guide/en"
    assert paths["docs/guide/ja/index.md"] == "docs/guide/ja"
    assert "docs/failure-modes.md" in paths
    assert pictures_of_the_guide() <= set(paths)
    assert all(paths[one] == "docs/images" for one in pictures_of_the_guide())


def pictures_of_the_guide() -> set[str]:
    """Those the pages show, and their twins for the dark theme."""
    pages = (ROOT / "docs" / "guide").rglob("*.md")
    named = [
        one
        for page in pages
        for one in re.findall(r"!\[[^]]*\]\(([^)]+)\)", page.read_text("utf-8"))
    ]
    light = {f"docs/images/{Path(one).name}" for one in named}
    assert light
    assert all(one.endswith("-light.png") for one in light)
    return light | {one.replace("-light.", "-dark.") for one in light}


def test_children_of_the_frozen_program_get_the_environment_from_before() -> None:
    script = (
        "import json, os, runpy, sys\n"
        "runpy.run_path(sys.argv[1])\n"
        "print(json.dumps(dict(os.environ)))"
    )
    path = PACKAGING / "pyinstaller" / "restore_environment.py"

    def result(**env: str) -> dict[str, str]:
        base = {"PATH": os.defpath, "SYSTEMROOT": os.environ.get("SYSTEMROOT", "")}
        said: dict[str, str] = json.loads(run(sys.executable, "-c", script, path, env=base | env))
        return said

    assert "LD_LIBRARY_PATH" not in result(LD_LIBRARY_PATH="ours")
    after = result(LD_LIBRARY_PATH="ours", LD_LIBRARY_PATH_ORIG="theirs")
    assert after["LD_LIBRARY_PATH"] == "theirs"
    assert "LD_LIBRARY_PATH_ORIG" not in after
    assert after["PYINSTALLER_RESET_ENVIRONMENT"] == "1"
    assert result(SSL_CERT_FILE="mine")["SSL_CERT_FILE"] == "mine"


@pytest.mark.skipif(sys.platform == "darwin", reason="left as it is there")
def test_modules_of_the_frozen_program_are_found_as_the_files_they_are() -> None:
    script = (
        "import runpy, sys\n"
        "asked = []\n"
        "class PyiFrozenFinder:\n"
        "    @classmethod\n"
        "    def path_hook(cls, path):\n"
        "        asked.append(path)\n"
        "        raise ImportError\n"
        "before = list(sys.path_hooks)\n"
        "sys.path_hooks.insert(1, PyiFrozenFinder.path_hook)\n"
        "sys.path_importer_cache.clear()\n"
        "runpy.run_path(sys.argv[1])\n"
        "asked.clear()\n"
        "import wave\n"
        "print(sys.path_hooks == before, asked)"
    )
    path = PACKAGING / "pyinstaller" / "restore_environment.py"
    assert run(sys.executable, "-c", script, path).strip() == "True []"


def elf(search_path: bytes) -> bytes:
    """The smallest file that has a search path: one loaded part, one dynamic part."""
    strings = b"\0" + search_path + b"\0"
    begin, base = 64 + 2 * 56, 0x1000
    dynamic = struct.pack("<6Q", 5, base + begin, 29, 1, 0, 0)
    total = begin + len(strings) + len(dynamic)
    head = b"\x7fELF\x02\x01" + bytes(26) + struct.pack("<Q", 64) + bytes(14)
    head += struct.pack("<HH", 56, 2) + bytes(6)
    load = struct.pack("<II6Q", 1, 0, 0, base, 0, total, 0, 0)
    where = begin + len(strings)
    second = struct.pack("<II6Q", 2, 0, where, base + where, 0, len(dynamic), 0, 0)
    return head + load + second + strings + dynamic


def test_search_paths_of_the_build_machine_are_taken_out(tmp_path: Path) -> None:
    (tmp_path / "a.so").write_bytes(elf(b"/somebody/python/lib"))
    (tmp_path / "b.so").write_bytes(elf(b"$ORIGIN/lib"))
    (tmp_path / "c.so").write_bytes(elf(b"/x"))
    (tmp_path / "text").write_bytes(b"#!/bin/sh\n")
    assert search_paths.clean(tmp_path) == 2
    assert b"somebody" not in (tmp_path / "a.so").read_bytes()
    assert b"\0$ORIGIN\0" in (tmp_path / "a.so").read_bytes()
    assert (tmp_path / "b.so").read_bytes() == elf(b"$ORIGIN/lib")
    assert search_paths.clean(tmp_path) == 0


# Licences


def test_every_runtime_package_has_a_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    parts = licences.python_parts(collect.distributions(project["dependencies"]))
    assert [part.name for part in parts if not part.text or part.licence == "see text"] == []
    qt = next(part for part in parts if part.name.lower().startswith("pyside6"))
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in qt.text
    assert "LGPL-3.0" in qt.licence
    text = licences.document(parts, PRODUCT)
    assert all(str(part) in text for part in parts)
    assert text.count("GNU LESSER GENERAL PUBLIC LICENSE\n") == 1  # for two packages


def test_a_package_without_a_licence_text_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "bare-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: bare\nVersion: 1.0\n")
    (folder / "RECORD").write_text("bare-1.0.dist-info/METADATA,,\n")
    with pytest.raises(LookupError, match="bare"):
        licences.python_parts([metadata.Distribution.at(folder)])


def test_licences_are_written_and_read_again(tmp_path: Path) -> None:
    parts = [licences.Part("go", "m", "1", "MIT", "text", ("practice-vcenter",))]
    path = licences.write(tmp_path, parts, PRODUCT)
    assert path.name == licences.FILE_NAME
    assert licences.read(path.with_suffix(".json")) == parts


def test_the_debian_paragraph_of_a_part() -> None:
    apache = (ROOT / "LICENSE").read_text("utf-8")
    text = f"Copyright 2020 Somebody\n\n\n{apache}"
    part = licences.Part("python", "a", "1", "Apache-2.0 OR MIT", text)
    said = deb.paragraph(part)
    assert "TERMS AND CONDITIONS" not in said
    assert "/usr/share/common-licenses/Apache-2.0" in said
    assert "\n\n" not in said
    assert "License: Apache-2.0-OR-MIT~a\n" in said
    assert "Copyright: Copyright 2020 Somebody\n" in said


# Locks, wheel


def pins(name: str) -> dict[str, str]:
    text = (PACKAGING / "requirements" / name).read_text("utf-8")
    entries = re.split(r"\n(?=\S)", text.replace("\\\n", " ").strip())
    assert all("--hash=sha256:" in entry for entry in entries)
    return dict(re.match(r"(\S+)==(\S+)", entry).groups() for entry in entries)  # type: ignore[union-attr]


def test_the_locks_agree() -> None:
    runtime, build = pins("runtime.txt"), pins("build.txt")
    assert "pyinstaller" in build
    assert {name: build[name] for name in set(runtime) & set(build)} == {
        name: runtime[name] for name in set(runtime) & set(build)
    }


def test_the_wheel_takes_the_guide_and_no_sources_of_translations() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    for patterns in tools["data-files"].values():
        for pattern in patterns:
            assert list(ROOT.glob(pattern)), pattern
    assert "**/*.po" in tools["exclude-package-data"]["resources"]
    (pattern,) = tools["data-files"]["share/haproxy-setup/images"]
    assert all(fnmatch(picture, pattern) for picture in pictures_of_the_guide())


# Commands


@pytest.mark.parametrize("name", ["linux/install.sh", "linux/uninstall.sh", "macos/make_dmg.sh"])
def test_scripts_are_right_for_a_plain_shell(name: str) -> None:
    path = PACKAGING / name
    assert path.read_text("utf-8").startswith("#!/bin/sh\n")
    if shutil.which("sh"):
        run("sh", "-n", path)
    if os.name == "posix":
        assert os.access(path, os.X_OK)


def test_make_package_is_one_command() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    assert re.search(r"^package:\n\t\$\(PYTHON\) packaging/build\.py$", text, re.MULTILINE)
