"""Files are written in one piece; what is no file is left alone."""

from __future__ import annotations

import os
import stat
import time

import pytest

from core.errors import FileError
from core.profile.disk import write_atomically


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
