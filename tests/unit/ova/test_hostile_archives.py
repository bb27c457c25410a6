"""Damaged and hostile files: each is refused with its one sentence, nothing is written."""

from __future__ import annotations

import gzip
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import FileError, OvaError
from core.ova.archive import open_ova
from tests.fakes.ova import MF, OVF, VMDK, entry, header, make_ova, pax, sample_parts

BAD = "x.ova"
Maker = Callable[[Path], object]


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.ovf", "x")


def _raw(content: bytes) -> Maker:
    return lambda path: path.write_bytes(content)


def _with(*extra: bytes) -> Maker:
    return lambda path: make_ova(path, extra=extra)


def _instead(*entries: bytes) -> Maker:
    return lambda path: path.write_bytes(b"".join(entries) + bytes(1024))


def _changed(change: Callable[[bytes], bytes]) -> Maker:
    return lambda path: make_ova(path, change=change)


def _truncated_member(whole: bytes) -> bytes:
    return whole[: whole.index(header(VMDK, 70144)[:60]) + 512 + 1000]


def _break_second_checksum(whole: bytes) -> bytes:
    at = whole.index(MF.encode() + b"\0")
    return whole[: at + 148] + b"000000\0 " + whole[at + 156 :]


PARTS = sample_parts()
DESCRIPTOR, DISK = PARTS.descriptor, PARTS.disk
GOOD = entry(OVF, DESCRIPTOR)
HIDES = "x.ova holds an extended header that would hide the real name or size of a file."

