"""What a profile holds: every value the vendor's procedure asks for, each described once.

The terms are the vSphere Client's and the vendor guide's. Reading and writing the YAML file is
``core.profile.document``; what is wrong with values is ``core.checks``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from core.checks import addresses, credentials, names, trusted_certificates
from core.fields import Choice, Described, FieldSpec, Kind, When, described, setting
from core.structs import Discreet
from core.text import Text

SCHEMA_VERSION = 1
MOST_UPLINKS = 32

CREATE, EXISTING = "create", "existing"
FILE, LIBRARY = "file", "library"
DEFAULT, FRONTEND = "default", "frontend"
PRIMARY_WORKLOAD, WORKLOAD = "primary-workload", "workload"

_FRONTEND_ONLY = (When("deployment.configuration", (FRONTEND,)),)
_NEW_SWITCH_ONLY = (When("switch.mode", (CREATE,)),)

ROLES = (
    Choice(PRIMARY_WORKLOAD, Text("Primary workload network")),
    Choice(WORKLOAD, Text("Workload network")),
    Choice(FRONTEND, Text("Frontend network")),
)
MODES = (
    Choice(CREATE, Text("Create new")),
    Choice(EXISTING, Text("Use existing")),
)


class VCenterSettings(Described, frozen=True):
    """Where the vCenter is and who logs in."""

    address: str = setting(
        Text("vCenter address"),
        Text("Name or IP address of the vCenter Server, without https://."),
        Kind.HOST,
        required=True,
        example="vcenter.lab.example",
        check=names.check_vcenter,
    )
    port: int = setting(
        Text("Port"),
        Text("HTTPS port of the vCenter Server."),
        Kind.PORT,
        default=443,
        example="443",
        width=8,
        minimum=1,
        maximum=65535,
    )
    user: str = setting(
        Text("User name"),
        Text("An account that may create switches and deploy OVF templates, with its domain."),
        Kind.TEXT,
        required=True,
        example="administrator@vsphere.local",
        check=names.check_login,
    )
    certificate: str = setting(
        Text("Trusted certificate"),
        Text(
            "The vCenter's certificate (PEM) if this computer does not trust its issuer, or its "
            "CA's. Then only this certificate is accepted, or those this CA has signed if they "
            "are for the address given above."
        ),
        Kind.PEM,
        check=trusted_certificates.check_trusted_certificates,
    )


class PortGroup(Struct, frozen=True):
    """A distributed port group of the switch. ``vlan`` None: whatever the existing one has."""

    role: str = WORKLOAD
    name: str = ""
    vlan: int | None = None
    mode: str = CREATE


NicMap = tuple[tuple[str, str], ...]


class SwitchSettings(Described, frozen=True):
    """The vSphere Distributed Switch, its port groups and the hosts that join it."""

    mode: str = setting(
        Text("Distributed switch"),
        Text("Create a new vSphere Distributed Switch or use one that is already there."),
        Kind.CHOICE,
        default=CREATE,
        choices=MODES,
    )
    datacenter: str = setting(
        Text("Datacenter"),
        Text("The datacenter that holds the cluster and the switch."),
        Kind.INVENTORY,
        required=True,
        example="Lab-DC",
        inventory="datacenter",
    )
    name: str = setting(
        Text("Switch name"),
        Text("Name of the vSphere Distributed Switch."),
        Kind.INVENTORY,
        required=True,
        example="workload-vds",
        inventory="switch",
        check=names.check_object_name,
    )
    version: str = setting(
        Text("Switch version"),
        Text("A version this vCenter offers; all hosts that join must support it."),
        Kind.INVENTORY,
        default="7.0.0",
        required=True,
        example="7.0.0",
        inventory="switch-version",
        width=8,
        when=_NEW_SWITCH_ONLY,
        check=names.check_switch_version,
    )
    mtu: int = setting(
        Text("MTU"),
        Text("Largest frame the switch carries, in bytes. The physical network must carry it too."),
        Kind.INTEGER,
        default=1500,
        example="1500",
        width=8,
        minimum=1280,
        maximum=9000,
        when=_NEW_SWITCH_ONLY,
    )
    uplinks: int = setting(
        Text("Number of uplinks"),
        Text("How many uplinks the switch has; they are named Uplink 1, Uplink 2 and so on."),
        Kind.INTEGER,
        default=1,
        example="2",
        width=8,
        minimum=1,
        maximum=MOST_UPLINKS,
        when=_NEW_SWITCH_ONLY,
    )
    port_groups: tuple[PortGroup, ...] = setting(
        Text("Port groups"),
        Text(
            "One primary workload network for the Kubernetes control plane; further workload "
            "networks as the topology needs, for instance one per namespace; a frontend network "
            "for the three-NIC configuration."
        ),
        Kind.PORT_GROUPS,
        default=(PortGroup(PRIMARY_WORKLOAD, "Primary Workload Network", 0),),
        required=True,
        example="primary-workload: Primary Workload Network, VLAN 20",
    )
    cluster: str = setting(
        Text("Cluster"),
        Text("The cluster that becomes the Supervisor; all its hosts join the switch."),
        Kind.INVENTORY,
        required=True,
        example="Supervisor-Cluster",
        inventory="cluster",
    )
    nics: tuple[tuple[str, str], ...] = setting(
        Text("Physical NICs"),
        Text(
            "Which physical NIC of each host connects to which uplink. The NIC must be free: not "
            "on another switch, not carrying management. Required for a new switch; may be "
            "empty for an existing one whose hosts have joined already."
        ),
        Kind.NIC_MAP,
        default=(),
        example="{Uplink 1: vmnic2}",
    )
    host_nics: tuple[tuple[str, NicMap], ...] = setting(
        Text("Exceptions per host"),
        Text("Hosts whose NICs differ from the others."),
        Kind.HOST_NICS,
        default=(),
        example="{esx-03.lab.example: {Uplink 1: vmnic4}}",
    )

    def nics_of(self, host: str) -> NicMap:
        """The NIC per uplink for one host: its exception, else what is said for all."""
        return dict(self.host_nics).get(host, self.nics)

    @property
    def uplink_names(self) -> tuple[str, ...]:
        """Names of the uplinks of a switch created from this, as the vSphere Client names them."""
        most = min(self.uplinks, MOST_UPLINKS)  # a file may ask for millions of them
        return tuple(f"Uplink {number}" for number in range(1, most + 1))

    def port_group(self, role: str) -> PortGroup | None:
        """The first port group of a role, if there is one."""
        return next((group for group in self.port_groups if group.role == role), None)


_FROM_FILE = (When("ova.source", (FILE,)),)
_USES_LIBRARY = (When("ova.source", (LIBRARY,), When("ova.import_to_library", (True,))),)


class OvaSettings(Described, frozen=True):
    """Where the appliance's OVA comes from."""

    source: str = setting(
        Text("OVA source"),
        Text("A file on this computer, or an item of a content library."),
        Kind.CHOICE,
        default=FILE,
        choices=(
            Choice(FILE, Text("Local file")),
            Choice(LIBRARY, Text("Content library")),
        ),
    )
    file: str = setting(
        Text("OVA file"),
        Text("Path of the downloaded OVA; relative paths start at the profile's folder."),
        Kind.FILE,
        required=True,
        example="haproxy-v0.2.0.ova",
        width=48,
        when=_FROM_FILE,
    )
    import_to_library: bool = setting(
        Text("Import into the content library first"),
        Text("Upload the file into the library below and deploy from there."),
        Kind.FLAG,
        default=False,
        when=_FROM_FILE,
    )
    library: str = setting(
        Text("Content library"),
        Text("Name of the content library; required to deploy from one or import into one."),
        Kind.INVENTORY,
        example="Templates",
        inventory="library",
        when=_USES_LIBRARY,
        check=names.check_object_name,
    )
    item: str = setting(
        Text("Library item"),
        Text("The OVF template in the content library; for an import, the name it gets there."),
        Kind.INVENTORY,
        example="haproxy-v0.2.0",
        inventory="library-item",
        when=_USES_LIBRARY,
        check=names.check_object_name,
    )

    @property
    def imports(self) -> bool:
        """Whether the file goes into a content library first; not one that an item was left for."""
        return self.source == FILE and self.import_to_library

    @property
    def uses_library(self) -> bool:
        """Whether the appliance is deployed from a content library."""
        return self.source == LIBRARY or self.imports


