"""Is a disk in the OVA a VMDK that a host can take, whole, and of the size the descriptor says?

vCenter and host read a disk only while it is uploaded, when switch and port groups are made. What
can be told by its first and last sectors is told before. Layout: VMware's "Virtual Disk Format
5.0", sections "Hosted Sparse Extent Header" and "Stream-Optimized Compressed Sparse Extents".

Only what makes a disk useless for certain is an error; writers differ, and a disk of another one
than VMware's may do.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from msgspec import Struct

from core.findings import Finding, Severity, rule
from core.ova.archive import Ova
from core.ova.descriptor import Descriptor, OvfDisk
from core.ova.member import MemberStream
from core.text import Text

SECTOR = 512
_FIELD = "ova.file"
_MAGIC = b"KDMV"
_HEADER = struct.Struct("<4sIIQQQQIQQQ")
_COMPRESSED, _MARKERS = 1 << 16, 1 << 17
_DIRECTORY_AT_END = 0xFFFF_FFFF_FFFF_FFFF
_NEWEST_VERSION = 3
# Footer and end-of-stream marker are the last two sectors; some writers fill up after them.
_TAIL = 64 << 10
# Descriptors may state a disk in whole GiB.
_ROUNDING = 1 << 30
_DOWNLOAD = Text("Download the OVA again from its source; do not deploy this copy.")

DISK_UNUSABLE = rule(
    "ova-disk-unusable",
    Severity.ERROR,
    cause=Text("A disk in the OVA is no VMDK as vSphere imports it, or a damaged one."),
    cure=_DOWNLOAD,
    source="DSP0243 9.1",
)
DISK_DOUBTFUL = rule(
    "ova-disk-doubtful",
    Severity.WARNING,
    cause=Text("A disk in the OVA is not written as VMware's own tools write it."),
    cure=Text("A host may refuse it during the upload. Get the OVA from its makers if it does."),
    source="DSP0243 9.1",
)


class _Header(Struct, frozen=True):
    version: int
    flags: int
    capacity: int
    grain: int
    table_entries: int
    directory_at: int
    overhead: int

    @property
    def directory_sectors(self) -> int:
        """How long the grain directory is: four bytes for each grain table."""
        tables = -(-self.capacity // (self.grain * self.table_entries))
        return -(-tables * 4 // SECTOR)


def find_disk_problems(ova: Ova, descriptor: Descriptor) -> Iterator[Finding]:
    """What is wrong with the disks of an OVA; reads a few KiB of each.

    Raises:
        OvaError: the file changed meanwhile.
        FileError: it cannot be read any more.
    """
    present = {member.name for member in ova.members}
    files = {file.id: file.href for file in descriptor.files}
    for disk in descriptor.disks:
        name = files.get(disk.file_id, "")
        if name in present:
            with ova.open(name) as stream:
                yield from _find_problems(stream, name, disk)


def _find_problems(stream: MemberStream, name: str, disk: OvfDisk) -> Iterator[Finding]:
    first = _read(stream, 0, SECTOR)
    header = _parse(first)
    if header is None:
        yield _unusable(_describe(first, name))
        return
    size = len(stream)
    capacity = header.capacity * SECTOR
    cut = Text("{disk} is cut short or damaged: its end is missing.", disk=name)
    if size < header.overhead * SECTOR:
        yield _unusable(cut)
        return
    # A disk of 0 bytes is the references' finding.
    if 0 < disk.capacity_bytes < capacity - _ROUNDING:
        yield _unusable(
            Text(
                "{disk} is made for {found:,} bytes, the descriptor gives it {stated:,}.",
                disk=name,
                found=capacity,
                stated=disk.capacity_bytes,
            )
        )
        return
    if not _has_end(stream, header, size):
        yield _unusable(cut)
        return
    if disk.capacity_bytes > capacity + _ROUNDING:
        yield DISK_DOUBTFUL.found(
            _FIELD,
            what=Text(
                "{disk} is made for {found:,} bytes, the descriptor gives it {stated:,}.",
                disk=name,
                found=capacity,
                stated=disk.capacity_bytes,
            ),
        )
    # ESXi: "sparse VMDK version too old"; the tools write version 3.
    if header.version != _NEWEST_VERSION or not (
        header.flags & _COMPRESSED and header.flags & _MARKERS
    ):
        yield DISK_DOUBTFUL.found(
            _FIELD,
            what=Text(
                "{disk} is not a streamOptimized VMDK of version {version}.",
                disk=name,
                version=_NEWEST_VERSION,
            ),
        )


def _parse(sector: bytes) -> _Header | None:
    """The header; None where this is none, or one that nobody could read on with."""
    if len(sector) < SECTOR or not sector.startswith(_MAGIC):
        return None
    _, version, flags, capacity, grain, _, _, entries, _, directory, overhead = _HEADER.unpack_from(
        sector
    )
    if not (capacity and grain and entries):
        return None
    return _Header(version, flags, capacity, grain, entries, directory, overhead)


def _describe(sector: bytes, name: str) -> Text:
    """Which other kind of file it is, as far as that is known."""
    if not sector.strip(b"\0"):
        return Text("{disk} is no disk image: it starts with nothing but zeros.", disk=name)
    if sector.startswith(b"COWD") or sector.lstrip().startswith(b"# Disk DescriptorFile"):
        return Text("{disk} is a VMDK of a kind that vSphere does not import.", disk=name)
    if sector.startswith(_MAGIC):
        return Text("{disk} is damaged: its header makes no sense.", disk=name)
    return Text("{disk} is no VMDK disk image.", disk=name)


def _has_end(stream: MemberStream, header: _Header, size: int) -> bool:
    """Whether the grain directory, which comes last in a stream, is in the file."""
    if header.directory_at != _DIRECTORY_AT_END:
        return (header.directory_at + header.directory_sectors) * SECTOR <= size
    start = max(0, size - _TAIL) // SECTOR * SECTOR
    tail = _read(stream, start, size - start)
    for at in range(len(tail) // SECTOR * SECTOR - SECTOR, -1, -SECTOR):
        if start + at == 0 or not tail.startswith(_MAGIC, at):
            continue
        footer = _parse(tail[at : at + SECTOR])
        # Zeros in value, size and type are the marker of a stream's end; ESXi refuses a disk
        # without it (issue 1357 of QEMU).
        mark = tail[at + SECTOR : at + 2 * SECTOR]
        if footer is None or len(mark) < SECTOR or any(mark[:16]):
            return False
        end = (footer.directory_at + footer.directory_sectors) * SECTOR
        return footer.capacity == header.capacity and end <= start + at
    return False


def _read(stream: MemberStream, at: int, length: int) -> bytes:
    stream.seek(at)
    parts: list[bytes] = []
    while length > 0 and (part := stream.read(length)):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _unusable(what: Text) -> Finding:
    return DISK_UNUSABLE.found(_FIELD, what=what)