CASES: dict[str, tuple[Maker, str]] = {
    "empty": (_raw(b""), "x.ova is empty."),
    "one byte": (_raw(b"x"), "x.ova is not an OVA: it is not a tar archive."),
    "noise": (_raw(b"noise" * 1000), "x.ova is not an OVA: it is not a tar archive."),
    "zeros": (_raw(bytes(10240)), "x.ova holds no files."),
    "gzip": (
        lambda path: path.write_bytes(gzip.compress(make_ova(path).read_bytes())),
        "x.ova is not an OVA: it is a gzip file.",
    ),
    "zip": (_zip, "x.ova is not an OVA: it is a ZIP archive."),
    "vmdk": (_raw(DISK), "x.ova is not an OVA: it is a VMDK disk image."),
    "web page": (
        _raw(b"\n<!DOCTYPE html><html>Please log in</html>" + b" " * 600),
        "x.ova is not an OVA: it is a web page.",
    ),
    "descriptor alone": (
        _raw(DESCRIPTOR),
        "x.ova is not an OVA: it is an XML file, perhaps an OVF descriptor alone.",
    ),
    "iso": (_raw(bytes(16) + b"x" * 32753 + b"CD001"), "x.ova is not an OVA: it is an ISO image."),
    "truncated member": (
        _changed(_truncated_member),
        "x.ova is cut off: haproxy-sample-disk1.vmdk should have 70144 bytes, 1000 are there.",
    ),
    "truncated end": (
        lambda path: make_ova(path, end=b""),
        "x.ova is cut off: it ends after haproxy-sample-disk1.vmdk without an end mark.",
    ),
    "truncated in a header": (
        lambda path: make_ova(path, end=header("more.vmdk")[:300]),
        "x.ova is cut off: it ends after haproxy-sample-disk1.vmdk without an end mark.",
    ),
    "garbage after the end": (
        lambda path: make_ova(path, end=bytes(1024) + b"garbage"),
        "x.ova has 519 more bytes after its end mark.",
    ),
    "far too many zeros": (
        lambda path: make_ova(path, end=bytes(2 << 20)),
        "x.ova has 2096640 more bytes after its end mark.",
    ),
    "symbolic link": (
        _with(header("link.vmdk", kind=b"2", link="/etc/passwd")),
        "x.ova holds link.vmdk, which is a symbolic link; an OVA holds plain files only.",
    ),
    "hard link": (
        _with(header("link.vmdk", kind=b"1", link=OVF)),
        "x.ova holds link.vmdk, which is a hard link; an OVA holds plain files only.",
    ),
    "character device": (
        _with(header("null", kind=b"3")),
        "x.ova holds null, which is a device; an OVA holds plain files only.",
    ),
    "block device": (
        _with(header("sda", kind=b"4")),
        "x.ova holds sda, which is a device; an OVA holds plain files only.",
    ),
    "folder": (
        _with(header("disks/", kind=b"5")),
        "x.ova holds disks, which is a folder; an OVA holds plain files only.",
    ),
    "old folder": (
        _with(header("disks/")),
        "x.ova holds disks, which is a folder; an OVA holds plain files only.",
    ),
    "pipe": (
        _with(header("pipe", kind=b"6")),
        "x.ova holds pipe, which is a pipe; an OVA holds plain files only.",
    ),
    "sparse file": (
        _with(header("disk2.vmdk", kind=b"S")),
        "x.ova holds disk2.vmdk, which is a sparse file; an OVA holds plain files only.",
    ),
    "unknown kind": (
        _with(header("odd", kind=b"\x1b")),
        "x.ova holds odd, which is of an unknown kind (\\x1b); an OVA holds plain files only.",
    ),
    "absolute path": (_with(entry("/etc/passwd")), "x.ova holds an absolute path: /etc/passwd."),
    "parent path": (
        _with(entry("a/../../b")),
        "x.ova holds a path that leaves its folder: a/../../b.",
    ),
    "backslash path": (_with(entry("..\\b")), "x.ova holds a backslash in a name: ..\\b."),
    "drive path": (_with(entry("C:b.vmdk")), "x.ova holds a path with a drive: C:b.vmdk."),
    "newline in a name": (
        _with(entry("a\n.vmdk")),
        "x.ova holds control characters in a name: a\\n.vmdk.",
    ),
    "turned-around name": (
        _with(entry("a\u202ekdmv.exe")),
        "x.ova holds control characters in a name: a\\u202ekdmv.exe.",
    ),
    "name that is no text": (
        _with(entry(b"a\xff.vmdk")),
        "x.ova holds a name that is not UTF-8 text: a\ufffd.vmdk.",
    ),
    "no name": (_with(entry("")), "x.ova holds a file without a name."),
    "same name twice": (
        _with(entry(VMDK, b"other")),
        "x.ova holds haproxy-sample-disk1.vmdk twice.",
    ),
    "same name in capitals": (
        _with(entry(VMDK.upper(), b"other")),
        "x.ova holds HAPROXY-SAMPLE-DISK1.VMDK twice.",
    ),
    "no descriptor": (
        _instead(entry("readme.txt", b"x"), entry(VMDK, DISK)),
        "x.ova holds no OVF descriptor; it holds readme.txt, haproxy-sample-disk1.vmdk.",
    ),
    "two descriptors": (_with(entry("b.ovf", DESCRIPTOR)), "x.ova holds two descriptors."),
    "two manifests": (_with(entry("b.mf", b"x")), "x.ova holds two manifests."),
    "two certificates": (
        _with(entry("a.cert", b"x"), entry("b.cert", b"x")),
        "x.ova holds two certificates.",
    ),
    "descriptor not first": (
        _instead(entry(VMDK, DISK), GOOD),
        "x.ova starts with haproxy-sample-disk1.vmdk; its descriptor has to come first.",
    ),
    "huge descriptor": (
        _instead(entry(OVF, b"x" * (4 << 20) + b"y")),
        "The descriptor haproxy-sample.ovf is larger than 4 MiB.",
    ),
    "huge manifest": (
        _instead(GOOD, entry(MF, b"\n" * ((1 << 20) + 1))),
        "The manifest haproxy-sample.mf is larger than 1 MiB.",
    ),
    "too many members": (
        _with(*(entry(f"{number}.vmdk") for number in range(101))),
        "x.ova holds more than 100 files; an OVA has a handful.",
    ),
    "negative size": (
        _instead(GOOD, header("a.vmdk", raw_size=b"\xff" * 12)),
        "x.ova gives a.vmdk an impossible size.",
    ),
    "overflowing size": (
        _instead(GOOD, header("a.vmdk", raw_size=b"\x80" + b"\xff" * 11)),
        "x.ova gives a.vmdk an impossible size.",
    ),
    "size that is no number": (
        _instead(GOOD, header("a.vmdk", raw_size=b"-0000000001\0")),
        "x.ova gives a.vmdk an impossible size.",
    ),
    "size beyond the file": (
        _instead(GOOD, header("a.vmdk", raw_size=b"\x80" + struct.pack(">3xQ", 1 << 40))),
        "x.ova is cut off: a.vmdk should have 1099511627776 bytes, 1024 are there.",
    ),
    "wrong checksum": (
        _changed(_break_second_checksum),
        "x.ova is damaged: the entry after haproxy-sample.ovf has a wrong checksum.",
    ),
    "pax path that hides a name": (_with(pax(path="/etc/passwd"), entry("a.vmdk")), HIDES),
    "pax sparse map": (_with(pax(GNU_sparse_map="0,1"), entry("a.vmdk")), HIDES),
    "pax link": (_with(pax(linkpath="/etc/passwd"), entry("a.vmdk")), HIDES),
    "pax garbage": (_with(entry("x", b"999999 a=b\n", b"x"), entry("a.vmdk")), HIDES),
    "global pax size": (_with(entry("x", b"10 size=1\n", b"g"), entry("a.vmdk")), HIDES),
    "long name that hides a name": (
        _with(entry("././@LongLink", b"b.ovf\0", b"L"), entry("a.vmdk")),
        HIDES,
    ),
    "two long names": (
        _with(*[entry("././@LongLink", b"n" * 120 + b"\0", b"L")] * 2, entry("n" * 100)),
        HIDES,
    ),
    "huge pax header": (_with(entry("x", bytes(70_000), b"x"), entry("a.vmdk")), HIDES),
    "pax header at the end": (
        _with(pax(size="5")),
        "x.ova ends after an extended header that belongs to no member.",
    ),
    "manifest with noise": (
        lambda path: make_ova(path, manifest=b"SHA256(a)= zz\n"),
        "Line 1 of the manifest haproxy-sample.mf is malformed.",
    ),
    "binary manifest": (
        lambda path: make_ova(path, manifest=b"\xff\xfe\0"),
        "The manifest haproxy-sample.mf is not text.",
    ),
}