class VmSettings(Described, frozen=True):
    """The virtual machine and where it is placed."""

    name: str = setting(
        Text("Virtual machine name"),
        Text("Name of the appliance's virtual machine."),
        Kind.TEXT,
        default="haproxy",
        required=True,
        example="haproxy",
        check=names.check_object_name,
    )
    folder: str = setting(
        Text("Folder"),
        Text("VM folder inside the datacenter, levels separated by /. Empty: the top."),
        Kind.INVENTORY,
        example="infra/load-balancers",
        inventory="folder",
    )
    cluster: str = setting(
        Text("Cluster"),
        Text("The cluster the appliance runs in. Empty: the cluster of the switch."),
        Kind.INVENTORY,
        example="Supervisor-Cluster",
        inventory="cluster",
    )
    resource_pool: str = setting(
        Text("Resource pool"),
        Text("Resource pool in the cluster, levels separated by /. Empty: the cluster itself."),
        Kind.INVENTORY,
        example="haproxy-pool",
        inventory="resource-pool",
    )
    datastore: str = setting(
        Text("Datastore"),
        Text("Where the disk is kept. Empty: the one with the most room that fits the policy."),
        Kind.INVENTORY,
        example="datastore-01",
        inventory="datastore",
    )
    storage_policy: str = setting(
        Text("Storage policy"),
        Text("VM storage policy for the machine and its disk. Empty: the datastore's default."),
        Kind.INVENTORY,
        example="vSAN Default Storage Policy",
        inventory="storage-policy",
    )
    disk_format: str = setting(
        Text("Disk format"),
        Text("How the 20 GB disk takes its space."),
        Kind.CHOICE,
        default="thin",
        choices=(
            Choice("thin", Text("Thin provision")),
            Choice("thick", Text("Thick provision, lazily zeroed")),
            Choice("eagerZeroedThick", Text("Thick provision, eagerly zeroed")),
        ),
    )


