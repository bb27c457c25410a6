"""The recipes for Windows and macOS, as far as they can be tried on any computer."""

from __future__ import annotations

import ast
import json
import plistlib
import re
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.text import LANGUAGES
from core.version import COMMAND, PRODUCT, VERSION

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
SPEC = PACKAGING / "pyinstaller" / "haproxy-setup.spec"
FOLDERS = ("", "pyinstaller", "linux", "windows", "macos")

sys.path[:0] = [str(PACKAGING / name) for name in FOLDERS]
try:
    import bundle
    import icon_files
    import installer
    import places
    import trial
finally:
    del sys.path[: len(FOLDERS)]


# Icons


@pytest.fixture(scope="module")
def icons(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("icons")
    # On its own: it starts a Qt application, of which there can be one in a process.
    done = subprocess.run(
        [sys.executable, icon_files.__file__, folder], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_the_icon_of_windows_has_every_size_in_a_form_all_programs_read(icons: Path) -> None:
    for name in ("haproxy-setup", "profile"):
        data = (icons / f"{name}.ico").read_bytes()
        reserved, kind, count = struct.unpack_from("<3H", data)
        assert (reserved, kind, count) == (0, 1, len(icon_files.ICO_SIZES))
        end = 6 + 16 * count
        for number, size in enumerate(icon_files.ICO_SIZES):
            entry = struct.unpack_from("<4B2H2I", data, 6 + 16 * number)
            width, height, length, offset = entry[0], entry[1], entry[6], entry[7]
            assert (width or 256, height or 256, offset) == (size, size, end)
            body = data[offset : offset + length]
            if size == 256:
                assert body.startswith(b"\x89PNG")
            else:
                assert struct.unpack_from("<3I2H", body) == (40, size, size * 2, 1, 32)
                mask = (size + 31) // 32 * 4 * size
                assert len(body) == 40 + size * size * 4 + mask
                # The drawing is at the middle; the corners are empty.
                middle = 40 + (size // 2 * size + size // 2) * 4
                assert body[middle + 3] > 0
                assert body[40 + 3] == 0
            end += length
        assert end == len(data)


def test_the_icon_of_macos_has_every_size(icons: Path) -> None:
    for name in ("haproxy-setup", "profile"):
        data = (icons / f"{name}.icns").read_bytes()
        assert data[:4] == b"icns"
        assert struct.unpack_from(">I", data, 4) == (len(data),)
        found, place = {}, 8
        while place < len(data):
            kind, length = struct.unpack_from(">4sI", data, place)
            body = data[place + 8 : place + length]
            assert body.startswith(b"\x89PNG")
            found[kind] = struct.unpack_from(">2I", body, 16)
            place += length
        assert found == {kind: (size, size) for kind, size in icon_files.ICNS.items()}


# The recipe of PyInstaller, run with another platform's name and without PyInstaller

RUN_SPEC = """
import importlib.metadata as metadata, json, shutil, subprocess, sys, sysconfig, tomllib, types
from pathlib import Path

spec, platform, work = sys.argv[1:]
sysconfig.get_config_vars()  # read once, by the platform's real name
real = metadata.distribution
metadata.distribution = lambda name: real("setuptools" if name == "pyinstaller" else name)
hooks = types.ModuleType("PyInstaller.utils.hooks")
hooks.collect_submodules = lambda package, **_: [package]
hooks.copy_metadata = lambda name: [(name, f"{name}.dist-info")]
sys.modules |= {name: types.ModuleType(name) for name in ("PyInstaller", "PyInstaller.utils")}
sys.modules[hooks.__name__] = hooks
sys.path[:0] = [str(Path(spec).parent), str(Path(spec).parents[1])]
sys.platform = platform
import places
places.WORK = places.RENDERED = places.LICENCES = Path(work)
calls = []

class Analysis:
    def __init__(self, scripts, **options):
        calls.append(("Analysis", scripts, options))
        self.scripts = [(name, "", "PYSOURCE") for name in ("pyi_rth_pyside6", "launcher")]
        self.pure = []
        self.binaries = [(name, "", "BINARY") for name in BINARIES]
        self.datas = [(target, source, "DATA") for source, target in options["datas"]]

BINARIES = ("PySide6/plugins/platforms/qwindows.dll", "PySide6/plugins/sqldrivers/qsqlite.dll",
            "PySide6/Qt/plugins/platforms/libqcocoa.dylib", "python311.dll")

def record(kind):
    def made(*parts, **options):
        calls.append((kind, [part for part in parts if part and isinstance(part, list)], options))
        return kind
    return made

names = {name: record(name) for name in ("PYZ", "EXE", "COLLECT", "BUNDLE")}
exec(compile(Path(spec).read_text("utf-8"), spec, "exec"),
     {"SPECPATH": str(Path(spec).parent), "Analysis": Analysis, **names})
print(json.dumps(calls, default=str))
"""


def run_spec(platform: str, work: Path) -> dict[str, list[Any]]:
    """What the recipe asks PyInstaller for: the calls by their names."""
    (work / "practice-vcenter.json").write_text("[]")
    done = subprocess.run(
        [sys.executable, "-c", RUN_SPEC, SPEC, platform, work],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    calls: dict[str, list[Any]] = {}
    for name, parts, options in json.loads(done.stdout):
        calls.setdefault(name, []).append((parts, options))
    return calls


def test_windows_gets_a_program_with_a_console_and_one_without(tmp_path: Path) -> None:
    calls = run_spec("win32", tmp_path)
    consoles = {options["name"]: options["console"] for _, options in calls["EXE"]}
    assert consoles == {COMMAND: True, f"{COMMAND}-window": False}
    for parts, options in calls["EXE"]:
        assert Path(options["icon"]).name == "haproxy-setup.ico"
        assert Path(options["version"]).name == "version-resource.txt"
        assert options["entitlements_file"] is None
        assert [script[0] for script in parts[0]] == ["launcher"], "Qt is imported at every start"
    ((parts, options),) = calls["COLLECT"]
    assert (options["name"], options["strip"]) == (COMMAND, False)
    names = [entry[0] for part in parts for entry in part]
    assert "PySide6/plugins/platforms/qwindows.dll" in names
    assert "PySide6/plugins/sqldrivers/qsqlite.dll" not in names
    assert "BUNDLE" not in calls


def test_macos_gets_a_bundle(tmp_path: Path) -> None:
    calls = run_spec("darwin", tmp_path)
    ((parts, options),) = calls["EXE"]
    assert (options["name"], options["console"]) == (COMMAND, False)
    assert Path(options["entitlements_file"]).is_file()
    # Qt gets the event of a double click itself: see gui/file_open.py.
    assert not options.get("argv_emulation")
    assert "pyi_rth_pyside6" in [script[0] for script in parts[0]]
    ((parts, options),) = calls["COLLECT"]
    names = [entry[0] for part in parts for entry in part]
    assert "PySide6/Qt/plugins/platforms/libqcocoa.dylib" in names
    ((_, options),) = calls["BUNDLE"]
    assert (options["name"], options["version"]) == (f"{PRODUCT}.app", VERSION)
    assert Path(options["icon"]).name == "haproxy-setup.icns"
    assert options["info_plist"] == json.loads(json.dumps(bundle.info()))


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_every_platform_gets_resources_guide_and_licences(tmp_path: Path, platform: str) -> None:
    calls = run_spec(platform, tmp_path)
    ((scripts, options),) = calls["Analysis"]
    assert Path(scripts[0]).is_file()
    assert all(Path(hook).is_file() for hook in options["runtime_hooks"])
    assert {"gui.app", "core.cli.deploy"} <= set(options["hiddenimports"])
    ((parts, _),) = calls["COLLECT"]
    targets = {(entry[0], Path(entry[1]).name) for part in parts for entry in part}
    names = {name for _, name in targets}
    assert {"profile.schema.json", "LICENSE", "haproxy-setup.mo", "index.md"} <= names
    assert ("resources/third-party-licences.txt", "third-party-licences.txt") in targets


def test_the_spec_names_only_what_is_there() -> None:
    text = SPEC.read_text("utf-8")
    ast.parse(text)
    bases = {"root": ROOT, "places.PACKAGING": PACKAGING}
    named = re.findall(r'(root|places\.PACKAGING)((?: / "[^"]+")+)', text)
    assert len(named) > 5
    for base, rest in named:
        assert bases[base].joinpath(*re.findall(r'"([^"]+)"', rest)).exists(), rest


# Windows


def test_the_installer_is_accepted_by_its_compiler(tmp_path: Path, icons: Path) -> None:
    compiler = installer.find_compiler()
    if compiler is None:
        pytest.skip("makensis is not installed")
    target = tmp_path / f"{COMMAND}-{VERSION}-windows-x64.exe"
    folder = trial.stand_in(tmp_path / "app")
    done = subprocess.run(
        installer.command(compiler, folder, icons, target),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert target.read_bytes()[:2] == b"MZ"


def test_the_installer_is_about_what_is_made() -> None:
    text = installer.SCRIPT.read_text("utf-8")
    defined = dict(re.findall(r'^!define (\w+) "([^"]*)"$', text, re.MULTILINE))
    assert defined["NAME"] == PRODUCT
    assert (defined["COMMAND"], defined["PROGRAM"]) == (f"{COMMAND}.exe", f"{COMMAND}-window.exe")
    given = {
        str(word)[2:].partition("=")[0]
        for word in installer.command(Path("makensis"), ROOT, ROOT, ROOT)
        if str(word).startswith("-D")
    }
    # NSIS leaves ${UNKNOWN} as it stands, with a warning at best.
    used = set(re.findall(r"\$\{([A-Z_]+_FOLDER|[A-Z]+_VERSION|OUT_FILE)\}", text))
    assert used == given
    for name in re.findall(r"\$\{ICON_FOLDER\}\\([\w.-]+)", text):
        assert f'"{Path(name).stem}"' in Path(icon_files.__file__).read_text("utf-8")


def test_what_is_installed_is_deleted_again() -> None:
    """The smoke test runs both; this is for computers without Wine."""
    install, remove = installer.SCRIPT.read_text("utf-8").split('Section "Uninstall"')
    for name in (*trial.PROGRAMS, "profile.ico", "uninstall.exe"):
        shown = name.replace(f"{COMMAND}-window.exe", "${PROGRAM}")
        shown = shown.replace(f"{COMMAND}.exe", "${COMMAND}")
        assert f'Delete "$INSTDIR\\{shown}"' in remove
    for key in re.findall(r'WriteReg\w+ SHCTX "([^"]+)"', install):
        top = key.removesuffix(r"\shell\open\command").removesuffix(r"\DefaultIcon")
        assert f'SHCTX "{top.removesuffix(chr(92) + "SupportedTypes")}"' in remove, key
    # The whole folder is never taken: it may hold what is not ours.
    assert 'RMDir /r "$INSTDIR"' not in remove


def test_the_installer_speaks_every_language_throughout() -> None:
    text = installer.SCRIPT.read_text("utf-8")
    said = re.findall(r"^LangString (\w+) \$\{LANG_(\w+)\}", text, re.MULTILINE)
    languages = re.findall(r'MUI_LANGUAGE "(\w+)"', text)
    assert {"English", "Japanese"} <= set(languages)
    assert sorted(said) == sorted(
        (name, language.upper()) for name in dict(said) for language in languages
    )


def test_the_version_resource_is_what_pyinstaller_evaluates() -> None:
    tree = ast.parse(installer.version_resource(), mode="eval")
    assert isinstance(tree.body, ast.Call)
    numbers = re.search(r"filevers=\(([\d, ]+)\)", installer.version_resource())
    assert numbers is not None
    assert len(numbers[1].split(",")) == 4


def test_a_version_is_four_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "VERSION", "1.2.0rc3")
    assert installer.version_numbers() == (1, 2, 0, 3)
    monkeypatch.setattr(places, "VERSION", "2.0")
    assert installer.version_numbers() == (2, 0, 0, 0)


# macOS


def test_the_macos_bundle() -> None:
    entitlements = plistlib.loads((PACKAGING / "macos" / "entitlements.plist").read_bytes())
    assert entitlements["com.apple.security.cs.disable-library-validation"] is True
    info = plistlib.loads(plistlib.dumps(bundle.info()))
    (kind,) = info["UTExportedTypeDeclarations"]
    assert kind["UTTypeIdentifier"] in info["CFBundleDocumentTypes"][0]["LSItemContentTypes"]
    assert places.MIME_TYPE in kind["UTTypeTagSpecification"]["public.mime-type"]
    assert places.SUFFIX[1:] in kind["UTTypeTagSpecification"]["public.filename-extension"]
    assert bundle.NAME.removesuffix(".app") == PRODUCT
    assert set(info["CFBundleLocalizations"]) == set(LANGUAGES)
    for one in (info["CFBundleDocumentTypes"][0]["CFBundleTypeIconFile"], kind["UTTypeIconFile"]):
        assert f'"{one}"' in Path(bundle.__file__).read_text("utf-8")


def test_macos_signs_the_program_inside_before_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []
    monkeypatch.setattr(places, "run", lambda words, **_: commands.append(list(map(str, words))))
    monkeypatch.setattr(bundle, "APP", tmp_path / bundle.NAME)
    monkeypatch.setattr(places, "RENDERED", tmp_path)
    monkeypatch.setenv("CODESIGN_IDENTITY", "Developer ID")
    (tmp_path / "profile.icns").touch()
    for name in ("MacOS", "Resources"):
        (bundle.APP / "Contents" / name).mkdir(parents=True)
    practice, licence = tmp_path / "practice-vcenter", tmp_path / "licences.txt"
    practice.touch()
    licence.touch()
    bundle.finish(practice, licence)
    inside = bundle.APP / "Contents" / "MacOS" / "practice-vcenter"
    assert inside.stat().st_mode & 0o111
    assert (bundle.APP / "Contents" / "Resources" / "licences.txt").is_file()
    assert [words[-1] for words in commands] == [str(inside), *[str(bundle.APP)] * 2]
    assert all("Developer ID" in words for words in commands[:2])
    assert "--entitlements" in commands[1]
    assert "--verify" in commands[2]