@pytest.mark.parametrize(("make", "sentence"), CASES.values(), ids=CASES)
def test_refused_with_one_sentence_and_nothing_written(
    make: Maker, sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / BAD
    make(path)
    before = _state(tmp_path)
    with pytest.raises(OvaError) as caught, open_ova(path):
        pass
    assert str(caught.value.what) == sentence
    assert caught.value.advice is not None
    assert _state(tmp_path) == before


def test_there_are_at_least_25_of_them() -> None:
    assert len(CASES) >= 25


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: None, "The file {path} does not exist."),
        (lambda path: path.mkdir(), "{path} is not a file."),
        (lambda path: os.mkfifo(path), "{path} is not a file."),
        (
            lambda path: path.symlink_to(path),
            "The file {path} cannot be read: Too many levels of symbolic links.",
        ),
    ],
    ids=["missing", "folder", "pipe", "loop"],
)
def test_what_cannot_be_read_is_a_file_error(make: Maker, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / BAD
    make(path)
    with pytest.raises(FileError) as caught, open_ova(path):
        pass
    assert str(caught.value.what) == sentence.format(path=path)


def test_path_with_a_nul_is_a_file_error() -> None:
    with pytest.raises(FileError), open_ova(Path("a\0b")):
        pass


def _state(folder: Path) -> list[tuple[str, int, int]]:
    return sorted(
        (str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in folder.rglob("*")
    )
