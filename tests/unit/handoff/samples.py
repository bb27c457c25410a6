"""Sources to make hand-offs from, with and without a vCenter's answers."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from core.handoff.source import Found, Source, read_source
from core.profile.document import ProfileDocument
from core.profile.model import Profile
from core.profile.template import sample_profile_text
from tests.fakes.dataplane import make_pki
from tests.fakes.vcenter import changed

PASSWORD, ROOT_PASSWORD, VCENTER_PASSWORD = "Data-Plane-5ecret!", "R00t-5ecret!", "vC-5ecret!"
SECRETS = (PASSWORD, ROOT_PASSWORD, VCENTER_PASSWORD)
AUTHORITY = make_pki(("haproxy.local", "192.168.110.20")).authority


def sample(topology: str = "frontend", **sections: Any) -> Profile:
    """A profile without errors."""
    text = sample_profile_text(
        topology, address="vc.lab.example", user="admin@lab", ova_file="/ovas/haproxy.ova"
    )
    return changed(ProfileDocument(text).profile, **sections)


def offline(topology: str = "frontend", **sections: Any) -> Source:
    """A source whose vCenter was not asked."""
    return read_source(sample(topology, **sections))


def connected(topology: str = "frontend", **sections: Any) -> Source:
    """A source whose vCenter has answered."""
    source = offline(topology, **sections)
    groups = source.profile.switch.port_groups
    ids = {group.name: f"dvportgroup-{number}" for number, group in enumerate(groups, 31)}
    ids["VM Network"] = "network-7"
    mapping = source.profile.network_mapping()
    found = Found(
        networks=tuple((network, ids[name]) for network, name in mapping),
        port_groups=tuple((group.name, ids[group.name]) for group in groups),
        cluster="domain-c9",
        switch="dvs-30",
        machine="vm-42",
        hosts=(
            ("esx-01.lab.example", (("Uplink 1", "vmnic1"), ("Uplink 2", "vmnic2"))),
            ("esx-02.lab.example", (("Uplink 1", "vmnic3"), ("Uplink 2", "vmnic2"))),
        ),
        datastore="datastore-02",
        authority=AUTHORITY,
        version="8.0.3",
    )
    return replace(source, found=found, authority=AUTHORITY)
