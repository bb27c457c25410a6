"""The index of a tar: where each member lies, or one sentence why this tar is not taken.

Only headers are read; the members' bytes are skipped. Names are never used as paths.
"""

from __future__ import annotations

import re
import unicodedata
from typing import BinaryIO, NoReturn

from core.errors import OvaError
from core.ova.disguise import ISO_MARK_AT, find_disguise
from core.ova.member import Member
from core.ova.tar_header import BLOCK, ZERO_BLOCK, HeaderError, TarHeader, parse_header
from core.text import Text

MAX_MEMBERS = 100
# Blocking factors fill up with zeros, 10 KiB by default; nobody needs more than this.
MAX_PADDING = 1 << 20
_MAX_EXTENSION = 64 << 10

DOWNLOAD_AGAIN = Text("Download the OVA again; the copy is incomplete or damaged.")
DO_NOT_USE = Text("Do not use this file; get the OVA from a source you trust.")

_LINKS = {b"1": Text("a hard link"), b"2": Text("a symbolic link")}
_SPECIAL = {
    b"3": Text("a device"),
    b"4": Text("a device"),
    b"5": Text("a folder"),
    b"6": Text("a pipe"),
    b"S": Text("a sparse file"),
    b"M": Text("a part of a file on another volume"),
    b"V": Text("a volume label"),
    b"K": Text("a long link name"),
}
_REGULAR = (b"0", b"\0", b"7")
# Extended headers (POSIX.1-2001 pax) that say nothing about where bytes are or go.
_HARMLESS = {"mtime", "atime", "ctime", "uid", "gid", "uname", "gname", "comment", "hdrcharset"}
_DRIVE = re.compile(r"^[A-Za-z]:")


def read_index(file: BinaryIO, size: int, name: str) -> tuple[Member, ...]:
    """The members of the tar in ``file``, checked.

    Args:
        file: The open OVA.
        size: Its size in bytes.
        name: What to call it in messages.

    Raises:
        OvaError: it is not a tar, is damaged, or holds what an OVA must not.
    """
    return _Indexer(file, size, name).run()


