"""All that can be known before a vCenter is asked: the profile checked, the OVA opened and read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

from msgspec import Struct

from core.certificates import certificate_data, certificate_pem
from core.checks.profile import check_profile
from core.errors import AppError, InvalidInput
from core.findings import Finding, has_errors
from core.ova.appliance import find_too_old, inspect
from core.ova.archive import Ova, open_ova
from core.ova.authenticity import find_missing_manifest
from core.ova.descriptor import Descriptor, parse_descriptor
from core.ova.disk_image import find_disk_problems
from core.profile.model import FILE, Profile, Secrets
from core.properties import one_line, render_properties
from core.structs import Discreet


class Prepared(Discreet, Struct, frozen=True):
    """A profile ready to be planned.

    ``properties`` are those that can be compared with a machine: without secrets.
    """

    profile: Profile
    findings: tuple[Finding, ...]
    ova: Ova | None
    descriptor: Descriptor | None
    properties: Mapping[str, str]

    @property
    def licences(self) -> tuple[str, ...]:
        """The licence texts in the OVA."""
        return tuple(one.text for one in self.descriptor.licences) if self.descriptor else ()

    @property
    def version(self) -> str:
        """The appliance's version, "" where there is no file to read it from."""
        return self.descriptor.product.version if self.descriptor else ""

    @property
    def disk_bytes(self) -> int:
        """The room the disks take at once: all of it when thick, what is in them when thin.

        Where the OVF does not say what is in a disk, it is at least what the file holds packed.
        """
        if self.descriptor is None or self.ova is None:
            return 0
        if self.profile.vm.disk_format != "thin":
            return sum(disk.capacity_bytes for disk in self.descriptor.disks)
        packed = sum(member.size for member in self.ova.members)
        return max(packed, sum(disk.populated_bytes or 0 for disk in self.descriptor.disks))

    def find_version_problems(self, vcenter_version: str) -> tuple[Finding, ...]:
        """Whether the appliance is too old for that vCenter (F18)."""
        found = find_too_old(self.version, vcenter_version)
        return (found,) if found else ()


@contextlib.contextmanager
def prepared(profile: Profile, findings: tuple[Finding, ...] = ()) -> Iterator[Prepared]:
    """Check the profile, open its OVA, and hold it open for as long as it is needed.

    ``findings`` are those of reading the profile. Only warnings are left in the result.

    Raises:
        InvalidInput: the profile, or the OVA for it, has errors; all of them.
        OvaError: the OVA is damaged or hostile.
        FileError: the OVA cannot be read.
    """
    found = (*findings, *check_profile(profile))
    if has_errors(found):
        raise InvalidInput([f for f in found if f.is_error])
    properties = _comparable(profile)
    if profile.ova.source != FILE:
        yield Prepared(profile, found, None, None, properties)
        return
    with open_ova(profile.path(profile.ova.file)) as ova:
        descriptor = parse_descriptor(ova.descriptor, ova.descriptor_name)
        found += inspect(
            descriptor,
            ova.members,
            configuration=profile.deployment.configuration,
            needed=tuple(properties),
        )
        found += (*find_disk_problems(ova, descriptor), *find_missing_manifest(ova))
        if has_errors(found):
            raise InvalidInput([f for f in found if f.is_error])
        yield Prepared(profile, found, ova, descriptor, properties)


def _comparable(profile: Profile) -> dict[str, str]:
    """The properties without secrets; the CA certificate is public and can be compared."""
    properties = render_properties(profile, Secrets())
    with contextlib.suppress(AppError):  # a CA that cannot be read is check_profile's finding
        certificate = certificate_data(profile)
        if certificate:
            properties["appliance.ca_cert"] = one_line(certificate_pem(certificate))
    return properties
