"""Profiles to draw: right ones, conflicts, half-filled ones, and a strategy for any."""

from __future__ import annotations

from hypothesis import strategies as st
from msgspec.structs import replace

from core.profile.model import (
    DeploymentSettings,
    LoadBalancingSettings,
    NetworkSettings,
    PortGroup,
    Profile,
    SupervisorSettings,
    SwitchSettings,
    VCenterSettings,
    VmSettings,
)

DEFAULT = Profile(
    vcenter=VCenterSettings("vcenter.lab.example", 443, "admin@vsphere.local"),
    switch=SwitchSettings(
        datacenter="Lab-DC",
        name="workload-vds",
        uplinks=2,
        port_groups=(PortGroup("primary-workload", "Primary Workload Network", 20),),
        cluster="Supervisor-Cluster",
        nics=(("Uplink 1", "vmnic2"), ("Uplink 2", "vmnic3")),
    ),
    deployment=DeploymentSettings(management_network="VM Network"),
    network=NetworkSettings(
        host_name="haproxy.lab.example",
        dns=("10.8.8.8",),
        management_address="192.168.0.2/24",
        management_gateway="192.168.0.1",
        workload_address="192.168.10.2/24",
        workload_gateway="192.168.10.1",
    ),
    load_balancing=LoadBalancingSettings(ranges=("192.168.10.128/25",)),
)

FRONTEND = replace(
    DEFAULT,
    switch=replace(
        DEFAULT.switch,
        port_groups=(
            PortGroup("primary-workload", "Primary Workload Network", 20),
            PortGroup("workload", "Namespace dev", 31),
            PortGroup("workload", "Namespace prod", 0),
            PortGroup("frontend", "Frontend Network", 100),
        ),
        host_nics=(("esx-03.lab.example", (("Uplink 1", "vmnic4"),)),),
    ),
    deployment=DeploymentSettings(configuration="frontend", management_network="VM Network"),
    network=replace(
        DEFAULT.network,
        frontend_address="192.168.100.2/24",
        frontend_gateway="192.168.100.1",
        additional_workload_networks=("192.168.20.0/24",),
    ),
    load_balancing=LoadBalancingSettings(ranges=("192.168.100.64/26", "192.168.100.128/25")),
)


def with_ranges(profile: Profile, *ranges: str) -> Profile:
    return replace(profile, load_balancing=replace(profile.load_balancing, ranges=ranges))


def with_network(profile: Profile, **values: object) -> Profile:
    return replace(profile, network=replace(profile.network, **values))


_octet = st.integers(0, 255)
_address = st.builds("10.{}.{}.{}".format, st.integers(0, 1), st.integers(0, 1), _octet)
_cidr = st.builds("{}/{}".format, _address, st.integers(0, 33))
_junk = st.one_of(
    st.just(""),
    st.text(max_size=12),
    st.text(alphabet="abcW.-管理 ", max_size=90),
    st.sampled_from(["10.0.0.", "::1", "1.2.3.4.5", "10.0.0.1 - 10.0.0.9", "999.1.1.1/8", "\n"]),
)
_single = st.one_of(_address, _address, _junk)
_interface = st.one_of(_cidr, _cidr, _junk)
_networks = st.lists(st.one_of(_cidr, _cidr, _junk), max_size=6).map(tuple)
_groups = st.lists(
    st.builds(
        PortGroup,
        st.sampled_from(["primary-workload", "workload", "frontend", "other"]),
        st.one_of(st.sampled_from(["A", "B", "VM Network"]), _junk),
        st.one_of(st.none(), st.integers(-1, 5000)),
        st.sampled_from(["create", "existing"]),
    ),
    max_size=6,
).map(tuple)
_nics = st.lists(st.tuples(st.sampled_from(["Uplink 1", "Uplink 9", ""]), _junk), max_size=3)

profiles = st.builds(
    Profile,
    vcenter=st.builds(VCenterSettings, address=_single),
    vm=st.builds(VmSettings, name=_junk),
    switch=st.builds(
        SwitchSettings,
        mode=st.sampled_from(["create", "existing", "?"]),
        name=_junk,
        mtu=st.integers(-1, 10**9),
        uplinks=st.one_of(st.integers(-3, 5), st.just(10**9)),
        port_groups=_groups,
        cluster=_junk,
        nics=_nics.map(tuple),
        host_nics=st.lists(st.tuples(_junk, _nics.map(tuple)), max_size=12).map(tuple),
    ),
    deployment=st.builds(
        DeploymentSettings,
        configuration=st.sampled_from(["default", "frontend", "x"]),
        management_network=st.one_of(st.just("A"), _junk),
        workload_network=st.one_of(st.just(""), st.just("B"), _junk),
        frontend_network=st.one_of(st.just(""), st.just("A"), _junk),
    ),
    network=st.builds(
        NetworkSettings,
        host_name=_junk,
        dns=st.lists(_single, max_size=4).map(tuple),
        management_address=_interface,
        management_gateway=_single,
        workload_address=_interface,
        workload_gateway=_single,
        frontend_address=_interface,
        frontend_gateway=_single,
        additional_workload_networks=_networks,
    ),
    load_balancing=st.builds(
        LoadBalancingSettings, ranges=_networks, port=st.sampled_from([5556, 0, "x", None])
    ),
    supervisor=st.builds(SupervisorSettings, services_cidr=_interface),
)
"""Any profile the form or a file may hold, most of them wrong somewhere."""
