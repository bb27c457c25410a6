"""Takes the build machine's folders out of the libraries' search paths.

A Python built with a search path of its own writes it into each of its libraries. On somebody
else's computer that folder is nobody's, or worse, somebody's.
"""

from __future__ import annotations

import struct
from pathlib import Path

_LOAD, _DYNAMIC = 1, 2  # kinds of program headers
_STRINGS, _RPATH, _RUNPATH = 5, 15, 29  # kinds of dynamic entries
ORIGIN = b"$ORIGIN"


def clean(folder: Path) -> int:
    """Point absolute search paths at the library's own folder; gives how many there were."""
    changed = 0
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes() if _is_elf(path) else b""
            place = find(data)
            if place is not None:
                start, length = place
                new = ORIGIN if length >= len(ORIGIN) else b""
                path.write_bytes(
                    data[:start] + new.ljust(length, b"\0") + data[start + length :]
                )  # fmt: skip
                changed += 1
    return changed


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(6) == b"\x7fELF\x02\x01"  # 64 bits, little endian


def find(data: bytes) -> tuple[int, int] | None:
    """Where an ELF file keeps an absolute search path, and how long it is; None without one."""
    if data[:6] != b"\x7fELF\x02\x01":
        return None
    (headers,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    loads, dynamic = [], None
    for number in range(count):
        kind, _, offset, address, _, length = struct.unpack_from(
            "<IIQQQQ", data, headers + number * size
        )
        if kind == _LOAD:
            loads.append((address, offset, length))
        elif kind == _DYNAMIC:
            dynamic = (offset, length)
    if dynamic is None:
        return None
    entries = list(struct.iter_unpack("<QQ", data[dynamic[0] : sum(dynamic)]))
    table = next((value for tag, value in entries if tag == _STRINGS), None)
    name = next((value for tag, value in entries if tag in (_RPATH, _RUNPATH)), None)
    if table is None or name is None:
        return None
    address = table + name
    start = next((o + address - a for a, o, n in loads if a <= address < a + n), None)
    if start is None or data[start : start + 1] != b"/":
        return None
    return start, data.index(b"\0", start) - start
