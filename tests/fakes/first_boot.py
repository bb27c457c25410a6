"""A model of the appliance's first boot (v0.2.0), written from DOMAIN.md sections 1 and 2.

It is as strict as the shell scripts are: ``set -e``, values put into sed commands unescaped,
``ip route add local`` that refuses host bits and stray characters, ``openssl passwd`` that takes
a leading hyphen for an option, ``formatCertificate`` that makes a line of every word. Whatever
would stop the scripts, or leave something else behind than was asked for, raises ``Aborted``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, ip_network


class Aborted(Exception):
    """The script stopped, or went on with something that nobody asked for."""


@dataclass
class Booted:
    """What the appliance is after a first boot that went through."""

    host_name: str = ""
    name_servers: list[str] = field(default_factory=list)
    addresses: dict[str, IPv4Interface] = field(default_factory=dict)
    gateways: dict[str, IPv4Address] = field(default_factory=dict)
    routed: list[str] = field(default_factory=list)
    virtual: list[IPv4Network] = field(default_factory=list)
    user: str = ""
    password: str = ""
    port: int = 0
    root_login: bool = False
    ca: str = ""
    ca_key: str = ""

    def answers(self, address: IPv4Address) -> bool:
        """Whether AnyIP makes the appliance answer for an address."""
        return any(address in network for network in self.virtual)


class FirstBoot:
    """Runs the first boot with the OVF properties given."""

    def __init__(self, properties: dict[str, str], *, nics: int) -> None:
        self._properties = properties
        self._nics = nics
        self._booted = Booted()

    def run(self) -> Booted:
        """Run every step in the scripts' order; an error in one means none after it runs."""
        self._publish_userdata()
        self._publish_metadata()
        self._bind_services()
        self._set_user()
        self._set_port()
        self._write_ca()
        self._write_anyip()
        self._write_workload_networks()
        self._write_route_tables()
        return self._booted

    def _get(self, key: str, default: str = "") -> str:
        # $(...) drops line breaks at the end; a missing value is printed as null.
        value = self._properties.get(key, "").rstrip("\n")
        return default if value in ("", "null") else value

    def _publish_userdata(self) -> None:
        openssl_passwd(self._get("appliance.root_pwd"))
        permit = self._properties.get("appliance.permit_root_login", "")
        if permit not in ("True", "true", "False", "false"):
            raise Aborted(f"permit_root_login is {permit!r}: silently taken for no")
        self._booted.root_login = permit in ("True", "true")

    def _publish_metadata(self) -> None:
        name = self._get("network.hostname", "haproxy.local")
        if sed("local-hostname: HOSTNAME", "HOSTNAME", name) != f"local-hostname: {name}":
            raise Aborted(f"the host name became another one: {name!r}")
        if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", name):
            raise Aborted(f"not a host name: {name!r}")
        self._booted.host_name = name
        for nic in ("management", "workload", "frontend")[: self._nics]:
            self._booted.addresses[nic] = netplan_address(self._get(f"network.{nic}_ip"))
            gateway = self._get(f"network.{nic}_gateway")
            if gateway:
                self._booted.gateways[nic] = IPv4Address(plain(gateway))
        if self._nics == 2 and self._get("network.frontend_ip"):
            raise Aborted("a frontend address without a frontend NIC")
        servers = self._get("network.nameservers", "1.1.1.1, 1.0.0.1")
        self._booted.name_servers = [str(IPv4Address(s.strip(" "))) for s in servers.split(",")]

    def _bind_services(self) -> None:
        address = self._get("network.management_ip").partition("/")[0]
        if not address:
            raise Aborted("management IP must be static")
        sed("ListenAddress 0.0.0.0", "0.0.0.0", address)

    def _set_user(self) -> None:
        user = self._get("loadbalance.haproxy_user", "admin")
        self._booted.password = self._get("loadbalance.haproxy_pwd", "haproxy")
        hashed = openssl_passwd(self._booted.password)
        line = sed("  user USER insecure-password cert", "USER", user)
        words = line.split()
        if words[:2] != ["user", user] or len(words) != 4 or "#" in line or not hashed:
            raise Aborted(f"haproxy.cfg cannot be read: {line!r}")
        self._booted.user = user

    def _set_port(self) -> None:
        port = self._get("loadbalance.dataplane_port", "5556")
        line = sed("TLS_PORT=5556", "5556", port)
        if not re.fullmatch(r"TLS_PORT=[1-9][0-9]*", line) or int(port) > 65535:
            raise Aborted(f"dataplaneapi does not start with {line!r}")
        if port == "22":
            raise Aborted("address already in use: SSH")
        self._booted.port = int(port)

    def _write_ca(self) -> None:
        certificate, key = self._get("appliance.ca_cert"), self._get("appliance.ca_cert_key")
        if bool(certificate) != bool(key):
            raise Aborted("a CA was given but another one is made")
        if not certificate:
            return
        if len(certificate) > 65535 or len(key) > 65535:
            raise Aborted("the property is too long")
        self._booted.ca = format_certificate(xml_attribute(certificate))
        self._booted.ca_key = format_certificate(xml_attribute(key))
        for text, label in ((self._booted.ca, "CERTIFICATE"), (self._booted.ca_key, "PRIVATE KEY")):
            read_pem(text, label)

    def _write_anyip(self) -> None:
        ranges = self._get("loadbalance.service_ip_range")
        for line in ranges.split(",") if ranges else []:
            if not line or line.startswith("#"):
                continue
            network = ip_route_add_local(line)
            # A route that is there already is skipped by the script.
            if network not in self._booted.virtual:
                self._booted.virtual.append(network)
        if not self._booted.virtual:
            raise Aborted("no virtual IP at all")

    def _write_workload_networks(self) -> None:
        value = self._get("network.additional_workload_networks")
        for entry in value.split(",") if value else []:
            network = str(ip_network(entry, strict=False))
            if IPv4Network(network).overlaps(self._booted.addresses["workload"].network):
                raise Aborted("the primary workload network among the additional ones")
            self._booted.routed.append(network)

    def _write_route_tables(self) -> None:
        for nic, interface in self._booted.addresses.items():
            gateway = self._booted.gateways.get(nic)
            if gateway is None:
                raise Aborted(f"no route table for {nic}: asymmetric routing")
            ip_route_add_default(gateway, interface)


