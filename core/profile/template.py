"""Profiles to start from: an empty one with explanations, and the sample for practice."""

from __future__ import annotations

import re
import textwrap
import unicodedata
import uuid
from collections.abc import Iterator

from msgspec.structs import replace

from core.fields import FieldSpec, Kind
from core.profile.document import ProfileDocument
from core.profile.model import (
    DEFAULT,
    FRONTEND,
    LIBRARY,
    PRIMARY_WORKLOAD,
    SCHEMA_VERSION,
    SECTIONS,
    WORKLOAD,
    DeploymentSettings,
    LoadBalancingSettings,
    NetworkSettings,
    OvaSettings,
    PortGroup,
    Profile,
    SwitchSettings,
    VCenterSettings,
    VmSettings,
    is_visible,
)
from core.profile.plain import PROPERTIES_SPEC, ROW_SPECS, plain_value
from core.profile.yaml_render import entry_text
from core.text import Text
from core.version import PRODUCT

TOPOLOGIES = (DEFAULT, FRONTEND)
_WIDTH = 88
_NEVER_FIRST = "、。，．）」ーァィゥェォャュョッぁぃぅぇぉゃゅょっ・"
_WIDE = re.compile(r"[　-鿿＀-￯]")


def new_id() -> str:
    """A fresh profile id; with a letter first, since YAML takes digits, and 12e34, for numbers."""
    return f"p{uuid.uuid4().hex[:15]}"


def new_profile_text(topology: str = DEFAULT, *, schema: str = "") -> str:
    """A profile with everything explained and little filled in.

    Args:
        topology: ``default`` (two NICs) or ``frontend`` (three).
        schema: address of the JSON Schema for editors that complete on it.
    """
    profile = _started(topology)
    lines = [f"# yaml-language-server: $schema={schema}"] if schema else []
    lines += _comment(str(Text("{product}: profile.", product=PRODUCT)), 0)
    lines += _comment(str(_INTRODUCTION), 0)
    lines += ["", f"schema: {SCHEMA_VERSION}", ""]
    lines += _comment(str(_ID_HELP), 0)
    lines += [f"id: {new_id()}"]
    for section in SECTIONS:
        lines += ["", *_comment(str(section.title), 0), f"{section.name}:"]
        fields = [spec for spec in section.fields if is_visible(spec, profile)]
        for number, spec in enumerate(fields):
            lines += [""] if number else []
            lines += [*_explained(spec, 2), _entry(spec, profile.value(spec.key))]
    lines += ["", *_explained(PROPERTIES_SPEC, 0), "properties:"]
    return "\n".join(lines) + "\n"


def sample_profile_text(
    topology: str = DEFAULT,
    *,
    address: str,
    user: str,
    port: int = 443,
    certificate: str = "",
    ova_file: str = "",
    library: str = "",
    item: str = "",
) -> str:
    """The profile for the practice vCenter: everything filled in, nothing to complain about.

    The OVA is the file if ``ova_file`` is given, imported first where there is a library too;
    else it is the item of the library.
    """
    if ova_file:
        ova = OvaSettings(
            file=ova_file, import_to_library=bool(library), library=library, item=item
        )
    else:
        ova = OvaSettings(source=LIBRARY, library=library, item=item)
    document = ProfileDocument(new_profile_text(topology))
    document.set_profile(
        replace(
            document.profile,
            vcenter=VCenterSettings(address, port, user, certificate),
            switch=_sample_switch(topology),
            ova=ova,
            vm=VmSettings(
                name="haproxy",
                folder="haproxy",
                resource_pool="haproxy-pool",
                storage_policy="haproxy-policy",
            ),
            deployment=DeploymentSettings(topology, management_network="VM Network"),
            network=_sample_network(topology),
            load_balancing=LoadBalancingSettings(
                ranges=("192.168.130.128/25" if topology == FRONTEND else "192.168.120.128/25",)
            ),
        )
    )
    return document.text


