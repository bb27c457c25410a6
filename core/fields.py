"""How a field is described: once, here, for form, checks, review, profile, schema and docs.

A section of the profile is a frozen dataclass whose attributes are made with ``setting(...)``;
the description travels in the dataclass field's metadata. ``FieldSpec.key`` is the profile path,
``section.name``, and is filled in when the sections are gathered (``core.profile.model``).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from core.findings import Finding
from core.text import Text

Check = Callable[[str, Any], Iterable[Finding]]
"""``check(key, value)`` looks at one value alone; empty values never reach it."""


class Kind(Enum):
    """What a value is; decides editor, YAML form and JSON Schema type.

    Python values: FLAG bool; INTEGER and PORT int; *_LIST tuple of str; PORT_GROUPS tuple of
    ``PortGroup``; NIC_MAP tuple of (uplink name, NIC name) pairs in the order written; HOST_NICS
    tuple of (host name, NIC_MAP) pairs; PROPERTY_MAP tuple of (OVF key, value) pairs; else str.
    """

    TEXT = "text"
    HOST = "host"
    FLAG = "flag"
    INTEGER = "integer"
    PORT = "port"
    CHOICE = "choice"
    ADDRESS = "address"
    INTERFACE = "interface"
    CIDR = "cidr"
    ADDRESS_LIST = "address-list"
    CIDR_LIST = "cidr-list"
    INVENTORY = "inventory"
    FILE = "file"
    PEM = "pem"
    SECRET = "secret"
    PORT_GROUPS = "port-groups"
    NIC_MAP = "nic-map"
    HOST_NICS = "host-nics"
    PROPERTY_MAP = "property-map"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values a CHOICE field can have."""

    value: str
    label: Text
    help: Text | None = None


@dataclass(frozen=True, slots=True)
class When:
    """The condition under which a field counts: ``key`` has one of ``values``."""

    key: str
    values: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """All there is to say about a field.

    ``example`` is a right value as one would type it; ``width`` is in characters; ``inventory``
    names the kind of vCenter object an INVENTORY field picks (datacenter, cluster, folder, ...);
    ``ovf_key`` is the appliance's property the value ends up in.
    """

    label: Text
    help: Text
    kind: Kind
    default: Any = ""
    required: bool = False
    example: str = ""
    choices: tuple[Choice, ...] = ()
    ovf_key: str = ""
    inventory: str = ""
    width: int = 32
    minimum: int | None = None
    maximum: int | None = None
    when: tuple[When, ...] = ()
    check: Check | None = None
    key: str = ""

    @property
    def section(self) -> str:
        """The part of the key before the dot: the section of the profile."""
        return self.key.partition(".")[0]

    @property
    def name(self) -> str:
        """The part of the key after the dot."""
        return self.key.partition(".")[2]

    @property
    def is_secret(self) -> bool:
        """Whether the value may only live in the secret store."""
        return self.kind is Kind.SECRET


def setting(label: Text, help: Text, kind: Kind, **description: Any) -> Any:
    """A dataclass field that carries its description; see ``FieldSpec`` for the arguments."""
    spec = FieldSpec(label, help, kind, **description)
    return dataclasses.field(default=spec.default, metadata={"spec": spec}, repr=not spec.is_secret)


def described(section: str, cls: type) -> tuple[FieldSpec, ...]:
    """The descriptions of a section's fields in their order, keys filled in."""
    return tuple(
        dataclasses.replace(f.metadata["spec"], key=f"{section}.{f.name}")
        for f in dataclasses.fields(cls)
    )
