"""What a file that is no tar looks like instead, so that a person knows what was downloaded."""

from __future__ import annotations

from core.text import Text

# First bytes, lower-cased where the format is text, and what they belong to. A browser that was
# sent to a login page saves HTML; a mail gateway packs; people rename the disk or the descriptor.
_BINARY: tuple[tuple[bytes, Text], ...] = (
    (b"\x1f\x8b", Text("a gzip file")),
    (b"PK\x03\x04", Text("a ZIP archive")),
    (b"PK\x05\x06", Text("an empty ZIP archive")),
    (b"BZh", Text("a bzip2 file")),
    (b"\xfd7zXZ\x00", Text("an xz file")),
    (b"7z\xbc\xaf\x27\x1c", Text("a 7-Zip archive")),
    (b"\x28\xb5\x2f\xfd", Text("a Zstandard file")),
    (b"Rar!", Text("a RAR archive")),
    (b"KDMV", Text("a VMDK disk image")),
    (b"COWD", Text("a VMDK disk image")),
    (b"QFI\xfb", Text("a QCOW2 disk image")),
    (b"%PDF", Text("a PDF document")),
    (b"\x7fELF", Text("a program")),
    (b"MZ", Text("a program")),
)
_TEXTUAL: tuple[tuple[bytes, Text], ...] = (
    (b"# disk descriptorfile", Text("the text part of a VMDK disk image")),
    (b"<!doctype html", Text("a web page")),
    (b"<html", Text("a web page")),
    (b"<?xml", Text("an XML file, perhaps an OVF descriptor alone")),
    (b"<envelope", Text("an OVF descriptor alone")),
    (b"<ovf:envelope", Text("an OVF descriptor alone")),
    (b"{", Text("a JSON file")),
)
ISO_MARK_AT = 32769


def find_disguise(start: bytes, at_iso_mark: bytes = b"") -> Text | None:
    """What a file that starts with ``start`` looks like; None if nothing known.

    Args:
        start: The first bytes of the file, 64 or more where there are as many.
        at_iso_mark: Five bytes from ``ISO_MARK_AT``.
    """
    for magic, what in _BINARY:
        if start.startswith(magic):
            return what
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for magic, what in _TEXTUAL:
        if text.startswith(magic):
            return what
    return Text("an ISO image") if at_iso_mark == b"CD001" else None
