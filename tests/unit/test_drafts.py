"""Unsaved work of several runs of the program beside each other."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.background import drafts
from core.background.drafts import Draft, DraftPlace, discard_draft, drafts_folder, find_drafts
from core.background.profile_files import recover
from core.errors import FileError
from core.jobs import JobContext
from core.profile.document import ProfileDocument, load_profile

TEXT = "schema: 1\nid: lab.one\nvm:\n  name: saved\n"
OTHER_RUN = """
import sys
from core.background.drafts import DraftPlace
from core.jobs import JobContext
from core.profile.document import load_profile
document = load_profile(sys.argv[1])
document.set("vm.name", sys.argv[2])
DraftPlace().keep(JobContext(), document, 1)
print("kept", flush=True)
sys.stdin.read()
"""
CTX = JobContext()


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    yield
    drafts._PRESENCE.end()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "lab.yaml"
    path.write_text(TEXT, "utf-8")
    return path


def start_other_run(file: Path, name: str) -> subprocess.Popen[str]:
    """Another program that has the file open, unsaved, under that name of the machine."""
    command = [sys.executable, "-c", OTHER_RUN, str(file), name]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "kept\n"
    return process


def end(process: subprocess.Popen[str], *, killed: bool = True) -> None:
    if killed:
        process.kill()
    process.communicate()


def edited(file: Path, name: str) -> ProfileDocument:
    document = load_profile(file)
    document.set("vm.name", name)
    return document


def names() -> list[str]:
    """The machine's name in each draft that is found."""
    return [ProfileDocument(one.text).profile.vm.name for one in find_drafts(CTX)]


def test_work_of_a_program_that_runs_is_not_found(file: Path) -> None:
    DraftPlace().keep(CTX, edited(file, "ours"), 1)
    process = start_other_run(file, "theirs")
    assert names() == []
    end(process)
    assert names() == ["theirs"]
    (found,) = find_drafts(CTX)
    assert (found.path, found.before) == (str(file), TEXT)


def test_another_edit_of_the_file_leaves_what_a_crash_left(file: Path) -> None:
    """Nobody was asked about it yet, or the answer was to ask again later."""
    end(start_other_run(file, "first"))
    end(start_other_run(file, "second"))
    place = DraftPlace()
    place.keep(CTX, edited(file, "ours"), 1)
    assert names() == ["first", "second"]
    place.drop(CTX, "lab.one", 2)
    assert names() == ["first", "second"], "saving ours says nothing about theirs"


def own_drafts() -> list[str]:
    """The machine's name in each draft of this run."""
    own = (path for path in drafts_folder().glob("*.draft.yaml") if drafts._RUN in path.name)
    return sorted(ProfileDocument(path.read_text("utf-8")).profile.vm.name for path in own)


def test_what_is_recovered_is_kept_on_as_our_own(file: Path) -> None:
    place = DraftPlace()
    end(start_other_run(file, "first"))
    (found,) = find_drafts(CTX)
    place.adopt(CTX, ProfileDocument(TEXT), found, 1)
    assert (names(), own_drafts()) == ([], []), "it was saved after all"
    end(start_other_run(file, "second"))
    (found,) = find_drafts(CTX)
    place.adopt(CTX, edited(file, "second"), found, 2)
    assert (names(), own_drafts()) == ([], ["second"])


def test_two_windows_with_one_file_keep_the_work_of_both(file: Path) -> None:
    """Or with two copies of one id."""
    places = [DraftPlace(), DraftPlace()]
    for place, name in zip(places, ("left", "right"), strict=True):
        place.keep(CTX, edited(file, name), 1)
    assert own_drafts() == ["left", "right"]
    places[0].drop(CTX, "lab.one", 2)
    assert own_drafts() == ["right"]


def test_a_job_that_was_overtaken_does_nothing_any_more(file: Path) -> None:
    place = DraftPlace()
    turns = [place.take_turn() for _ in range(3)]
    place.keep(CTX, edited(file, "later"), turns[2])
    place.drop(CTX, "lab.one", turns[1])
    place.keep(CTX, edited(file, "earlier"), turns[0])
    assert own_drafts() == ["later"]
    place.keep(CTX, ProfileDocument(TEXT.replace("lab.one", "two")), turns[0])
    assert own_drafts() == ["later", "saved"], "that is another profile"


def test_what_is_discarded_is_gone(file: Path) -> None:
    end(start_other_run(file, "first"))
    end(start_other_run(file, "second"))
    discard_draft(CTX, find_drafts(CTX)[0])
    assert names() == ["second"]


def test_a_program_that_ends_by_itself_leaves_its_draft_and_no_lock(file: Path) -> None:
    """The window drops drafts as it closes; what is left was not decided on."""
    end(start_other_run(file, "first"), killed=False)
    assert names() == ["first"]
    assert list(drafts_folder().glob("*.lock")) == []


def test_a_damaged_draft_is_not_said_to_be_the_profile(file: Path) -> None:
    with pytest.raises(FileError, match=r"there/one\.draft\.yaml, line"):
        recover(CTX, Draft(str(file), "vm: [", file="there/one.draft.yaml"))


def test_an_earlier_versions_draft_is_found_and_a_damaged_one_is_not(file: Path) -> None:
    folder = drafts_folder()
    folder.mkdir(parents=True)
    head = json.dumps({"path": str(file), "pid": 1, "before": TEXT})
    (folder / "lab.one.draft.yaml").write_text(f"# {head}\n{TEXT}", "utf-8")
    (folder / "two.draft.yaml").write_text("# [1]\n", "utf-8")
    (folder / "three.draft.yaml").write_text("no head\n", "utf-8")
    (folder / "four.draft.yaml").write_text("# " + "[" * 100_000 + "\n", "utf-8")
    for number, run in enumerate(("../other", "\0", "")):
        odd = json.dumps({"path": f"{number}", "run": run})
        (folder / f"odd{number}.draft.yaml").write_text(f"# {odd}\n{TEXT}", "utf-8")
    assert sorted(one.path for one in find_drafts(CTX)) == sorted([str(file), "0", "1", "2"])
