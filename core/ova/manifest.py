"""The manifest of an OVA: which digest each file should have (DSP0243 1.1, section 5.1)."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NoReturn

from msgspec import Struct

from core.errors import OvaError
from core.text import Text

# Algorithm as written, for hashlib, and the length of its digest in hex.
ALGORITHMS = {"SHA1": ("sha1", 40), "SHA256": ("sha256", 64), "SHA512": ("sha512", 128)}
# `SHA256(name)= hex`; ovftool, openssl and packers differ in their spaces.
_LINE = re.compile(r"^\s*([A-Za-z0-9-]+)\s*\((.+)\)\s*=\s*([0-9A-Fa-f]+)\s*$")
_ADVICE = Text("Get the OVA again from its source; its manifest cannot be relied on.")


class ManifestEntry(Struct, frozen=True):
    """One line: the file, the algorithm as hashlib calls it, the digest in lower-case hex."""

    name: str
    algorithm: str
    digest: str


class Manifest(Struct, frozen=True):
    """What a ``.mf`` file says. ``name`` is its own."""

    name: str
    entries: tuple[ManifestEntry, ...]

    def find_entry(self, name: str) -> ManifestEntry | None:
        """The entry for a file, None if it is not listed."""
        return next((entry for entry in self.entries if entry.name == name), None)


def parse_manifest(content: bytes, name: str) -> Manifest:
    """Read a manifest.

    Raises:
        OvaError: a line is malformed, an algorithm unknown, a file listed twice, or nothing is.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        _refuse(Text("The manifest {manifest} is not text.", manifest=name))
    entries: list[ManifestEntry] = []
    seen: set[str] = set()
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if not line.strip():
            continue
        entry = _parse_line(line, number, name)
        if entry.name in seen:
            _refuse(
                Text(
                    "The manifest {manifest} lists {member} twice.",
                    manifest=name,
                    member=entry.name,
                )
            )
        seen.add(entry.name)
        entries.append(entry)
    if not entries:
        _refuse(Text("The manifest {manifest} is empty.", manifest=name))
    return Manifest(name, tuple(entries))


def check_lists(manifest: Manifest, names: Collection[str]) -> None:
    """Refuse a manifest that does not list exactly the files it should.

    Args:
        manifest: The manifest.
        names: The members of the OVA without manifest and certificate.

    Raises:
        OvaError: a file is listed and missing, or there and not listed.
    """
    for entry in manifest.entries:
        if entry.name not in names:
            _refuse(
                Text(
                    "The manifest {manifest} lists {member}, which is not in the OVA.",
                    manifest=manifest.name,
                    member=entry.name,
                )
            )
    for name in names:
        if manifest.find_entry(name) is None:
            _refuse(
                Text(
                    "The manifest {manifest} does not list {member}, so it cannot be verified.",
                    manifest=manifest.name,
                    member=name,
                )
            )


def _parse_line(line: str, number: int, name: str) -> ManifestEntry:
    match = _LINE.match(line)
    if match is None or not match[2].isprintable():
        _refuse(
            Text(
                "Line {number} of the manifest {manifest} is malformed.",
                number=number,
                manifest=name,
            )
        )
    written = match[1].upper().replace("-", "")
    if written not in ALGORITHMS:
        _refuse(
            Text(
                "Line {number} of the manifest {manifest} uses {algorithm}, which is unsupported.",
                number=number,
                manifest=name,
                algorithm=match[1][:40],
            )
        )
    algorithm, length = ALGORITHMS[written]
    if len(match[3]) != length:
        _refuse(
            Text(
                "Line {number} of the manifest {manifest} has a digest of the wrong length.",
                number=number,
                manifest=name,
            )
        )
    member = match[2].strip().removeprefix("./")
    return ManifestEntry(member, algorithm, match[3].lower())


def _refuse(what: Text) -> NoReturn:
    raise OvaError(what, _ADVICE)