class DeploymentSettings(Described, frozen=True):
    """The deployment configuration and the port group for each network of the appliance."""

    configuration: str = setting(
        Text("Deployment configuration"),
        Text("Two NICs (management, workload), or a third one for a separate frontend network."),
        Kind.CHOICE,
        default=DEFAULT,
        choices=(
            Choice(
                DEFAULT,
                Text("Default"),
                Text("Two NICs: management network and a single workload network."),
            ),
            Choice(
                FRONTEND,
                Text("Frontend network"),
                Text(
                    "Three NICs: clients reach the cluster through a frontend subnet, apart from "
                    "the cluster's nodes."
                ),
            ),
        ),
    )
    management_network: str = setting(
        Text("Management port group"),
        Text("The network or port group of the management NIC, for instance VM Network."),
        Kind.INVENTORY,
        required=True,
        example="VM Network",
        inventory="network",
    )
    workload_network: str = setting(
        Text("Workload port group"),
        Text("The port group of the workload NIC. Empty: the primary workload network above."),
        Kind.INVENTORY,
        example="Primary Workload Network",
        inventory="network",
    )
    frontend_network: str = setting(
        Text("Frontend port group"),
        Text("The port group of the frontend NIC. Empty: the frontend network above."),
        Kind.INVENTORY,
        example="Frontend Network",
        inventory="network",
        when=_FRONTEND_ONLY,
    )


class ApplianceSettings(Described, frozen=True):
    """Access to the appliance itself."""

    permit_root_login: bool = setting(
        Text("Permit root login"),
        Text("Lets root log in over SSH; useful for troubleshooting, a risk otherwise."),
        Kind.FLAG,
        default=True,
        ovf_key="appliance.permit_root_login",
    )
    ca_certificate: str = setting(
        Text("TLS certificate authority (ca.crt)"),
        Text(
            "Your own CA certificate: a file, or PEM or base64 pasted. Empty: the appliance "
            "makes its own."
        ),
        Kind.PEM,
        ovf_key="appliance.ca_cert",
        check=credentials.check_ca_certificate,
    )
    ca_key_file: str = setting(
        Text("Key file (ca.key)"),
        Text("File with the private key of that CA. The key itself is never saved in a profile."),
        Kind.FILE,
        example="ca.key",
        width=48,
        check=credentials.check_key_path,
    )


