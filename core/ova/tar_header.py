"""One 512-byte header of a tar, taken apart and distrusted.

Python's tarfile is made to read every tar there ever was, and to extract it. An OVA needs a small
part of that (DSP0243 1.1, section 5.3: ustar), and everything else in one is a mistake or an
attack, so the headers are read here and what is not needed is refused by name.
"""

from __future__ import annotations

from msgspec import Struct

BLOCK = 512
ZERO_BLOCK = bytes(BLOCK)
# Beyond this no file system goes; base-256 sizes can say far more (an overflow in other readers).
_LARGEST = 1 << 62


class HeaderError(Exception):
    """A header is not one; ``problem`` is "checksum" or "size"."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class TarHeader(Struct, frozen=True):
    """What matters of a header: the name as bytes, the size and the kind of entry."""

    name: bytes
    size: int
    kind: bytes


def has_right_checksum(block: bytes) -> bool:
    """Whether the header's checksum fits; old tars added the bytes as signed numbers."""
    try:
        stated = _read_octal(block[148:156])
    except HeaderError:
        return False
    rest = block[:148] + b" " * 8 + block[156:]
    unsigned = sum(rest)
    return stated in (unsigned, unsigned - 256 * sum(1 for byte in rest if byte > 127))


def parse_header(block: bytes) -> TarHeader:
    """Take a header apart.

    Raises:
        HeaderError: its checksum or its size is wrong.
    """
    if not has_right_checksum(block):
        raise HeaderError("checksum")
    name = block[:100].split(b"\0", 1)[0]
    # Only POSIX ustar has a prefix; GNU keeps times there ("ustar  \0").
    if block[257:263] == b"ustar\0":
        prefix = block[345:500].split(b"\0", 1)[0]
        name = prefix + b"/" + name if prefix else name
    return TarHeader(name, _read_size(block[124:136]), block[156:157])


def _read_size(field: bytes) -> int:
    # Base-256 for more than 8 GiB: first bit set, the rest is a two's complement number.
    if field[0] & 0x80:
        if field[0] != 0x80:
            raise HeaderError("size")
        size = int.from_bytes(field[1:], "big")
    else:
        size = _read_octal(field)
    if size > _LARGEST:
        raise HeaderError("size")
    return size


def _read_octal(field: bytes) -> int:
    digits = field.split(b"\0", 1)[0].strip(b" ")
    # int() would take signs, underscores and inner spaces as well.
    if any(byte not in b"01234567" for byte in digits):
        raise HeaderError("size")
    return int(digits, 8) if digits else 0
