"""Streams over members: bounded, independent, seekable, and honest about changed files."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import FileError, OvaError
from core.ova.archive import Ova, open_ova
from tests.fakes.ova import VMDK, entry, header, make_ova, pax, sample_parts


@pytest.fixture
def ova(tmp_path: Path) -> Iterator[Ova]:
    with open_ova(make_ova(tmp_path / "x.ova")) as opened:
        yield opened


def test_stream_gives_exactly_the_member(ova: Ova) -> None:
    with ova.open(VMDK) as stream:
        assert len(stream) == 70144
        assert stream
        assert stream.read() == sample_parts().disk
        assert stream.read() == b""
        assert stream.read(10) == b""


def test_stream_reads_in_pieces_and_seeks(ova: Ova) -> None:
    disk = sample_parts().disk
    with ova.open(VMDK) as stream:
        assert stream.read(4) == b"KDMV"
        assert stream.tell() == 4
        assert stream.seek(-512, os.SEEK_END) == 69632
        buffer = bytearray(1000)
        assert stream.readinto(buffer) == 512
        assert buffer[:512] == disk[-512:]
        assert stream.readinto(buffer) == 0
        stream.seek(10)
        assert stream.seek(5, os.SEEK_CUR) == 15
        assert stream.read(3) == disk[15:18]
        assert stream.seek(1 << 40) == 1 << 40
        assert stream.read(1) == b""
        assert len(stream) == 70144
        with pytest.raises(ValueError, match="before the start"):
            stream.seek(-1)
        with pytest.raises(ValueError, match="not known"):
            stream.seek(0, 9)


def test_streams_are_independent(ova: Ova) -> None:
    with ova.open(VMDK) as one, ova.open(VMDK) as other:
        one.read(1000)
        assert other.tell() == 0
        one.close()
        assert other.read(4) == b"KDMV"
        with pytest.raises(ValueError, match="closed"):
            one.read(1)


def test_stream_into_a_typed_buffer(ova: Ova) -> None:
    with ova.open(VMDK) as stream:
        words = memoryview(bytearray(8)).cast("I")
        assert stream.readinto(words) == 8
        assert words[0] == int.from_bytes(b"KDMV", "little")


def test_unknown_member_is_named_with_those_there(ova: Ova) -> None:
    with pytest.raises(OvaError) as caught:
        ova.open("b.vmdk")
    assert str(caught.value.what) == (
        "x.ova does not hold b.vmdk; it holds haproxy-sample.ovf, haproxy-sample.mf, "
        "haproxy-sample-disk1.vmdk."
    )


def test_unchanged_file_passes(ova: Ova) -> None:
    ova.check_unchanged()


def test_changed_file_is_refused(ova: Ova) -> None:
    os.utime(ova.path, ns=(0, 0))
    with pytest.raises(OvaError, match=r"x\.ova changed after it was opened\."):
        ova.check_unchanged()
    with pytest.raises(OvaError, match=r"x\.ova changed after it was opened\."):
        ova.open(VMDK)


def test_file_that_is_gone_is_a_file_error(ova: Ova) -> None:
    ova.path.unlink()
    with pytest.raises(FileError):
        ova.check_unchanged()
    with pytest.raises(FileError):
        ova.open(VMDK)


def test_file_that_becomes_shorter_while_read_is_refused(ova: Ova) -> None:
    with ova.open(VMDK) as stream:
        os.truncate(ova.path, 20_000)
        stream.read()  # what is left of it
        with pytest.raises(OvaError, match=r"became shorter while haproxy-sample-disk1\.vmdk"):
            stream.read()


def test_drive_that_fails_while_reading_is_a_file_error(ova: Ova, tmp_path: Path) -> None:
    with ova.open(VMDK) as stream:
        # A folder in place of the file: every read of it fails in the system.
        folder = os.open(tmp_path, os.O_RDONLY)
        os.dup2(folder, stream._file.fileno())
        os.close(folder)
        for read in (lambda: stream.read(10), lambda: stream.readinto(bytearray(10))):
            with pytest.raises(FileError, match=r"x\.ova cannot be read: Is a directory\."):
                read()


def test_drive_that_fails_while_opening_is_a_file_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("core.ova.archive.read_index", fail)
    path = make_ova(tmp_path / "x.ova")
    with pytest.raises(FileError, match=r"cannot be read: Input/output error\."), open_ova(path):
        pass


def test_stream_serves_pythons_buffered_reader(ova: Ova) -> None:
    with io.BufferedReader(ova.open(VMDK), 8192) as reader:
        assert reader.peek(4)[:4] == b"KDMV"
        assert (
            hashlib.sha256(reader.read()).digest() == hashlib.sha256(sample_parts().disk).digest()
        )


def test_headers_older_than_ustar_are_read(tmp_path: Path) -> None:
    head = bytearray(header("a.ovf", 4))
    head[257:345] = bytes(88)
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    path = tmp_path / "x.ova"
    path.write_bytes(bytes(head) + b"<x/>".ljust(512, b"\0") + bytes(512))
    with open_ova(path) as ova:
        assert ova.descriptor == b"<x/>"


def test_prefix_of_ustar_belongs_to_the_name(tmp_path: Path) -> None:
    long_name = "d" * 60 + "/" + "n" * 60
    info = tarfile.TarInfo(long_name)
    path = tmp_path / "x.ova"
    path.write_bytes(entry("a.ovf", b"<x/>") + info.tobuf(tarfile.USTAR_FORMAT) + bytes(1024))
    with open_ova(path) as ova:
        assert ova.members[1].name == long_name


def test_what_real_tars_contain_is_taken(tmp_path: Path) -> None:
    """Times in pax headers (Python's tarfile), ./ before names, v7 headers, certificates."""
    parts = sample_parts()
    long_name = "ü" * 60 + ".iso"
    path = tmp_path / "x.ova"
    path.write_bytes(
        pax(mtime="1.5", comment="x")
        + entry("./a.ovf", parts.descriptor)
        + entry(VMDK, parts.disk, b"\0")
        + entry("a.cert", b"signature")
        + pax(path=long_name)
        + entry("short", b"long")
        + entry("././@LongLink", b"n" * 120 + b"\0", b"L")
        + entry("n" * 100, b"gnu")
        + bytes(10240)
    )
    with open_ova(path) as ova:
        names = [member.name for member in ova.members]
        assert names == ["a.ovf", VMDK, "a.cert", long_name, "n" * 120]
        assert ova.manifest is None
        assert ova.certificate_name == "a.cert"
        with ova.open(long_name) as stream:
            assert stream.read() == b"long"


def test_sizes_beyond_8_gib_are_read(tmp_path: Path) -> None:
    """Both ways of writing them, on a file that is all hole."""
    size = 9 << 30
    for head in (
        header("big.vmdk", raw_size=b"\x80" + size.to_bytes(11, "big")),
        pax(size=str(size)) + header("big.vmdk"),
    ):
        path = tmp_path / "x.ova"
        with path.open("wb") as file:
            file.write(entry("a.ovf", b"<x/>") + head)
            file.truncate(file.tell() + size + 1024)
        with open_ova(path) as ova:
            assert ova.get_member("big.vmdk").size == size
        path.unlink()