class _Indexer:
    def __init__(self, file: BinaryIO, size: int, name: str) -> None:
        self._file, self._size, self._name = file, size, name
        self._members: list[Member] = []
        self._seen: set[str] = set()
        # What extended headers said about the next member.
        self._long_name: bytes | None = None
        self._long_size: int | None = None

    def run(self) -> tuple[Member, ...]:
        if self._size == 0:
            self._refuse(Text("{file} is empty.", file=self._name), DOWNLOAD_AGAIN)
        offset = 0
        while True:
            block = self._read(offset, BLOCK)
            if len(block) < BLOCK:
                self._refuse_short(offset)
            if block == ZERO_BLOCK:
                break
            header = self._parse(block, offset)
            offset = self._take(header, offset + BLOCK)
        self._check_padding(offset)
        if self._long_name is not None or self._long_size is not None:
            self._refuse(
                Text(
                    "{file} ends after an extended header that belongs to no member.",
                    file=self._name,
                ),
                DOWNLOAD_AGAIN,
            )
        return tuple(self._members)

    def _read(self, offset: int, count: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(count)

    def _parse(self, block: bytes, offset: int) -> TarHeader:
        try:
            return parse_header(block)
        except HeaderError as error:
            if offset == 0 and error.problem == "checksum":
                self._refuse_disguise(block)
            if error.problem == "checksum":
                self._refuse(
                    Text(
                        "{file} is damaged: the entry after {member} has a wrong checksum.",
                        file=self._name,
                        member=self._members[-1].name if self._members else Text("the start"),
                    ),
                    DOWNLOAD_AGAIN,
                )
            self._refuse(
                Text(
                    "{file} gives {member} an impossible size.",
                    file=self._name,
                    member=_shown(block[:100].split(b"\0", 1)[0].decode("utf-8", "replace")),
                ),
                DO_NOT_USE,
            )

    def _take(self, header: TarHeader, data: int) -> int:
        """Take the entry whose bytes start at ``data``; the offset of the next header."""
        if header.kind in (b"x", b"g", b"L"):
            self._take_extension(header, data)
            return data + _rounded(header.size)
        size = header.size if self._long_size is None else self._long_size
        name = self._checked_name(header.name if self._long_name is None else self._long_name)
        self._check_kind(header.kind, name)
        if header.name.endswith(b"/"):
            # Before ustar a folder was a file whose name ends so.
            self._refuse_kind(name, Text("a folder"))
        if data + size > self._size:
            self._refuse(
                Text(
                    "{file} is cut off: {member} should have {size} bytes, {present} are there.",
                    file=self._name,
                    member=_shown(name),
                    size=size,
                    present=max(0, self._size - data),
                ),
                DOWNLOAD_AGAIN,
            )
        if name.casefold() in self._seen:
            self._refuse(
                Text("{file} holds {member} twice.", file=self._name, member=_shown(name)),
                DO_NOT_USE,
            )
        if len(self._members) == MAX_MEMBERS:
            self._refuse(
                Text(
                    "{file} holds more than {count} files; an OVA has a handful.",
                    file=self._name,
                    count=MAX_MEMBERS,
                ),
                DO_NOT_USE,
            )
        self._seen.add(name.casefold())
        self._members.append(Member(name, size, data))
        self._long_name = self._long_size = None
        return data + _rounded(size)

    def _take_extension(self, header: TarHeader, data: int) -> None:
        """Read an extended header: a long name, a large size, or harmless times and owners."""
        if header.size > _MAX_EXTENSION or data + header.size > self._size:
            self._refuse_extension()
        content = self._read(data, header.size)
        if header.kind == b"L":
            if self._long_name is not None:
                self._refuse_extension()
            self._long_name = content.rstrip(b"\0")
            self._check_long_name()
            return
        for key, value in self._pax_records(content):
            if key in _HARMLESS:
                continue
            if header.kind == b"g":
                self._refuse_extension()
            if key == "size" and self._long_size is None and value.isdigit() and len(value) < 19:
                self._long_size = int(value)
            elif key == "path" and self._long_name is None:
                self._long_name = value
                self._check_long_name()
            else:
                self._refuse_extension()

    def _check_long_name(self) -> None:
        # Readers that do not know extended headers see the short name: one that fits the plain
        # header is given here only to show two names to two readers.
        long_name = self._long_name or b""
        if len(long_name) <= 100 and long_name.isascii():
            self._refuse_extension()

    def _pax_records(self, content: bytes) -> list[tuple[str, bytes]]:
        records: list[tuple[str, bytes]] = []
        while content:
            length_text, space, _ = content.partition(b" ")
            if not space or not length_text.isdigit() or len(length_text) > 6:
                self._refuse_extension()
            length = int(length_text)
            record = content[len(length_text) + 1 : length]
            key, equals, value = record.partition(b"=")
            if length > len(content) or not equals or not value.endswith(b"\n"):
                self._refuse_extension()
            records.append((key.decode("utf-8", "replace"), value[:-1]))
            content = content[length:]
        return records

    def _checked_name(self, raw: bytes) -> str:
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            self._refuse_name(
                Text("a name that is not UTF-8 text: {member}"), raw.decode("utf-8", "replace")
            )
        if not name:
            self._refuse_name(Text("a file without a name"), name)
        # Category C: control, format (bidi overrides), surrogates, unassigned.
        if any(unicodedata.category(character).startswith("C") for character in name):
            self._refuse_name(Text("control characters in a name: {member}"), name)
        if "\\" in name:
            self._refuse_name(Text("a backslash in a name: {member}"), name)
        if name.startswith("/"):
            self._refuse_name(Text("an absolute path: {member}"), name)
        if _DRIVE.match(name):
            self._refuse_name(Text("a path with a drive: {member}"), name)
        # `tar c ./x` puts "./" before names; nothing is lost without it.
        name = name.removeprefix("./")
        if any(part in ("..", ".", "") for part in name.rstrip("/").split("/")):
            self._refuse_name(Text("a path that leaves its folder: {member}"), name)
        return name

    def _check_kind(self, kind: bytes, name: str) -> None:
        if kind in _REGULAR:
            return
        what = _LINKS.get(kind) or _SPECIAL.get(kind)
        self._refuse_kind(
            name, what or Text("of an unknown kind ({kind})", kind=_shown(kind.decode("latin-1")))
        )

    def _check_padding(self, offset: int) -> None:
        """After the end mark there may be zeros only, and not many."""
        if not self._members:
            self._refuse(Text("{file} holds no files.", file=self._name), DOWNLOAD_AGAIN)
        if self._size - offset <= MAX_PADDING:
            padding = self._read(offset, self._size - offset)
            if not padding.strip(b"\0"):
                return
        self._refuse(
            Text(
                "{file} has {count} more byte after its end mark.",
                "{file} has {count} more bytes after its end mark.",
                file=self._name,
                count=self._size - offset - BLOCK,
            ),
            Text("Something was added to the OVA. Download it again from a source you trust."),
        )

    def _refuse_short(self, offset: int) -> NoReturn:
        """The file ends where a header should be."""
        if offset == 0:
            self._refuse_disguise(self._read(0, BLOCK))
        self._refuse(
            Text(
                "{file} is cut off: it ends after {member} without an end mark.",
                file=self._name,
                member=self._members[-1].name if self._members else Text("the start"),
            ),
            DOWNLOAD_AGAIN,
        )

    def _refuse_disguise(self, start: bytes) -> NoReturn:
        looks_like = find_disguise(start, self._read(ISO_MARK_AT, 5))
        if looks_like is None:
            self._refuse(
                Text("{file} is not an OVA: it is not a tar archive.", file=self._name),
                Text("Choose the file that ends in .ova from the download page."),
            )
        self._refuse(
            Text("{file} is not an OVA: it is {kind}.", file=self._name, kind=looks_like),
            Text("Choose the file that ends in .ova from the download page, unpacked if needed."),
        )

    def _refuse_kind(self, name: str, what: Text) -> NoReturn:
        self._refuse(
            Text(
                "{file} holds {member}, which is {kind}; an OVA holds plain files only.",
                file=self._name,
                member=_shown(name.rstrip("/")),
                kind=what,
            ),
            DO_NOT_USE,
        )

    def _refuse_name(self, problem: Text, name: str) -> NoReturn:
        self._refuse(
            Text(
                "{file} holds {problem}.",
                file=self._name,
                problem=Text(problem.template, member=_shown(name)),
            ),
            DO_NOT_USE,
        )

    def _refuse_extension(self) -> NoReturn:
        self._refuse(
            Text(
                "{file} holds an extended header that would hide the real name or size of a file.",
                file=self._name,
            ),
            DO_NOT_USE,
        )

    def _refuse(self, what: Text, advice: Text) -> NoReturn:
        raise OvaError(what, advice)


def _rounded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def _shown(name: str) -> str:
    """A name from a hostile file as it may be printed: escaped, quoted by nothing, not endless."""
    shown = "".join(
        character
        if not unicodedata.category(character).startswith("C")
        else character.encode("unicode_escape", "backslashreplace").decode("ascii")
        for character in name
    )
    return shown if len(shown) <= 80 else shown[:77] + "..."
