"""Verifying an OVA: one pass over the file, every digest that is needed later taken on the way.

SHA-1 of each member is what vCenter answers in HttpNfcLeaseGetManifest, SHA-256 of the whole file
is what the makers publish, and the manifest says what the members should have.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct

from core.errors import OvaError
from core.jobs import ByteMeter, JobContext
from core.ova.archive import Ova
from core.ova.manifest import ManifestEntry
from core.ova.member import Member, MemberStream
from core.ova.releases import Release, find_release
from core.text import Text

if TYPE_CHECKING:
    from hashlib import _Hash

CHUNK = 2 << 20
_ADVICE = Text("Download the OVA again; do not deploy this copy.")


class MemberDigest(Struct, frozen=True):
    """What a member really is: digests in lower-case hex, and its size."""

    sha1: str
    sha256: str
    size: int


class Verification(Struct, frozen=True):
    """The outcome of a verification that found nothing wrong.

    ``published`` is the release whose published SHA-256 the file has. Without a manifest nothing
    could be compared, only computed.
    """

    digests: Mapping[str, MemberDigest]
    sha256: str
    published: Release | None
    has_manifest: bool


def verify(ova: Ova, ctx: JobContext, step: str = "ova") -> Verification:
    """Read the whole OVA once and compare every digest its manifest states.

    Runs in the caller's thread, with hashing threads that are joined before it returns. A cancel
    takes effect at the next chunk and leaves nothing behind. Memory: two chunks.

    Raises:
        OvaError: a digest differs, or the file changed meanwhile.
        FileError: the file cannot be read.
        Cancelled: the user asked to stop.
    """
    meter = ByteMeter(ctx, step, ova.size, Text("Verifying {file}", file=ova.path.name))
    whole = hashlib.sha256()
    members: dict[str, _MemberHashes] = {}
    with _lanes() as run, ova.open_whole() as stream:
        # Two buffers: one is filled while the other is hashed.
        buffers = [memoryview(bytearray(CHUNK)), memoryview(bytearray(CHUNK))]
        pending: list[Future[None]] = []
        turn = 0
        for member, length in _pieces(ova):
            hashes: list[_Hash] = [whole]
            if member is not None:
                if member.name not in members:
                    members[member.name] = _MemberHashes(_entry_of(ova, member.name))
                hashes += members[member.name].all
            filled = buffers[turn][:length]
            _fill(stream, filled)
            for future in pending:
                future.result()
            pending = [run(one.update, filled) for one in hashes]
            meter.add(length)
            turn = 1 - turn
        for future in pending:
            future.result()
    ova.check_unchanged()
    digests = {}
    for member in ova.members:
        found = members.get(member.name) or _MemberHashes(_entry_of(ova, member.name))
        found.check(member.name, ova.path.name)
        digests[member.name] = MemberDigest(
            found.sha1.hexdigest(), found.sha256.hexdigest(), member.size
        )
    sha256 = whole.hexdigest()
    return Verification(
        MappingProxyType(digests), sha256, find_release(sha256), ova.manifest is not None
    )


class _MemberHashes:
    """The digests of one member: the two that are always wanted, and the manifest's."""

    def __init__(self, entry: ManifestEntry | None) -> None:
        self._entry = entry
        # Not for security here: vCenter's own checksum of an upload is SHA-1.
        self.sha1 = hashlib.sha1(usedforsecurity=False)
        self.sha256 = hashlib.sha256()
        self.all: list[_Hash] = [self.sha1, self.sha256]
        self._stated = next(
            (one for one in self.all if entry is not None and one.name == entry.algorithm), None
        )
        if entry is not None and self._stated is None:
            self._stated = hashlib.new(entry.algorithm)
            self.all.append(self._stated)

    def check(self, name: str, file: str) -> None:
        if self._entry is None or self._stated is None:
            return
        found = self._stated.hexdigest()
        if found != self._entry.digest:
            raise OvaError(
                Text(
                    "{member} in {file} is damaged: its digest is not the one in the manifest.",
                    member=name,
                    file=file,
                ),
                _ADVICE,
                details=f"{self._entry.algorithm}: {found}, manifest: {self._entry.digest}",
            )


def _entry_of(ova: Ova, name: str) -> ManifestEntry | None:
    return ova.manifest.find_entry(name) if ova.manifest else None


def _pieces(ova: Ova) -> Iterator[tuple[Member | None, int]]:
    """The file from start to end in chunks that do not cross the borders of members."""
    position = 0
    for member in (*ova.members, None):
        start = ova.size if member is None else member.offset
        yield from ((None, length) for length in _chunks(start - position))
        if member is not None:
            yield from ((member, length) for length in _chunks(member.size))
            position = member.offset + member.size


def _chunks(size: int) -> Iterator[int]:
    while size > 0:
        yield min(size, CHUNK)
        size -= CHUNK


def _fill(stream: MemberStream, view: memoryview) -> None:
    filled = 0
    while filled < len(view):
        # Never 0 here: the stream raises when the file ends before its size.
        filled += stream.readinto(view[filled:])


def _lanes() -> AbstractContextManager[Callable[..., Future[None]]]:
    """Where digests are computed: threads where there are several cores, else right here."""
    cores = os.cpu_count() or 1
    return _Threads(min(cores, 4)) if cores > 1 else nullcontext(_at_once)


class _Threads:
    def __init__(self, count: int) -> None:
        # hashlib gives the GIL free while it digests more than 2 KiB.
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="ova-digest")

    def __enter__(self) -> Callable[..., Future[None]]:
        return self._pool.submit

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


def _at_once(work: Callable[..., None], *arguments: object) -> Future[None]:
    future: Future[None] = Future()
    work(*arguments)
    future.set_result(None)
    return future
