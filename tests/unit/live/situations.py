"""A situation without a vCenter: what was read is made up, what is asked is a fake."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from core.checks.live.situation import Situation
from core.jobs import JobContext
from core.plan.facts import Facts
from core.plan.preparation import Prepared
from core.plan.storage import StorageFacts
from core.profile.document import ProfileDocument
from core.profile.model import Profile
from core.profile.template import sample_profile_text
from core.vsphere.inventory import Cluster, Datacenter, Host, Inventory, PhysicalNic
from core.vsphere.session import About
from core.vsphere.switch import Member, SwitchState

CLUSTER = "domain-c8"
HOSTS = ("host-1", "host-2", "host-3")
SWITCH = SwitchState(
    moid="dvs-7",
    kind="vim.dvs.VmwareDistributedVirtualSwitch",
    name="workload-vds",
    uuid="50 00 aa",
    version="7.0.0",
    mtu=1500,
    uplink_names=("Uplink 1", "Uplink 2"),
    uplink_group="dvportgroup-1",
    port_groups=(),
    members=tuple(Member(host, ()) for host in HOSTS),
    reports_nics=True,
)


def sample_profile(topology: str = "default") -> Profile:
    text = sample_profile_text(
        topology, address="vcenter.lab.example", user="a@b.example", ova_file="haproxy.ova"
    )
    return ProfileDocument(text).profile


def make_host(moid: str, *nics: PhysicalNic) -> Host:
    return Host(moid, f"{moid}.lab.example", "8.0.3", True, False, nics)


def make_nic(device: str, speed: int | None = 10000) -> PhysicalNic:
    return PhysicalNic(device, "", speed, "", "", False)


def make_situation(session: Any = None, profile: Profile | None = None, **facts: Any) -> Situation:
    """The sample on a healthy cluster; ``facts`` replaces what was read."""
    profile = profile or sample_profile()
    datacenter = Datacenter("datacenter-2", "Lab-DC", "Lab-DC", "group-v3", "group-n6")
    cluster = Cluster(
        CLUSTER, "Supervisor-Cluster", datacenter.moid, HOSTS, "resgroup-9", (), (), True, True
    )
    hosts = tuple(make_host(host, make_nic("vmnic1"), make_nic("vmnic2")) for host in HOSTS)
    read: dict[str, Any] = {
        "about": About("vCenter", "8.0.3", "1", "VirtualCenter", "x"),
        "inventory": Inventory((datacenter,), (cluster,), (), (), (), (), ()),
        "datacenter": datacenter,
        "cluster": cluster,
        "vm_cluster": cluster,
        "hosts": hosts,
        "vm_hosts": hosts,
        "switch": None,
        "versions": None,
        "compatible": None,
        "folder": "group-v4",
        "pool": "resgroup-10",
        "storage": StorageFacts(None, None),
        "library": None,
        "machine": None,
        "machine_policies": (),
        **facts,
    }
    prepared = Prepared(profile, (), None, None, {})
    return Situation(session or SimpleNamespace(), prepared, Facts(**read), JobContext())
