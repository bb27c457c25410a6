"""Saving to a disk that takes its time: the window goes on, and nothing is lost or mixed up."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog, QInputDialog
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from core.background import profile_files
from core.background.drafts import Draft
from core.controller import Controller
from core.errors import FileError
from core.jobs import JobContext
from core.profile.document import ProfileDocument, load_profile
from core.profile.model import DEFAULT, FRONTEND, Profile
from core.profile.template import new_profile_text
from core.text import Text
from gui.application import Application
from gui.dialogs.question import Question
from gui.window import profile_flow
from gui.window.main_window import MainWindow
from tests.gui.conftest import show
from tests.gui.crashed import crashed_draft


class SlowDisk:
    """Saves wait for ``gate``; how many were started is counted."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.started = 0
        self.problem: Exception | None = None
        self._save = profile_files.save

    def save(
        self, ctx: JobContext, document: ProfileDocument, path: Path | None, overwrite: bool
    ) -> ProfileDocument:
        self.started += 1
        self.gate.wait(10)
        if self.problem is not None:
            raise self.problem
        return self._save(ctx, document, path, overwrite)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowDisk]:
    slow = SlowDisk()
    monkeypatch.setattr(profile_files, "save", slow.save)
    yield slow
    slow.gate.set()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What was asked, and what is answered: the last answer again and again."""
    about: dict[str, list[str]] = {"asked": [], "answers": ["cancel"]}

    def ask(*arguments: object) -> str:
        about["asked"].append(str(arguments[2]))
        answers = about["answers"]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    monkeypatch.setattr(Question, "ask", ask)
    return about


@pytest.fixture
def other_file(tmp_path: Path) -> Path:
    path = tmp_path / "other.yaml"
    path.write_text(new_profile_text(DEFAULT), "utf-8")
    return path


@pytest.fixture
def going(qtbot: QtBot, threaded: Application, profile_file: Path) -> MainWindow:
    """A window with a profile that was changed."""
    return with_changes(qtbot, show(qtbot, threaded.open_window()), profile_file)


def with_changes(qtbot: QtBot, window: MainWindow, profile_file: Path) -> MainWindow:
    with qtbot.waitSignal(window.flow.opened):
        window.flow.open(profile_file)
    window.model.set_value("vm.name", "first")
    return window


def test_a_late_answer_does_not_land_in_another_document(
    qtbot: QtBot,
    going: MainWindow,
    disk: SlowDisk,
    profile_file: Path,
    other_file: Path,
    asked: dict[str, list[str]],
) -> None:
    before = other_file.read_bytes()
    going.flow.save()
    asked["answers"] = ["discard"]
    with qtbot.waitSignal(going.flow.opened):
        going.flow.open(other_file)
    with qtbot.waitSignal(going.flow.saved_apart) as apart:
        disk.gate.set()
    assert apart.args == [str(profile_file)]
    assert going.flow.path == other_file
    assert not going.model.is_changed
    assert going.model.value("vm.name") == "haproxy"
    going.model.set_value("vm.name", "second")
    with qtbot.waitSignal(going.flow.saved):
        going.flow.save()
    assert load_profile(profile_file).profile.vm.name == "first"
    assert load_profile(other_file).profile.vm.name == "second"
    assert other_file.read_bytes() != before


def test_a_late_failure_offers_nothing_for_another_document(
    qtbot: QtBot,
    going: MainWindow,
    disk: SlowDisk,
    other_file: Path,
    asked: dict[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []
    monkeypatch.setattr(profile_flow, "show_error", lambda _w, error: said.append(str(error)))
    disk.problem = FileError(Text("The disk is full."), Text("Make room."))
    going.flow.save()
    asked["answers"] = ["discard"]
    with qtbot.waitSignal(going.flow.opened):
        going.flow.open(other_file)
    asked["asked"].clear()
    disk.gate.set()
    qtbot.waitUntil(lambda: bool(said))
    assert "The disk is full." in said[0]
    assert asked["asked"] == []


def test_a_second_save_waits_for_the_first(
    qtbot: QtBot,
    going: MainWindow,
    disk: SlowDisk,
    profile_file: Path,
    asked: dict[str, list[str]],
) -> None:
    going.flow.save()
    going.model.set_value("vm.name", "second")
    going.flow.save()
    qtbot.waitUntil(lambda: disk.started == 1)
    with qtbot.waitSignals([going.flow.saved, going.flow.saved]):
        disk.gate.set()
    assert disk.started == 2
    assert asked["asked"] == []
    assert load_profile(profile_file).profile.vm.name == "second"
    assert not going.model.is_changed


def test_a_late_deletion_does_not_take_another_document_away(
    qtbot: QtBot,
    going: MainWindow,
    profile_file: Path,
    other_file: Path,
    asked: dict[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate, delete = threading.Event(), profile_files.delete

    def late(
        ctx: JobContext, store: Any, profile: Profile, path: Path, known: tuple[str, ...]
    ) -> profile_files.Deleted:
        gate.wait(10)
        return delete(ctx, store, profile, path, known)

    monkeypatch.setattr(profile_files, "delete", late)
    asked["answers"] = ["delete", "discard"]
    going.flow.delete()
    with qtbot.waitSignal(going.flow.opened):
        going.flow.open(other_file)
    with qtbot.waitSignal(going.flow.missing) as gone:
        gate.set()
    assert gone.args == [str(profile_file)]
    assert not profile_file.exists()
    assert going.flow.path == other_file


def test_a_new_profile_saved_twice_asks_where_once(
    qtbot: QtBot,
    threaded: Application,
    disk: SlowDisk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    places: list[Path] = []

    def choose(*_: object) -> tuple[str, str]:
        places.append(tmp_path / f"{len(places)}.yaml")
        return str(places[-1]), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    window = show(qtbot, threaded.open_window())
    window.model.show(ProfileDocument(new_profile_text(DEFAULT)))
    window.flow.opened.emit()
    window.flow.save()
    window.model.set_value("vm.name", "later")
    window.flow.save()
    with qtbot.waitSignals([window.flow.saved, window.flow.saved]):
        disk.gate.set()
    assert len(places) == 1
    assert load_profile(places[0]).profile.vm.name == "later"


def test_typing_while_it_is_saved_and_closed_is_asked_about(
    qtbot: QtBot,
    threaded: Application,
    disk: SlowDisk,
    profile_file: Path,
    asked: dict[str, list[str]],
) -> None:
    window = threaded.open_window()  # not qtbot's: it is gone at the end
    window.show()
    window.complete()
    going = with_changes(qtbot, window, profile_file)
    asked["answers"] = ["save", "cancel"]
    assert not going.close()
    going.model.set_value("vm.name", "typed meanwhile")
    disk.gate.set()
    qtbot.waitUntil(lambda: len(asked["asked"]) == 2)
    assert going.isVisible()
    assert going.model.value("vm.name") == "typed meanwhile"
    assert load_profile(profile_file).profile.vm.name == "first"
    asked["answers"] = ["save"]
    going.close()
    qtbot.waitUntil(lambda: not (isValid(going) and going.isVisible()))
    assert load_profile(profile_file).profile.vm.name == "typed meanwhile"


def test_saved_in_another_folder_its_files_are_still_found_and_nothing_is_unsaved(
    opened: MainWindow, profile_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lab.ova").write_bytes(b"")
    (tmp_path / "sub").mkdir()
    opened.flow.open(profile_file)
    opened.model.set_value("ova.file", "lab.ova")
    place = str(tmp_path / "sub" / "lab.yaml")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (place, ""))
    opened.flow.save_as()
    assert Path(opened.model.value("ova.file")) == Path("..") / "lab.ova"
    assert not opened.model.is_changed


@pytest.mark.parametrize("name", ["x" * 300, "nul\0"])
def test_a_name_no_file_can_have_is_said(
    opened: MainWindow,
    profile_file: Path,
    tmp_path: Path,
    name: str,
    asked: dict[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []
    monkeypatch.setattr(profile_flow, "show_error", lambda _w, error: said.append(str(error)))
    place = str(tmp_path / name)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (place, ""))
    monkeypatch.setattr(QInputDialog, "getText", lambda *_a, **_k: (name, True))
    opened.flow.open(profile_file)
    opened.flow.rename()
    opened.flow.export()
    assert len(said) == 2
    assert all("cannot be written" in one for one in said)
    opened.flow.save_as()
    assert "cannot be written" in asked["asked"][0]
    assert opened.flow.path == profile_file


def test_a_recovered_draft_of_a_new_profile_is_unsaved(
    opened: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.flow.recover(Draft("", new_profile_text(DEFAULT)))
    assert opened.model.is_changed
    assert opened.isWindowModified()
    place = tmp_path / "kept.yaml"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(place), ""))
    opened.flow.save()
    assert place.exists()
    assert not opened.model.is_changed


def test_a_draft_of_a_new_profile_is_reverted_to_the_new_profile(
    opened: MainWindow, asked: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """To what the draft was made from, not to the draft."""
    opened.flow.open_text("# Ours\n" + new_profile_text(FRONTEND), None)
    blank = opened.model.profile
    opened.model.set_value("vm.name", "drafted")
    opened.flow.keep_draft()
    draft = crashed_draft(opened, monkeypatch)
    opened.model.revert()
    opened.flow.recover(draft)
    assert opened.model.value("vm.name") == "drafted"
    assert opened.model.is_changed
    asked["answers"] = ["revert"]
    opened.flow.revert()
    assert opened.model.profile == blank
    assert not opened.model.is_changed
    assert opened.model.document is not None
    assert opened.model.document.text.startswith("# Ours\n")
    opened.flow.keep_draft()
    assert not Path(draft.file).exists()


def test_a_draft_of_an_older_version_is_reverted_to_a_new_profile_of_its_kind(
    opened: MainWindow,
) -> None:
    document = ProfileDocument(new_profile_text(FRONTEND))
    document.set("vm.name", "drafted")
    opened.flow.recover(Draft("", document.text))
    assert opened.model.value("vm.name") == "drafted"
    opened.model.revert()
    assert opened.model.value("vm.name") == "haproxy"
    assert opened.model.value("deployment.configuration") == FRONTEND
    assert opened.model.profile.id == document.profile.id


def test_a_draft_whose_file_is_gone_is_reverted_to_what_the_file_held(
    opened: MainWindow, tmp_path: Path
) -> None:
    before = new_profile_text(DEFAULT)
    document = ProfileDocument(before)
    document.set("vm.name", "drafted")
    gone = tmp_path / "gone.yaml"
    opened.flow.recover(Draft(str(gone), document.text, before))
    assert opened.model.value("vm.name") == "drafted"
    assert opened.flow.path == gone
    opened.model.revert()
    assert opened.model.value("vm.name") == "haproxy"


def test_a_copy_keeps_its_own_id_when_it_is_reverted(
    opened: MainWindow, profile_file: Path, asked: dict[str, list[str]]
) -> None:
    """With the first one's id it would use, and delete, the first one's passwords."""
    opened.flow.open(profile_file)
    first = opened.model.profile.id
    opened.flow.duplicate()
    own = opened.model.profile.id
    assert own != first
    assert opened.model.is_changed
    opened.model.set_value("vm.name", "copy")
    asked["answers"] = ["revert"]
    opened.flow.revert()
    assert opened.model.profile.id == own
    assert opened.model.value("vm.name") == "haproxy"


class SlowOpening:
    """Opening a file waits for ``gate``."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.started = 0
        self._load = profile_files.load

    def load(self, ctx: JobContext, path: Path) -> ProfileDocument:
        self.started += 1
        self.gate.wait(10)
        return self._load(ctx, path)


