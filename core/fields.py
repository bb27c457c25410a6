"""How a field is described: once, here, for form, checks, review, profile, schema and docs.

A section of the profile is a ``Described`` whose attributes are made with ``setting(...)``; the
class keeps the descriptions. ``FieldSpec.key`` is the profile path, ``section.name``, and is filled
in when the sections are gathered (``core.profile.model``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any

from msgspec import Struct, StructMeta
from msgspec.structs import replace

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


class Choice(Struct, frozen=True):
    """One of the values a CHOICE field can have."""

    value: str
    label: Text
    help: Text | None = None


class When(Struct, frozen=True):
    """The condition under which a field counts: ``key`` has one of ``values``.

    Or, if there is an ``otherwise``, that one holds.
    """

    key: str
    values: tuple[object, ...]
    otherwise: When | None = None

    def holds(self, value_of: Callable[[str], object]) -> bool:
        """Whether it does with these values, by key."""
        if value_of(self.key) in self.values:
            return True
        return self.otherwise is not None and self.otherwise.holds(value_of)


class FieldSpec(Struct, frozen=True):
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
    """An attribute of ``Described`` with its description; see ``FieldSpec`` for the arguments."""
    return FieldSpec(label, help, kind, **description)


class _DescribedMeta(StructMeta):
    """Keeps the descriptions in the class and leaves their defaults to the instances."""

    described: dict[str, FieldSpec]

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any
    ) -> _DescribedMeta:
        specs = {key: spec for key, spec in namespace.items() if isinstance(spec, FieldSpec)}
        defaults = {key: spec.default for key, spec in specs.items()}
        made = super().__new__(cls, name, bases, namespace | defaults, **options)
        made.described = specs
        return made


class Described(Struct, metaclass=_DescribedMeta, frozen=True):
    """Base of the profile's sections."""


def described(section: str, cls: type[Described]) -> tuple[FieldSpec, ...]:
    """The descriptions of a section's fields in their order, keys filled in."""
    return tuple(replace(spec, key=f"{section}.{name}") for name, spec in cls.described.items())
