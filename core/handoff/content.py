"""What stands in the sheet: the values of a source in the order of the Supervisor's wizard."""

from __future__ import annotations

from collections.abc import Iterator

from core.certificates import summary
from core.checks.addressing import Nic, read_addressing
from core.handoff.sheet import Item, Lasting, Section, Sheet
from core.handoff.source import Source
from core.profile.model import FIELDS, FRONTEND, PRIMARY_WORKLOAD, WORKLOAD
from core.text import Text, listed
from core.version import PRODUCT, VERSION

_PORT_GROUP = Text("Port group")
_FROM_VCENTER = Text("only the vCenter knows it: make the sheet again with a connection")
_NOT_THERE = Text("not there yet; make the sheet again after the deployment")
_FROM_APPLIANCE = Text("published by the appliance at the end of its first boot")
_NOT_HERE = Text("not written here; it is the Data Plane API password of the deployment")
_ABOUT_GROUPS = Text(
    "Take all that are needed: VMware's documentation says that workload networks are added when "
    "the Supervisor is enabled, and cannot be added later."
)
_ROLES = {
    "management": Text("Management"),
    "workload": Text("Workload"),
    "frontend": Text("Frontend"),
}
_GROUPS = {
    PRIMARY_WORKLOAD: Text("Primary workload network"),
    WORKLOAD: Text("Workload network"),
    FRONTEND: Text("Frontend network"),
}


def build_sheet(source: Source, password: str = "") -> Sheet:
    """The sheet of a source; the password stands in it only if one is given."""
    about = Text(
        "What enabling Workload Management asks for, for the appliance {vm} on {vcenter}. Made by "
        "{product} {version}.",
        product=PRODUCT,
        version=VERSION,
        vm=source.profile.vm.name,
        vcenter=source.profile.vcenter.address,
    )
    sections = (
        Section(Text("Load balancer"), tuple(_load_balancer(source, password))),
        Section(Text("Virtual IP ranges"), tuple(_ranges(source)), _about_ranges(source)),
        Section(Text("Port groups"), tuple(_port_groups(source)), _ABOUT_GROUPS),
        Section(Text("Networks"), tuple(_networks(source))),
        Section(Text("Supervisor"), tuple(_supervisor(source))),
        Section(Text("Appliance"), tuple(_appliance(source))),
    )
    title = Text("Load balancer {name}: hand-off to the Supervisor", name=source.name)
    return Sheet(title, about, sections, source.doubt)


def _load_balancer(source: Source, password: str) -> Iterator[Item]:
    profile = source.profile
    yield Item("name", Text("Name"), source.name, Text("DNS-compliant, without periods"))
    yield Item("type", Text("Load balancer type"), "HAProxy")
    yield Item(
        "endpoint",
        Text("Management IP address"),
        source.endpoint,
        Text("the Data Plane API's address and port"),
        Lasting.PERMANENT,
    )
    yield Item("user", Text("User name"), profile.load_balancing.user)
    yield Item("password", Text("Password"), password, None if password else _NOT_HERE)
    yield Item(
        "ranges",
        Text("Virtual IP ranges"),
        ",".join(one.first_last for one in source.ranges),
        lasting=Lasting.ADD_ONLY,
    )
    authority = source.authority
    yield Item(
        "ca_certificate",
        Text("HAProxy management TLS certificate"),
        authority.strip(),
        Text("the CA, not the server's own certificate") if authority else _FROM_APPLIANCE,
        is_block=True,
    )
    if authority:
        about = summary(authority)
        yield Item("ca_sha256", Text("SHA-256 of it"), about.sha256)
        yield Item("ca_until", Text("Valid until"), f"{about.not_after:%Y-%m-%d}")


def _about_ranges(source: Source) -> Text:
    later = Text(
        "F9: to add a range later, first append it to /etc/vmware/anyip-routes.cfg on the "
        "appliance, then add it in the vCenter; the other way round HAProxy does not start again."
    )
    left_out = [str(address) for one in source.ranges for address in one.left_out]
    if not left_out:
        return later
    return Text(
        "The appliance answers for every address of a CIDR. {addresses} is left out of the other "
        "notations: as the network's own or its broadcast address no service can have it. {later}",
        addresses=listed(left_out),
        later=later,
    )


