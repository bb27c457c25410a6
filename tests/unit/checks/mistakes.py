"""The tables of administrators' real mistakes: what is typed, which finding, which fix."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from core.profile.model import (
    EXISTING,
    FRONTEND,
    LIBRARY,
    PRIMARY_WORKLOAD,
    WORKLOAD,
    PortGroup,
)
from tests.fakes.certificates import key_pem, make_certificate, make_key
from tests.unit.checks.samples import THREE_NICS, TWO_NICS

NOTHING = object()  # No fix is offered.

ADDRESS, GATEWAY = "network.workload_address", "network.workload_gateway"
DNS, RANGES = "network.dns", "load_balancing.ranges"
MORE = "network.additional_workload_networks"
HOST, NAME, VERSION = "vcenter.address", "vm.name", "switch.version"
HOST_NAME, PORT, USER = "network.host_name", "load_balancing.port", "load_balancing.user"
SERVICES, LOGIN = "supervisor.services_cidr", "vcenter.user"
CA, KEY, TRUSTED = "appliance.ca_certificate", "appliance.ca_key_file", "vcenter.certificate"

_ca = make_certificate()
_other = make_certificate("Other CA", key=make_key("ec", 1))
_old = make_certificate("Old CA", days=-1)
_early = make_certificate("Early CA", starts=2)
USELESS = "trusted-certificate-useless"

# (key, value, the codes found, the value the first finding offers)
VALUES: list[tuple[str, Any, list[str], Any]] = [
    # appliance addresses
    (ADDRESS, "192.168.0.2", ["prefix-missing"], NOTHING),
    (ADDRESS, "192.168.0.2/", ["prefix-missing"], NOTHING),
    (ADDRESS, "192.168.0.2/33", ["prefix-range"], NOTHING),
    (ADDRESS, "192.168.0.2/32", ["prefix-range"], NOTHING),
    (ADDRESS, "192.168.0.2/0", ["prefix-range"], NOTHING),
    (ADDRESS, "192.168.0.2/-1", ["prefix-range"], NOTHING),
    (ADDRESS, "192.168.0.2/abc", ["prefix-range"], NOTHING),
    (ADDRESS, "192.168.0.2/024", ["address-leading-zeros"], "192.168.0.2/24"),
    (ADDRESS, "192.168.0.2/255.255.255.0", ["prefix-mask"], "192.168.0.2/24"),
    (ADDRESS, "192.168.0.2 255.255.255.0", ["prefix-mask"], "192.168.0.2/24"),
    (ADDRESS, "192.168.0.2/0.0.0.255", ["prefix-range"], NOTHING),
    (ADDRESS, " 192.168.0.2/24", ["stray-characters"], "192.168.0.2/24"),
    (ADDRESS, "192.168.0.2/24\n", ["stray-characters"], "192.168.0.2/24"),
    (ADDRESS, "192.168.0.2 / 24", ["stray-characters"], "192.168.0.2/24"),
    (ADDRESS, "192.168.0.2\u200b/24", ["stray-characters"], "192.168.0.2/24"),
    (ADDRESS, "１９２．１６８．０．２／２４", ["stray-characters"], "192.168.0.2/24"),
    (ADDRESS, "192。168。0。2/24", ["stray-characters"], "192.168.0.2/24"),
    (ADDRESS, "192.168.0.0/24", ["address-not-host"], NOTHING),
    (ADDRESS, "192.168.0.255/24", ["address-not-host"], NOTHING),
    (ADDRESS, "192.168.010.2/24", ["address-leading-zeros"], NOTHING),
    (ADDRESS, "192.168.08.2/24", ["address-leading-zeros"], "192.168.8.2/24"),
    (ADDRESS, "192.168.001.2/24", ["address-leading-zeros"], "192.168.1.2/24"),
    (ADDRESS, "fd00::2/64", ["address-ipv6"], NOTHING),
    (ADDRESS, "fd00::zz/64", ["address-form"], NOTHING),
    (ADDRESS, "192.168.0.300/24", ["address-form"], NOTHING),
    (ADDRESS, "192.168.0/24", ["address-form"], NOTHING),
    (ADDRESS, "https://192.168.0.2", ["address-form"], NOTHING),
    (ADDRESS, "dhcp", ["address-form"], NOTHING),
    (ADDRESS, "127.0.0.1/8", ["address-special"], NOTHING),
    (ADDRESS, "224.0.0.5/24", ["address-special"], NOTHING),
    (ADDRESS, "0.0.0.0/24", ["address-special"], NOTHING),
    (ADDRESS, "10.0.0.2/2", ["subnet-huge"], NOTHING),
    (ADDRESS, "10.0.0.2/31", [], NOTHING),
    (ADDRESS, "10.0.0.2/8", [], NOTHING),
    # gateways
    (GATEWAY, "192.168.0.1/24", ["prefix-unwanted"], "192.168.0.1"),
    (GATEWAY, "192.168.0.1 255.255.255.0", ["prefix-unwanted"], "192.168.0.1"),
    (GATEWAY, "192.168.0.1\r\n", ["stray-characters"], "192.168.0.1"),
    (GATEWAY, "192.168.0.01", ["address-leading-zeros"], "192.168.0.1"),
    (GATEWAY, "fe80::1%eth0", ["address-ipv6"], NOTHING),
    (GATEWAY, "router.lab", ["address-form"], NOTHING),
    (GATEWAY, "none", ["address-form"], NOTHING),
    # DNS
    (DNS, ("10.0.0.1, 10.0.0.2",), ["list-form"], ("10.0.0.1", "10.0.0.2")),
    (DNS, ("10.0.0.1、10.0.0.2",), ["list-form"], ("10.0.0.1", "10.0.0.2")),
    (DNS, "10.0.0.1 10.0.0.2", ["list-form"], ("10.0.0.1", "10.0.0.2")),
    (DNS, ("10.0.0.1", "10.0.0.1"), ["list-duplicate"], ("10.0.0.1",)),
    (DNS, ("10.0.0.1 ",), ["stray-characters"], ("10.0.0.1",)),
    (DNS, ("10.0.0.1/32",), ["prefix-unwanted"], ("10.0.0.1",)),
    (DNS, ("dns.lab", "10.0.0.1\n"), ["address-form", "stray-characters"], NOTHING),
    (DNS, ("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"), ["dns-too-many"], NOTHING),
    (
        DNS,
        ("1.0.0.1 1.0.0.2", "1.0.0.3", "1.0.0.4", "1.0.0.5"),
        ["list-form", "dns-too-many"],
        NOTHING,
    ),
    (DNS, ("10.0.0.1", "10.0.0.2", "10.0.0.3"), [], NOTHING),
    # additional workload networks: the appliance forgives host bits
    (MORE, ("192.168.20.7/24",), ["network-host-bits"], ("192.168.20.0/24",)),
    (MORE, ("192.168.20.0 255.255.255.0",), ["prefix-mask"], ("192.168.20.0/24",)),
    (MORE, ("192.168.20.0",), ["network-without-prefix"], NOTHING),
    (MORE, ("192.168.20.0/24", "192.168.20.0/25"), ["list-overlap"], ("192.168.20.0/24",)),
    (MORE, ("192.168.20.0/33",), ["prefix-range"], NOTHING),
    (MORE, ("192.168.20.0/024",), ["address-leading-zeros"], ("192.168.20.0/24",)),
    (MORE, ("192.168.08.0/24",), ["address-leading-zeros"], ("192.168.8.0/24",)),
    (MORE, ("all",), ["network-form"], NOTHING),
    (MORE, ("fd00::/64",), ["address-ipv6"], NOTHING),
    (MORE, ("64.0.0.0/2",), ["subnet-huge"], NOTHING),
    (MORE, ("192.168.20.0/24", "192.168.21.0/24"), [], NOTHING),
    # load balancer ranges: strict
    (RANGES, ("10.0.0.10/28",), ["range-host-bits"], ("10.0.0.0/28",)),
    (RANGES, ("10.0.0.16-10.0.0.31",), ["range-dash"], ("10.0.0.16/28",)),
    (RANGES, ("10.0.0.16 - 10.0.0.31",), ["range-dash"], ("10.0.0.16/28",)),
    (RANGES, ("10.0.0.16–31",), ["range-dash"], ("10.0.0.16/28",)),
    (RANGES, ("10.0.0.16〜10.0.0.31",), ["range-dash"], ("10.0.0.16/28",)),
    (RANGES, ("10.0.0.8-10.0.0.31",), ["range-dash"], ("10.0.0.8/29", "10.0.0.16/28")),
    (RANGES, ("10.0.0.31-10.0.0.16",), ["range-dash"], NOTHING),
    (RANGES, ("10.0.0.16-10.0.0.300",), ["address-form"], NOTHING),
    (RANGES, ("10.0.0.0/25, 10.0.1.0/25",), ["list-form"], ("10.0.0.0/25", "10.0.1.0/25")),
    (RANGES, ("10.0.0.0/25\n",), ["stray-characters"], ("10.0.0.0/25",)),
    (RANGES, ("10.0.0.0/25", "10.0.0.0/25"), ["list-duplicate"], ("10.0.0.0/25",)),
    (RANGES, ("10.0.0.0/25", "10.0.0.64/26"), ["list-overlap"], ("10.0.0.0/25",)),
    (RANGES, ("10.0.0.0/33",), ["prefix-range"], NOTHING),
    (RANGES, ("10.0.0.0/33", "10.0.0.10/28"), ["prefix-range", "range-host-bits"], NOTHING),
    (RANGES, ("0.0.0.0/0",), ["address-special"], NOTHING),
    (RANGES, ("239.0.0.0/24",), ["address-special"], NOTHING),
    (RANGES, ("fd00::/64",), ["address-ipv6"], NOTHING),
    (RANGES, ("10.0.0.0/24 # lab",), ["list-form", "network-form", "network-form"], NOTHING),
    (RANGES, ("10.0.0.1",), ["network-without-prefix", "range-small"], NOTHING),
    (RANGES, ("10.0.0.1/32",), ["range-small"], NOTHING),
    (RANGES, ("10.0.0.0/16",), ["range-large"], NOTHING),
    (RANGES, ("10.0.0.0/25", "10.0.0.128/25"), [], NOTHING),
    # services
    (SERVICES, "10.96.0.1/23", ["network-host-bits"], "10.96.0.0/23"),
    (SERVICES, "10.96.0.0/12", ["services-size"], NOTHING),
    (SERVICES, "10.96.0.0", ["network-without-prefix"], NOTHING),
    (SERVICES, "10.96.0.0/22", [], NOTHING),
    # vCenter
    (HOST, "https://vc.lab/ui", ["host-is-url"], "vc.lab"),
    (HOST, "https://vc.lab:443/ui/#?x=1", ["host-is-url"], "vc.lab"),
    (HOST, "https://10.0.0.5/ui", ["host-is-url"], "10.0.0.5"),
    (HOST, "vc.lab:443", ["host-is-url"], "vc.lab"),
    (HOST, "vc.lab/ui", ["host-is-url"], "vc.lab"),
    (HOST, "[fd00::5]", ["host-is-url"], "fd00::5"),
    (HOST, "https://", ["host-form"], NOTHING),
    (HOST, "vc.lab\n", ["stray-characters"], "vc.lab"),
    (HOST, "ｖｃ．ｌａｂ", ["stray-characters"], "vc.lab"),
    (HOST, "vc.lab.", ["host-form"], "vc.lab"),
    (HOST, "administrator@vsphere.local", ["host-form"], NOTHING),
    (HOST, "vc lab", ["host-form"], NOTHING),
    (HOST, "-vc", ["host-form"], NOTHING),
    (HOST, "10.0.0.300", ["address-form"], NOTHING),
    (HOST, "fd00::5", [], NOTHING),
    (HOST, "vc_1.lab", [], NOTHING),
    (HOST, "vc", [], NOTHING),
    (LOGIN, "administrator", ["login-without-domain"], NOTHING),
    (LOGIN, "a@vsphere.local\n", ["stray-characters"], "a@vsphere.local"),
    (LOGIN, "LAB\\admin", [], NOTHING),
    # names
    (NAME, "haproxy ", ["stray-characters"], "haproxy"),
    (NAME, "ha\tproxy", ["stray-characters"], NOTHING),
    (NAME, "x" * 81, ["name-long"], NOTHING),
    (NAME, "a/b", ["name-special"], NOTHING),
    (NAME, "負荷分散", [], NOTHING),
    (VERSION, "7.0", ["switch-version-form"], "7.0.0"),
    (VERSION, "v8.0.3", ["switch-version-form"], "8.0.3"),
    (VERSION, "7", ["switch-version-form"], NOTHING),
    (VERSION, "7.0.3", [], NOTHING),
    (HOST_NAME, "ha/proxy", ["host-name-form"], NOTHING),
    (HOST_NAME, "ha&proxy", ["host-name-form"], NOTHING),
    (HOST_NAME, "ha_proxy", ["host-name-form"], NOTHING),
    (HOST_NAME, "-haproxy", ["host-name-form"], NOTHING),
    (HOST_NAME, "ha..proxy", ["host-name-form"], NOTHING),
    (HOST_NAME, "null", ["host-name-form"], NOTHING),
    (HOST_NAME, "x" * 64, ["host-name-form"], NOTHING),
    (HOST_NAME, "ha.lab.", ["host-name-form"], "ha.lab"),
    (HOST_NAME, "https://ha.lab/", ["host-name-form"], "ha.lab"),
    (HOST_NAME, "ha.lab\n", ["stray-characters"], "ha.lab"),
    (HOST_NAME, "localhost", ["host-name-unfit"], NOTHING),
    (HOST_NAME, "10.0.0.1", ["host-name-unfit"], NOTHING),
    (HOST_NAME, ".".join(["x" * 30] * 3), ["host-name-long"], NOTHING),
    (PORT, 22, ["port-ssh"], NOTHING),
    (PORT, 8404, ["port-taken"], NOTHING),
    (PORT, 0, ["number-range"], NOTHING),
    (PORT, 65536, ["number-range"], NOTHING),
    (PORT, "5556", ["number-form"], 5556),
    (PORT, "22a", ["number-form"], NOTHING),
    (PORT, "", ["number-form"], NOTHING),
    (PORT, True, ["number-form"], NOTHING),
    (PORT, 443, [], NOTHING),
    (USER, "ad min", ["user-form"], NOTHING),
    (USER, "admin\n", ["user-form"], "admin"),
    (USER, "null", ["user-form"], NOTHING),
    (USER, "lab\\admin", ["user-form"], NOTHING),
    (USER, "wcp_svc-1.a", [], NOTHING),
    # passwords
    ("secrets.root_password", "-secret1", ["password-leading-dash"], NOTHING),
    ("secrets.dataplane_password", "--200p@ss", ["password-leading-dash"], NOTHING),
    ("secrets.root_password", "short", ["password-short"], NOTHING),
    ("secrets.root_password", "x" * 129, ["password-long"], NOTHING),
    ("secrets.root_password", "secret1\n", ["password-invisible-characters"], NOTHING),
    ("secrets.root_password", "pässword", ["password-not-ascii"], NOTHING),
    ("secrets.root_password", "鍵" * 100, ["password-long", "password-not-ascii"], NOTHING),
    ("secrets.root_password", "secret\u00a01", ["password-invisible-characters"], NOTHING),
    ("secrets.root_password", "secret1 ", ["password-outer-space"], NOTHING),
    ("secrets.root_password", "", ["required"], NOTHING),
    ("secrets.dataplane_password", "p@ss $word`'\"&\\/-", [], NOTHING),
    # certificates
    (TRUSTED, "vc.crt", ["certificate-form"], NOTHING),
    (TRUSTED, _ca.pem, [], NOTHING),
    (TRUSTED, _ca.pem + _ca.key_pem, ["certificate-holds-key"], NOTHING),
    (TRUSTED, make_certificate(days=-1).pem, ["certificate-expired"], NOTHING),
    (TRUSTED, _ca.pem + _other.pem, [], NOTHING),
    (TRUSTED, _old.pem + _ca.pem, [USELESS], NOTHING),
    (TRUSTED, _ca.pem + _old.pem, [USELESS], NOTHING),
    (TRUSTED, _ca.pem + _early.pem, [USELESS], NOTHING),
    (TRUSTED, _ca.pem + _other.pem[:200], [USELESS], NOTHING),
    (TRUSTED, _other.pem[:200] + "\n" + _ca.pem, [USELESS], NOTHING),
    (TRUSTED, _ca.pem + _other.pem.replace("MII", "!!!"), [USELESS], NOTHING),
    (TRUSTED, _early.pem + _old.pem, ["certificate-not-yet-valid", USELESS], NOTHING),
    (TRUSTED, _old.pem + _old.pem[:200], ["certificate-expired", "certificate-form"], NOTHING),
    (CA, _ca.pem, [], NOTHING),
    (CA, _ca.pem.replace("\n", " "), [], NOTHING),
    (CA, _ca.pem[:-60], ["certificate-form"], NOTHING),
    (CA, _ca.pem.replace("MII", "MIX"), ["certificate-form"], NOTHING),
    (CA, "one\ntwo", ["certificate-form"], NOTHING),
    (CA, "ca.crt", [], NOTHING),
    (CA, _ca.key_pem, ["certificate-holds-key", "certificate-form"], NOTHING),
    (CA, make_certificate("srv", ca=False).pem, ["ca-not-authority"], NOTHING),
    (CA, make_certificate("v1", ca=None).pem, ["ca-not-authority"], NOTHING),
    (CA, make_certificate(signs=False).pem, ["ca-key-usage"], NOTHING),
    (CA, make_certificate(signs=True).pem, [], NOTHING),
    (CA, make_certificate(days=-1).pem, ["certificate-expired"], NOTHING),
    (CA, make_certificate(days=30).pem, ["certificate-expires-soon"], NOTHING),
    (CA, make_certificate(starts=2).pem, ["certificate-not-yet-valid"], NOTHING),
    (CA, _ca.pem + _other.pem, ["ca-chain-order"], NOTHING),
    (CA, make_certificate("Sub", issuer=_ca).pem + _ca.pem, [], NOTHING),
    (CA, _ca.pem * 150, ["ca-large"], NOTHING),
    (KEY, key_pem(make_key()), ["key-pasted"], NOTHING),
    (KEY, "keys/ca.key", [], NOTHING),
    # choices, flags, paths
    ("vm.disk_format", "Thin", ["choice-unknown"], NOTHING),
    ("appliance.permit_root_login", "yes", ["flag-form"], NOTHING),
    ("ova.file", '"C:\\haproxy.ova"', ["path-quoted"], "C:\\haproxy.ova"),
    ("switch.mtu", 1000, ["number-range"], NOTHING),
    ("switch.datacenter", "", ["required"], NOTHING),
]

NICS = "switch.nics"
GROUPS = "switch.port_groups"
_first, _second = TWO_NICS.switch.port_groups


def _group(**changes: Any) -> tuple[PortGroup, ...]:
    values = {"role": WORKLOAD, "name": "Third", "vlan": 0} | changes
    return (_first, PortGroup(**values))


_MORE = ("192.168.121.0/24",)
_untagged = replace(_first, vlan=0)


def _frontend(first: PortGroup = _first, *, vlan: int | None) -> tuple[PortGroup, ...]:
    return (first, PortGroup(FRONTEND, "Frontend", vlan))


# (sample, changed values, the codes found, the fields of the first finding)
PROFILES: list[tuple[Any, dict[str, Any], list[str], tuple[str, ...]]] = [
    (TWO_NICS, {GATEWAY: "192.168.121.1"}, ["gateway-outside-subnet"], (GATEWAY, ADDRESS)),
    (TWO_NICS, {GATEWAY: "192.168.120.20"}, ["gateway-is-appliance"], (GATEWAY, ADDRESS)),
    (TWO_NICS, {GATEWAY: "192.168.120.0"}, ["gateway-not-host"], (GATEWAY, ADDRESS)),
    (THREE_NICS, {"network.frontend_gateway": ""}, ["required"], ("network.frontend_gateway",)),
    (
        TWO_NICS,
        {ADDRESS: "192.168.110.21/24", GATEWAY: "192.168.110.1", RANGES: ("192.168.112.0/25",)},
        ["subnets-overlap", "range-outside-subnet"],
        (ADDRESS, "network.management_address"),
    ),
    (
        THREE_NICS,
        {
            "network.frontend_address": "192.168.120.30/24",
            "network.frontend_gateway": "192.168.120.1",
            RANGES: ("192.168.120.128/25",),
        },
        ["subnets-overlap"],
        ("network.frontend_address", ADDRESS),
    ),
    (
        TWO_NICS,
        {MORE: ("192.168.120.0/23",)},
        ["additional-network-overlap", "range-on-additional-network"],
        (MORE, ADDRESS),
    ),
    (TWO_NICS, {DNS: ("192.168.110.20",)}, ["address-taken"], ("network.management_address", DNS)),
    (TWO_NICS, {HOST: "192.168.120.20"}, ["address-taken"], (ADDRESS, HOST)),
    (TWO_NICS, {SERVICES: "192.168.120.0/24"}, ["services-overlap"] * 2, (SERVICES, ADDRESS)),
    (
        TWO_NICS,
        {SERVICES: "10.96.0.0/23", DNS: ("10.96.0.10",)},
        ["services-overlap"],
        (SERVICES, DNS),
    ),
    (TWO_NICS, {DNS: ()}, ["dns-default"], (DNS,)),
    # ranges
    (
        TWO_NICS,
        {RANGES: ("192.168.110.128/25",)},
        ["range-on-management"],
        (RANGES, "network.management_address"),
    ),
    (TWO_NICS, {RANGES: ("192.168.120.0/24",)}, ["range-whole-subnet"], (RANGES, ADDRESS)),
    (TWO_NICS, {RANGES: ("192.168.0.0/16",)}, ["range-large", "range-whole-subnet"], (RANGES,)),
    (TWO_NICS, {RANGES: ("192.168.120.16/28",)}, ["range-holds-appliance"], (RANGES, ADDRESS)),
    (TWO_NICS, {RANGES: ("192.168.120.0/28",)}, ["range-holds-gateway"], (RANGES, GATEWAY)),
    (TWO_NICS, {DNS: ("192.168.120.130",)}, ["range-holds-dns"], (RANGES, DNS)),
    (TWO_NICS, {HOST: "192.168.120.130"}, ["range-holds-vcenter"], (RANGES, HOST)),
    (TWO_NICS, {RANGES: ("10.1.1.0/24",)}, ["range-outside-subnet"], (RANGES, ADDRESS)),
    (
        THREE_NICS,
        {RANGES: ("192.168.120.128/25",)},
        ["range-outside-subnet"],
        (RANGES, "network.frontend_address"),
    ),
    (
        THREE_NICS,
        {RANGES: ("192.168.121.128/25",)},
        ["range-on-additional-network", "range-outside-subnet"],
        (RANGES, MORE),
    ),
    # unreadable values have no follow-ups
    (TWO_NICS, {ADDRESS: "192.168.120.20/33"}, ["prefix-range"], (ADDRESS,)),
    (TWO_NICS, {RANGES: ("192.168.110.7/24",)}, ["range-host-bits"], (RANGES,)),
    # frontend values of a two-NIC configuration are not looked at
    (
        TWO_NICS,
        {"network.frontend_address": "x"},
        ["frontend-unused"],
        ("network.frontend_address",),
    ),
    # switch
    (TWO_NICS, {GROUPS: (_second,)}, ["primary-missing"], (GROUPS,)),
    (TWO_NICS, {GROUPS: ()}, ["required"], (GROUPS,)),
    (TWO_NICS, {GROUPS: _group(role=PRIMARY_WORKLOAD)}, ["primary-several"], (GROUPS,)),
    (TWO_NICS, {GROUPS: _group(role="worklod")}, ["port-group-role"], (GROUPS,)),
    (TWO_NICS, {GROUPS: _group(mode="new")}, ["port-group-mode"], (GROUPS,)),
    (TWO_NICS, {GROUPS: _group(mode=EXISTING)}, ["port-group-mode"], (GROUPS, "switch.mode")),
    (TWO_NICS, {GROUPS: _group(name=" ")}, ["port-group-unnamed"], (GROUPS,)),
    (TWO_NICS, {GROUPS: _group(name=_first.name)}, ["port-group-twice"], (GROUPS,)),
    (
        TWO_NICS,
        {GROUPS: _group(name="workload-vds")},
        ["port-group-twice"],
        (GROUPS, "switch.name"),
    ),
    (TWO_NICS, {GROUPS: _group(vlan=4095)}, ["vlan-range"], (GROUPS,)),
    (TWO_NICS, {GROUPS: _group(vlan="20")}, ["vlan-range"], (GROUPS,)),
    (TWO_NICS, {GROUPS: _group(vlan=4094)}, [], ()),
    # VLANs: a further workload network may share the primary one's subnet, others may not
    (TWO_NICS, {GROUPS: _group(vlan=_first.vlan)}, [], ()),
    (TWO_NICS, {GROUPS: _group(vlan=_first.vlan), MORE: _MORE}, ["vlan-shared"], (GROUPS,)),
    (THREE_NICS, {GROUPS: _frontend(vlan=_first.vlan)}, ["vlan-shared"], (GROUPS,)),
    (THREE_NICS, {GROUPS: _frontend(_untagged, vlan=0)}, ["vlan-shared"], (GROUPS,)),
    (THREE_NICS, {GROUPS: _frontend(_untagged, vlan=None)}, ["vlan-shared"], (GROUPS,)),
    (
        THREE_NICS,
        {
            GROUPS: _frontend(vlan=_first.vlan),
            "network.frontend_address": "192.168.120.30/24",
            "network.frontend_gateway": "192.168.120.1",
            RANGES: ("192.168.120.128/25",),
        },
        ["subnets-overlap"],  # that one VLAN is shared is only right then
        ("network.frontend_address", ADDRESS),
    ),
    (
        TWO_NICS,
        {GROUPS: _group(), "deployment.management_network": "workload-vds/Third"},
        [],
        (),
    ),
    (
        TWO_NICS,
        {GROUPS: _group(vlan=20), "deployment.management_network": "workload-vds/Third"},
        ["vlan-shared"],
        (GROUPS,),
    ),
    (TWO_NICS, {GROUPS: _group(name="x" * 81)}, ["name-long"], (GROUPS,)),
    (
        THREE_NICS,
        {GROUPS: (_first,)},
        ["frontend-group-missing"],
        ("deployment.frontend_network", GROUPS),
    ),
    (THREE_NICS, {GROUPS: (_first,), "deployment.frontend_network": "DMZ"}, [], ()),
    (TWO_NICS, {NICS: ()}, ["required"], (NICS,)),
    (TWO_NICS, {NICS: (("Uplink 3", "vmnic2"),)}, ["uplink-unknown"], (NICS, "switch.uplinks")),
    (TWO_NICS, {NICS: (("uplink1", "vmnic2"),)}, ["uplink-unknown"], (NICS, "switch.uplinks")),
    (TWO_NICS, {NICS: (("lag1", "vmnic2"),), "switch.mode": EXISTING}, [], ()),
    (TWO_NICS, {NICS: (("Uplink 1", "vmnic2"), ("Uplink 1", "vmnic3"))}, ["uplink-twice"], (NICS,)),
    (TWO_NICS, {NICS: (("Uplink 1", "vmnic2"), ("Uplink 2", "vmnic2"))}, ["nic-twice"], (NICS,)),
    (TWO_NICS, {NICS: (("Uplink 1", "VMNIC2"),)}, ["nic-form"], (NICS,)),
    (TWO_NICS, {NICS: (("Uplink 1", "2"),)}, ["nic-form"], (NICS,)),
    (TWO_NICS, {NICS: (("Uplink 1", ""),)}, ["nic-form"], (NICS,)),
    (TWO_NICS, {NICS: (("Uplink 1", "eth0"),)}, ["nic-unusual"], (NICS,)),
    (TWO_NICS, {NICS: (("Uplink 1", "vusb0"),)}, [], ()),
    (
        TWO_NICS,
        {"switch.host_nics": (("esx1", NICS and (("Uplink 1", "vmnic02"),)),)},
        ["nic-form"],
        ("switch.host_nics",),
    ),
    (TWO_NICS, {"switch.host_nics": (("esx1", ()),)}, ["host-without-nic"], ("switch.host_nics",)),
    (
        TWO_NICS,
        {"switch.host_nics": (("esx1", (("Uplink 1", "vmnic4"),)),) * 2},
        ["host-twice"],
        ("switch.host_nics",),
    ),
    (
        TWO_NICS,
        {"switch.host_nics": (("https://esx1/", (("Uplink 1", "vmnic4"),)),)},
        ["host-is-url"],
        ("switch.host_nics",),
    ),
    # OVA, mapping, properties
    (TWO_NICS, {"ova.file": ""}, ["required"], ("ova.file",)),
    (TWO_NICS, {"ova.file": "haproxy.ovf"}, ["ova-suffix"], ("ova.file",)),
    (TWO_NICS, {"ova.source": LIBRARY, "ova.file": ""}, ["required"] * 2, ("ova.library",)),
    (
        TWO_NICS,
        {"ova.import_to_library": True, "ova.library": "Templates"},
        ["required"],
        ("ova.item",),
    ),
    (TWO_NICS, {"ova.source": LIBRARY, "ova.library": "T", "ova.item": "haproxy"}, [], ()),
    (
        TWO_NICS,
        {"deployment.management_network": _first.name},
        ["mapping-management-is-workload"],
        ("deployment.workload_network", "deployment.management_network"),
    ),
    (
        THREE_NICS,
        {"deployment.frontend_network": "VM Network"},
        ["mapping-frontend-shared"],
        ("deployment.frontend_network", "deployment.management_network"),
    ),
    (
        TWO_NICS,
        {"deployment.configuration": "three"},
        ["choice-unknown"],
        ("deployment.configuration",),
    ),
    (
        TWO_NICS,
        {"properties": (("appliance.root_pwd", "secret1"),)},
        ["property-holds-secret"],
        ("properties",),
    ),
    (
        TWO_NICS,
        {"properties": (("network.hostname", "a"),)},
        ["property-shadowed"],
        ("properties", HOST_NAME),
    ),
    (TWO_NICS, {"properties": (("network.future", "a"),)}, [], ()),
    # own CA, without a look at the secrets
    (TWO_NICS, {CA: _ca.pem}, [], ()),
    (TWO_NICS, {CA: "gone.crt"}, ["file-unreadable"], (CA,)),
    (TWO_NICS, {KEY: "gone.key"}, ["ca-incomplete", "file-unreadable"], (CA, KEY)),
    (
        TWO_NICS,
        {"deployment.configuration": FRONTEND},
        ["frontend-group-missing", "required", "required"],
        ("deployment.frontend_network", GROUPS),
    ),
]
