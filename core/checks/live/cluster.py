"""Is the cluster one that can become a Supervisor: DRS, HA, enough hosts, links fast enough?"""

from __future__ import annotations

from collections.abc import Iterator

from pyVmomi import vim

from core.checks.live.situation import Situation
from core.findings import Finding, Severity, rule
from core.text import Text, listed

DRS_OFF = rule(
    "cluster-drs-off",
    Severity.WARNING,
    cause=Text("Workload Management places its machines by DRS and cannot be enabled without it."),
    cure=Text("Turn DRS on, fully automated, before Workload Management is enabled."),
    source="DOMAIN 4",
)
DRS_NOT_AUTOMATED = rule(
    "cluster-drs-not-automated",
    Severity.WARNING,
    cause=Text("Workload Management wants DRS to place and move machines without being asked."),
    cure=Text("Set the automation level of DRS to fully automated."),
    source="DOMAIN 4",
)
HA_OFF = rule(
    "cluster-ha-off",
    Severity.WARNING,
    cause=Text(
        "Workload Management cannot be enabled without vSphere HA, and the appliance is a single "
        "machine that only HA restarts."
    ),
    cure=Text("Turn vSphere HA on before Workload Management is enabled."),
    source="DOMAIN 4, F22",
)
FEW_HOSTS = rule(
    "cluster-hosts-few",
    Severity.WARNING,
    cause=Text("The Supervisor's control plane has three machines, each to run on its own host."),
    cure=Text("Add hosts to the cluster, or go on where losing one does no harm."),
    source="DOMAIN 4",
)
NIC_SLOW = rule(
    "nic-slow",
    Severity.WARNING,
    cause=Text("The link is slower than 1 Gbit/s: often a bad cable or a wrong port setting."),
    cure=Text("Check the cable and the switch port, or use another NIC."),
)

ENOUGH_HOSTS = 3
SLOWEST_MBIT = 1000


def check_cluster(situation: Situation) -> Iterator[Finding]:
    """Findings about the cluster's services and hosts; what was read already is enough."""
    cluster = situation.facts.cluster
    field = "switch.cluster"
    if cluster.drs is False:
        yield DRS_OFF.found(field, what=Text("DRS is off in cluster {name}.", name=cluster.name))
    elif cluster.drs:
        level = cluster.drs_automation
        if level and level != vim.cluster.DrsConfigInfo.DrsBehavior.fullyAutomated:
            yield DRS_NOT_AUTOMATED.found(
                field,
                what=Text(
                    "DRS of cluster {name} is set to {level}.", name=cluster.name, level=level
                ),
            )
    if cluster.ha is False:
        yield HA_OFF.found(
            field, what=Text("vSphere HA is off in cluster {name}.", name=cluster.name)
        )
    if len(cluster.hosts) < ENOUGH_HOSTS:
        yield FEW_HOSTS.found(
            field,
            what=Text(
                "Cluster {name} has {count} host.",
                "Cluster {name} has {count} hosts.",
                name=cluster.name,
                count=len(cluster.hosts),
            ),
        )


def check_link_speed(situation: Situation) -> Iterator[Finding]:
    """Findings about NICs whose link is slow; what was read already is enough."""
    switch = situation.profile.switch
    slow: dict[tuple[str, str, int], list[str]] = {}
    for host in situation.facts.hosts:
        field = "switch.host_nics" if host.name in dict(switch.host_nics) else "switch.nics"
        for _, device in switch.nics_of(host.name):
            nic = host.nic(device)
            if nic is not None and nic.speed_mbit and nic.speed_mbit < SLOWEST_MBIT:
                slow.setdefault((field, device, nic.speed_mbit), []).append(host.name)
    for (field, device, speed), hosts in slow.items():
        yield NIC_SLOW.found(
            field,
            what=Text(
                "{device} of host {host} has a link of {speed} Mbit/s.",
                "{device} of hosts {host} has a link of {speed} Mbit/s.",
                device=device,
                host=listed(hosts),
                speed=speed,
                count=len(hosts),
            ),
        )
