"""Files are written in one piece; what is no file is left alone."""

from __future__ import annotations

import os
import stat

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
