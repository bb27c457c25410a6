"""A sample OVA built like the HAProxy appliance, for practice and tests.

Same structure as v0.2.0 (DOMAIN.md, section 1): keys, types, defaults, two deployment options,
networks, hardware, manifest, order of the files. Its texts are our own, its disk holds noise, and
it says SAMPLE where an administrator looks. It boots nothing.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

from msgspec import Struct

from core.ova.stream_optimized import StreamOptimizedDisk

DISK_CAPACITY = 20 << 30
SAMPLE_NAME = "haproxy-sample"
_BUILT_AT = 1_614_556_800  # a fixed time, so that the same arguments give the same bytes
_END = bytes(2 * 512)
_RECORD = 10_240  # tar's default blocking: 20 blocks


class _Setting(Struct, frozen=True):
    key: str
    label: str
    help: str
    value: str | None = None
    type: str = "string"
    attributes: str = ""


_PASSWORD = ' ovf:password="true"'
_FRONTEND = ' ovf:configuration="frontend"'
_LONG = ' ovf:qualifiers="MinLen(0),MaxLen(65535)"'

_SECTIONS: tuple[tuple[str, str, tuple[_Setting, ...]], ...] = (
    (
        "appliance",
        "1. Appliance",
        (
            _Setting("root_pwd", "Root password", "6 to 128 characters.", "", attributes=_PASSWORD),
            _Setting("permit_root_login", "Root may use SSH", "True or false.", "true", "boolean"),
            _Setting("ca_cert", "CA certificate", "PEM; blank: made anew.", "", attributes=_LONG),
            _Setting("ca_cert_key", "CA key", "PEM; blank: made anew.", "", attributes=_LONG),
        ),
    ),
    (
        "network",
        "2. Network",
        (
            _Setting("hostname", "Host name", "Name or full name.", "haproxy.local"),
            _Setting("nameservers", "DNS servers", "Up to three.", "1.1.1.1, 1.0.0.1"),
            _Setting("management_ip", "Management address", "Address with prefix."),
            _Setting("management_gateway", "Management gateway", "Also the default route."),
            _Setting("workload_ip", "Workload address", "Address with prefix."),
            _Setting("workload_gateway", "Workload gateway", "Address."),
            _Setting(
                "additional_workload_networks", "More workload networks", "Networks with commas."
            ),
            _Setting(
                "frontend_ip", "Frontend address", "Address with prefix.", attributes=_FRONTEND
            ),
            _Setting("frontend_gateway", "Frontend gateway", "Address.", attributes=_FRONTEND),
        ),
    ),
    (
        "loadbalance",
        "3. Load balancing",
        (
            _Setting("service_ip_range", "Address ranges", "Networks with commas.", ""),
            _Setting(
                "dataplane_port",
                "Data Plane API port",
                "On the management address.",
                "5556",
                "int",
                ' ovf:qualifiers="MinValue(1),MaxValue(65535)"',
            ),
            _Setting("haproxy_user", "Data Plane API user", "Blank: admin.", ""),
            _Setting(
                "haproxy_pwd", "Data Plane API password", "6 to 128.", "", attributes=_PASSWORD
            ),
        ),
    ),
)

_LICENCE = """SAMPLE LICENCE

This is the licence text of a sample. It stands where the licence of the real appliance stands, so
that reading, showing and accepting it can be practised.

1. The sample holds no software. 2. Accepting this text binds nobody to anything."""

_ENVELOPE = """<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" \
xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" \
xmlns:vmw="http://www.vmware.com/schema/ovf" \
xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData" \
xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData">
  <References>
    <File ovf:id="file1" ovf:href={disk} ovf:size="{disk_bytes}"/>
  </References>
  <DiskSection>
    <Info>Virtual disks</Info>
    <Disk ovf:capacity="20" ovf:capacityAllocationUnits="byte * 2^30" \
ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized" \
ovf:diskId="vmdisk1" ovf:fileRef="file1" ovf:populatedSize="{populated_bytes}"/>
  </DiskSection>
  <NetworkSection>
    <Info>Networks</Info>
    <Network ovf:name="Management">
      <Description>Where vCenter and the Supervisor reach the appliance</Description>
    </Network>
    <Network ovf:name="Workload">
      <Description>Where the cluster nodes are</Description>
    </Network>
    <Network ovf:name="Frontend" ovf:configuration="frontend">
      <Description>Where the clients come from</Description>
    </Network>
  </NetworkSection>
  <DeploymentOptionSection>
    <Info>Deployment options</Info>
    <Configuration ovf:id="default" ovf:default="true">
      <Label ovf:msgid="config.default.label"/>
      <Description ovf:msgid="config.default.description"/>
    </Configuration>
    <Configuration ovf:id="frontend">
      <Label ovf:msgid="config.frontend.label"/>
      <Description ovf:msgid="config.frontend.description"/>
    </Configuration>
  </DeploymentOptionSection>
  <vmw:StorageGroupSection ovf:required="false" vmw:id="group1" \
