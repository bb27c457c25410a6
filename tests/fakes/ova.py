"""OVAs for tests: whole ones, and every kind of damaged or hostile one.

``make_ova(path)`` writes a good one; each keyword breaks or changes one thing. The pieces
(``entry``, ``header``, ``manifest_of``) build what no keyword covers.
"""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.ova.stream_optimized import StreamOptimizedDisk
from core.practice.sample_ova import DISK_CAPACITY, build_sample_descriptor, write_sample_ova

__all__ = [
    "Parts",
    "entry",
    "header",
    "make_ova",
    "manifest_of",
    "sample_parts",
    "write_sample_ova",
]

NAME = "haproxy-sample"
OVF, MF, VMDK = f"{NAME}.ovf", f"{NAME}.mf", f"{NAME}-disk1.vmdk"
END = bytes(1024)


def header(
    name: str | bytes,
    size: int = 0,
    kind: bytes = b"0",
    *,
    link: str = "",
    raw_size: bytes | None = None,
    checksum: bytes | None = None,
) -> bytes:
    """A tar header with anything in it; the checksum fits unless one is given."""
    block = bytearray(tarfile.TarInfo("x").tobuf(tarfile.USTAR_FORMAT))
    encoded = name.encode("utf-8", "surrogateescape") if isinstance(name, str) else name
    block[:100] = encoded[:100].ljust(100, b"\0")
    block[124:136] = raw_size or b"%011o\0" % size
    block[156:157] = kind
    block[157:257] = link.encode().ljust(100, b"\0")
    block[148:156] = b" " * 8
    block[148:156] = checksum or b"%06o\0 " % sum(block)
    return bytes(block)


def entry(name: str | bytes, content: bytes = b"", kind: bytes = b"0", **options: object) -> bytes:
    """A header with its content, filled up to whole blocks."""
    head = header(name, len(content), kind, **options)  # type: ignore[arg-type]
    return head + content + bytes(-len(content) % 512)


def pax(**records: str) -> bytes:
    """An extended header for the next member."""
    content = b""
    for key, value in records.items():
        body = f" {key.replace('_', '.')}={value}\n".encode()
        length = len(body) + 1
        while length != len(str(length)) + len(body):
            length = len(str(length)) + len(body)
        content += str(length).encode() + body
    return entry("PaxHeaders/x", content, b"x")


def manifest_of(files: dict[str, bytes], algorithm: str = "SHA256") -> bytes:
    """A right manifest for ``files``."""
    lines = (
        f"{algorithm}({name})= {hashlib.new(algorithm, content).hexdigest()}\n"
        for name, content in files.items()
    )
    return "".join(lines).encode()


@dataclass
class Parts:
    """The files of an OVA, to be changed before they are written."""

    descriptor: bytes
    disk: bytes
    manifest: bytes | None = None
    entries: list[bytes] = field(default_factory=list)

    def pack(self, end: bytes = END) -> bytes:
        """A tar in the usual order, with whatever was put into ``entries`` after it."""
        manifest = self.manifest
        if manifest is None:
            manifest = manifest_of({OVF: self.descriptor, VMDK: self.disk})
        tar = entry(OVF, self.descriptor)
        tar += entry(MF, manifest) if manifest else b""
        return tar + entry(VMDK, self.disk) + b"".join(self.entries) + end


def sample_parts(version: str = "0.2.0") -> Parts:
    """The smallest whole appliance, in pieces."""
    disk = StreamOptimizedDisk(VMDK, DISK_CAPACITY, 0)
    return Parts(build_sample_descriptor(disk, version, NAME).encode(), b"".join(disk.chunks()))


def make_ova(
    path: Path,
    *,
    version: str = "0.2.0",
    replace: Sequence[tuple[str, str]] = (),
    descriptor: bytes | None = None,
    manifest: bytes | None = None,
    algorithm: str = "SHA256",
    extra: Sequence[bytes] = (),
    end: bytes = END,
    change: Callable[[bytes], bytes] | None = None,
) -> Path:
    """Write an OVA like the appliance's; without keywords a good one.

    Args:
        path: Where to.
        version: The product's version.
        replace: Texts of the descriptor and what to put there instead; a text that is not in it
            is an error of the test.
        descriptor: A whole other descriptor.
        manifest: Another manifest; ``b""`` for none.
        algorithm: The digest of the right manifest: SHA1, SHA256 or SHA512.
        extra: Raw entries after the disk; see ``entry``.
        end: What ends the tar.
        change: Changes the finished bytes of the whole file.
    """
    parts = sample_parts(version)
    if descriptor is not None:
        parts.descriptor = descriptor
    for old, new in replace:
        assert old.encode() in parts.descriptor, old
        parts.descriptor = parts.descriptor.replace(old.encode(), new.encode())
    files = {OVF: parts.descriptor, VMDK: parts.disk}
    parts.manifest = manifest_of(files, algorithm) if manifest is None else manifest
    parts.entries = list(extra)
    whole = parts.pack(end)
    path.write_bytes(change(whole) if change else whole)
    return path