class NetworkSettings(Described, frozen=True):
    """Names and addresses of the appliance."""

    host_name: str = setting(
        Text("Host name"),
        Text("Host name or FQDN of the appliance."),
        Kind.TEXT,
        default="haproxy.local",
        required=True,
        example="haproxy.lab.example",
        ovf_key="network.hostname",
        check=names.check_host_name,
    )
    dns: tuple[str, ...] = setting(
        Text("DNS"),
        Text("Up to three DNS servers. Empty: the appliance asks 1.1.1.1 and 1.0.0.1."),
        Kind.ADDRESS_LIST,
        default=(),
        example="10.8.8.8",
        ovf_key="network.nameservers",
        check=addresses.check_dns,
    )
    management_address: str = setting(
        Text("Management IP"),
        Text("Static address on the management network, with the prefix length."),
        Kind.INTERFACE,
        required=True,
        example="192.168.0.2/24",
        ovf_key="network.management_ip",
        width=20,
        check=addresses.check_interface,
    )
    management_gateway: str = setting(
        Text("Management gateway"),
        Text("Gateway of the management network; the appliance's default route."),
        Kind.ADDRESS,
        required=True,
        example="192.168.0.1",
        ovf_key="network.management_gateway",
        width=16,
        check=addresses.check_address,
    )
    workload_address: str = setting(
        Text("Workload IP"),
        Text("Static address on the workload network, with the prefix length."),
        Kind.INTERFACE,
        required=True,
        example="192.168.10.2/24",
        ovf_key="network.workload_ip",
        width=20,
        check=addresses.check_interface,
    )
    workload_gateway: str = setting(
        Text("Workload gateway"),
        Text("Gateway of the workload network."),
        Kind.ADDRESS,
        required=True,
        example="192.168.10.1",
        ovf_key="network.workload_gateway",
        width=16,
        check=addresses.check_address,
    )
    frontend_address: str = setting(
        Text("Frontend IP"),
        Text("Static address on the frontend network, with the prefix length."),
        Kind.INTERFACE,
        required=True,
        example="192.168.100.2/24",
        ovf_key="network.frontend_ip",
        width=20,
        when=_FRONTEND_ONLY,
        check=addresses.check_interface,
    )
    frontend_gateway: str = setting(
        Text("Frontend gateway"),
        Text("Gateway of the frontend network."),
        Kind.ADDRESS,
        required=True,
        example="192.168.100.1",
        ovf_key="network.frontend_gateway",
        width=16,
        when=_FRONTEND_ONLY,
        check=addresses.check_address,
    )
    additional_workload_networks: tuple[str, ...] = setting(
        Text("Additional workload networks"),
        Text("Further workload networks the appliance reaches through the workload gateway."),
        Kind.CIDR_LIST,
        default=(),
        example="192.168.20.0/24",
        ovf_key="network.additional_workload_networks",
        check=addresses.check_networks,
    )


class LoadBalancingSettings(Described, frozen=True):
    """What the load balancer answers for and how it is controlled."""

    ranges: tuple[str, ...] = setting(
        Text("Load balancer IP ranges"),
        Text("Network CIDRs for virtual IPs. The appliance answers for every address in them."),
        Kind.CIDR_LIST,
        default=(),
        required=True,
        example="192.168.100.128/25",
        ovf_key="loadbalance.service_ip_range",
        check=addresses.check_ranges,
    )
    port: int = setting(
        Text("Data Plane API port"),
        Text("Port of the load balancer's API. 22 is reserved for SSH."),
        Kind.PORT,
        default=5556,
        example="5556",
        ovf_key="loadbalance.dataplane_port",
        width=8,
        minimum=1,
        maximum=65535,
        check=names.check_dataplane_port,
    )
    user: str = setting(
        Text("Data Plane API user"),
        Text("User name the Supervisor logs in with."),
        Kind.TEXT,
        default="admin",
        required=True,
        example="admin",
        ovf_key="loadbalance.haproxy_user",
        check=credentials.check_dataplane_user,
    )


class SupervisorSettings(Described, frozen=True):
    """What is already known of the next step; only used to find conflicts early."""

    services_cidr: str = setting(
        Text("Kubernetes services CIDR"),
        Text("Internal range of Kubernetes services planned for the Supervisor."),
        Kind.CIDR,
        default="10.96.0.0/23",
        example="10.96.0.0/23",
        width=20,
        check=addresses.check_services_cidr,
    )


