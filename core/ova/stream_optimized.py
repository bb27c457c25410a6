"""Writing a streamOptimized VMDK, the form of disks in an OVA.

Layout by VMware's "Virtual Disk Format 5.0", sections "Hosted Sparse Extents" and
"Stream-Optimized Compressed Sparse Extents": header, embedded descriptor, compressed grains each
with a marker, every grain table after its grains, grain directory, footer, end-of-stream marker.
The content has no meaning: one incompressible block again and again, so that a file of any size
is made about as fast as it can be written. Same arguments, same bytes.
"""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

SECTOR = 512
GRAIN_SECTORS = 128  # 64 KiB, what VMware's tools write
_GRAIN = GRAIN_SECTORS * SECTOR
_TABLE_ENTRIES = 512
_DESCRIPTOR_AT, _DESCRIPTOR_SECTORS = 1, 20
_OVERHEAD_SECTORS = 128
# Valid newline detection, compressed grains, markers.
_FLAGS = 1 | 1 << 16 | 1 << 17
_DIRECTORY_AT_END = 0xFFFF_FFFF_FFFF_FFFF
_DEFLATE = 1
_TABLE_MARKER, _DIRECTORY_MARKER, _FOOTER_MARKER = 1, 2, 3
_STORED = 0xFFFF  # the largest stored block of deflate
# A grain of 64 KiB stored: marker, two bytes of zlib, two stored blocks, checksum; whole sectors.
_RECORD = -(-(12 + 2 + 2 * 5 + _GRAIN + 4) // SECTOR) * SECTOR
_TABLE = SECTOR + _TABLE_ENTRIES * 4  # with its marker
_HEADER = struct.Struct("<4sIIQQQQIQQQB4sH433x")

_DESCRIPTOR = """\
# Disk DescriptorFile
version=1
CID={cid:08x}
parentCID=ffffffff
createType="streamOptimized"

# Extent description
RDONLY {sectors} SPARSE "{name}"

# The Disk Data Base
#DDB

ddb.adapterType = "lsilogic"
ddb.geometry.cylinders = "{cylinders}"
ddb.geometry.heads = "255"
ddb.geometry.sectors = "63"
ddb.virtualHWVersion = "13"
"""


class StreamOptimizedDisk(Struct, frozen=True):
    """A disk to be written.

    Args:
        name: Its file name, written into the embedded descriptor.
        capacity_bytes: What the machine sees.
        file_bytes: How large the file shall be at most; it is less than one grain (66,048 bytes)
            smaller, and never smaller than a disk without data needs.
        seed: Chooses the content.
    """

    name: str
    capacity_bytes: int
    file_bytes: int
    seed: int = 0

    @property
    def populated_bytes(self) -> int:
        """How many bytes of the capacity hold data."""
        return self._grains() * _GRAIN

    @property
    def size(self) -> int:
        """The exact size of the file."""
        grains = self._grains()
        return self._fixed_bytes() + grains * _RECORD + _tables(grains) * _TABLE

    def chunks(self) -> Iterator[bytes]:
        """The file, piece by piece."""
        yield self._header(_DIRECTORY_AT_END)
        yield self._embedded_descriptor()
        position = _OVERHEAD_SECTORS
        directory: list[int] = []
        body = _grain_body(self.seed)
        grains = self._grains()
        for first in range(0, self._grain_count(), _TABLE_ENTRIES):
            table: list[int] = []
            for number in range(first, min(first + _TABLE_ENTRIES, grains)):
                table.append(position)
                yield struct.pack("<Q", number * GRAIN_SECTORS) + body
                position += _RECORD // SECTOR
            if not table:
                # 0 in the directory: a table without grains is not written.
                directory.append(0)
                continue
            content = _padded(struct.pack(f"<{len(table)}I", *table), _TABLE_ENTRIES * 4)
            yield _marker(len(content) // SECTOR, _TABLE_MARKER)
            yield content
            directory.append(position + 1)
            position += _TABLE // SECTOR
        content = _padded(struct.pack(f"<{len(directory)}I", *directory))
        yield _marker(len(content) // SECTOR, _DIRECTORY_MARKER)
        yield content
        yield _marker(1, _FOOTER_MARKER)
        yield self._header(position + 1)
        yield bytes(SECTOR)  # end of stream

    def _sectors(self) -> int:
        return -(-self.capacity_bytes // SECTOR)

    def _grain_count(self) -> int:
        return -(-self._sectors() // GRAIN_SECTORS)

    def _grains(self) -> int:
        """How many grains hold data: as many as fit, with the tables they need."""
        room = max(0, self.file_bytes - self._fixed_bytes())
        full, rest = divmod(room, _TABLE_ENTRIES * _RECORD + _TABLE)
        return min(self._grain_count(), full * _TABLE_ENTRIES + max(0, rest - _TABLE) // _RECORD)

    def _fixed_bytes(self) -> int:
        """Header and descriptor, directory with its marker, footer with its, end of stream."""
        directory = len(_padded(bytes(_tables(self._grain_count()) * 4)))
        return (_OVERHEAD_SECTORS + 4) * SECTOR + directory

    def _header(self, directory_at: int) -> bytes:
        return _HEADER.pack(
            b"KDMV",
            3,
            _FLAGS,
            self._sectors(),
            GRAIN_SECTORS,
            _DESCRIPTOR_AT,
            _DESCRIPTOR_SECTORS,
            _TABLE_ENTRIES,
            0,
            directory_at,
            _OVERHEAD_SECTORS,
            0,
            b"\n \r\n",
            _DEFLATE,
        )

    def _embedded_descriptor(self) -> bytes:
        text = _DESCRIPTOR.format(
            cid=zlib.crc32(self.name.encode()) & 0xFFFF_FFFE,
            sectors=self._sectors(),
            name=self.name,
            cylinders=max(1, self._sectors() // (255 * 63)),
        )
        return _padded(text.encode("ascii"), (_OVERHEAD_SECTORS - 1) * SECTOR)


@lru_cache(maxsize=1)
def _grain_body(seed: int) -> bytes:
    """A grain with its marker, filled up to a sector, without the eight bytes of its address.

    Stored, not compressed: random bytes do not shrink, and the bytes then do not depend on which
    zlib there is.
    """
    content = random.Random(seed).randbytes(_GRAIN)
    blocks = [content[at : at + _STORED] for at in range(0, _GRAIN, _STORED)]
    stored = b"".join(
        struct.pack("<BHH", block is blocks[-1], len(block), len(block) ^ 0xFFFF) + block
        for block in blocks
    )
    stream = b"\x78\x01" + stored + struct.pack(">I", zlib.adler32(content))
    return _padded(struct.pack("<QI", 0, len(stream)) + stream)[8:]


def _tables(grains: int) -> int:
    return -(-grains // _TABLE_ENTRIES)


def _marker(sectors: int, kind: int) -> bytes:
    return struct.pack("<QII496x", sectors, 0, kind)


def _padded(content: bytes, size: int | None = None) -> bytes:
    wanted = -(-len(content) // SECTOR) * SECTOR if size is None else size
    return content.ljust(wanted, b"\0")
