"""Whether the window or the command line starts."""

from __future__ import annotations

import contextlib
import sys
import types

import pytest

from core.checks.profile import check_profile
from core.handoff.printing import register_printer
from core.practice.server import NoPractice, Practice, find_program
from core.profile.document import ProfileDocument, load_profile
from core.text import use_language
from gui import launcher


@pytest.fixture(autouse=True)
def _no_printer_stays():
    """The launcher names one for the whole process, and with it Qt would come into other tests."""
    yield
    register_printer(None)


@pytest.mark.parametrize(
    ("arguments", "is_window"),
    [
        ([], True),
        (["--language", "ja"], True),
        (["--language=en"], True),
        (["lab.yaml"], True),
        (["--language", "ja", "LAB.YML"], True),
        (["--help"], False),
        (["--version"], False),
        (["check", "lab.yaml"], False),
        (["chekc"], False),
        (["--language", "fr"], False),
        (["--language"], False),
        (["--language=ja", "check", "lab.yaml"], False),
    ],
)
def test_what_starts(arguments, is_window, monkeypatch, capsys):
    window = types.ModuleType("gui.app")
    window.run = lambda _arguments: 77
    monkeypatch.setitem(sys.modules, "gui.app", window)
    monkeypatch.setattr("core.cli.main.main", lambda _arguments: 88)
    assert launcher.main(arguments) == (77 if is_window else 88)


@pytest.fixture
def opened(monkeypatch, tmp_path):
    """What the window is opened with on a practice vCenter that is none."""
    seen = []
    window = types.ModuleType("gui.app")
    window.run = lambda arguments, practice=None: seen.append((arguments, practice)) or 77
    monkeypatch.setitem(sys.modules, "gui.app", window)
    monkeypatch.setattr(launcher, "has_display", lambda: True)

    @contextlib.contextmanager
    def running():
        yield Practice("127.0.0.1", 8989, "administrator@vsphere.local", "x", "", tmp_path)

    monkeypatch.setattr("core.practice.server.running_practice", running)
    yield seen
    use_language("en")


def test_the_practice_window_has_the_sample_that_was_asked_for(opened, tmp_path):
    path = tmp_path / "sample.haproxy.yaml"
    chosen = ["--topology", "frontend", "--source", "import", "--profile", str(path)]
    assert launcher.main(["--language", "ja", "practice", "--window", *chosen]) == 77
    ((arguments, practice),) = opened
    assert arguments == ["--language", "ja"]
    assert practice.saved_as == path
    profile = load_profile(path).profile
    assert ProfileDocument(practice.profile_text()).profile.ova == profile.ova
    assert profile.is_frontend
    assert (profile.ova.file, profile.ova.import_to_library) == (str(practice.ova), True)
    assert (profile.ova.library, profile.ova.item) == ("Templates", "haproxy-v0.2.0-imported")
    assert [f.code for f in check_profile(profile)] == []


def test_the_practice_window_overwrites_nothing(opened, tmp_path, capsys):
    path = tmp_path / "mine.yaml"
    path.write_text("mine")
    assert launcher.main(["practice", "--window", "--profile", str(path)]) == 1
    assert "exists already" in capsys.readouterr().err
    assert (path.read_text(), opened) == ("mine", [])


def test_without_its_program_practice_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("core.practice.server._PROGRAM", "practice-vcenter-that-is-not-there")
    monkeypatch.delenv("HAPROXY_SETUP_PRACTICE_VCENTER", raising=False)
    with pytest.raises(NoPractice) as caught:
        find_program()
    advice = str(caught.value.advice)
    assert "package" in advice
    assert "HAPROXY_SETUP_PRACTICE_VCENTER" in advice
