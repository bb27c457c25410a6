"""From the XML of an OVF envelope to a ``Descriptor``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NoReturn

from core.errors import OvaError
from core.ova.descriptor import (
    Configuration,
    Descriptor,
    Licence,
    Nic,
    OvfDisk,
    OvfFile,
    OvfNetwork,
    OvfProperty,
    Product,
)
from core.ova.xml_tree import Element, parse_xml
from core.text import Text

OVF_1 = "http://schemas.dmtf.org/ovf/envelope/1"
_ETHERNET = "10"  # CIM_ResourceAllocationSettingData.ResourceType
_ADVICE = Text("Get the OVA again from its source; this descriptor cannot be used.")
# DSP0243 1.1, section 9.1: "byte * 2^30"; DSP0004 annex C.1 for the form, older tools in words.
_UNIT = re.compile(r"^byte(?:\s*\*\s*(2|10)\s*\^\s*(\d{1,2}))?$")
_OLD_UNITS = {"kilobytes": 1 << 10, "megabytes": 1 << 20, "gigabytes": 1 << 30}
_LARGEST = 1 << 62


def read_descriptor(xml: bytes, name: str) -> Descriptor:
    """Read a descriptor; see ``descriptor.parse_descriptor``."""
    return _Reader(parse_xml(xml, name), name).run()


class _Reader:
    def __init__(self, envelope: Element, name: str) -> None:
        self._envelope, self._name = envelope, name

    def run(self) -> Descriptor:
        self._check_envelope()
        self._messages = self._read_messages()
        machine = self._get_machine()
        # Section 8.1 allows alternatives of the hardware; vSphere takes the first it supports.
        hardware = machine.first("VirtualHardwareSection") or Element("", {})
        system = hardware.first("System") or Element("", {})
        networks = tuple(self._read_networks())
        files = tuple(self._read_files())
        annotation = machine.first("AnnotationSection") or Element("", {})
        return Descriptor(
            name=self._name,
            machine=machine.get("id"),
            annotation=self._text_of(annotation, "Annotation"),
            product=self._read_product(machine),
            configurations=tuple(self._read_configurations()),
            networks=networks,
            properties=self._read_properties(machine),
            licences=tuple(
                Licence(self._text_of(section, "License"))
                for place in (self._envelope, machine)
                for section in place.all("EulaSection")
            ),
            files=files,
            disks=tuple(self._read_disks(files)),
            nics=tuple(self._read_nics(hardware, networks)),
            transports=tuple(hardware.get("transport").split()),
            hardware_version=self._text_of(system, "VirtualSystemType"),
            storage_groups=tuple(
                section.get("name") for section in self._envelope.all("StorageGroupSection")
            ),
        )

    def _check_envelope(self) -> None:
        if self._envelope.local != "Envelope":
            self._refuse(
                Text(
                    "The descriptor {member} is not an OVF descriptor: it has {tag} where Envelope "
                    "should be.",
                    member=self._name,
                    tag=self._envelope.local[:40],
                )
            )
        if self._envelope.namespace != OVF_1:
            self._refuse(
                Text(
                    "The descriptor {member} is not OVF 1.x; vSphere takes no other version.",
                    member=self._name,
                )
            )

    def _get_machine(self) -> Element:
        machines = list(self._envelope.all("VirtualSystem"))
        if len(machines) > 1 or self._envelope.first("VirtualSystemCollection") is not None:
            self._refuse(Text("The descriptor {member} holds several machines.", member=self._name))
        if not machines:
            self._refuse(Text("The descriptor {member} holds no machine.", member=self._name))
        return machines[0]

    def _read_messages(self) -> dict[str, str]:
        """Messages inside the envelope (section 10.2); English where there are more languages."""
        messages: dict[str, str] = {}
        bundles = sorted(self._envelope.all("Strings"), key=_is_english)
        for bundle in bundles:
            for message in bundle.all("Msg"):
                messages[message.get("msgid")] = message.text.strip()
        return messages

    def _text_of(self, parent: Element, local: str) -> str:
        """The text of a child, by its message if it refers to one."""
        child = parent.first(local)
        if child is None:
            return ""
        return self._messages.get(child.get("msgid")) or child.text.strip()

    def _read_product(self, machine: Element) -> Product:
        sections = list(machine.all("ProductSection"))
        # Sections with a class hold settings; the one without says what the product is.
        named = [one for one in sections if one.first("Product") is not None]
        named.sort(key=lambda one: bool(one.get("class")))
        section = named[0] if named else Element("", {})
        return Product(
            self._text_of(section, "Product"),
            self._text_of(section, "Vendor"),
            self._text_of(section, "Version"),
            self._text_of(section, "FullVersion"),
        )

    def _read_configurations(self) -> Iterator[Configuration]:
        section = self._envelope.first("DeploymentOptionSection") or Element("", {})
        seen: set[str] = set()
        for item in section.all("Configuration"):
            key = item.get("id")
            self._check_new(key, seen, Text("deployment configuration"))
            yield Configuration(
                key,
                self._text_of(item, "Label") or key,
                self._text_of(item, "Description"),
                _is_true(item.get("default")),
            )

    def _read_networks(self) -> Iterator[OvfNetwork]:
        section = self._envelope.first("NetworkSection") or Element("", {})
        seen: set[str] = set()
        for item in section.all("Network"):
            self._check_new(item.get("name"), seen, Text("network"))
            yield OvfNetwork(item.get("name"), self._text_of(item, "Description"))

    def _read_properties(self, machine: Element) -> tuple[OvfProperty, ...]:
        properties: list[OvfProperty] = []
        seen: set[str] = set()
        for section in machine.all("ProductSection"):
            category = ""
            for item in section.children:
                # A category holds for the properties after it (section 9.5).
                if item.local == "Category":
                    category = self._messages.get(item.get("msgid")) or item.text.strip()
                elif item.local == "Property":
                    one = self._read_property(section, item, category)
                    self._check_new(one.key, seen, Text("property"))
                    properties.append(one)
        return tuple(properties)

    def _read_property(self, section: Element, item: Element, category: str) -> OvfProperty:
        if not item.get("key"):
            self._refuse(
                Text("The descriptor {member} has a property without a key.", member=self._name)
            )
        return OvfProperty(
            class_id=section.get("class"),
            id=item.get("key"),
            instance_id=section.get("instance"),
            type=item.get("type", "string"),
            default=item.get("value"),
            label=self._text_of(item, "Label"),
            description=self._text_of(item, "Description"),
            category=category,
            user_configurable=_is_true(item.get("userConfigurable")),
            is_password=_is_true(item.get("password")),
            qualifiers=item.get("qualifiers"),
            configurations=_configurations(item),
        )

    def _read_files(self) -> Iterator[OvfFile]:
        references = self._envelope.first("References") or Element("", {})
        used = set(_used_files(self._envelope))
        ids: set[str] = set()
        hrefs: set[str] = set()
        for item in references.all("File"):
            self._check_new(item.get("id"), ids, Text("file id"))
            self._check_new(item.get("href"), hrefs, Text("file"))
            size = item.get("size")
            yield OvfFile(
                item.get("id"),
                item.get("href").removeprefix("./"),
                self._number(size) if size else None,
                item.get("compression"),
                bool(item.get("chunkSize")),
                item.get("id") in used,
            )

    def _read_disks(self, files: tuple[OvfFile, ...]) -> Iterator[OvfDisk]:
        section = self._envelope.first("DiskSection") or Element("", {})
        known = {file.id for file in files}
        seen: set[str] = set()
        for item in section.all("Disk"):
            self._check_new(item.get("diskId"), seen, Text("disk"))
            file_id, populated = item.get("fileRef"), item.get("populatedSize")
            if file_id and file_id not in known:
                self._refuse(
                    Text(
                        "The descriptor {member} takes disk {disk} from a file it does not name.",
                        member=self._name,
                        disk=item.get("diskId")[:80],
                    )
                )
            capacity = self._number(item.get("capacity")) * self._unit(
                item.get("capacityAllocationUnits", "byte")
            )
            yield OvfDisk(
                item.get("diskId"),
                file_id,
                self._number(str(capacity)),
                self._number(populated) if populated else None,
                item.get("format"),
            )

    def _read_nics(self, hardware: Element, networks: tuple[OvfNetwork, ...]) -> Iterator[Nic]:
        declared = {network.name for network in networks}
        for item in hardware.all("Item"):
            if self._text_of(item, "ResourceType") != _ETHERNET:
                continue
            network = self._text_of(item, "Connection")
            if network not in declared:
                self._refuse(
                    Text(
                        "The descriptor {member} connects a network card to {network}, a network "
                        "it does not declare.",
                        member=self._name,
                        network=network[:80] or '""',
                    )
                )
            yield Nic(network, _configurations(item), self._text_of(item, "ElementName"))

    def _number(self, text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= _LARGEST):
            self._refuse(
                Text(
                    "The descriptor {member} has {value} where a number of bytes should be.",
                    member=self._name,
                    value=text[:40] or '""',
                )
            )
        return int(text)

    def _unit(self, text: str) -> int:
        match = _UNIT.match(text.strip().lower())
        if match is None and text.strip().lower() in _OLD_UNITS:
            return _OLD_UNITS[text.strip().lower()]
        if match is None:
            self._refuse(
                Text(
                    "The descriptor {member} measures a disk in {unit}, which is unknown.",
                    member=self._name,
                    unit=text[:40],
                )
            )
        return int(match[1]) ** int(match[2]) if match[1] else 1

    def _check_new(self, key: str, seen: set[str], kind: Text) -> None:
        if not key or key in seen:
            self._refuse(
                Text(
                    "The descriptor {member} has the {kind} {key} twice.",
                    member=self._name,
                    kind=kind,
                    key=key[:80],
                )
                if key
                else Text(
                    "The descriptor {member} has a {kind} without a name.",
                    member=self._name,
                    kind=kind,
                )
            )
        seen.add(key)

    def _refuse(self, what: Text) -> NoReturn:
        raise OvaError(what, _ADVICE)


def _used_files(root: Element) -> Iterator[str]:
    """Ids of files that a disk is filled from or a device refers to.

    ``fileRef`` of disks (section 9.1) and references like ``ovf:/file/file2`` (section 8.4.2),
    which vSphere also writes into attributes, for the NVRAM for instance.
    """
    waiting = [root]
    while waiting:
        element = waiting.pop()
        waiting += element.children
        if element.local == "Disk":
            yield element.get("fileRef")
        for text in (element.text, *element.attributes.values()):
            before, found, key = text.strip().partition("/file/")
            if found and before in ("ovf:", "ovf:/", ""):
                yield key


def _is_english(bundle: Element) -> bool:
    language = bundle.get("lang")
    return not language or language.lower().startswith("en")


def _is_true(text: str) -> bool:
    return text.strip().lower() in ("true", "1")


def _configurations(item: Element) -> frozenset[str]:
    """``ovf:configuration``: several ids with spaces between (section 9.8)."""
    return frozenset(item.get("configuration").split())
