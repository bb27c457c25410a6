"""Disks in an OVA: sound ones of every size and writer pass, useless ones are named."""

from __future__ import annotations

import os
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from core.findings import Finding, Severity
from core.ova.archive import open_ova
from core.ova.descriptor import parse_descriptor
from core.ova.disk_image import find_disk_problems
from core.practice.sample_ova import write_sample_ova
from tests.fakes.ova import VMDK, sample_parts

SECTOR = 512
DISK = sample_parts().disk
SENTENCES = {
    "cut": f"{VMDK} is cut short or damaged: its end is missing.",
    "kind": f"{VMDK} is a VMDK of a kind that vSphere does not import.",
    "old": f"{VMDK} is not a streamOptimized VMDK of version 3.",
}


def found_in(path: Path) -> list[Finding]:
    with open_ova(path) as ova:
        return list(find_disk_problems(ova, parse_descriptor(ova.descriptor, ova.descriptor_name)))


def judged(folder: Path, disk: bytes, capacity: int = 20) -> list[Finding]:
    parts = sample_parts()
    stated = parts.descriptor.replace(b'ovf:capacity="20"', b'ovf:capacity="%d"' % capacity)
    parts.descriptor = stated.replace(b'ovf:size="%d"' % len(DISK), b'ovf:size="%d"' % len(disk))
    parts.disk = disk
    (folder / "x.ova").write_bytes(parts.pack())
    return found_in(folder / "x.ova")


def with_number(at: int, form: str, value: int, disk: bytes = DISK) -> bytes:
    """The disk with another number in its header."""
    return disk[:at] + struct.pack(form, value) + disk[at + struct.calcsize(form) :]


def with_directory_in_front(length: int) -> bytes:
    """As QEMU writes it: directory behind the header, no footer."""
    disk = with_number(56, "<Q", 21)
    return disk[: 128 * SECTOR].ljust(length, b"\0")


@pytest.mark.parametrize("size", [0, 66_048, 1 << 20, 40 << 20])
def test_samples_of_any_size_are_sound(size: int, tmp_path: Path) -> None:
    write_sample_ova(tmp_path / "x.ova", disk_bytes=size)
    assert found_in(tmp_path / "x.ova") == []


@pytest.mark.parametrize(
    "disk",
    [
        DISK + bytes(4096),
        with_directory_in_front(130 * SECTOR),
        DISK.replace(struct.pack("<Q", 20 << 21), struct.pack("<Q", (20 << 21) + 2048)),
    ],
    ids=["filled up after its end", "directory in front", "rounded to GiB"],
)
def test_what_another_writer_may_do_is_sound(disk: bytes, tmp_path: Path) -> None:
    assert judged(tmp_path, disk) == []


USELESS: dict[str, tuple[bytes, str]] = {
    "zeros": (bytes(len(DISK)), f"{VMDK} is no disk image: it starts with nothing but zeros."),
    "empty": (b"", f"{VMDK} is no disk image: it starts with nothing but zeros."),
    "noise": (b"\x07" + os.urandom(8191), f"{VMDK} is no VMDK disk image."),
    "noise after the header": (DISK[:SECTOR] + os.urandom(len(DISK)), SENTENCES["cut"]),
    "header alone": (DISK[:SECTOR], SENTENCES["cut"]),
    "half": (DISK[: len(DISK) // 2], SENTENCES["cut"]),
    "no footer": (DISK[: -2 * SECTOR], SENTENCES["cut"]),
    "no end of stream": (DISK[:-SECTOR], SENTENCES["cut"]),
    "one byte missing": (DISK[:-1], ""),
    "directory in front, cut": (with_directory_in_front(128 * SECTOR)[: 60 * SECTOR], ""),
    "directory beyond the end": (with_number(56, "<Q", 1 << 40), SENTENCES["cut"]),
    "a part of a header": (b"KDMV", f"{VMDK} is damaged: its header makes no sense."),
    "no grains": (with_number(20, "<Q", 0), f"{VMDK} is damaged: its header makes no sense."),
    "ESX sparse": (b"COWD" + bytes(4092), SENTENCES["kind"]),
    "description": (b"# Disk DescriptorFile\nversion=1\n", SENTENCES["kind"]),
    "gigantic": (
        with_number(12, "<Q", 1 << 50),
        f"{VMDK} is made for 576,460,752,303,423,488 bytes, the descriptor gives it "
        "21,474,836,480.",
    ),
}


@pytest.mark.parametrize(("disk", "sentence"), USELESS.values(), ids=USELESS)
def test_useless_disks_are_errors(disk: bytes, sentence: str, tmp_path: Path) -> None:
    (finding,) = judged(tmp_path, disk)
    assert finding.is_error
    assert finding.code == "ova-disk-unusable"
    assert str(finding.what) == (sentence or SENTENCES["cut"])


DOUBTFUL: dict[str, tuple[Callable[[], bytes], int, str]] = {
    "old version": (lambda: with_number(4, "<I", 1), 20, SENTENCES["old"]),
    "not compressed": (lambda: with_number(8, "<I", 1), 20, SENTENCES["old"]),
    "smaller than stated": (
        lambda: DISK,
        40,
        f"{VMDK} is made for 21,474,836,480 bytes, the descriptor gives it 42,949,672,960.",
    ),
}


@pytest.mark.parametrize(("make", "capacity", "sentence"), DOUBTFUL.values(), ids=DOUBTFUL)
def test_what_is_not_certain_is_a_warning(
    make: Callable[[], bytes], capacity: int, sentence: str, tmp_path: Path
) -> None:
    (finding,) = judged(tmp_path, make(), capacity)
    assert finding.severity is Severity.WARNING
    assert finding.code == "ova-disk-doubtful"
    assert str(finding.what) == sentence


def test_memory_does_not_depend_on_the_size(tmp_path: Path) -> None:
    write_sample_ova(tmp_path / "x.ova", disk_bytes=50 << 20)
    tracemalloc.start()
    try:
        assert found_in(tmp_path / "x.ova") == []
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2 << 20
