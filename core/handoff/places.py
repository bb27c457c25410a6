"""Where things are, for a script: paths whose levels are named as vCenter stores them."""

from __future__ import annotations

from msgspec import Struct

from core.plan.facts import Facts
from core.plan.readback import find_networks, network_name, own_name
from core.profile.model import Profile
from core.vsphere.entity_names import object_name, stored_name
from core.vsphere.inventory import read_folder
from core.vsphere.session import Session


class Places(Struct, frozen=True):
    """Paths with stored names, so that a slash is always a level; and (OVF network, bare name).

    ``folder`` and ``pool`` start below the roots, which are "".
    """

    datacenter: str
    folder: str
    pool: str
    networks: tuple[tuple[str, str], ...]


def read_places(session: Session, profile: Profile, facts: Facts) -> Places:
    """What the names in the profile stand for in this vCenter."""
    folder = read_folder(session, facts.inventory, facts.folder) if facts.folder else None
    pool = next((p for p in facts.inventory.pools if p.moid == facts.pool), None)
    written = written_places(profile)
    networks = tuple(
        (nic, network_name(facts, moid) if moid else dict(written.networks)[nic])
        for nic, moid in find_networks(profile, facts)
    )
    return Places(
        facts.datacenter.exact,
        folder.exact if folder else "",
        pool.exact if pool else "",
        networks,
    )


def written_places(profile: Profile) -> Places:
    """What they most likely stand for, where no vCenter was asked: each slash is a level.

    A port group keeps its slash, unless what stands before it is the profile's own switch.
    """
    pool = profile.vm.resource_pool.strip("/")
    return Places(
        _levels(profile.switch.datacenter),
        _levels(profile.vm.folder),
        _levels("" if pool == "Resources" else pool.removeprefix("Resources/")),
        tuple((nic, own_name(profile, name)) for nic, name in profile.network_mapping()),
    )


def last_name(path: str) -> str:
    """The name of what is at the end of a path, as people write it."""
    return object_name(path.rpartition("/")[2])


def _levels(written: str) -> str:
    """A path from a profile, where a level may be written as people or as vCenter does it."""
    return "/".join(map(_stored, written.strip("/").split("/")))


def _stored(name: str) -> str:
    is_stored = stored_name(object_name(name)) == name
    return name if is_stored else stored_name(name)