@pytest.fixture
def opening(going: MainWindow, monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowOpening]:
    slow = SlowOpening()
    monkeypatch.setattr(profile_files, "load", slow.load)
    yield slow
    slow.gate.set()


def test_what_is_typed_while_the_next_file_is_read_is_asked_about(
    qtbot: QtBot,
    going: MainWindow,
    opening: SlowOpening,
    profile_file: Path,
    other_file: Path,
    asked: dict[str, list[str]],
) -> None:
    asked["answers"] = ["discard", "cancel"]
    going.flow.open(other_file)
    going.model.set_value("vm.name", "typed meanwhile")
    opening.gate.set()
    qtbot.waitUntil(lambda: len(asked["asked"]) == 2)
    assert going.flow.path == profile_file
    assert going.model.value("vm.name") == "typed meanwhile"

    asked["answers"] = ["discard", "save"]
    opening.gate.clear()
    going.flow.open(other_file)
    going.model.set_value("vm.name", "typed once more")
    with qtbot.waitSignals([going.flow.saved, going.flow.opened], timeout=10_000):
        opening.gate.set()
    assert going.flow.path == other_file
    assert load_profile(profile_file).profile.vm.name == "typed once more"


def test_what_is_typed_into_a_saved_profile_while_the_next_is_read_is_asked_about(
    qtbot: QtBot,
    going: MainWindow,
    opening: SlowOpening,
    other_file: Path,
    asked: dict[str, list[str]],
) -> None:
    going.model.revert()
    going.flow.open(other_file)
    assert asked["asked"] == []
    going.model.set_value("vm.name", "typed meanwhile")
    asked["answers"] = ["discard"]
    with qtbot.waitSignal(going.flow.opened):
        opening.gate.set()
    assert len(asked["asked"]) == 1
    assert going.flow.path == other_file
    assert not going.model.is_changed