vmw:name="vSAN Default Storage Policy">
    <Info>Storage policy of the disks</Info>
    <vmw:Description>vSAN Default Storage Policy</vmw:Description>
  </vmw:StorageGroupSection>
  <VirtualSystem ovf:id={name}>
    <Info>A virtual machine</Info>
    <Name>{name_text}</Name>
    <AnnotationSection>
      <Info>A note</Info>
      <Annotation>SAMPLE of the HAProxy load balancer appliance ({version}): boots \
nothing</Annotation>
    </AnnotationSection>
    <OperatingSystemSection ovf:id="101" vmw:osType="other3xLinux64Guest">
      <Info>The operating system</Info>
      <Description>Other 3.x or later Linux (64-bit)</Description>
    </OperatingSystemSection>
    <VirtualHardwareSection ovf:transport="com.vmware.guestInfo">
      <Info>Hardware</Info>
      <System>
        <vssd:ElementName>Virtual Hardware Family</vssd:ElementName>
        <vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemType>vmx-13</vssd:VirtualSystemType>
      </System>
      <Item>
        <rasd:AllocationUnits>hertz * 10^6</rasd:AllocationUnits>
        <rasd:Description>Number of Virtual CPUs</rasd:Description>
        <rasd:ElementName>2 virtual CPU(s)</rasd:ElementName>
        <rasd:InstanceID>1</rasd:InstanceID>
        <rasd:ResourceType>3</rasd:ResourceType>
        <rasd:VirtualQuantity>2</rasd:VirtualQuantity>
        <vmw:CoresPerSocket ovf:required="false">2</vmw:CoresPerSocket>
      </Item>
      <Item>
        <rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits>
        <rasd:Description>Memory Size</rasd:Description>
        <rasd:ElementName>4096MB of memory</rasd:ElementName>
        <rasd:InstanceID>2</rasd:InstanceID>
        <rasd:ResourceType>4</rasd:ResourceType>
        <rasd:VirtualQuantity>4096</rasd:VirtualQuantity>
      </Item>
      <Item>
        <rasd:Address>0</rasd:Address>
        <rasd:Description>SCSI Controller</rasd:Description>
        <rasd:ElementName>SCSI Controller 1</rasd:ElementName>
        <rasd:InstanceID>3</rasd:InstanceID>
        <rasd:ResourceSubType>lsilogic</rasd:ResourceSubType>
        <rasd:ResourceType>6</rasd:ResourceType>
      </Item>
      <Item>
        <rasd:AddressOnParent>0</rasd:AddressOnParent>
        <rasd:ElementName>Hard Disk 1</rasd:ElementName>
        <rasd:HostResource>ovf:/disk/vmdisk1</rasd:HostResource>
        <rasd:InstanceID>4</rasd:InstanceID>
        <rasd:Parent>3</rasd:Parent>
        <rasd:ResourceType>17</rasd:ResourceType>
      </Item>
{nics}
      <vmw:Config ovf:required="false" vmw:key="firmware" vmw:value="bios"/>
    </VirtualHardwareSection>
    <EulaSection>
      <Info>A licence agreement</Info>
      <License>{licence}</License>
    </EulaSection>
    <ProductSection>
      <Info>The product</Info>
      <Product>HAProxy Load Balancer API SAMPLE {version}</Product>
      <Vendor>HAProxy Setup for vSphere</Vendor>
      <Version>{version}</Version>
      <FullVersion>{version}</FullVersion>
      <Category>Load Balancer API</Category>
      <Property ovf:key="BUILD_TIMESTAMP" ovf:type="string" ovf:userConfigurable="false" \
ovf:value="{built_at}"/>
    </ProductSection>
{settings}
  </VirtualSystem>
  <Strings xml:lang="en-US">
    <Msg ovf:msgid="config.default.label">Default</Msg>
    <Msg ovf:msgid="config.default.description">Two network cards: management, workload.</Msg>
    <Msg ovf:msgid="config.frontend.label">Frontend Network</Msg>
    <Msg ovf:msgid="config.frontend.description">Three network cards: management, workload, \
frontend.</Msg>
  </Strings>
