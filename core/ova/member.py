"""One file inside an OVA, and a stream over it.

The stream reads the region of the tar where the file lies. Nothing is ever extracted to disk and
nothing is read ahead, so memory does not depend on the size of the disk image.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from core.errors import FileError, OvaError
from core.text import Text

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class Member(Struct, frozen=True):
    """A file inside an OVA: where its bytes are. ``offset`` counts from the start of the OVA."""

    name: str
    size: int
    offset: int


class Fingerprint(Struct, frozen=True):
    """What tells one state of a file on disk from another, without reading it."""

    size: int
    mtime_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Fingerprint:
        """The fingerprint in a result of ``os.stat``."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)


class MemberStream(io.RawIOBase):
    """A read-only, seekable stream over one member, with a file handle of its own.

    Streams of one OVA are independent: each may be used in another thread. ``len(stream)`` is the
    size of the member, whatever the position, as HTTP clients expect of an upload body.
    """

    def __init__(self, path: Path, member: Member, check: Callable[[os.stat_result], None]) -> None:
        super().__init__()
        self.member = member
        self._path = path
        self._position = 0
        # os.pread on a shared handle would do, but Windows has no pread.
        self._file = open_unbuffered(path)
        try:
            # The path may name another file by now: the handle is what counts.
            check(os.fstat(self._file.fileno()))
        except BaseException:
            self.close()
            raise

    def __len__(self) -> int:
        return self.member.size

    def __bool__(self) -> bool:
        # An empty member would make `if stream` false by its length.
        return True

    def readable(self) -> bool:
        """Always true."""
        return True

    def seekable(self) -> bool:
        """Always true."""
        return True

    def tell(self) -> int:
        """The position inside the member."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Move inside the member; beyond its end reads give nothing."""
        bases = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.member.size}
        if whence not in bases:
            raise ValueError(f"whence {whence} is not known")
        position = bases[whence] + offset
        if position < 0:
            raise ValueError("a position before the start of the member")
        self._position = position
        return position

    def read(self, size: int | None = -1, /) -> bytes:
        """Up to ``size`` bytes, all that is left for -1.

        Raises:
            OvaError: the file became shorter meanwhile.
            FileError: the file cannot be read.
        """
        wanted = self._bounded(self.member.size if size is None or size < 0 else size)
        if not wanted:
            return b""
        try:
            self._file.seek(self.member.offset + self._position)
            data = self._file.read(wanted)
        except OSError as error:
            raise unreadable(self._path, error) from error
        self._advance(len(data))
        return data

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Fill ``buffer`` as far as the member goes; the count of bytes, 0 at its end.

        Raises:
            OvaError: the file became shorter meanwhile.
            FileError: the file cannot be read.
        """
        view = memoryview(buffer).cast("B")
        wanted = self._bounded(len(view))
        if not wanted:
            return 0
        try:
            self._file.seek(self.member.offset + self._position)
            count = self._file.readinto(view[:wanted]) or 0
        except OSError as error:
            raise unreadable(self._path, error) from error
        self._advance(count)
        return count

    def close(self) -> None:
        """Close this stream; the OVA and its other streams stay open."""
        file: io.FileIO | None = getattr(self, "_file", None)
        if file is not None:
            file.close()
        super().close()

    def _bounded(self, size: int) -> int:
        if self.closed:
            raise ValueError("the stream is closed")
        return max(0, min(size, self.member.size - self._position))

    def _advance(self, count: int) -> None:
        if count == 0:
            raise OvaError(
                Text(
                    "{file} became shorter while {member} was read.",
                    file=self._path.name,
                    member=self.member.name,
                ),
                Text("Wait until nothing writes to the file any more, then start again."),
            )
        self._position += count


def open_unbuffered(path: Path) -> io.FileIO:
    """The raw file, opened for reading.

    Raises:
        FileError: it cannot be opened.
    """
    try:
        return io.FileIO(path, "rb")
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> FileError:
    """The error for a file that the system refuses to open or read."""
    if isinstance(error, FileNotFoundError):
        return FileError(
            Text("The file {path} does not exist.", path=path),
            Text("Check the path of the OVA."),
            details=str(error),
        )
    return FileError(
        Text(
            "The file {path} cannot be read: {reason}.", path=path, reason=error.strerror or error
        ),
        Text("Check that you may read it and that its drive is connected."),
        details=str(error),
    )
