"""The journal's file: no secrets, whole or not at all, and never in a deployment's way."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from msgspec import structs

from core.journal.entry import HOST, MACHINE, SWITCH, Entry, read_entry
from core.journal.journal import content_hash, deployment_id, new_journal, read_journal
from core.journal.store import JournalStore, journal_path, machines_made
from core.profile.model import SCHEMA_VERSION, Profile, VCenterSettings

VCENTER = "0123-vcenter"
PROFILE = Profile(id="abc", vcenter=VCenterSettings("vc.lab.example"), folder="/somewhere")
ENTRY = Entry(
    HOST, "esx-01", "host-1", "50 1f", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z",
    joined=True, nics=(("Uplink 1", "vmnic1"),), profile="ff",
)  # fmt: skip


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "haproxy-setup"


def saved(entry: Entry = ENTRY) -> JournalStore:
    store = JournalStore(PROFILE, VCENTER, "/somewhere/lab.yaml")
    store.journal.put(entry)
    store.save()
    return store


def test_what_was_written_is_read_again() -> None:
    saved()
    again = JournalStore(PROFILE, VCENTER)
    assert again.was_there
    assert again.journal.entries == [ENTRY]
    assert again.remark is None


def test_the_file_is_the_owners_alone_and_says_who_asked() -> None:
    saved()
    path = journal_path(PROFILE, VCENTER)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    data = json.loads(path.read_text("utf-8"))
    assert data["schema"] == 1
    assert data["profile"] == {
        "id": "abc", "path": "/somewhere/lab.yaml", "schema": SCHEMA_VERSION,
        "sha256": content_hash(PROFILE), "mark": "",
    }  # fmt: skip
    assert [p.name for p in path.parent.iterdir()] == [path.name], "no temporary file is left"


def test_the_hash_is_of_the_values_not_of_the_place() -> None:
    elsewhere = structs.replace(PROFILE, folder="/else")
    other = structs.replace(PROFILE, vm=structs.replace(PROFILE.vm, name="other"))
    assert content_hash(elsewhere) == content_hash(PROFILE) != content_hash(other)


def test_one_journal_for_a_profile_and_vcenter_whatever_its_address() -> None:
    moved = structs.replace(PROFILE, vcenter=VCenterSettings("10.0.0.1"))
    assert deployment_id(moved, VCENTER) == deployment_id(PROFILE, VCENTER)
    assert deployment_id(PROFILE, "another") != deployment_id(PROFILE, VCENTER)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"schema": 1}', b'{"schema": "1"}',
        b'{"schema": 0, "entries": []}', b"[" * 100_000,
        json.dumps(new_journal(PROFILE, VCENTER).as_dict() | {"entries": [{"kind": "x"}]}).encode(),
        json.dumps(new_journal(PROFILE, VCENTER).as_dict() | {"entries": 7}).encode(),
        json.dumps(new_journal(PROFILE, VCENTER).as_dict() | {"profile": None}).encode(),
    ],
)  # fmt: skip
def test_a_damaged_journal_is_moved_aside_and_said(content: bytes) -> None:
    path = journal_path(PROFILE, VCENTER)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    store = JournalStore(PROFILE, VCENTER)
    assert store.journal.entries == []
    assert not store.was_there
    (aside,) = path.parent.iterdir()
    assert ".bad-" in aside.name
    assert str(aside) in str(store.remark)
    store.save()
    assert JournalStore(PROFILE, VCENTER).was_there


def test_a_journal_of_a_newer_version_is_left_alone() -> None:
    path = journal_path(PROFILE, VCENTER)
    path.parent.mkdir(parents=True)
    path.write_text('{"schema": 2}', "utf-8")
    store = JournalStore(PROFILE, VCENTER)
    store.journal.put(ENTRY)
    store.save()
    assert path.read_text("utf-8") == '{"schema": 2}'
    assert "newer version" in str(store.remark)


def test_a_copy_of_another_vcenters_journal_means_nothing() -> None:
    saved()
    other = journal_path(PROFILE, "other")
    os.rename(journal_path(PROFILE, VCENTER), other)
    assert not JournalStore(PROFILE, "other").was_there


def test_an_unwritable_folder_is_said_once_and_no_more(state: Path) -> None:
    state.parent.mkdir(exist_ok=True)
    state.write_text("a file where the folder should be", "utf-8")
    store = JournalStore(PROFILE, VCENTER)
    store.save()
    assert "cannot be written" in str(store.remark)
    store.remark = None
    store.journal.put(ENTRY)
    store.save()
    assert store.remark is None
    assert store.journal.entries == [ENTRY], "the run itself remembers"


def test_a_path_that_is_no_text_is_kept_as_well() -> None:
    path = os.fsdecode(b"/somewhere/l\xe4b.yaml")
    store = JournalStore(PROFILE, VCENTER, path)
    store.journal.put(ENTRY)
    store.save()
    again = JournalStore(PROFILE, VCENTER)
    assert (again.journal.origin.path, again.journal.entries) == (path, [ENTRY])


def test_the_file_can_be_read_by_a_person() -> None:
    store = saved(structs.replace(ENTRY, name='ホスト\u2028"1"'))
    text = journal_path(PROFILE, VCENTER).read_text("utf-8")
    assert text == json.dumps(store.journal.as_dict(), indent=1, ensure_ascii=False) + "\n"


def test_a_full_disk_leaves_the_old_journal_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    saved()
    before = journal_path(PROFILE, VCENTER).read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    store = JournalStore(PROFILE, VCENTER)
    store.journal.put(Entry(SWITCH, "vds"))
    store.save()
    assert "cannot be written" in str(store.remark)
    assert journal_path(PROFILE, VCENTER).read_bytes() == before
    assert len(list(journal_path(PROFILE, VCENTER).parent.iterdir())) == 1


def test_an_entry_survives_its_form() -> None:
    assert read_entry(json.loads(json.dumps(ENTRY.as_dict()))) == ENTRY
    assert read_entry({"kind": MACHINE}) == Entry(MACHINE, "")
    with pytest.raises(ValueError, match="nics"):
        read_entry({"kind": MACHINE, "nics": "x"})
    with pytest.raises(ValueError, match="pair"):
        read_entry({"kind": MACHINE, "nics": [["x"]]})
    with pytest.raises(ValueError, match="name"):
        read_entry({"kind": MACHINE, "name": 1})


def test_a_journal_survives_its_form() -> None:
    journal = new_journal(PROFILE, VCENTER)
    journal.put(ENTRY)
    assert read_journal(journal.as_dict()) == journal
    assert journal.has_made(HOST, "host-1")
    assert journal.find(HOST, "esx-01", "another switch") is None
    gone = structs.replace(ENTRY, removed="2026-01-02T00:00:00Z")
    journal.put(gone, ENTRY)
    assert not journal.has_made(HOST, "host-1")
    assert journal.find(HOST, "esx-01") is None


def test_the_machines_that_were_made_are_those_not_taken_back_the_newest_first() -> None:
    assert machines_made(PROFILE, VCENTER) == ()
    store = saved()
    for moid, made, removed in (
        ("vm-1", "then", ""), ("vm-2", "then", "later"), ("", "", ""), ("vm-3", "then", ""),
    ):  # fmt: skip
        store.journal.put(Entry(MACHINE, "lb", moid, started="then", made=made, removed=removed))
    store.save()
    assert machines_made(PROFILE, VCENTER) == ("vm-3", "vm-1")
    assert machines_made(PROFILE, "another-vcenter") == ()
    assert machines_made(structs.replace(PROFILE, id="another"), VCENTER) == ()


def test_a_look_leaves_a_damaged_journal_where_it_is() -> None:
    saved()
    path = journal_path(PROFILE, VCENTER)
    path.write_text("{", "utf-8")
    assert machines_made(PROFILE, VCENTER) == ()
    assert path.read_text("utf-8") == "{"
    other = journal_path(PROFILE, "another-vcenter")
    saved()
    path.replace(other)  # a copy: its ids mean nothing there
    assert machines_made(PROFILE, "another-vcenter") == ()
