"""Whose a deployment is: a copy is told from the file it was made with, moved; or it is asked."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from pathlib import Path

import pytest
from msgspec import structs

from core.background import profile_files
from core.jobs import JobContext
from core.journal.claim import CopiedProfile, MovedOrCopied, file_mark
from core.journal.entry import HOST, Entry
from core.journal.recorder import Recorder
from core.journal.store import JournalStore, follow_rename, journal_path
from core.profile.document import load_profile
from core.profile.model import Profile, VCenterSettings

VCENTER = "0123-vcenter"
PROFILE = Profile(id="abc", vcenter=VCenterSettings("vc.lab.example"))
EDITED = structs.replace(PROFILE, vm=structs.replace(PROFILE.vm, name="second"))
ENTRY = Entry(HOST, "esx-01", "host-1", started="then", made="then")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "haproxy-setup"


def profile_file(path: Path, id_: str = "abc") -> Path:
    path.write_text(f"schema: 1\nid: {id_}\n", "utf-8")
    return path


def look(path: Path, profile: Profile = PROFILE, *, is_moved: bool = False) -> JournalStore:
    """What ``plan`` does."""
    store = JournalStore(profile, VCENTER, str(path))
    store.refuse_copy(is_moved=is_moved)
    return store


def deployed(path: Path, profile: Profile = PROFILE, entry: Entry = ENTRY) -> Path:
    """What ``deploy`` does."""
    recorder = Recorder(profile, VCENTER, str(path))
    recorder._store.journal.put(entry)
    recorder._store.save()
    return path


def owner() -> str:
    return str(json.loads(journal_path(PROFILE, VCENTER).read_text("utf-8"))["profile"]["path"])


def to_another_file_system(path: Path, target: Path) -> Path:
    """As mv does it: the copy has the times, but not the number, of what is removed then."""
    shutil.copy2(path, target)
    path.unlink()
    return target


def test_a_copy_beside_its_original_is_refused_a_moved_file_is_not(tmp_path: Path) -> None:
    original = deployed(profile_file(tmp_path / "a.yaml"))
    copy = profile_file(tmp_path / "b.yaml")
    look(original)
    assert JournalStore(PROFILE, VCENTER).journal.origin.path == str(original)
    with pytest.raises(CopiedProfile, match="is a copy of"):
        look(copy)
    with pytest.raises(CopiedProfile):
        look(copy, is_moved=True)  # it was not: the other one is there
    profile_file(original, "another")
    look(copy)
    original.unlink()
    look(copy)
    original.symlink_to(copy)
    look(copy)


def test_a_copy_of_a_moved_file_is_noticed_once_the_moved_one_was_looked_at(tmp_path: Path) -> None:
    first, moved = deployed(profile_file(tmp_path / "a.yaml")), tmp_path / "moved.yaml"
    first.rename(moved)
    look(moved)
    with pytest.raises(CopiedProfile) as refused:
        look(profile_file(tmp_path / "copy.yaml"))
    assert str(moved) in str(refused.value.what)
    assert look(moved).journal.entries == [ENTRY]


def test_a_directory_where_the_file_was_is_no_reason_to_take_it_over(tmp_path: Path) -> None:
    first = deployed(profile_file(tmp_path / "a.yaml"))
    copy = Path(shutil.copy2(first, tmp_path / "copy.yaml"))
    moved = first.rename(tmp_path / "moved.yaml")
    first.mkdir()
    assert look(copy).journal.entries == [ENTRY]
    assert owner() == str(first), "a look alone makes no owner"
    with pytest.raises(MovedOrCopied, match="a folder is in that file's place"):
        JournalStore(EDITED, VCENTER, str(copy)).refuse_stranger()
    assert look(moved).journal.entries == [ENTRY]
    assert owner() == str(moved)


@pytest.mark.parametrize("values", [PROFILE, EDITED])
def test_a_copy_looked_at_before_the_moved_original_takes_nothing_over(
    tmp_path: Path, values: Profile
) -> None:
    first = deployed(profile_file(tmp_path / "a.yaml"))
    copy = Path(shutil.copy2(first, tmp_path / "copy.yaml"))
    moved = first.rename(tmp_path / "moved.yaml")
    noted = journal_path(PROFILE, VCENTER).stat()
    assert look(copy, values).journal.entries == [ENTRY]
    assert journal_path(PROFILE, VCENTER).stat() == noted
    assert owner() == str(first)
    assert look(moved).journal.entries == [ENTRY]
    assert owner() == str(moved)
    with pytest.raises(CopiedProfile):
        look(copy, values)


def test_a_deployment_belongs_to_the_file_it_was_made_with_last(tmp_path: Path) -> None:
    first = deployed(profile_file(tmp_path / "a.yaml"))
    moved = to_another_file_system(first, tmp_path / "moved.yaml")
    deployed(moved, EDITED, entry=structs.replace(ENTRY, name="esx-02"))
    assert owner() == str(moved)
    assert len(look(moved, EDITED).journal.entries) == 2
    with pytest.raises(CopiedProfile):
        look(profile_file(tmp_path / "copy.yaml"))


def test_a_deployment_that_finds_all_there_says_whose_it_is_too(tmp_path: Path) -> None:
    first = deployed(profile_file(tmp_path / "a.yaml"))
    moved = to_another_file_system(first, tmp_path / "moved.yaml")
    Recorder(EDITED, VCENTER, str(moved))
    assert owner() == str(moved)
    with pytest.raises(CopiedProfile):
        look(profile_file(tmp_path / "copy.yaml"), EDITED)


def test_undo_removes_nothing_for_a_file_that_may_be_a_copy(tmp_path: Path) -> None:
    first = deployed(profile_file(tmp_path / "a.yaml"))
    copy = Path(shutil.copy2(first, tmp_path / "copy.yaml"))
    moved = first.rename(tmp_path / "moved.yaml")
    JournalStore(PROFILE, VCENTER, str(copy)).refuse_stranger()  # says the very same
    with pytest.raises(MovedOrCopied, match=r"no longer there.*plan --moved"):
        JournalStore(EDITED, VCENTER, str(copy)).refuse_stranger()
    JournalStore(EDITED, VCENTER, str(moved)).refuse_stranger()
    with pytest.raises(CopiedProfile):
        JournalStore(PROFILE, VCENTER, str(copy)).refuse_stranger()


def test_a_person_says_which_it_is_once(tmp_path: Path) -> None:
    moved = to_another_file_system(deployed(profile_file(tmp_path / "a")), tmp_path / "moved")
    copy = profile_file(tmp_path / "copy.yaml")
    assert look(moved, EDITED, is_moved=True).journal.entries == [ENTRY]
    assert look(moved, structs.replace(EDITED, folder="/x")).journal.entries == [ENTRY]
    with pytest.raises(CopiedProfile):
        look(copy)


def test_a_file_that_was_edited_and_looked_at_is_known_after_a_move(tmp_path: Path) -> None:
    first = deployed(profile_file(tmp_path / "a.yaml"))
    written = first.with_suffix(".new")
    profile_file(written).rename(first)  # as editors save
    look(first, EDITED)
    again = structs.replace(EDITED, vm=structs.replace(PROFILE.vm, name="third"))
    moved = first.rename(tmp_path / "moved.yaml")
    assert look(moved, again).journal.entries == [ENTRY]


def test_a_journal_of_an_earlier_version_learns_what_the_file_is_known_by(tmp_path: Path) -> None:
    first = deployed(profile_file(tmp_path / "a.yaml"))
    file = journal_path(PROFILE, VCENTER)
    data = json.loads(file.read_text("utf-8"))
    del data["profile"]["mark"]
    file.write_text(json.dumps(data), "utf-8")
    assert look(first).journal.entries == [ENTRY]
    assert json.loads(file.read_text("utf-8"))["profile"]["mark"] == file_mark(str(first))


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        ("id: abc\nvm: [", CopiedProfile),
        ("vm: [\nid: 'abc'  # ours\r\n", CopiedProfile),
        ("\ufeffid: abc\nschema: 999\n", CopiedProfile),
        ("id: abc\nid: abd\n", MovedOrCopied),
        ("id: [", MovedOrCopied),
        ("", MovedOrCopied),
        ("id: abd\nvm: [", None),
    ],
)
def test_an_original_with_a_mistake_in_it_is_there_all_the_same(
    tmp_path: Path, content: str, refusal: type[Exception] | None
) -> None:
    original = deployed(profile_file(tmp_path / "a.yaml"))
    copy = profile_file(tmp_path / "b.yaml")
    original.write_text(content, "utf-8")
    for values in (PROFILE, EDITED):
        with pytest.raises(refusal) if refusal else contextlib.nullcontext():
            look(copy, values)
    assert owner() == str(original)


@pytest.mark.skipif(os.name == "nt", reason="needs a link that leads to itself")
def test_an_original_that_cannot_be_read_is_there_all_the_same(tmp_path: Path) -> None:
    original = deployed(profile_file(tmp_path / "a.yaml"))
    original.unlink()
    original.symlink_to(original)
    with pytest.raises(MovedOrCopied, match="cannot be read"):
        look(profile_file(tmp_path / "b.yaml"))


def test_a_folder_that_cannot_be_looked_into_is_no_proof(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployed(profile_file(tmp_path / "a.yaml"))
    copy = profile_file(tmp_path / "b.yaml")

    def stale(*_: object) -> bool:
        raise OSError(116, "Stale file handle")

    monkeypatch.setattr(os.path, "samefile", stale)
    with pytest.raises(MovedOrCopied, match="Stale file handle"):
        look(copy)


def test_a_copy_whose_own_file_is_gone_is_a_copy_all_the_same(tmp_path: Path) -> None:
    deployed(profile_file(tmp_path / "a.yaml"))
    with pytest.raises(CopiedProfile):
        look(tmp_path / "open in the window.yaml")


def test_a_drive_that_is_not_connected_is_no_proof_of_a_move(tmp_path: Path) -> None:
    drive, away = tmp_path / "drive", tmp_path / "away"
    drive.mkdir()
    original = deployed(profile_file(drive / "a.yaml"))
    copy = Path(shutil.copy2(original, tmp_path / "copy.yaml"))
    drive.rename(away)
    for values in (PROFILE, EDITED):
        assert look(copy, values).journal.entries == [ENTRY]
    assert owner() == str(original)
    assert look(away / "a.yaml").journal.entries == [ENTRY], "the folder itself was renamed"
    away.rename(drive)
    assert look(original).journal.entries == [ENTRY]
    with pytest.raises(CopiedProfile):
        look(copy)
    drive.rename(away)
    look(copy, is_moved=True)
    assert owner() == str(copy)


def test_the_programs_own_rename_leaves_no_doubt(tmp_path: Path) -> None:
    first = profile_file(tmp_path / "a.yaml")
    deployed(first, load_profile(first).profile)
    document = load_profile(first)
    document.set("vm.name", "second")
    renamed = profile_files.rename(JobContext(), document, tmp_path / "b.yaml")
    assert renamed.path is not None
    assert look(renamed.path, renamed.profile).journal.entries == [ENTRY]


def test_a_rename_is_noted_in_the_profiles_own_journals_only(tmp_path: Path, state: Path) -> None:
    follow_rename("abc", "a", "b")  # no journal at all
    first = deployed(profile_file(tmp_path / "a.yaml"))
    damaged = state / "journals" / "damaged.json"
    damaged.write_text("{", "utf-8")
    before = journal_path(PROFILE, VCENTER).read_bytes()
    follow_rename("abd", str(first), "elsewhere")
    follow_rename("abc", str(first.with_name("other.yaml")), "elsewhere")
    assert journal_path(PROFILE, VCENTER).read_bytes() == before
    assert damaged.read_text("utf-8") == "{"
    follow_rename("abc", str(first), "elsewhere")
    assert owner() == "elsewhere"


@pytest.mark.parametrize("state_of", ["there", "with a mistake", "gone, nothing deployed"])
def test_a_look_notes_nothing_else(tmp_path: Path, state_of: str) -> None:
    first, path = profile_file(tmp_path / "a.yaml"), profile_file(tmp_path / "b.yaml")
    if state_of != "gone, nothing deployed":
        deployed(first)
    file = journal_path(PROFILE, VCENTER)
    before = file.read_bytes() if file.exists() else None
    if state_of == "there":
        look(first)
    elif state_of == "with a mistake":
        first.write_text("id: [", "utf-8")
        with pytest.raises(MovedOrCopied):
            look(path)
    else:
        first.unlink()
        look(path)
    assert (file.read_bytes() if file.exists() else None) == before


def test_nothing_left_of_the_originals_deployment_is_nothing_to_confuse(tmp_path: Path) -> None:
    deployed(
        profile_file(tmp_path / "a.yaml"),
        entry=structs.replace(ENTRY, removed="2026-01-02T00:00:00Z"),
    )
    look(profile_file(tmp_path / "b.yaml"))


def test_a_profile_that_is_in_no_file_has_no_claim_to_lose(tmp_path: Path) -> None:
    store = JournalStore(PROFILE, VCENTER)
    store.journal.put(ENTRY)
    store.save()
    path = profile_file(tmp_path / "a.yaml")
    assert look(path, EDITED).journal.entries == [ENTRY]
    assert JournalStore(PROFILE, VCENTER).journal.origin.mark == file_mark(str(path))
    assert owner() == str(path)


def test_a_copy_has_another_mark_and_a_moved_file_has_not(tmp_path: Path) -> None:
    first = profile_file(tmp_path / "a.yaml")
    mark = file_mark(str(first))
    assert mark
    assert file_mark(str(shutil.copy2(first, tmp_path / "b.yaml"))) != mark
    assert file_mark(str(first.rename(tmp_path / "c.yaml"))) == mark
    assert file_mark(str(first)) == ""
