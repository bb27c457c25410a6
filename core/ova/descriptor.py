"""What an OVF descriptor says, as plain values (DSP0243 1.1; vmw: extensions of vSphere).

Only values and questions about them: ``descriptor_reader`` makes them from XML, ``appliance``
judges them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from msgspec import Struct

from core.errors import OvaError
from core.text import Text, listed


class Product(Struct, frozen=True):
    """What the machine is (section 9.5)."""

    name: str
    vendor: str
    version: str
    full_version: str


class OvfNetwork(Struct, frozen=True):
    """A network the machine wants to be connected to (section 9.3)."""

    name: str
    description: str


class Configuration(Struct, frozen=True):
    """A deployment option (section 9.8)."""

    id: str
    label: str
    description: str
    is_default: bool


class OvfProperty(Struct, frozen=True):
    """A value the machine takes at its first boot (section 9.5.1).

    ``configurations`` names the deployment options it belongs to, empty for all of them.
    """

    class_id: str
    id: str
    instance_id: str
    type: str
    default: str
    label: str
    description: str
    category: str
    user_configurable: bool
    is_password: bool
    qualifiers: str
    configurations: frozenset[str]

    @property
    def key(self) -> str:
        """``class.id`` or ``class.id.instance``, without a class ``id``: as vSphere wants it."""
        parts = (self.class_id, self.id, self.instance_id)
        return ".".join(part for part in parts if part)


class Licence(Struct, frozen=True):
    """The text of an end user licence agreement (section 9.7)."""

    text: str


class OvfFile(Struct, frozen=True):
    """A file the descriptor refers to (section 7.1).

    ``size`` is None where it is not stated; ``is_used`` says whether a disk or a device takes it.
    """

    id: str
    href: str
    size: int | None
    compression: str = ""
    is_chunked: bool = False
    is_used: bool = True


class OvfDisk(Struct, frozen=True):
    """A virtual disk (section 9.1); ``file_id`` is empty for a blank one."""

    id: str
    file_id: str
    capacity_bytes: int
    populated_bytes: int | None
    format: str


class Nic(Struct, frozen=True):
    """A network card of the machine, in the order of the descriptor."""

    network: str
    configurations: frozenset[str]
    name: str = ""


class _Configured(Protocol):
    @property
    def configurations(self) -> frozenset[str]: ...


_C = TypeVar("_C", bound=_Configured)


class Descriptor(Struct, frozen=True):
    """Everything this program wants to know of a descriptor; ``name`` is its file name."""

    name: str
    machine: str
    annotation: str
    product: Product
    configurations: tuple[Configuration, ...]
    networks: tuple[OvfNetwork, ...]
    properties: tuple[OvfProperty, ...]
    licences: tuple[Licence, ...]
    files: tuple[OvfFile, ...]
    disks: tuple[OvfDisk, ...]
    nics: tuple[Nic, ...]
    transports: tuple[str, ...]
    hardware_version: str
    storage_groups: tuple[str, ...]

    @property
    def default_configuration(self) -> str:
        """The id used where none is chosen; empty if there are no deployment options."""
        for configuration in self.configurations:
            if configuration.is_default:
                return configuration.id
        # Section 9.8: without a mark the first one is the default.
        return self.configurations[0].id if self.configurations else ""

    def nics_for(self, configuration: str) -> tuple[Nic, ...]:
        """The network cards the machine gets, in order.

        Raises:
            OvaError: there is no such deployment option.
        """
        return self._of(configuration, self.nics)

    def networks_for(self, configuration: str) -> tuple[OvfNetwork, ...]:
        """The networks some network card of that deployment option uses.

        Raises:
            OvaError: there is no such deployment option.
        """
        used = {nic.network for nic in self.nics_for(configuration)}
        return tuple(network for network in self.networks if network.name in used)

    def properties_for(self, configuration: str) -> tuple[OvfProperty, ...]:
        """The properties that deployment option has (F14: the others are silently lost).

        Raises:
            OvaError: there is no such deployment option.
        """
        return self._of(configuration, self.properties)

    def property(self, key: str) -> OvfProperty | None:
        """The property with that key (``class.id``), None if there is none."""
        return next((one for one in self.properties if one.key == key), None)

    def _of(self, configuration: str, items: Iterable[_C]) -> tuple[_C, ...]:
        known = [one.id for one in self.configurations]
        if configuration not in known and (configuration or known):
            raise OvaError(
                Text(
                    "The OVA has no deployment configuration {configuration}; it has: {known}.",
                    configuration=configuration or '""',
                    known=listed(known) or Text("none"),
                ),
                Text("Choose one of those it has."),
            )
        return tuple(
            one for one in items if not one.configurations or configuration in one.configurations
        )


def parse_descriptor(xml: bytes, name: str) -> Descriptor:
    """Read a descriptor.

    Args:
        xml: Its bytes, at most a few MiB.
        name: Its file name, for messages.

    Raises:
        OvaError: it is not well-formed, not OVF 1.x, or does not describe one virtual machine.
    """
    # Here for the callers, who look for it beside what it returns.
    from core.ova.descriptor_reader import read_descriptor

    return read_descriptor(xml, name)