class Secrets(Discreet, Described, frozen=True):
    """The values that live in the secret store only. Never printed: no field has a repr."""

    vcenter_password: str = setting(
        Text("vCenter password"),
        Text("Password of the vCenter user."),
        Kind.SECRET,
        required=True,
    )
    root_password: str = setting(
        Text("Root password"),
        Text("First password of root on the appliance, 6 to 128 characters."),
        Kind.SECRET,
        required=True,
        ovf_key="appliance.root_pwd",
        check=credentials.check_password,
    )
    dataplane_password: str = setting(
        Text("Data Plane API password"),
        Text("Password the Supervisor logs in with, 6 to 128 characters."),
        Kind.SECRET,
        required=True,
        ovf_key="loadbalance.haproxy_pwd",
        check=credentials.check_password,
    )
    ca_key: str = setting(
        Text("Key (ca.key)"),
        Text("Private key of your own CA, if it is not in a file."),
        Kind.SECRET,
        ovf_key="appliance.ca_cert_key",
    )


class Profile(Struct, frozen=True):
    """One deployment: a switch and an appliance. ``folder`` is where relative paths start."""

    vcenter: VCenterSettings = field(default_factory=VCenterSettings)
    switch: SwitchSettings = field(default_factory=SwitchSettings)
    ova: OvaSettings = field(default_factory=OvaSettings)
    vm: VmSettings = field(default_factory=VmSettings)
    deployment: DeploymentSettings = field(default_factory=DeploymentSettings)
    appliance: ApplianceSettings = field(default_factory=ApplianceSettings)
    network: NetworkSettings = field(default_factory=NetworkSettings)
    load_balancing: LoadBalancingSettings = field(default_factory=LoadBalancingSettings)
    supervisor: SupervisorSettings = field(default_factory=SupervisorSettings)
    properties: tuple[tuple[str, str], ...] = ()
    id: str = ""
    folder: str = ""

    def value(self, key: str) -> Any:
        """The value of a field by its key, such as ``network.dns``."""
        section, _, name = key.partition(".")
        return getattr(getattr(self, section), name)

    def path(self, value: str) -> Path:
        """A file named in the profile: from its folder, ``~`` being the user's own."""
        return Path(self.folder) / Path(value).expanduser()

    @property
    def is_frontend(self) -> bool:
        """Whether the three-NIC configuration is chosen."""
        return self.deployment.configuration == FRONTEND

    @property
    def vm_cluster(self) -> str:
        """The cluster the appliance runs in."""
        return self.vm.cluster or self.switch.cluster

    def network_mapping(self) -> tuple[tuple[str, str], ...]:
        """(OVF network, port group name) for each NIC of the chosen configuration, in order."""
        primary = self.switch.port_group(PRIMARY_WORKLOAD)
        workload = self.deployment.workload_network or (primary.name if primary else "")
        mapping = [("Management", self.deployment.management_network), ("Workload", workload)]
        if self.is_frontend:
            group = self.switch.port_group(FRONTEND)
            frontend = self.deployment.frontend_network or (group.name if group else "")
            mapping.append(("Frontend", frontend))
        return tuple(mapping)


class Section(Struct, frozen=True):
    """A group of fields: its name in the profile, its title, its fields."""

    name: str
    title: Text
    cls: type[Described]
    fields: tuple[FieldSpec, ...]


def _section(name: str, title: Text, cls: type[Described]) -> Section:
    return Section(name, title, cls, described(name, cls))


SECTIONS: tuple[Section, ...] = (
    _section("vcenter", Text("vCenter"), VCenterSettings),
    _section("switch", Text("Distributed switch"), SwitchSettings),
    _section("ova", Text("OVA source"), OvaSettings),
    _section("vm", Text("Virtual machine"), VmSettings),
    _section("deployment", Text("Networks"), DeploymentSettings),
    _section("appliance", Text("Appliance"), ApplianceSettings),
    _section("network", Text("Network settings"), NetworkSettings),
    _section("load_balancing", Text("Load balancing"), LoadBalancingSettings),
    _section("supervisor", Text("Supervisor"), SupervisorSettings),
)
SECRETS = _section("secrets", Text("Secrets"), Secrets)

FIELDS: dict[str, FieldSpec] = {f.key: f for section in SECTIONS for f in section.fields}
SECRET_FIELDS: dict[str, FieldSpec] = {f.key: f for f in SECRETS.fields}


def is_visible(spec: FieldSpec, profile: Profile) -> bool:
    """Whether a field counts with these values (frontend fields only for frontend, ...)."""
    return all(when.holds(profile.value) for when in spec.when)


def visible_fields(profile: Profile) -> Iterator[FieldSpec]:
    """The fields that count with these values, in the order of the form."""
    return (spec for spec in FIELDS.values() if is_visible(spec, profile))
