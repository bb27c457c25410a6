"""What was done, reduced to what a script needs: paths, properties without secrets, hosts."""

from __future__ import annotations

import contextlib

from msgspec import Struct

from core.certificates import certificate_data, certificate_pem
from core.errors import AppError
from core.handoff.places import Places, written_places
from core.handoff.source import Source
from core.profile.model import EXISTING, SECRET_FIELDS, Profile, Secrets
from core.properties import one_line, render_properties
from core.text import Text


class SecretValue(Struct, frozen=True):
    """A value that a script asks for: its variable, its OVF key, and the words of the question."""

    variable: str
    key: str
    label: str


class Job(Struct, frozen=True):
    """The deployment as a script would repeat it."""

    profile: Profile
    places: Places
    properties: tuple[tuple[str, str], ...]
    secrets: tuple[SecretValue, ...]
    hosts: tuple[tuple[str, tuple[str, ...]], ...]
    datastore: str
    has_own_ca: bool

    @property
    def creates_switch(self) -> bool:
        """Whether the switch is made, not just used."""
        return self.profile.switch.mode != EXISTING


def read_job(source: Source) -> Job:
    """The job of a source; hosts and datastore only where the vCenter was asked."""
    profile, found = source.profile, source.found
    properties = dict(render_properties(profile, Secrets()))
    has_own_ca = False
    with contextlib.suppress(AppError):
        certificate = certificate_data(profile)
        if certificate:
            properties["appliance.ca_cert"] = one_line(certificate_pem(certificate))
            has_own_ca = True
    hosts = tuple((n, tuple(nic for _, nic in nics)) for n, nics in found.hosts) if found else ()
    return Job(
        profile,
        (found.places if found else None) or written_places(profile),
        tuple(sorted(properties.items())),
        tuple(_secrets()),
        hosts,
        profile.vm.datastore or (found.datastore if found else ""),
        has_own_ca,
    )


def _secrets() -> tuple[SecretValue, ...]:
    found = []
    for name in ("root_password", "dataplane_password"):
        spec = SECRET_FIELDS[f"secrets.{name}"]
        found.append(SecretValue(name.upper(), spec.ovf_key, str(spec.label)))
    return tuple(found)


def heading(source: Source) -> tuple[str, ...]:
    """What a script says of itself, as lines without a comment mark."""
    profile = source.profile
    first = (
        Text(
            "What was done for {vm} on {vcenter}, as a script for the change record.",
            vm=profile.vm.name,
            vcenter=profile.vcenter.address,
        )
        if source.doubt is None
        else source.doubt
    )
    return (
        str(first),
        str(Text("Passwords are not in it: they come from variables, or are asked for.")),
    )