def test_what_was_discarded_is_no_draft_while_the_next_file_is_read(
    qtbot: QtBot,
    going: MainWindow,
    opening: SlowOpening,
    other_file: Path,
    asked: dict[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: list[object] = []
    monkeypatch.setattr(Controller, "keep_draft", lambda _c, document: kept.append(document))
    asked["answers"] = ["discard"]
    going.flow.open(other_file)
    going.flow.keep_draft()
    assert kept == []
    with qtbot.waitSignal(going.flow.opened):
        opening.gate.set()
    assert len(asked["asked"]) == 1, "what was given up is not asked about again"


@pytest.mark.parametrize("answer", ["overwrite", "cancel"])
def test_a_name_that_gets_its_suffix_here_does_not_overwrite_unasked(
    opened: MainWindow,
    asked: dict[str, list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
) -> None:
    """The system's dialog has asked about the name without it."""
    there = tmp_path / "lab.haproxy.yaml"
    there.write_text("precious\n", "utf-8")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "lab"), ""))
    for key in ("save_as", "export"):
        asked["answers"] = [answer]
        opened.actions_by_key[key].trigger()
        assert str(there) in asked["asked"][-1]
        assert (there.read_text("utf-8") == "precious\n") == (answer == "cancel")
        there.write_text("precious\n", "utf-8")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(there), ""))
    opened.actions_by_key["export"].trigger()
    assert len(asked["asked"]) == 2, "here the system has asked"
    assert there.read_text("utf-8") != "precious\n"
