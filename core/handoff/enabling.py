"""The bodies of the two API calls that enable a Supervisor, as far as they are known here.

Shapes: DOMAIN.md section 5, and VMware's schema pages of the vSphere Automation API. What only
the next step decides (its node addresses, storage policies, sizes) is left out.
"""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

from core.checks.addressing import read_addressing
from core.checks.networks import find_network
from core.handoff.source import Source

Body = dict[str, Any]

UNKNOWN_CA = "<PEM of the CA, published by the appliance>"


def cluster_body(source: Source, password: str = "") -> Body:
    """For ``POST /api/vcenter/namespace-management/clusters/{cluster}?action=enable`` (7.0.1+)."""
    services = find_network(source.profile.supervisor.services_cidr)
    body: Body = {"network_provider": "VSPHERE_NETWORK"}
    if services is not None:
        body["service_cidr"] = {
            "address": str(services.network_address),
            "prefix": services.prefixlen,
        }
    body["workload_networks_spec"] = {
        "supervisor_primary_workload_network": {
            "network": "primary",
            "network_provider": "VSPHERE_NETWORK",
            "vsphere_network": _vsphere_network(source),
        }
    }
    body["load_balancer_config_spec"] = {
        "id": source.name,
        "provider": "HA_PROXY",
        "address_ranges": [one.as_dict() for one in source.ranges],
        "ha_proxy_config_create_spec": _haproxy(source, password),
    }
    return body


def supervisor_body(source: Source, password: str = "") -> Body:
    """For ``POST .../supervisors/{cluster}?action=enable_on_compute_cluster`` (8.0.0.1+)."""
    return {
        "workloads": {
            "network": {
                "network": "primary",
                "network_type": "VSPHERE",
                "vsphere": {"dvpg": _port_group(source)},
                "services": {"dns": {"servers": list(source.profile.network.dns)}},
                "ip_management": _ip_management(source),
            },
            "edge": {
                "id": source.name,
                "provider": "HAPROXY",
                "load_balancer_address_ranges": [one.as_dict() for one in source.ranges],
                "haproxy": _haproxy(source, password),
            },
        }
    }


def _haproxy(source: Source, password: str) -> Body:
    """The part both have in common; the password only if it was asked for."""
    body: Body = {
        "servers": [{"host": source.address, "port": source.profile.load_balancing.port}],
        "username": source.profile.load_balancing.user,
    }
    if password:
        body["password"] = password
    body["certificate_authority_chain"] = source.authority or UNKNOWN_CA
    return body


def _vsphere_network(source: Source) -> Body:
    workload = read_addressing(source.profile, ()).nics[1]
    return {
        "portgroup": _port_group(source),
        "gateway": str(workload.gateway) if workload.gateway else "",
        "subnet_mask": str(workload.subnet.netmask) if workload.subnet else "",
        "address_ranges": [],
        "ip_assignment_mode": "STATICRANGE",
    }


def _ip_management(source: Source) -> Body:
    workload = read_addressing(source.profile, ()).nics[1]
    gateway = f"{workload.gateway}/{workload.subnet.prefixlen}" if workload.subnet else ""
    body: Body = {"dhcp_enabled": False, "gateway_address": gateway, "ip_assignments": []}
    services: IPv4Network | None = find_network(source.profile.supervisor.services_cidr)
    if services is not None:
        ranges = [{"address": str(services.network_address), "count": services.num_addresses}]
        body["ip_assignments"].append({"assignee": "SERVICE", "ranges": ranges})
    return body


def _port_group(source: Source) -> str:
    name = dict(source.profile.network_mapping())["Workload"]
    return source.network_id("Workload") or f"<object id of {name}>"
