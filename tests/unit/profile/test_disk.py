"""Files are written in one piece; what is no file is left alone."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time

import pytest

from core.background import profile_files
from core.errors import FileError
from core.jobs import JobContext
from core.profile.disk import is_taken, write_atomically
from core.profile.document import ProfileDocument
from core.profile.model import DEFAULT
from core.profile.template import new_profile_text


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are of POSIX")
def test_a_pipe_is_not_replaced_by_a_file(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(FileError, match="is not a file"):
        write_atomically(pipe, b"x")
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_folder_is_not_replaced_by_a_file(tmp_path):
    with pytest.raises(FileError, match="is not a file"):
        write_atomically(tmp_path, b"x")


def test_a_new_file_is_its_owners_and_another_keeps_its_mode(tmp_path):
    path = tmp_path / "new"
    for mode in (0o600, 0o664, 0o400):
        write_atomically(path, b"x")
        assert stat.S_IMODE(path.stat().st_mode) == mode or os.name == "nt"
        path.chmod({0o600: 0o664, 0o664: 0o400}.get(mode, mode))


def test_names_that_are_taken_are_passed_over(tmp_path, monkeypatch):
    names = iter([b"\0\0\0\0", b"\0\0\0\0", b"\0\0\0\1"])
    monkeypatch.setattr(os, "urandom", lambda _: next(names))
    other = tmp_path / ".p.00000000.tmp"
    other.write_bytes(b"another process's")
    write_atomically(tmp_path / "p", b"x")
    assert other.read_bytes() == b"another process's"
    assert (tmp_path / "p").read_bytes() == b"x"


def test_stale_files_of_a_file_that_is_rewritten_often_are_looked_for_once_a_minute(
    tmp_path, monkeypatch
):
    target = tmp_path / "journal.json"
    looks, clock = [], [time.monotonic()]
    real = os.scandir
    monkeypatch.setattr(os, "scandir", lambda folder: looks.append(folder) or real(folder))
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    stale = tmp_path / ".journal.json.abc.tmp"
    for seconds, count in ((0, 1), (1, 1), (58, 1), (2, 2)):
        clock[0] += seconds
        stale.write_bytes(b"half")
        os.utime(stale, (0, 0))
        write_atomically(target, b"x", is_rewritten_often=True)
        assert len(looks) == count
    assert not stale.exists()
    write_atomically(target, b"x")
    assert len(looks) == 3, "one that is written now and then is tidied up after each time"


def test_reading_and_writing_profiles_loads_no_archives():
    code = "import sys, core.profile.disk; print({'tempfile', 'shutil', 'bz2'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "set()", done.stderr


def test_a_link_stays_a_link(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_what_a_killed_run_left_is_removed_and_what_is_being_written_is_not(tmp_path):
    def left(name, seconds):
        path = tmp_path / name
        path.write_bytes(b"half")
        os.utime(path, (time.time() - seconds,) * 2)
        return path

    target = tmp_path / "a[1].json"
    stale = left(".a[1].json.abc_12xy.tmp", 3600)
    kept = [
        left(".a[1].json.abc_34xy.tmp", 5),  # another process may be writing it
        left(".a[1].json.b.abc_12xy.tmp", 3600),  # of another file
        left(".a1.json.abc_12xy.tmp", 3600),
        left("a[1].json.abc_12xy.tmp", 3600),
        left("xa[1].json.abc_12xy.tmp", 3600),
    ]
    write_atomically(target, b"whole")
    assert target.read_bytes() == b"whole"
    assert not stale.exists()
    assert sorted(tmp_path.iterdir()) == sorted([target, *kept])


def test_the_names_that_are_looked_for_are_those_of_a_killed_write(tmp_path, monkeypatch):
    class Killed(BaseException):
        pass

    def kill(*_):
        raise Killed

    target = tmp_path / "p.yaml"
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", kill)
        patch.setattr(os, "unlink", lambda _: None)  # a SIGKILL tidies nothing
        with pytest.raises(Killed):
            write_atomically(target, b"half")
    (left,) = tmp_path.iterdir()
    os.utime(left, (0, 0))
    write_atomically(target, b"whole")
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("name", ["x" * 300 + ".yaml", "nul\0.yaml"])
def test_a_name_no_file_can_have_is_said_so(tmp_path, name):
    path = tmp_path / name
    for attempt in (is_taken, lambda p: write_atomically(p, b"x")):
        with pytest.raises(FileError, match="cannot be written"):
            attempt(path)
    with pytest.raises(FileError, match="cannot be written"):
        ProfileDocument(new_profile_text(DEFAULT)).save(path)
    document = ProfileDocument(new_profile_text(DEFAULT))
    document.save(tmp_path / "lab.yaml")
    with pytest.raises(FileError, match="cannot be written"):
        profile_files.rename(JobContext(), document, path)
    assert [p.name for p in tmp_path.iterdir()] == ["lab.yaml"]


def test_what_is_not_there_is_not_taken(tmp_path):
    (tmp_path / "there").write_bytes(b"")
    assert is_taken(tmp_path / "there")
    assert not is_taken(tmp_path / "gone")
    assert not is_taken(tmp_path / "there" / "inside")
