"""The sample OVA: right structure, valid disk, any size, the same bytes each time."""

from __future__ import annotations

import hashlib
import shutil
import struct
import subprocess
import tarfile
import zlib
from pathlib import Path

import pytest

from core.jobs import JobContext
from core.ova.appliance import PROPERTY_KEYS, inspect
from core.ova.archive import open_ova
from core.ova.descriptor import parse_descriptor
from core.ova.stream_optimized import StreamOptimizedDisk
from core.ova.tar_header import parse_header
from core.ova.verify import verify
from core.practice.sample_ova import DISK_CAPACITY, _header, write_sample_ova
from tests.fakes.ova import MF, OVF, VMDK

SECTOR = 512


@pytest.mark.parametrize("disk_bytes", [0, 70_000, 136_000, 140_000, 1 << 20, 40 << 20])
def test_sizes(disk_bytes: int, tmp_path: Path) -> None:
    path = tmp_path / "x.ova"
    write_sample_ova(path, disk_bytes=disk_bytes)
    with open_ova(path) as ova:
        assert [one.name for one in ova.members] == [OVF, MF, VMDK]
        size = ova.get_member(VMDK).size
        assert size == 70_144 or disk_bytes - 66_048 - 2560 < size <= disk_bytes
        descriptor = parse_descriptor(ova.descriptor, ova.descriptor_name)
        assert inspect(descriptor, ova.members) == ()
        assert {one.key for one in descriptor.properties if one.user_configurable} == set(
            PROPERTY_KEYS
        )
        assert verify(ova, JobContext()).has_manifest
    assert path.stat().st_size % 10_240 == 0
    assert [one.name for one in tmp_path.iterdir()] == ["x.ova"]


def test_same_arguments_same_bytes(tmp_path: Path) -> None:
    digests = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        write_sample_ova(tmp_path / name, disk_bytes=300_000, seed=seed)
        digests.append(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert digests[0] == digests[1] != digests[2]


def test_pythons_own_tarfile_reads_it(tmp_path: Path) -> None:
    write_sample_ova(tmp_path / "x.ova", disk_bytes=200_000, name="lab", version="0.1.10")
    with tarfile.open(tmp_path / "x.ova") as tar:
        assert tar.getnames() == ["lab.ovf", "lab.mf", "lab-disk1.vmdk"]
        descriptor = tar.extractfile("lab.ovf")
        assert descriptor is not None
        assert parse_descriptor(descriptor.read(), "lab.ovf").product.version == "0.1.10"


def test_failed_write_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.ova").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_sample_ova(tmp_path / "x.ova")
    assert [one.name for one in tmp_path.rglob("*")] == ["x.ova"]


@pytest.mark.parametrize("file_bytes", [0, 1 << 20, 36 << 20])
def test_disk_is_a_valid_stream(file_bytes: int) -> None:
    """Walks the stream as an importer does: by its markers, then by its directory."""
    made = StreamOptimizedDisk("a.vmdk", DISK_CAPACITY, file_bytes)
    disk = b"".join(made.chunks())
    assert len(disk) == made.size
    assert struct.unpack_from("<4sIIQQ", disk) == (b"KDMV", 3, 0x30001, DISK_CAPACITY // 512, 128)
    grains, tables, position = {}, [], 128 * SECTOR
    directory_at = 0
    while True:
        value, size, kind = struct.unpack_from("<QII", disk, position)
        if size:
            grains[value] = position
            position += -(-(12 + size) // SECTOR) * SECTOR
            continue
        if kind == 0:
            break
        position += SECTOR
        if kind == 1:
            tables.append(position)
        elif kind == 2:
            directory_at = position
        position += value * SECTOR
    assert position == len(disk) - SECTOR
    footer = disk[-1024:-512]
    assert footer[:4] == b"KDMV"
    assert struct.unpack_from("<Q", footer, 56)[0] == directory_at // SECTOR
    directory = struct.unpack_from("<640I", disk, directory_at)
    assert [entry * SECTOR for entry in directory if entry] == tables
    assert len(grains) * 65536 == made.populated_bytes
    for number, at in enumerate(grains.values()):
        table = tables[number // 512]
        assert struct.unpack_from("<I", disk, table + 4 * (number % 512))[0] * SECTOR == at
    for at in list(grains.values())[:3]:
        size = struct.unpack_from("<I", disk, at + 8)[0]
        assert len(zlib.decompress(disk[at + 12 : at + 12 + size])) == 65536


def test_qemu_finds_no_fault(tmp_path: Path) -> None:
    if shutil.which("qemu-img") is None:
        pytest.skip("qemu-img is not installed")
    path = tmp_path / "a.vmdk"
    with path.open("wb") as file:
        file.writelines(StreamOptimizedDisk("a.vmdk", DISK_CAPACITY, 40 << 20).chunks())
    result = subprocess.run(
        ["qemu-img", "check", "-f", "vmdk", path], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_disk_beyond_8_gib_gets_a_size_that_tars_can_hold() -> None:
    assert parse_header(_header("a.vmdk", 9 << 30)).size == 9 << 30
