"""Files: opened, saved, compared, recovered; unsaved work is never lost silently."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QInputDialog
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from core.background import drafts
from core.background.drafts import Draft
from core.errors import FileError
from core.jobs import JobContext
from core.profile.document import ProfileDocument, load_profile
from core.profile.model import DEFAULT, FRONTEND
from core.profile.template import new_profile_text
from core.secrets.store import SessionStore, ref_for
from core.text import Text
from gui import app as gui_app
from gui import launcher
from gui.application import Application
from gui.dialogs.import_preview import ImportPreview
from gui.dialogs.question import Question
from gui.window.main_window import MainWindow
from tests.gui.conftest import settle, show
from tests.gui.crashed import crashed_draft


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """Answers questions, and keeps what was asked."""

    def use(answer: str) -> list[str]:
        asked: list[str] = []

        def ask(*arguments: object) -> str:
            asked.append(str(arguments[2]))
            return answer

        monkeypatch.setattr(Question, "ask", ask)
        return asked

    return use


def choose(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    for method in ("getSaveFileName", "getOpenFileName"):
        monkeypatch.setattr(QFileDialog, method, lambda *_: (str(path), ""))


@pytest.mark.parametrize("topology", ["default", "frontend"])
def test_a_new_profile_has_the_topology_chosen(window: MainWindow, topology: str) -> None:
    window.start.new_asked.emit(topology)
    assert window.model.profile.deployment.configuration == topology
    assert window.whole.currentIndex() == 1


def test_saved_closed_and_reopened_everything_is_there(
    monkeypatch: pytest.MonkeyPatch, opened: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "lab-01.yaml"
    choose(monkeypatch, path)
    opened.model.set_value("vm.name", "lb-01")
    opened.model.set_secret("root_password", "top secret words")
    assert opened.isWindowModified()
    opened.actions_by_key["save"].trigger()
    assert not opened.isWindowModified()
    assert "lab-01" in opened.windowTitle()
    assert "top secret" not in path.read_text("utf-8")
    assert load_profile(path).profile.vm.name == "lb-01"
    assert str(path) in opened.application.settings.recent


def test_typing_back_makes_it_unmodified(opened: MainWindow) -> None:
    before = opened.model.value("vm.name")
    opened.model.set_value("vm.name", "x")
    assert opened.isWindowModified()
    opened.model.set_value("vm.name", before)
    assert not opened.isWindowModified()


def test_opening_over_unsaved_work_asks(
    opened: MainWindow, profile_file: Path, answers: Callable[[str], list[str]]
) -> None:
    opened.model.set_value("vm.name", "unsaved")
    asked = answers("cancel")
    opened.flow.open(profile_file)
    assert len(asked) == 1
    assert opened.model.value("vm.name") == "unsaved"
    answers("discard")
    opened.flow.open(profile_file)
    assert opened.model.value("vm.name") == "haproxy"


def test_a_file_that_was_changed_meanwhile_is_not_overwritten_silently(
    opened: MainWindow, profile_file: Path, answers: Callable[[str], list[str]]
) -> None:
    opened.flow.open(profile_file)
    profile_file.write_text(profile_file.read_text("utf-8") + "# by somebody else\n", "utf-8")
    opened.model.set_value("vm.name", "mine")
    asked = answers("cancel")
    opened.flow.save()
    assert "changed by another program" in asked[0]
    assert "somebody else" in profile_file.read_text("utf-8")
    answers("overwrite")
    opened.flow.save()
    assert load_profile(profile_file).profile.vm.name == "mine"


def test_a_file_that_cannot_be_written_is_saved_elsewhere(
    opened: MainWindow, profile_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.flow.open(profile_file)
    opened.model.set_value("vm.name", "lb-88")
    save, offered = ProfileDocument.save, []

    def refuse_once(*_arguments: object, **_options: object) -> ProfileDocument:
        monkeypatch.setattr(ProfileDocument, "save", save)
        raise FileError(Text("The file cannot be written."), Text("Save it elsewhere."))

    def ask(*arguments: object) -> str:
        offered.extend(key for key, _ in arguments[-1])  # type: ignore[attr-defined]
        return "other"

    monkeypatch.setattr(ProfileDocument, "save", refuse_once)
    monkeypatch.setattr(Question, "ask", ask)
    choose(monkeypatch, tmp_path / "other.yaml")
    opened.actions_by_key["save"].trigger()
    assert offered == ["other", "cancel"]  # nothing there that could be overwritten
    assert load_profile(tmp_path / "other.yaml").profile.vm.name == "lb-88"


def test_revert_and_duplicate(
    opened: MainWindow, profile_file: Path, answers: Callable[[str], list[str]]
) -> None:
    opened.flow.open(profile_file)
    opened.model.set_value("vm.name", "other")
    answers("revert")
    opened.actions_by_key["revert"].trigger()
    assert opened.model.value("vm.name") == "haproxy"
    identity = opened.model.profile.id
    opened.actions_by_key["duplicate"].trigger()
    assert opened.model.profile.id != identity
    assert opened.flow.path is None


def test_import_shows_what_would_change_first(
    monkeypatch: pytest.MonkeyPatch, opened: MainWindow, tmp_path: Path, profile_file: Path
) -> None:
    document = load_profile(profile_file)
    document.set("vm.name", "imported")
    other = tmp_path / "other.yaml"
    document.save(other)
    seen: list[list[str]] = []

    def ask(parent: MainWindow, now: object, then: object) -> bool:
        preview = ImportPreview(parent, now, then)  # type: ignore[arg-type]
        seen.append(preview.changes)
        preview.deleteLater()
        return True

    monkeypatch.setattr(ImportPreview, "ask", ask)
    choose(monkeypatch, other)
    identity = opened.model.profile.id
    opened.actions_by_key["import"].trigger()
    assert "vm.name" in seen[0]
    assert opened.model.value("vm.name") == "imported"
    assert opened.model.profile.id == identity


def test_a_draft_survives_a_crash_and_is_offered(
    qtbot: QtBot,
    opened: MainWindow,
    application: Application,
    answers: Callable[[str], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened.model.set_value("vm.name", "drafted")
    opened.flow.keep_draft()
    draft = crashed_draft(opened, monkeypatch)
    assert draft.path == ""
    for other in set(drafts.find_drafts(JobContext())) - {draft}:
        application.controller.discard_draft(other)
    asked = answers("open")
    application.offer_drafts()
    assert "unsaved work" in asked[0]
    window = application.windows[-1]
    assert window is not opened
    qtbot.addWidget(window, before_close_func=settle)
    assert window.model.value("vm.name") == "drafted"
    assert window.isWindowModified(), "no file has it yet"
    assert crashed_draft(window, monkeypatch).file != draft.file
    window.model.revert()
    window.flow.when_settled(lambda: None)
    assert drafts.find_drafts(JobContext()) == (), "all was taken back"


def test_two_drafts_are_opened_in_two_windows(
    qtbot: QtBot,
    threaded: Application,
    answers: Callable[[str], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The second is answered for before the first is read."""
    opened = show(qtbot, threaded.open_window())
    texts = [new_profile_text(DEFAULT).replace("haproxy", name) for name in ("one", "two")]
    answers("open")
    threaded._on_drafts(tuple(Draft("", text) for text in texts))
    assert len(threaded.windows) == 2
    qtbot.addWidget(threaded.windows[1], before_close_func=settle)
    qtbot.waitUntil(lambda: all(window.model.document for window in threaded.windows))
    assert opened.model.profile != threaded.windows[1].model.profile


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_file_changed_after_a_crash_is_not_overwritten_silently(
    opened: MainWindow,
    profile_file: Path,
    answers: Callable[[str], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    line_end: str,
) -> None:
    profile_file.write_text(profile_file.read_text("utf-8"), "utf-8", newline=line_end)
    draft = crashed(opened, profile_file, monkeypatch)
    with profile_file.open("a", encoding="utf-8", newline=line_end) as stream:
        stream.write("# by somebody else\n")
    theirs = profile_file.read_bytes()
    opened.flow.recover(draft)
    assert opened.model.value("vm.name") == "drafted"
    assert opened.model.is_changed
    asked = answers("cancel")
    opened.flow.save()
    assert "changed by another program" in asked[0]
    assert profile_file.read_bytes() == theirs
    answers("overwrite")
    opened.flow.save()
    assert load_profile(profile_file).profile.vm.name == "drafted"
    lines = profile_file.read_bytes().splitlines(keepends=True)
    assert {line.endswith(b"\r\n") for line in lines} == {line_end == "\r\n"}


def test_a_file_as_it_was_before_a_crash_is_saved_without_a_question(
    opened: MainWindow,
    profile_file: Path,
    answers: Callable[[str], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened.flow.recover(crashed(opened, profile_file, monkeypatch))
    asked = answers("cancel")
    opened.flow.save()
    assert asked == []
    assert load_profile(profile_file).profile.vm.name == "drafted"


def test_a_draft_of_what_was_saved_after_all_is_no_unsaved_work(
    opened: MainWindow,
    profile_file: Path,
    answers: Callable[[str], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The crash came between writing the file and dropping the draft."""
    draft = crashed(opened, profile_file, monkeypatch)
    profile_file.write_text(draft.text, "utf-8")
    opened.flow.recover(draft)
    assert opened.model.value("vm.name") == "drafted"
    assert not opened.model.is_changed


def crashed(opened: MainWindow, path: Path, monkeypatch: pytest.MonkeyPatch) -> drafts.Draft:
    """The draft of a file that was open with unsaved work when the program ended."""
    opened.flow.open(path)
    opened.model.set_value("vm.name", "drafted")
    opened.flow.keep_draft()
    draft = crashed_draft(opened, monkeypatch)
    opened.model.revert()
    opened.flow.keep_draft()
    assert not Path(draft.file).exists(), "there is no unsaved work"
    return draft


def test_a_second_window_works_on_another_profile(
    qtbot: QtBot, opened: MainWindow, application: Application, profile_file: Path
) -> None:
    other = show(qtbot, application.open_window(profile_file))
    other.model.set_value("vm.name", "second")
    assert opened.model.value("vm.name") == "haproxy"


def test_a_missing_file_is_said_and_leaves_the_recent_list(
    opened: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gui.window import profile_flow

    said: list[str] = []
    monkeypatch.setattr(profile_flow, "show_error", lambda _p, error: said.append(str(error)))
    gone = tmp_path / "gone.yaml"
    opened.application.add_recent(str(gone))
    opened.flow.open(gone)
    assert "gone.yaml" in said[0]
    assert str(gone) not in opened.application.settings.recent


def test_closing_with_unsaved_work_asks(
    opened: MainWindow, answers: Callable[[str], list[str]]
) -> None:
    opened.model.set_value("vm.name", "unsaved")
    asked = answers("cancel")
    assert not opened.close()
    assert asked
    assert opened.isVisible()


def test_an_ova_with_the_sample_values_is_read_and_its_licence_accepted(
    qtbot: QtBot, opened: MainWindow, tmp_path: Path
) -> None:
    from core.practice.sample_ova import write_sample_ova

    path = tmp_path / "appliance.ova"
    write_sample_ova(path, disk_bytes=1 << 20)
    opened.model.set_value("deployment.configuration", FRONTEND)
    opened.model.set_value("ova.file", str(path))
    qtbot.waitUntil(lambda: opened.ova.verified is not None)
    opened.go_to("ova")
    page = opened.pages[2]
    assert "Management, Workload, Frontend" in page._values["networks"].text()  # type: ignore[attr-defined]
    assert not opened.ova.licence_accepted
    page.accept_box.click()  # type: ignore[attr-defined]
    assert opened.ova.licence_accepted


def test_a_profile_is_renamed_and_pinned(
    opened: MainWindow, profile_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened.flow.open(profile_file)
    opened.model.set_value("vm.name", "lb-77")
    monkeypatch.setattr(QInputDialog, "getText", lambda *_a, **_k: ("other", True))
    opened.actions_by_key["rename"].trigger()
    other = profile_file.with_name("other.yaml")
    assert not profile_file.exists()
    assert load_profile(other).profile.vm.name == "lb-77"
    assert "other" in opened.windowTitle()
    opened.actions_by_key["pin"].trigger()
    opened.application.add_recent("/elsewhere.yaml")
    assert opened.application.settings.listed == (str(other), "/elsewhere.yaml")
    opened.actions_by_key["pin"].trigger()
    assert opened.application.settings.pinned == ()


@pytest.mark.parametrize("name", ["a/b", "../b", "/b", "lab/"])
def test_a_name_with_a_slash_is_refused_and_nothing_of_it_taken(
    opened: MainWindow, profile_file: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    said: list[str] = []
    shown = "gui.window.profile_flow.show_error"
    monkeypatch.setattr(shown, lambda _parent, error: said.append(str(error)))
    opened.flow.open(profile_file)
    before = sorted(profile_file.parent.parent.rglob("*"))
    monkeypatch.setattr(QInputDialog, "getText", lambda *_a, **_k: (name, True))
    opened.actions_by_key["rename"].trigger()
    assert len(said) == 1
    assert "in another folder" in said[0]
    assert sorted(profile_file.parent.parent.rglob("*")) == before
    assert opened.flow.path == profile_file


def test_deleting_names_the_profile_and_forgets_its_passwords(
    opened: MainWindow,
    profile_file: Path,
    store: SessionStore,
    answers: Callable[[str], list[str]],
) -> None:
    opened.flow.open(profile_file)
    ref = ref_for(opened.model.profile, "root_password")
    store.set(ref, "kept so far")
    asked = answers("cancel")
    opened.actions_by_key["delete"].trigger()
    assert asked == ["Delete the profile lab.yaml?"]
    assert profile_file.exists()
    answers("delete")
    opened.actions_by_key["delete"].trigger()
    assert not profile_file.exists()
    assert store.get(ref) is None
    assert opened.model.document is None
    assert opened.whole.currentIndex() == 0
    assert not opened.actions_by_key["save"].isEnabled()


def test_a_profile_named_at_the_start_is_opened(
    qtbot: QtBot, looks: None, profile_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Application] = []

    def make(*arguments: object, **options: object) -> Application:
        made.append(Application(*arguments, **options))  # type: ignore[arg-type]
        return made[0]

    def drive(*_: object) -> int:
        window = made[0].windows[0]
        show(qtbot, window)
        qtbot.waitUntil(lambda: window.model.document is not None)
        return 0

    monkeypatch.setattr(gui_app, "Application", make)
    monkeypatch.setattr(gui_app, "finish_start", lambda _application: None)
    monkeypatch.setattr(QApplication, "exec", drive)
    assert launcher.main([str(profile_file)]) == 0
    assert made[0].windows[0].flow.path == profile_file
    made[0].shut_down()


def test_discarding_on_quit_closes_the_window(
    qtbot: QtBot, application: Application, answers: Callable[[str], list[str]]
) -> None:
    window = application.open_window()  # not qtbot's: it is gone at the end
    window.complete()
    window.model.show(ProfileDocument(new_profile_text(DEFAULT)))
    window.flow.opened.emit()
    window.model.set_value("vm.name", "unsaved")
    assert answers("cancel") == []
    window.close()
    assert window.isVisible(), "cancelled: it stays"
    assert window.model.value("vm.name") == "unsaved"
    answers("discard")
    window.close()
    qtbot.waitUntil(lambda: not (isValid(window) and window.isVisible()))