</Envelope>
"""

_NIC = """\
      <Item{configuration}>
        <rasd:AddressOnParent>{slot}</rasd:AddressOnParent>
        <rasd:AutomaticAllocation>true</rasd:AutomaticAllocation>
        <rasd:Connection>{network}</rasd:Connection>
        <rasd:ElementName>{network} Network</rasd:ElementName>
        <rasd:InstanceID>{instance}</rasd:InstanceID>
        <rasd:ResourceSubType>VmxNet3</rasd:ResourceSubType>
        <rasd:ResourceType>10</rasd:ResourceType>
        <vmw:Config ovf:required="false" vmw:key="slotInfo.pciSlotNumber" vmw:value="{pci}"/>
      </Item>"""

_PROPERTY = """\
      <Property ovf:key="{key}" ovf:type="{type}"{attributes} ovf:userConfigurable="true"{value}>
        <Label>{number} {label}</Label>
        <Description>{help}</Description>
      </Property>"""


def build_sample_descriptor(
    disk: StreamOptimizedDisk, version: str, name: str = SAMPLE_NAME, licence: str = _LICENCE
) -> str:
    """The descriptor of a sample whose disk is ``disk``."""
    nics = (("Management", "", 160), ("Workload", "", 192), ("Frontend", _FRONTEND, 224))
    return _ENVELOPE.format(
        disk=quoteattr(disk.name),
        disk_bytes=disk.size,
        populated_bytes=disk.populated_bytes,
        name=quoteattr(name),
        name_text=escape(name),
        version=escape(version, {'"': "&quot;"}),
        licence=escape(licence),
        built_at=_BUILT_AT,
        nics="\n".join(
            _NIC.format(
                network=network, configuration=configuration, pci=pci, slot=2 + at, instance=5 + at
            )
            for at, (network, configuration, pci) in enumerate(nics)
        ),
        settings="\n".join(_settings()),
    )


def write_sample_ova(
    path: Path,
    *,
    disk_bytes: int = 1 << 20,
    version: str = "0.2.0",
    name: str = SAMPLE_NAME,
    seed: int = 0,
) -> None:
    """Write a sample OVA; the same arguments always give the same bytes.

    The file appears whole or not at all. Memory does not depend on the size.

    Args:
        path: Where to; replaced if it is there.
        disk_bytes: How large the disk image is at most (it is less than 66,048 bytes smaller, and
            at least 70 kB).
        version: The version of the product.
        name: What the files in it are called.
        seed: Chooses the content of the disk.
    """
    disk = StreamOptimizedDisk(f"{name}-disk1.vmdk", DISK_CAPACITY, disk_bytes, seed)
    descriptor = build_sample_descriptor(disk, version, name).encode()
    partial = path.with_name(path.name + ".part")
    try:
        with partial.open("wb") as file:
            _write_tar(file, name, descriptor, disk)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _write_tar(file: BinaryIO, name: str, descriptor: bytes, disk: StreamOptimizedDisk) -> None:
    # The manifest lies before the disk and holds its digest: a place of the right length is kept
    # for it, so that the disk is made once.
    manifest_name = f"{name}.mf"
    placeholder = _manifest(name, descriptor, disk.name, "0" * 64)
    file.write(_entry(f"{name}.ovf", descriptor))
    manifest_at = file.tell()
    file.write(_entry(manifest_name, placeholder))
    file.write(_header(disk.name, disk.size))
    digest = hashlib.sha256()
    for chunk in disk.chunks():
        digest.update(chunk)
        file.write(chunk)
    file.write(_END)
    file.write(bytes(-file.tell() % _RECORD))
    file.seek(manifest_at)
    manifest = _manifest(name, descriptor, disk.name, digest.hexdigest())
    file.write(_entry(manifest_name, manifest))


def _manifest(name: str, descriptor: bytes, disk_name: str, disk_digest: str) -> bytes:
    return (
        f"SHA256({name}.ovf)= {hashlib.sha256(descriptor).hexdigest()}\n"
        f"SHA256({disk_name})= {disk_digest}\n"
    ).encode()


def _entry(name: str, content: bytes) -> bytes:
    return _header(name, len(content)) + content + bytes(-len(content) % 512)


def _header(name: str, size: int) -> bytes:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mtime, entry.mode = size, _BUILT_AT, 0o644
    # ustar as DSP0243 5.3 asks for; its size field ends at 8 GiB.
    if size < 8 << 30:
        return entry.tobuf(tarfile.USTAR_FORMAT)
    return entry.tobuf(tarfile.GNU_FORMAT)


def _settings() -> Iterator[str]:
    for class_id, category, settings in _SECTIONS:
        yield f'    <ProductSection ovf:class="{class_id}" ovf:required="false">'
        yield f"      <Info>{category}</Info>\n      <Category>{category}</Category>"
        for number, one in enumerate(settings, start=1):
            yield _PROPERTY.format(
                key=one.key,
                type=one.type,
                attributes=one.attributes,
                value="" if one.value is None else f' ovf:value="{one.value}"',
                number=f"{category[0]}.{number}.",
                label=one.label,
                help=one.help,
            )
        yield "    </ProductSection>"
