"""The OVA of a profile, looked at without a vCenter: is it there, whole, and the right one?"""

from __future__ import annotations

from collections.abc import Collection

from core.errors import FileError, OvaError
from core.findings import Finding, Severity, rule
from core.ova.appliance import inspect
from core.ova.archive import open_ova
from core.ova.authenticity import find_origin_problems
from core.ova.descriptor import parse_descriptor
from core.ova.disk_image import find_disk_problems
from core.profile.model import FILE, Profile
from core.text import Text

_FIELD = "ova.file"

OVA_ABSENT = rule(
    "ova-absent",
    Severity.WARNING,
    cause=Text("The OVA cannot be read on this computer; a deployment from here needs it."),
    cure=Text("Put the file there, or correct its path, before you deploy."),
)
OVA_UNUSABLE = rule(
    "ova-unusable",
    Severity.ERROR,
    cause=Text("The file is no OVA, or a damaged or dangerous one."),
    cure=Text("Download the OVA again and compare its published checksum."),
    source="F20",
)


def check_ova_file(profile: Profile, needed: Collection[str]) -> tuple[Finding, ...]:
    """Findings about the OVA's structure and what is in it; its bytes are verified later.

    ``needed`` are the OVF keys that the profile sets. The whole file is read only where it says
    that it is a release whose SHA-256 is published.
    """
    if profile.ova.source != FILE or not profile.ova.file:
        return ()
    try:
        with open_ova(profile.path(profile.ova.file)) as ova:
            descriptor = parse_descriptor(ova.descriptor, ova.descriptor_name)
            return (
                *inspect(
                    descriptor,
                    ova.members,
                    configuration=profile.deployment.configuration,
                    needed=needed,
                ),
                *find_disk_problems(ova, descriptor),
                *find_origin_problems(ova, descriptor.product),
            )
    except FileError as error:
        return (OVA_ABSENT.found(_FIELD, what=error.what, advice=error.advice),)
    except OvaError as error:
        return (OVA_UNUSABLE.found(_FIELD, what=error.what, advice=error.advice),)