def _ranges(source: Source) -> Iterator[Item]:
    for number, one in enumerate(source.ranges, 1):
        lasting = Lasting.ADD_ONLY
        yield Item(
            f"range_{number}_cidr",
            Text("Range {number} as CIDR", number=number),
            str(one.cidr),
            lasting=lasting,
        )
        yield Item(
            f"range_{number}_first_last",
            Text("Range {number}, first to last", number=number),
            one.first_last,
            lasting=lasting,
        )
        yield Item(
            f"range_{number}_address",
            Text("Range {number}, first address", number=number),
            str(one.first),
            lasting=lasting,
        )
        yield Item(
            f"range_{number}_count",
            Text("Range {number}, count of addresses", number=number),
            str(one.count),
            lasting=lasting,
        )


def _port_groups(source: Source) -> Iterator[Item]:
    for number, group in enumerate(source.profile.switch.port_groups, 1):
        role = _GROUPS.get(group.role, _PORT_GROUP)
        vlan = None if group.vlan is None else Text("VLAN {vlan}", vlan=group.vlan)
        yield Item(f"port_group_{number}", role, group.name, vlan)
        yield _object_id(
            source,
            f"port_group_{number}_id",
            Text("Object id of {name}", name=group.name),
            source.group_id(group),
        )


def _networks(source: Source) -> Iterator[Item]:
    mapping = source.profile.network_mapping()
    nics = read_addressing(source.profile, ()).nics
    for (ovf_network, network), nic in zip(mapping, nics, strict=True):
        role = _ROLES[nic.name]
        yield Item(f"{nic.name}_network", Text("{role}: port group", role=role), network)
        yield _object_id(
            source,
            f"{nic.name}_network_id",
            Text("{role}: object id", role=role),
            source.network_id(ovf_network),
        )
        yield from _addresses(nic, role)


def _addresses(nic: Nic, role: Text) -> Iterator[Item]:
    if nic.interface is not None:
        network = nic.interface.network
        lasting = Lasting.REDEPLOY
        subnet, mask = Text("{role}: subnet", role=role), Text("{role}: subnet mask", role=role)
        yield Item(f"{nic.name}_subnet", subnet, str(network), lasting=lasting)
        yield Item(f"{nic.name}_mask", mask, str(network.netmask), lasting=lasting)
        yield Item(
            f"{nic.name}_address",
            Text("{role}: address of the appliance", role=role),
            str(nic.interface.ip),
            # The Supervisor keeps the address it was told; the others only the appliance knows.
            lasting=Lasting.PERMANENT if nic.name == "management" else Lasting.REDEPLOY,
        )
    if nic.gateway is not None:
        yield Item(
            f"{nic.name}_gateway",
            Text("{role}: gateway", role=role),
            str(nic.gateway),
            lasting=Lasting.REDEPLOY,
        )


def _supervisor(source: Source) -> Iterator[Item]:
    profile, found = source.profile, source.found
    yield Item("cluster", Text("Cluster"), profile.switch.cluster)
    cluster = found.cluster if found else ""
    yield _object_id(source, "cluster_id", Text("Object id of the cluster"), cluster)
    services = FIELDS["supervisor.services_cidr"]
    yield Item("services_cidr", services.label, profile.supervisor.services_cidr)
    if profile.network.dns:
        yield Item("dns", FIELDS["network.dns"].label, ",".join(profile.network.dns))


def _appliance(source: Source) -> Iterator[Item]:
    profile, found = source.profile, source.found
    written = found.written if found else ""
    renamed = Text("renamed or moved since: the profile says {path}", path=written)
    yield Item("vm", FIELDS["vm.name"].label, profile.vm.name, renamed if written else None)
    machine = found.machine if found else ""
    yield _object_id(source, "vm_id", Text("Object id of the virtual machine"), machine)
    lasting = Lasting.REDEPLOY  # what the first boot reads, it reads once
    configuration = FIELDS["deployment.configuration"]
    chosen = {choice.value: choice.label for choice in configuration.choices}
    yield Item(
        "configuration",
        configuration.label,
        profile.deployment.configuration,
        chosen[profile.deployment.configuration],
        lasting,
    )
    label = FIELDS["network.host_name"].label
    yield Item("host_name", label, profile.network.host_name, lasting=lasting)
    yield Item("switch", FIELDS["switch.name"].label, profile.switch.name)
    switch = found.switch if found else ""
    yield _object_id(source, "switch_id", Text("Object id of the switch"), switch)
    further = profile.network.additional_workload_networks
    if further:
        label = FIELDS["network.additional_workload_networks"].label
        yield Item("additional_workload_networks", label, ",".join(further), lasting=lasting)


def _object_id(source: Source, key: str, label: Text, moid: str) -> Item:
    missing = _NOT_THERE if source.found else _FROM_VCENTER
    return Item(key, label, moid, None if moid else missing)