def _started(topology: str) -> Profile:
    if topology not in TOPOLOGIES:
        raise ValueError(topology)
    profile = Profile(deployment=DeploymentSettings(topology))
    if topology == FRONTEND:
        groups = (*profile.switch.port_groups, PortGroup(FRONTEND, "Frontend Network", 0))
        profile = replace(profile, switch=replace(profile.switch, port_groups=groups))
    return profile


def _sample_switch(topology: str) -> SwitchSettings:
    groups = [
        PortGroup(PRIMARY_WORKLOAD, "Primary Workload Network", 120),
        PortGroup(WORKLOAD, "Workload Network", 121),
    ]
    if topology == FRONTEND:
        groups.append(PortGroup(FRONTEND, "Frontend Network", 130))
    return SwitchSettings(
        datacenter="Lab-DC",
        name="workload-vds",
        uplinks=2,
        port_groups=tuple(groups),
        cluster="Supervisor-Cluster",
        nics=(("Uplink 1", "vmnic1"), ("Uplink 2", "vmnic2")),
    )


def _sample_network(topology: str) -> NetworkSettings:
    network = NetworkSettings(
        dns=("192.168.110.5",),
        management_address="192.168.110.20/24",
        management_gateway="192.168.110.1",
        workload_address="192.168.120.20/24",
        workload_gateway="192.168.120.1",
    )
    if topology != FRONTEND:
        return network
    return replace(network, frontend_address="192.168.130.20/24", frontend_gateway="192.168.130.1")


_INTRODUCTION = Text(
    "Values marked as required have to be filled in; the others may stay empty. Passwords and "
    "private keys do not belong here: they come from the keyring (haproxy-setup password set), "
    "from the environment, or are asked for."
)
_ID_HELP = Text(
    "Names this profile in the keyring and on what it creates. Give a copy of the file another one."
)


def _entry(spec: FieldSpec, value: object) -> str:
    plain = plain_value(spec, value)
    if plain in ("", [], {}):
        return f"  {spec.name}:"
    return entry_text(spec.name, plain, 2)


def _explained(spec: FieldSpec, indent: int) -> Iterator[str]:
    """What there is to say about a field, as comment lines."""
    yield from _comment(str(_sentence(spec.label, spec.help)), indent)
    yield from _choices(spec, indent, hanging="  ")
    if spec.kind is Kind.PORT_GROUPS:
        for name, row in ROW_SPECS.items():
            about = _sentence(row.label, row.help)
            yield from _comment(f"{name}: {about}", indent, hanging="  ")
            yield from _choices(row, indent, hanging="    ")
    facts = [str(Text("Required."))] if spec.required else []
    if spec.example and spec.kind is not Kind.PORT_GROUPS:
        facts.append(str(Text("Example: {example}", example=spec.example)))
    if facts:
        yield from _comment(" ".join(facts), indent)


def _choices(spec: FieldSpec, indent: int, hanging: str) -> Iterator[str]:
    """The values that can be chosen, a line for each."""
    for choice in spec.choices:
        about = _sentence(choice.label, choice.help) if choice.help else choice.label
        yield from _comment(f"{choice.value}: {about}", indent, hanging)


def _sentence(label: Text, help: Text) -> Text:
    """A label and what explains it, with the punctuation of the language."""
    return Text("{label}. {help}", label=label, help=help)


def _comment(text: str, indent: int, hanging: str = "") -> Iterator[str]:
    start = f"{' ' * indent}# {hanging}"
    width = _WIDTH - len(start)
    lines = _wrap_wide(text, width) if _WIDE.search(text) else textwrap.wrap(
        text, width, break_on_hyphens=False, break_long_words=False
    )  # fmt: skip
    return (f"{start}{line}" for line in lines)


def _wrap_wide(text: str, width: int) -> Iterator[str]:
    """Lines of Japanese text: it breaks between any two characters, each two columns wide."""
    line, used = "", 0
    for word in re.findall(r"[!-~]+|.", text):
        size = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in word)
        if used + size > width and word not in _NEVER_FIRST:
            yield line.strip()
            line, used = "", 0
        line, used = line + word, used + size
    yield line.strip()
