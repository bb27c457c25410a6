"""Is this OVA the HAProxy appliance, and one this program can set up?

Judges a descriptor; reads nothing, asks no vCenter. What is known of the appliance is in
DOMAIN.md, sections 1 and 2.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from core.findings import Finding, Severity, rule
from core.ova.descriptor import Descriptor, OvfProperty
from core.ova.member import Member
from core.ova.references import find_reference_problems
from core.ova.version import is_older, parse_version
from core.text import Text, listed

FILE_FIELD = "ova.file"
CONFIGURATION_FIELD = "deployment.configuration"
PROPERTIES_FIELD = "properties"
DEFAULT, FRONTEND = "default", "frontend"

# Every key of v0.2.0 that this program sets.
PROPERTY_KEYS = (
    "appliance.root_pwd",
    "appliance.permit_root_login",
    "appliance.ca_cert",
    "appliance.ca_cert_key",
    "network.hostname",
    "network.nameservers",
    "network.management_ip",
    "network.management_gateway",
    "network.workload_ip",
    "network.workload_gateway",
    "network.additional_workload_networks",
    "network.frontend_ip",
    "network.frontend_gateway",
    "loadbalance.service_ip_range",
    "loadbalance.dataplane_port",
    "loadbalance.haproxy_user",
    "loadbalance.haproxy_pwd",
)
FRONTEND_KEYS = ("network.frontend_ip", "network.frontend_gateway")
NETWORKS = {DEFAULT: ("Management", "Workload"), FRONTEND: ("Management", "Workload", "Frontend")}
# The version each is known to be in: for the first F10 says that it came with it; of the others
# only that the newest release has them.
_KNOWN_IN = "0.2.0"
_OLDEST = (0, 1, 9)
_OLDEST_FROM_VSPHERE = (7, 0, 1)

_USE_NEWEST = Text("Use version {version}, which has everything.", version=_KNOWN_IN)

NOT_APPLIANCE = rule(
    "ova-not-haproxy",
    Severity.ERROR,
    cause=Text(
        "The OVA holds another product: none of the HAProxy appliance's properties is in it."
    ),
    cure=Text("Choose the OVA of the HAProxy appliance (haproxy-v0.2.0.ova)."),
    source="guide",
)
PROPERTY_MISSING = rule(
    "ova-property-missing",
    Severity.ERROR,
    cause=Text("The appliance in the OVA is too old for a value that has to be set."),
    cure=_USE_NEWEST,
    source="F10, F14",
)
PROPERTY_FIXED = rule(
    "ova-property-fixed",
    Severity.ERROR,
    cause=Text("The OVA does not let a value be set that has to be."),
    cure=_USE_NEWEST,
    source="DSP0243 9.5.1",
)
PROPERTY_UNKNOWN = rule(
    "ova-property-unknown",
    Severity.NOTE,
    cause=Text("The OVA has properties this program does not know."),
    cure=Text("They keep the OVA's values unless you set them."),
)
EXTRA_PROPERTY = rule(
    "ova-property-extra",
    Severity.ERROR,
    cause=Text("The profile's further properties set one that the OVA does not have, or fixes."),
    cure=Text(
        "Take it out of the profile's properties, or choose an OVA of the version that has it."
    ),
)
CONFIGURATION_MISSING = rule(
    "ova-configuration-missing",
    Severity.ERROR,
    cause=Text("The OVA lacks a deployment configuration of the HAProxy appliance."),
    cure=_USE_NEWEST,
    source="F15",
)
NETWORK_MISSING = rule(
    "ova-network-missing",
    Severity.ERROR,
    cause=Text("A deployment configuration of the OVA lacks a network card of the appliance."),
    cure=_USE_NEWEST,
    source="F15",
)
NETWORK_UNKNOWN = rule(
    "ova-network-unknown",
    Severity.ERROR,
    cause=Text("A deployment configuration of the OVA has a network this program cannot map."),
    cure=_USE_NEWEST,
)
TRANSPORT = rule(
    "ova-transport",
    Severity.ERROR,
    cause=Text(
        "The appliance reads its values through VMware Tools; this OVA does not offer that."
    ),
    cure=_USE_NEWEST,
    source="F19",
)
VERSION_UNREADABLE = rule(
    "ova-version-unreadable",
    Severity.NOTE,
    cause=Text("The version of the OVA is not a version number."),
    cure=Text("Make sure that it is 0.1.9 or newer."),
    source="F18",
)
TOO_OLD = rule(
    "ova-too-old",
    Severity.ERROR,
    cause=Text("Appliances before 0.1.9 do not work with vSphere 7.0.1 and newer."),
    cure=_USE_NEWEST,
    source="F18",
)


def inspect(
    descriptor: Descriptor,
    members: Sequence[Member] | None = None,
    *,
    configuration: str | None = None,
    needed: Collection[str] = PROPERTY_KEYS,
) -> tuple[Finding, ...]:
    """Everything that is wrong or remarkable about an OVA, by its descriptor.

    Args:
        descriptor: The descriptor.
        members: The members of the archive, to compare with what the descriptor refers to; None
            where there is no archive (an item of a content library).
        configuration: The chosen deployment configuration, None to ask for both.
        needed: Keys of the properties that will be set.
    """
    findings: list[Finding] = []
    if members is not None:
        findings += find_reference_problems(descriptor, members)
    if not any(descriptor.property(key) for key in PROPERTY_KEYS):
        findings.append(_not_appliance(descriptor))
        return tuple(findings)
    wanted = (DEFAULT, FRONTEND) if configuration is None else (configuration,)
    findings += _find_configuration_problems(descriptor, wanted)
    findings += _find_property_problems(descriptor, wanted, needed)
    if "com.vmware.guestInfo" not in descriptor.transports:
        findings.append(
            TRANSPORT.found(
                FILE_FIELD,
                what=Text(
                    "{ovf} does not name the transport com.vmware.guestInfo.", ovf=descriptor.name
                ),
            )
        )
    if parse_version(descriptor.product.version) is None:
        findings.append(
            VERSION_UNREADABLE.found(
                FILE_FIELD,
                what=Text(
                    "The version of the appliance, “{version}”, is not a number.",
                    version=descriptor.product.version[:40],
                ),
            )
        )
    unknown = unknown_properties(descriptor)
    if unknown:
        findings.append(
            PROPERTY_UNKNOWN.found(
                FILE_FIELD,
                what=Text(
                    "The OVA has properties this program does not know: {keys}.",
                    keys=listed(one.key for one in unknown),
                ),
            )
        )
    return tuple(findings)


def unknown_properties(descriptor: Descriptor) -> tuple[OvfProperty, ...]:
    """Properties a person may set and this program has no field for (a newer appliance)."""
    return tuple(
        one
        for one in descriptor.properties
        if one.user_configurable and one.key not in PROPERTY_KEYS
    )


def is_too_old_for(product_version: str, vcenter_version: str) -> bool:
    """Whether that appliance certainly does not work with that vCenter (F18)."""
    if is_older(vcenter_version, _OLDEST_FROM_VSPHERE) or parse_version(vcenter_version) is None:
        return False
    return is_older(product_version, _OLDEST)


def find_too_old(product_version: str, vcenter_version: str) -> Finding | None:
    """The finding for an appliance that does not work with that vCenter (F18)."""
    if not is_too_old_for(product_version, vcenter_version):
        return None
    return TOO_OLD.found(
        FILE_FIELD,
        what=Text(
            "Appliance {version} does not work with vCenter {vcenter}: it needs 0.1.9 or newer.",
            version=product_version,
            vcenter=vcenter_version,
        ),
    )


def _not_appliance(descriptor: Descriptor) -> Finding:
    product = descriptor.product
    return NOT_APPLIANCE.found(
        FILE_FIELD,
        what=Text(
            "This is not the HAProxy appliance but {product}.",
            product=" ".join(part for part in (product.name, product.version) if part)[:120]
            or Text("a product without a name"),
        ),
    )


def _find_configuration_problems(
    descriptor: Descriptor, wanted: Sequence[str]
) -> Iterator[Finding]:
    known = [one.id for one in descriptor.configurations]
    for configuration in wanted:
        if configuration not in known:
            yield CONFIGURATION_MISSING.found(
                CONFIGURATION_FIELD,
                what=Text(
                    "The OVA has no deployment configuration {configuration}; it has: {known}.",
                    configuration=configuration,
                    known=listed(known) or Text("none"),
                ),
            )
            continue
        networks = [one.name for one in descriptor.networks_for(configuration)]
        for network in NETWORKS.get(configuration, ()):
            if network not in networks:
                yield NETWORK_MISSING.found(
                    CONFIGURATION_FIELD,
                    what=Text(
                        "In the configuration {configuration} the OVA has no network card for "
                        "{network}.",
                        configuration=configuration,
                        network=network,
                    ),
                )
        for network in networks:
            if network not in NETWORKS.get(configuration, networks):
                yield NETWORK_UNKNOWN.found(
                    CONFIGURATION_FIELD,
                    what=Text(
                        "In the configuration {configuration} the OVA has a network this program "
                        "does not know: {network}.",
                        configuration=configuration,
                        network=network,
                    ),
                )


def _find_property_problems(
    descriptor: Descriptor, wanted: Sequence[str], needed: Collection[str]
) -> Iterator[Finding]:
    for key in needed:
        if key in FRONTEND_KEYS and FRONTEND not in wanted:
            continue
        found = descriptor.property(key)
        if key not in PROPERTY_KEYS:
            if found is None or not found.user_configurable:
                yield _extra_property(descriptor, key, found)
        elif found is None:
            yield PROPERTY_MISSING.found(
                FILE_FIELD,
                what=Text(
                    "The appliance {found} in the OVA has no property {key}; version {version} "
                    "has it.",
                    found=descriptor.product.version or Text("without a version"),
                    key=key,
                    version=_KNOWN_IN,
                ),
            )
        elif not found.user_configurable:
            # vCenter answers NotUserConfigurableProperty only after the import has begun.
            yield PROPERTY_FIXED.found(
                FILE_FIELD, what=Text("The OVA does not let {key} be set.", key=key)
            )


def _extra_property(descriptor: Descriptor, key: str, found: OvfProperty | None) -> Finding:
    """A key that somebody wrote into the profile: it is the key that is wrong, not the OVA."""
    from difflib import get_close_matches  # for this mistake alone

    if found is not None:
        what = Text("The OVA does not let {key} be set.", key=key)
        return EXTRA_PROPERTY.found(PROPERTIES_FIELD, what=what)
    what = Text("The OVA has no property {key}.", key=key)
    offered = [one.key for one in unknown_properties(descriptor)]
    # a high bar: the class alone makes any two keys alike
    near = get_close_matches(key, (*offered, *PROPERTY_KEYS), 1, 0.8)
    if not near:
        return EXTRA_PROPERTY.found(PROPERTIES_FIELD, what=what)
    advice = Text(
        "Did you mean {name}? Correct the key in the profile's properties, or take it out there.",
        name=near[0],
    )
    if near[0] in PROPERTY_KEYS:
        advice = Text(
            "Did you mean {name}? That one has a field of its own: take the key out of the "
            "profile's properties and fill in the field.",
            name=near[0],
        )
    return EXTRA_PROPERTY.found(PROPERTIES_FIELD, what=what, advice=advice)
