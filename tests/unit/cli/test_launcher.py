"""Whether the window or the command line starts."""

from __future__ import annotations

import sys
import types

import pytest

from gui import launcher


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
