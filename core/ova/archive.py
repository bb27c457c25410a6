"""An OVA opened for reading, treated as hostile until checked.

Nothing is extracted to disk, and memory use does not depend on the sizes inside.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import FileError, OvaError
from core.ova.manifest import Manifest, check_lists, parse_manifest
from core.ova.member import Fingerprint, Member, MemberStream, open_unbuffered, unreadable
from core.ova.tar_index import DO_NOT_USE, DOWNLOAD_AGAIN, read_index
from core.ova.xml_tree import read_text
from core.text import Text, listed

MAX_DESCRIPTOR = 4 << 20
MAX_MANIFEST = 1 << 20


class Ova:
    """What an OVA holds; made by ``open_ova`` only.

    Immutable once open, so threads may share it; each ``open`` gives a stream of its own.
    """

    def __init__(self, path: Path, fingerprint: Fingerprint, members: tuple[Member, ...]) -> None:
        self.path = path
        self.fingerprint = fingerprint
        self.size = fingerprint.size
        self.members = members
        self.descriptor_name = self._descriptor_member().name
        self.descriptor = self._read_small(
            self.descriptor_name,
            MAX_DESCRIPTOR,
            Text("The descriptor {member} is larger than 4 MiB.", member=self.descriptor_name),
        )
        certificate = self._single(".cert", Text("{file} holds two certificates.", file=path.name))
        self.certificate_name = certificate.name if certificate else None
        self.manifest = self._read_manifest()

    @property
    def descriptor_text(self) -> str:
        """The descriptor as vCenter is given it.

        Raises:
            OvaError: it is not UTF-8.
        """
        return read_text(self.descriptor, self.descriptor_name)

    def get_member(self, name: str) -> Member:
        """The member called ``name``.

        Raises:
            OvaError: there is none.
        """
        for member in self.members:
            if member.name == name:
                return member
        raise OvaError(
            Text(
                "{file} does not hold {member}; it holds {names}.",
                file=self.path.name,
                member=name,
                names=listed(member.name for member in self.members),
            ),
            DOWNLOAD_AGAIN,
        )

    def open(self, name: str) -> MemberStream:
        """A stream over the member called ``name``; close it.

        Raises:
            OvaError: there is none, or the file changed since it was opened.
            FileError: the file cannot be read any more.
        """
        return MemberStream(self.path, self.get_member(name), self._check_status)

    def open_whole(self) -> MemberStream:
        """A stream over the whole file, headers included; close it.

        Raises:
            OvaError: the file changed since it was opened.
            FileError: the file cannot be read any more.
        """
        return MemberStream(self.path, Member(self.path.name, self.size, 0), self._check_status)

    def check_unchanged(self) -> None:
        """Refuse to go on if the file is not the one that was opened.

        Raises:
            OvaError: size, time or identity of the file changed.
            FileError: it is gone.
        """
        try:
            self._check_status(os.stat(self.path))
        except OSError as error:
            raise unreadable(self.path, error) from error

    def _check_status(self, status: os.stat_result) -> None:
        if Fingerprint.of(status) != self.fingerprint:
            raise OvaError(
                Text("{file} changed after it was opened.", file=self.path.name),
                Text("Wait until nothing writes to the file any more, then start again."),
            )

    def _descriptor_member(self) -> Member:
        found = self._single(".ovf", Text("{file} holds two descriptors.", file=self.path.name))
        if found is None:
            raise OvaError(
                Text(
                    "{file} holds no OVF descriptor; it holds {names}.",
                    file=self.path.name,
                    names=listed(member.name for member in self.members[:5]),
                ),
                Text("Choose an OVA; this is another kind of tar archive."),
            )
        # DSP0243 1.1, section 5.3: the descriptor is the first entry.
        if found is not self.members[0]:
            raise OvaError(
                Text(
                    "{file} starts with {member}; its descriptor has to come first.",
                    file=self.path.name,
                    member=self.members[0].name,
                ),
                DO_NOT_USE,
            )
        return found

    def _single(self, suffix: str, several: Text) -> Member | None:
        found = [member for member in self.members if member.name.lower().endswith(suffix)]
        if len(found) > 1:
            raise OvaError(several, DO_NOT_USE, details=listed(member.name for member in found))
        return found[0] if found else None

    def _read_manifest(self) -> Manifest | None:
        member = self._single(".mf", Text("{file} holds two manifests.", file=self.path.name))
        if member is None:
            return None
        content = self._read_small(
            member.name,
            MAX_MANIFEST,
            Text("The manifest {member} is larger than 1 MiB.", member=member.name),
        )
        manifest = parse_manifest(content, member.name)
        apart = (member.name, self.certificate_name)
        check_lists(manifest, [one.name for one in self.members if one.name not in apart])
        return manifest

    def _read_small(self, name: str, limit: int, too_large: Text) -> bytes:
        with self.open(name) as stream:
            if len(stream) > limit:
                raise OvaError(too_large, DO_NOT_USE)
            parts: list[bytes] = []
            while part := stream.read():
                parts.append(part)
        return b"".join(parts)


@contextmanager
def open_ova(path: Path) -> Iterator[Ova]:
    """Open an OVA: index it, read descriptor and manifest, refuse what is not as it should be.

    Raises:
        FileError: the file is missing or cannot be read.
        OvaError: it is no OVA, is damaged or hostile.
    """
    try:
        status = os.stat(path)
    except OSError as error:
        raise unreadable(path, error) from error
    except ValueError as error:  # a NUL in the path
        raise FileError(
            Text("The path of the OVA is not a path."), Text("Check the path of the OVA.")
        ) from error
    if not stat.S_ISREG(status.st_mode):
        # Opening a pipe would wait for a writer, for ever.
        raise FileError(
            Text("{path} is not a file.", path=path), Text("Choose the OVA file itself.")
        )
    with open_unbuffered(path) as file:
        # The handle is what is read; the path may have been replaced in between.
        fingerprint = Fingerprint.of(os.fstat(file.fileno()))
        try:
            members = read_index(file, fingerprint.size, path.name)
        except OSError as error:
            raise unreadable(path, error) from error
        yield Ova(path, fingerprint, members)