def openssl_passwd(value: str) -> str:
    """``openssl passwd -1 "$value"`` under ``set -e``."""
    if value.startswith("-"):
        raise Aborted("passwd: Unknown option")
    if not value:
        raise Aborted("passwd waits for input")
    if len(value.encode()) > 256:
        raise Aborted("passwd truncates it")
    if not value.isprintable():
        raise Aborted("a password nobody can log in with")
    return "$1$hash"


def sed(line: str, pattern: str, replacement: str) -> str:
    """``sed -e s/PATTERN/REPLACEMENT/`` with the replacement put in as it is."""
    if "/" in replacement or "\n" in replacement:
        raise Aborted("sed: unknown option to s")
    if replacement.endswith("\\"):
        raise Aborted("sed: unterminated s command")
    expanded = re.sub(r"\\(.)", r"\1", replacement.replace("&", pattern))
    return line.replace(pattern, expanded, 1)


def plain(text: str) -> str:
    """A value that YAML and ``ip`` take as it is."""
    if not re.fullmatch(r"[0-9./]+", text):
        raise Aborted(f"not an address: {text!r}")
    return text


def netplan_address(text: str) -> IPv4Interface:
    """An entry of netplan's ``addresses``: static, with a prefix length."""
    if not text:
        raise Aborted("DHCP")
    if not re.fullmatch(r"\d+\.\d+\.\d+\.\d+/\d+", text, re.ASCII):
        raise Aborted(f"netplan refuses {text!r}")
    interface = IPv4Interface(text)
    network = interface.network
    if network.prefixlen < 31 and interface.ip in (
        network.network_address,
        network.broadcast_address,
    ):
        raise Aborted(f"{text} is no host address")
    return interface


def ip_route_add_local(text: str) -> IPv4Network:
    """``ip route add local TEXT dev lo``: a leading space, a bare address and /32 pass."""
    if not re.fullmatch(r" *\d+\.\d+\.\d+\.\d+(/\d+)?", text, re.ASCII):
        raise Aborted(f"any valid prefix is expected rather than {text!r}")
    try:
        return IPv4Network(text.lstrip(" "))
    except ValueError as error:
        raise Aborted("RTNETLINK answers: Invalid argument") from error


def ip_route_add_default(gateway: IPv4Address, interface: IPv4Interface) -> None:
    """``ip route add table N default via GATEWAY dev NIC``: the gateway has to be on the link."""
    if gateway not in interface.network:
        raise Aborted("RTNETLINK answers: Network is unreachable")
    if gateway == interface.ip:
        raise Aborted("RTNETLINK answers: Invalid argument")
    if interface.network.prefixlen < 31 and gateway in (
        interface.network.network_address,
        interface.network.broadcast_address,
    ):
        raise Aborted("Nexthop has invalid gateway")


def xml_attribute(value: str) -> str:
    """What a parser gives for an attribute: each line break or tab has become a space."""
    return re.sub(r"[\r\n\t]", " ", value)


def format_certificate(text: str) -> str:
    """The sed command of ``formatCertificate``, on each line of the file."""
    lines = []
    for line in text.split("\n"):
        for word in ("BEGIN", "PRIVATE", "END"):
            line = line.replace(f"{word} ", f"{word}_")
        line = line.replace(" ", "\n")
        for word in ("BEGIN", "PRIVATE", "END"):
            line = line.replace(f"{word}_", f"{word} ")
        lines.append(line)
    return "\n".join(lines) + "\n"


def read_pem(text: str, label: str) -> int:
    """How many blocks of a label openssl finds; any line out of place is an error."""
    block = rf"-----BEGIN {label}-----\n(?:[A-Za-z0-9+/=]{{1,64}}\n)+-----END {label}-----\n"
    if not re.fullmatch(rf"(?:{block})+", text):
        raise Aborted(f"unable to load {label}")
    return len(re.findall(block, text))
