"""The appliance that benchmarks deploy: sample OVAs of any size, profiles for stock vcsim."""

from __future__ import annotations

import tempfile
from pathlib import Path

from msgspec import structs

from core.practice.sample_ova import write_sample_ova
from core.profile.document import ProfileDocument
from core.profile.model import DEFAULT
from core.profile.template import sample_profile_text
from tests.benchmarks.simulator import PASSWORD, USER, Simulator

DATACENTER, CLUSTER, NIC, UPLINK = "DC0", "DC0_C0", "vmnic1", "Uplink 1"
HOSTS = tuple(f"{CLUSTER}_H{number}" for number in range(3))
SMALL = 8 << 20
ROOT_PASSWORD = DATAPLANE_PASSWORD = "benchmark-only-2"
PASSWORDS = {
    "HAPROXY_SETUP_VCENTER_PASSWORD": PASSWORD,
    "HAPROXY_SETUP_ROOT_PASSWORD": ROOT_PASSWORD,
    "HAPROXY_SETUP_DATAPLANE_PASSWORD": DATAPLANE_PASSWORD,
}


def sample_ova(size: int) -> Path:
    """A sample OVA of about that size, made once and kept in the temporary folder."""
    folder = Path(tempfile.gettempdir()) / "haproxy-setup-benchmarks"
    folder.mkdir(exist_ok=True)
    path = folder / f"haproxy-sample-{size}.ova"
    if not path.is_file():
        write_sample_ova(path, disk_bytes=size)
    return path


def stock_profile(vcsim: Simulator, ova: Path, topology: str = DEFAULT) -> ProfileDocument:
    """The sample profile, changed to what stock vcsim has and keeps (no policy, one free NIC)."""
    document = ProfileDocument(
        sample_profile_text(
            topology, address=vcsim.address, port=vcsim.port, user=USER,
            certificate=vcsim.certificate, ova_file=str(ova),
        )
    )  # fmt: skip
    profile = document.profile
    document.set_profile(
        structs.replace(
            profile,
            switch=structs.replace(
                profile.switch, datacenter=DATACENTER, cluster=CLUSTER, version="8.0.3",
                uplinks=1, nics=((UPLINK, NIC),),
            ),
            vm=structs.replace(profile.vm, folder="", resource_pool="", storage_policy=""),
        )
    )  # fmt: skip
    return document


def write_profile(document: ProfileDocument, folder: Path) -> Path:
    """The profile as a file."""
    path = folder / "benchmark.haproxy.yaml"
    path.write_text(document.text, "utf-8")
    return path
