"""Profiles and secrets that are right, in both topologies, and how to alter one value."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from core.profile.model import (
    FRONTEND,
    PRIMARY_WORKLOAD,
    WORKLOAD,
    ApplianceSettings,
    DeploymentSettings,
    LoadBalancingSettings,
    NetworkSettings,
    OvaSettings,
    PortGroup,
    Profile,
    Secrets,
    SwitchSettings,
    VCenterSettings,
    VmSettings,
)

SECRETS = Secrets("VMware1!", "root-Pass1", "dp p@$$'\"`word")

TWO_NICS = Profile(
    vcenter=VCenterSettings("vcenter.lab.example", 443, "administrator@vsphere.local"),
    switch=SwitchSettings(
        datacenter="Lab-DC",
        name="workload-vds",
        uplinks=2,
        port_groups=(
            PortGroup(PRIMARY_WORKLOAD, "Primary Workload Network", 20),
            PortGroup(WORKLOAD, "Workload Network", 0),
        ),
        cluster="Supervisor-Cluster",
        nics=(("Uplink 1", "vmnic2"), ("Uplink 2", "vmnic3")),
        host_nics=(("esx-03.lab.example", (("Uplink 1", "vmnic4"),)),),
    ),
    ova=OvaSettings(file="haproxy-v0.2.0.ova"),
    vm=VmSettings(),
    deployment=DeploymentSettings(management_network="VM Network"),
    appliance=ApplianceSettings(),
    network=NetworkSettings(
        host_name="haproxy.lab.example",
        dns=("192.168.110.5",),
        management_address="192.168.110.20/24",
        management_gateway="192.168.110.1",
        workload_address="192.168.120.20/24",
        workload_gateway="192.168.120.1",
    ),
    load_balancing=LoadBalancingSettings(ranges=("192.168.120.128/25",)),
)
THREE_NICS = replace(
    TWO_NICS,
    switch=replace(
        TWO_NICS.switch,
        port_groups=(*TWO_NICS.switch.port_groups, PortGroup(FRONTEND, "Frontend", 30)),
    ),
    deployment=replace(TWO_NICS.deployment, configuration=FRONTEND),
    network=replace(
        TWO_NICS.network,
        frontend_address="192.168.130.20/24",
        frontend_gateway="192.168.130.1",
        additional_workload_networks=("192.168.121.0/24", "192.168.122.0/24"),
    ),
    load_balancing=replace(TWO_NICS.load_balancing, ranges=("192.168.130.128/25",)),
)


def altered(profile: Profile, changes: dict[str, Any]) -> Profile:
    """The profile with some values replaced, by key."""
    for key, value in changes.items():
        section, _, name = key.partition(".")
        if name:
            value = replace(getattr(profile, section), **{name: value})
        profile = replace(profile, **{section: value})
    return profile
