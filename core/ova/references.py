"""Does the archive hold what its descriptor refers to, and nothing else?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from core.findings import Finding, Severity, rule
from core.ova.descriptor import Descriptor, OvfFile
from core.ova.member import Member
from core.text import Text

_FIELD = "ova.file"
_DOWNLOAD = Text("Download the OVA again from its source.")

FILE_MISSING = rule(
    "ova-file-missing",
    Severity.ERROR,
    cause=Text("The descriptor refers to a file that is not in the OVA."),
    cure=_DOWNLOAD,
    source="DSP0243 7.1",
)
FILE_EXTRA = rule(
    "ova-file-extra",
    Severity.ERROR,
    cause=Text("The OVA holds a file its descriptor does not refer to."),
    cure=Text("Something was added to the OVA. Get it again from a source you trust."),
    source="DSP0243 5.3",
)
FILE_SIZE = rule(
    "ova-file-size",
    Severity.ERROR,
    cause=Text("A file in the OVA is not as large as the descriptor says."),
    cure=_DOWNLOAD,
    source="DSP0243 7.1",
)
FILE_FORM = rule(
    "ova-file-form",
    Severity.ERROR,
    cause=Text("The OVA keeps a file compressed or in parts, which vSphere does not import."),
    cure=_DOWNLOAD,
    source="DSP0243 7.1",
)
FILE_UNUSED = rule(
    "ova-file-unused",
    Severity.WARNING,
    cause=Text("The OVA holds a file that its machine does not use."),
    cure=_DOWNLOAD,
    source="DSP0243 7.1",
)
NO_DISK = rule(
    "ova-no-disk",
    Severity.ERROR,
    cause=Text("No disk of the machine has its content in the OVA, so there is nothing to boot."),
    cure=_DOWNLOAD,
    source="DSP0243 9.1",
)
DISK_SIZE = rule(
    "ova-disk-size",
    Severity.ERROR,
    cause=Text("The descriptor gives a disk a size that vSphere cannot make: 0, or above 62 TiB."),
    cure=_DOWNLOAD,
    source="DSP0243 9.1",
)
LARGEST_DISK = 62 << 40
"""VMware, "Configuration Maximums": the largest virtual disk."""


def find_reference_problems(descriptor: Descriptor, members: Sequence[Member]) -> Iterator[Finding]:
    """What differs between a descriptor's references and the members of the archive."""
    present = {member.name: member for member in members}
    for file in descriptor.files:
        yield from _find_file_problems(file, present.get(file.href), descriptor.name)
    yield from _find_disk_problems(descriptor, present)
    known = {file.href for file in descriptor.files} | {descriptor.name}
    for member in members:
        # Manifest and certificate belong to the package, not to the machine.
        if member.name not in known and not member.name.lower().endswith((".mf", ".cert")):
            yield FILE_EXTRA.found(
                _FIELD,
                what=Text(
                    "The OVA holds {member}, which its descriptor {ovf} does not mention.",
                    member=member.name,
                    ovf=descriptor.name,
                ),
            )


def _find_disk_problems(descriptor: Descriptor, present: Collection[str]) -> Iterator[Finding]:
    for disk in descriptor.disks:
        if not 0 < disk.capacity_bytes <= LARGEST_DISK:
            yield DISK_SIZE.found(
                _FIELD,
                what=Text(
                    "The descriptor {ovf} gives disk {disk} {found:,} bytes.",
                    ovf=descriptor.name,
                    disk=disk.id[:80],
                    found=disk.capacity_bytes,
                ),
            )
    if not any(disk.file_id for disk in descriptor.disks):
        yield NO_DISK.found(
            _FIELD,
            what=Text("{ovf} has no disk with content from the OVA.", ovf=descriptor.name),
        )
    for file in descriptor.files:
        if not file.is_used and file.href in present:
            yield FILE_UNUSED.found(
                _FIELD,
                what=Text(
                    "{ovf} names the file {member} but gives it to no disk.",
                    ovf=descriptor.name,
                    member=file.href[:80],
                ),
            )


def _find_file_problems(file: OvfFile, member: Member | None, ovf: str) -> Iterator[Finding]:
    if file.is_chunked or file.compression not in ("", "identity"):
        yield FILE_FORM.found(
            _FIELD,
            what=Text("{ovf} has {member} compressed or in parts.", ovf=ovf, member=file.href[:80]),
        )
    elif member is None:
        yield FILE_MISSING.found(
            _FIELD,
            what=Text(
                "{ovf} refers to {member}, which is not in the OVA.", ovf=ovf, member=file.href[:80]
            ),
        )
    elif file.size is not None and file.size != member.size:
        yield FILE_SIZE.found(
            _FIELD,
            what=Text(
                "{member} has {found} bytes in the OVA, {stated} by the descriptor {ovf}.",
                member=file.href,
                found=member.size,
                stated=file.size,
                ovf=ovf,
            ),
        )
