"""Reading and verifying the OVA for its page; nothing here needs a network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from core.jobs import JobContext

if TYPE_CHECKING:
    from core.findings import Finding
    from core.ova.descriptor import Descriptor, OvfProperty
    from core.ova.verify import Verification


class OvaFacts(Struct, frozen=True):
    """What an OVA says of itself. ``unknown`` are properties we have no field for."""

    path: Path
    size: int
    descriptor: Descriptor
    has_manifest: bool
    unknown: tuple[OvfProperty, ...]
    findings: tuple[Finding, ...]


class VerifiedOva(Struct, frozen=True):
    """The digests of an OVA in which nothing was wrong, and where it comes from."""

    path: Path
    verification: Verification
    findings: tuple[Finding, ...]


def read_ova(ctx: JobContext, path: Path) -> OvaFacts:
    """Index, descriptor and manifest of an OVA.

    Raises:
        AppError: it cannot be read, is damaged, or no OVA.
    """
    from core.ova.appliance import inspect, unknown_properties
    from core.ova.archive import open_ova
    from core.ova.descriptor import parse_descriptor
    from core.ova.disk_image import find_disk_problems

    with open_ova(path) as ova:
        ctx.check()
        descriptor = parse_descriptor(ova.descriptor, ova.descriptor_name)
        return OvaFacts(
            path,
            ova.size,
            descriptor,
            ova.manifest is not None,
            unknown_properties(descriptor),
            (*inspect(descriptor, ova.members), *find_disk_problems(ova, descriptor)),
        )


def verify_ova(ctx: JobContext, path: Path) -> VerifiedOva:
    """Every digest of an OVA compared with its manifest; reports bytes and rate.

    Raises:
        AppError: a digest differs, or it cannot be read.
        Cancelled: the user asked to stop, or chose another file.
    """
    from core.ova.archive import open_ova
    from core.ova.authenticity import inspect_origin
    from core.ova.descriptor import parse_descriptor
    from core.ova.verify import verify

    with open_ova(path) as ova:
        descriptor = parse_descriptor(ova.descriptor, ova.descriptor_name)
        verification = verify(ova, ctx)
    return VerifiedOva(path, verification, inspect_origin(descriptor.product, verification))
