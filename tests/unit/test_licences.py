"""Others' licences: from the file of a package, else from what is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import licences


def test_what_is_needed_is_named_with_its_licence() -> None:
    text = licences.third_party_licences()
    head, _, rest = text.partition("-----")
    direct = ("PySide6_Essentials", "pyvmomi", "keyring", "requests", "cryptography")
    for name in (*direct, "shiboken6", "urllib3", "platformdirs"):
        assert f"  {name} " in head
    assert "pytest" not in head  # not needed to run
    assert "Apache License" in rest
    assert "PERMISSION" in rest.upper()


def test_the_file_of_a_package_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / licences.FILE_NAME).write_text("as collected ☃\n", "utf-8")
    monkeypatch.setattr(licences, "files", lambda _package: tmp_path)
    assert licences.third_party_licences() == "as collected ☃\n"


def test_nothing_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(licences, "OWN_NAME", "no-such-distribution")
    assert "not part of this installation" in licences.third_party_licences()


def test_the_packaging_writes_the_file_that_is_read() -> None:
    root = Path(__file__).resolve().parents[2]
    source = (root / "packaging" / "licences.py").read_text("utf-8")
    assert f'FILE_NAME = "{licences.FILE_NAME}"' in source
