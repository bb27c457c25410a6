"""The practice vCenter is as strict as it says: each addition to stock vcsim, one test.

Only raw pyvmomi and requests speak here, so that a mistake of our own core cannot hide one of
the practice vCenter. Nothing sleeps; conditions are waited for with the property collector.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import ssl
import struct
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests

pytest.importorskip("pyVmomi")
from pyVmomi import SoapStubAdapter, VmomiSupport, pbm, vim, vmodl

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("PRACTICE_VCENTER", ROOT / ".tools/bin/practice-vcenter"))
USER, PASSWORD = "administrator@vsphere.local", "practice-Secret"
V = vim.dvs.VmwareDistributedVirtualSwitch
M = vim.dvs.HostMember

OVF = """<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1"
 xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
 xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
 xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData"
 xmlns:vmw="http://www.vmware.com/schema/ovf">
 <References><File ovf:href="small-disk1.vmdk" ovf:id="file1" ovf:size="{size}"/></References>
 <DiskSection><Info>Disks</Info><Disk ovf:capacity="1" ovf:capacityAllocationUnits="byte * 2^30"
  ovf:diskId="vmdisk1" ovf:fileRef="file1"/></DiskSection>
 <NetworkSection><Info>Networks</Info>
  <Network ovf:name="Management"><Description>m</Description></Network>
  <Network ovf:name="Frontend" ovf:configuration="frontend"><Description>f</Description></Network>
 </NetworkSection>
 <vmw:StorageGroupSection ovf:required="false" vmw:id="group1" vmw:name="Any"><Info>g</Info>
 </vmw:StorageGroupSection>
 <DeploymentOptionSection><Info>Options</Info>
  <Configuration ovf:default="true" ovf:id="default"><Label>Two</Label><Description>2</Description>
  </Configuration>
  <Configuration ovf:id="frontend"><Label>Three</Label><Description>3</Description></Configuration>
 </DeploymentOptionSection>
 <VirtualSystem ovf:id="small"><Info>A machine</Info><Name>small</Name>
  <AnnotationSection><Info>a</Info><Annotation>made for tests</Annotation></AnnotationSection>
  <OperatingSystemSection ovf:id="100" vmw:osType="other3xLinux64Guest"><Info>o</Info>
  </OperatingSystemSection>
  <EulaSection><Info>l</Info><License>Be kind.</License></EulaSection>
  <ProductSection ovf:class="network"><Info>p</Info><Product>Small</Product>
   <Version>0.2.0</Version><Category>Net</Category>
   <Property ovf:key="hostname" ovf:type="string" ovf:userConfigurable="true" ovf:value="lab"
    ovf:qualifiers="MinLen(2) MaxLen(8)"><Label>Name</Label></Property>
   <Property ovf:key="frontend_ip" ovf:type="string" ovf:userConfigurable="true"
    ovf:configuration="frontend"><Label>F</Label></Property>
   <Property ovf:key="port" ovf:type="uint16" ovf:userConfigurable="true" ovf:value="5556"/>
   <Property ovf:key="login" ovf:type="boolean" ovf:userConfigurable="true" ovf:value="true"/>
   <Property ovf:key="secret" ovf:type="string" ovf:password="true" ovf:userConfigurable="true"/>
   <Property ovf:key="fixed" ovf:type="string" ovf:userConfigurable="false" ovf:value="x"/>
  </ProductSection>
  <VirtualHardwareSection ovf:transport="com.vmware.guestInfo"><Info>h</Info>
   <System><vssd:ElementName>h</vssd:ElementName><vssd:InstanceID>0</vssd:InstanceID>
    <vssd:VirtualSystemIdentifier>small</vssd:VirtualSystemIdentifier>
    <vssd:VirtualSystemType>vmx-13</vssd:VirtualSystemType></System>
   <Item><rasd:ElementName>cpu</rasd:ElementName><rasd:InstanceID>1</rasd:InstanceID>
    <rasd:ResourceType>3</rasd:ResourceType><rasd:VirtualQuantity>2</rasd:VirtualQuantity></Item>
   <Item><rasd:ElementName>mem</rasd:ElementName><rasd:InstanceID>2</rasd:InstanceID>
    <rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>512</rasd:VirtualQuantity></Item>
   <Item><rasd:ElementName>scsi</rasd:ElementName><rasd:InstanceID>3</rasd:InstanceID>
    <rasd:ResourceSubType>lsilogic</rasd:ResourceSubType><rasd:ResourceType>6</rasd:ResourceType>
   </Item>
   <Item><rasd:AddressOnParent>0</rasd:AddressOnParent><rasd:ElementName>disk</rasd:ElementName>
    <rasd:HostResource>ovf:/disk/vmdisk1</rasd:HostResource><rasd:InstanceID>4</rasd:InstanceID>
    <rasd:Parent>3</rasd:Parent><rasd:ResourceType>17</rasd:ResourceType></Item>
   <Item><rasd:Connection>Management</rasd:Connection><rasd:ElementName>nic0</rasd:ElementName>
    <rasd:InstanceID>5</rasd:InstanceID><rasd:ResourceSubType>VmxNet3</rasd:ResourceSubType>
    <rasd:ResourceType>10</rasd:ResourceType></Item>
   <Item ovf:configuration="frontend"><rasd:Connection>Frontend</rasd:Connection>
    <rasd:ElementName>nic1</rasd:ElementName><rasd:InstanceID>6</rasd:InstanceID>
    <rasd:ResourceSubType>VmxNet3</rasd:ResourceSubType><rasd:ResourceType>10</rasd:ResourceType>
   </Item>
  </VirtualHardwareSection>
 </VirtualSystem>
</Envelope>
"""
# The first two sectors of a streamOptimized disk; the rest is never looked at.
DISK_HEADER = struct.pack("<III", 0x564D444B, 3, 3 << 16 | 3)
DISK_TEXT = b"""# Disk DescriptorFile
version=1
CID=7e8d3f00
parentCID=ffffffff
createType="streamOptimized"

RDONLY 2097152 SPARSE "small-disk1.vmdk"
"""
DISK = DISK_HEADER.ljust(512, b"\0") + DISK_TEXT.ljust(512, b"\0") + bytes(range(256)) * 256
DESCRIPTOR = OVF.format(size=len(DISK))


def pack_ova(disk: bytes = DISK) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in (("small.ovf", DESCRIPTOR.encode()), ("small-disk1.vmdk", disk)):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


# --- The server and its clients -----------------------------------------------------------


class Server:
    """One started program and what its first line said."""

    def __init__(self, said: dict[str, Any], folder: Path) -> None:
        self.host, self.port = said["address"], said["port"]
        self.root = f"https://{self.host}:{self.port}"
        self.certificate = folder / f"{self.port}.pem"
        self.certificate.write_text(said["certificate"])
        self.said = said
        self.open: list[Callable[[], None]] = []

    @property
    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))

    def stub(self, path: str, version: str) -> Any:
        made = SoapStubAdapter(
            host=self.host, port=self.port, path=path, version=version, sslContext=self.context
        )
        self.open.append(made.DropConnections)
        return made

    def login(self, user: str = USER, password: str = PASSWORD) -> Any:
        si = vim.ServiceInstance("ServiceInstance", self.stub("/sdk", "vim.version.v8_0_3_0"))
        si.content.sessionManager.Login(user, password, None)
        return si

    def http(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.verify = str(self.certificate)
        self.open.append(session.close)
        return session

    def close(self) -> None:
        for close in self.open:
            close()

    def rest(self) -> requests.Session:
        session = self.http()
        answer = session.post(f"{self.root}/api/session", auth=(USER, PASSWORD))
        assert answer.status_code == 201
        session.headers["vmware-api-session-id"] = answer.json()
        return session

    def control(self, method: str, path: str, body: object = None) -> requests.Response:
        answer = self.http().request(method, f"{self.root}/practice/{path}", json=body)
        answer.raise_for_status()
        return answer


@contextmanager
def started(folder: Path, *flags: str) -> Iterator[Server]:
    if not PROGRAM.exists():
        if os.environ.get("CI", "").lower() == "true":
            pytest.fail(f"{PROGRAM} is missing")
        pytest.skip(f"the practice vCenter is not built: {PROGRAM} is missing")
    process = subprocess.Popen(
        [PROGRAM, "-control", "-until-eof", *flags],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PRACTICE_VCENTER_PASSWORD": PASSWORD},
    )
    assert process.stdin
    assert process.stdout
    server = None
    try:
        server = Server(json.loads(process.stdout.readline()), folder)
        yield server
    finally:
        if server:
            server.close()
        process.stdin.close()
        process.wait(timeout=10)
        process.stdout.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("practice")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    ova = folder / "small.ova"
    ova.write_bytes(pack_ova())
    flags = ("-library", "Lab", "-ova", str(ova), "-clusters", "2", "-hosts", "2")
    old = ("-old-host", "esx-03.lab.example=6.7.0")
    with started(folder, *flags, *old) as running:
        yield running


class Lab:
    """A connection, and the objects of the sample inventory by name."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.si = server.login()
        self.content = self.si.RetrieveContent()
        self.named: dict[str, Any] = {}
        kinds = [
            vim.Datacenter,
            vim.ClusterComputeResource,
            vim.HostSystem,
            vim.ResourcePool,
            vim.Datastore,
            vim.Folder,
            vim.Network,
        ]
        view = self.content.viewManager.CreateContainerView(self.content.rootFolder, kinds, True)
        for ref in view.view:
            self.named[read(self, ref, "name")] = ref
        view.Destroy()
        dc = self.named["Lab-DC"]
        self.network_folder = read(self, dc, "networkFolder")
        self.vm_folder = read(self, dc, "vmFolder")
        self.cluster = self.named["Supervisor-Cluster"]
        self.hosts = [
            self.named[f"esx-0{n}.lab.example"]
            for n in range(1, 5)
            if f"esx-0{n}.lab.example" in self.named
        ]
        self.switch_manager = self.content.dvSwitchManager

    def new_switch(self, name: str, version: str = "7.0.0", uplinks: int = 2, **more: Any) -> Any:
        return done(
            self, self.network_folder.CreateDVS_Task(create_spec(name, version, uplinks, **more))
        )


@pytest.fixture
def lab(server: Server) -> Iterator[Lab]:
    server.control("DELETE", "faults")
    server.control("POST", "refuse", {"privileges": []})
    connected = Lab(server)
    yield connected
    with suppress(vim.fault.NotAuthenticated):
        connected.content.sessionManager.Logout()


def read(lab: Lab, ref: Any, *paths: str) -> Any:
    """Raw property reads; None for what is not set."""
    spec = vmodl.query.PropertyCollector.FilterSpec(
        objectSet=[vmodl.query.PropertyCollector.ObjectSpec(obj=ref)],
        propSet=[vmodl.query.PropertyCollector.PropertySpec(type=type(ref), pathSet=list(paths))],
    )
    options = vmodl.query.PropertyCollector.RetrieveOptions()
    found = lab.content.propertyCollector.RetrievePropertiesEx([spec], options).objects[0]
    values = {row.name: row.val for row in found.propSet}
    return values.get(paths[0]) if len(paths) == 1 else tuple(values.get(p) for p in paths)


def await_property(lab: Lab, ref: Any, path: str, ends: Callable[[Any], bool]) -> Any:
    spec = vmodl.query.PropertyCollector.FilterSpec(
        objectSet=[vmodl.query.PropertyCollector.ObjectSpec(obj=ref)],
        propSet=[vmodl.query.PropertyCollector.PropertySpec(type=type(ref), pathSet=[path])],
    )
    collector = lab.content.propertyCollector.CreatePropertyCollector()
    version = ""
    try:
        collector.CreateFilter(spec, False)
        for _ in range(50):
            update = collector.WaitForUpdatesEx(
                version, vmodl.query.PropertyCollector.WaitOptions(maxWaitSeconds=5)
            )
            if update is None:
                break
            version = update.version
            value = read(lab, ref, path)
            if ends(value):
                return value
    finally:
        collector.Destroy()
    raise AssertionError(f"{path} stays {read(lab, ref, path)}")


def ended(lab: Lab, task: Any) -> Any:
    await_property(lab, task, "info.state", lambda state: state in ("success", "error"))
    return read(lab, task, "info")


def done(lab: Lab, task: Any) -> Any:
    info = ended(lab, task)
    assert info.state == "success", info.error
    return info.result


def fault(lab: Lab, task: Any) -> Any:
    info = ended(lab, task)
    assert info.state == "error"
    return info.error


def create_spec(name: str, version: str | None, uplinks: int = 2, **more: Any) -> Any:
    policy = vim.DistributedVirtualSwitch.NameArrayUplinkPortPolicy(
        uplinkPortName=[f"Uplink {i + 1}" for i in range(uplinks)]
    )
    spec = vim.DistributedVirtualSwitch.CreateSpec(
        configSpec=V.ConfigSpec(name=name, uplinkPortPolicy=policy, **more)
    )
    if version:
        spec.productInfo = vim.dvs.ProductSpec(version=version)
    return spec


def member(host: Any, operation: str, *nics: tuple[str, str | None] | str) -> Any:
    rows = [(nic, None) if isinstance(nic, str) else nic for nic in nics]
    return M.ConfigSpec(
        operation=operation,
        host=host,
        backing=M.PnicBacking(
            pnicSpec=[M.PnicSpec(pnicDevice=nic, uplinkPortKey=key) for nic, key in rows]
        ),
    )


def reconfigure(lab: Lab, dvs: Any, *members: Any, version: str | None = "", **more: Any) -> Any:
    current = read(lab, dvs, "config").configVersion if version == "" else version
    return dvs.ReconfigureDvs_Task(V.ConfigSpec(configVersion=current, host=list(members), **more))


def uplinks(lab: Lab, dvs: Any, host: Any) -> dict[str, Any]:
    criteria = vim.dvs.PortCriteria(host=[host], uplinkPort=True)
    return {port.config.name: port for port in dvs.FetchDVPorts(criteria)}


def port_group_spec(name: str, vlan: int = 0) -> Any:
    return vim.dvs.DistributedVirtualPortgroup.ConfigSpec(
        name=name,
        type="earlyBinding",
        numPorts=8,
        defaultPortConfig=V.VmwarePortConfigPolicy(vlan=V.VlanIdSpec(vlanId=vlan, inherited=False)),
    )


# --- 1, 2: start-up and identity ----------------------------------------------------------


def test_first_line_says_where_and_the_certificate_verifies(server: Server) -> None:
    assert server.said["user"] == USER
    assert server.said["sdk"] == f"{server.root}/sdk"
    assert server.http().get(f"{server.root}/sdk/vimServiceVersions.xml").status_code == 200


@pytest.mark.parametrize(
    ("user", "password"),
    [(USER, "wrong"), ("administrator", PASSWORD), ("", ""), (USER, ""), ("x", PASSWORD)],
)
def test_only_the_right_user_and_password_log_in(server: Server, user: str, password: str) -> None:
    with pytest.raises(vim.fault.InvalidLogin):
        server.login(user, password)
    for path in ("/api/session", "/rest/com/vmware/cis/session"):
        assert server.http().post(server.root + path, auth=(user, password)).status_code == 401


def test_token_and_json_rpc_are_no_way_in(server: Server) -> None:
    header = {"Authorization": "SIGN token=x"}
    session = f"{server.root}/rest/com/vmware/cis/session"
    assert server.http().post(session, headers=header).status_code == 401
    rpc = {
        "jsonrpc": "2.0",
        "id": 1,
        "params": {"serviceId": "com.vmware.cis.session", "operationId": "create"},
    }
    assert server.http().post(f"{server.root}/api", json=rpc).status_code == 404


def test_about_is_a_vcenter_8(lab: Lab) -> None:
    about = lab.content.about
    assert (about.version, about.apiVersion, about.apiType) == ("8.0.3", "8.0.3.0", "VirtualCenter")
    assert about.build in about.fullName


def test_another_version_and_no_api(folder: Path) -> None:
    with started(folder, "-about-version", "7.0.1", "-no-api", "-hosts", "1") as old:
        lab = Lab(old)
        assert lab.content.about.version == "7.0.1"
        offered = [s.version for s in lab.switch_manager.QueryAvailableDvsSpec()]
        assert offered == ["7.0.0"]
        lab.content.sessionManager.Logout()
        assert old.http().post(f"{old.root}/api/session", auth=(USER, PASSWORD)).status_code == 404
        assert old.http().post(f"{old.root}/rest/com/vmware/cis/session", auth=(USER, PASSWORD)).ok


def test_a_direct_host_says_so(folder: Path) -> None:
    with started(folder, "-esx-direct", "-hosts", "1") as esx:
        si = esx.login()
        assert si.content.about.apiType == "HostAgent"
        si.content.sessionManager.Logout()


def test_it_cleans_up_and_ends_with_its_parent(tmp_path: Path) -> None:
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(tmp_path)
    try:
        with started(tmp_path, "-hosts", "1"):
            assert [p for p in tmp_path.iterdir() if p.is_dir()]
    finally:
        os.environ.pop("TMPDIR")
        if before:
            os.environ["TMPDIR"] = before
    assert not [p for p in tmp_path.iterdir() if p.is_dir()]


# --- 3, 4: inventory ----------------------------------------------------------------------


def test_sample_inventory(lab: Lab) -> None:
    expected = {
        "Lab-DC",
        "Supervisor-Cluster",
        "haproxy-pool",
        "haproxy",
        "datastore-01",
        "VM Network",
    }
    assert expected <= set(lab.named)
    config = read(lab, lab.cluster, "configurationEx")
    assert config.drsConfig.enabled
    assert config.drsConfig.defaultVmBehavior == "fullyAutomated"
    assert config.dasConfig.enabled
    assert len(read(lab, lab.named["datastore-02"], "host")) == 4
    summary = read(lab, lab.named["datastore-02"], "summary")
    assert 0 < summary.freeSpace < summary.capacity


def test_hosts_have_four_nics_of_their_own(lab: Lab) -> None:
    addresses = set()
    for host in lab.hosts:
        nics = read(lab, host, "config.network.pnic")
        assert [n.device for n in nics] == ["vmnic0", "vmnic1", "vmnic2", "vmnic3"]
        assert [n.linkSpeed.speedMb if n.linkSpeed else None for n in nics] == [10000] * 3 + [None]
        addresses |= {n.mac for n in nics}
        (switch,) = read(lab, host, "config.network.vswitch")
        assert switch.pnic == [nics[0].key]
        rows = read(lab, host, "config.virtualNicManagerInfo").netConfig
        (management,) = [r for r in rows if r.nicType == "management"]
        assert management.selectedVnic[0].endswith(read(lab, host, "config.network.vnic")[0].key)
    assert len(addresses) == 4 * len(lab.hosts)
    versions = [read(lab, h, "config.product").version for h in lab.hosts]
    assert versions == ["8.0.3", "8.0.3", "6.7.0", "8.0.3"]


# --- 5: distributed switch ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("recommended", "versions"),
    [
        (None, ["7.0.0", "7.0.2", "7.0.3", "8.0.0", "8.0.3"]),
        (True, ["7.0.0", "7.0.3", "8.0.0", "8.0.3"]),
        (False, ["7.0.2"]),
    ],
)
def test_switch_versions_are_offered(
    lab: Lab, recommended: bool | None, versions: list[str]
) -> None:
    offered = lab.switch_manager.QueryAvailableDvsSpec(recommended)
    assert [spec.version for spec in offered] == versions


def test_compatible_hosts_leave_the_old_one_out(lab: Lab) -> None:
    spec = vim.dvs.ProductSpec(version="7.0.0")
    query = lab.switch_manager.QueryCompatibleHostForNewDvs
    assert set(query(lab.cluster, True, spec)) == set(lab.hosts[:2])
    assert set(query(lab.named["Lab-DC"], True, spec)) == {*lab.hosts[:2], lab.hosts[3]}
    assert query(lab.hosts[2], False, spec) == []
    with pytest.raises(vmodl.fault.InvalidArgument):
        query(lab.cluster, True, vim.dvs.ProductSpec(version="99.9"))


@pytest.mark.parametrize(
    ("version", "more", "kind"),
    [
        ("99.9", {}, vmodl.fault.InvalidArgument),
        ("7.0.0", {"maxMtu": 100}, vmodl.fault.InvalidArgument),
    ],
)
def test_a_wrong_switch_is_refused(
    lab: Lab, version: str, more: dict[str, Any], kind: type
) -> None:
    task = lab.network_folder.CreateDVS_Task(create_spec("wrong", version, **more))
    assert isinstance(fault(lab, task), kind)


@pytest.fixture
def dvs(lab: Lab, request: pytest.FixtureRequest) -> Iterator[Any]:
    switch = lab.new_switch(f"dvs-{request.node.name}"[:60], maxMtu=9000)
    yield switch
    done(lab, switch.Destroy_Task())


def test_a_new_switch_can_be_read(lab: Lab, dvs: Any) -> None:
    assert isinstance(dvs, V)
    config, summary = read(lab, dvs, "config", "summary")
    assert (config.maxMtu, config.productInfo.version) == (9000, "7.0.0")
    assert summary.productInfo.version == "7.0.0"
    assert list(config.uplinkPortPolicy.uplinkPortName) == ["Uplink 1", "Uplink 2"]
    (group,) = config.uplinkPortgroup
    assert read(lab, group, "config").uplink
    assert [tag.key for tag in read(lab, group, "tag")] == ["SYSTEM/DVS.UPLINKPG"]
    again = lab.network_folder.CreateDVS_Task(create_spec(config.name, "7.0.0"))
    assert isinstance(fault(lab, again), vim.fault.DuplicateName)
    for kind in (vim.DistributedVirtualSwitch, V):
        view = lab.content.viewManager.CreateContainerView(lab.content.rootFolder, [kind], True)
        assert dvs in view.view
        view.Destroy()
    assert lab.switch_manager.QueryDvsByUuid(config.uuid) == dvs


def test_a_joining_host_takes_free_uplinks_in_order(lab: Lab, dvs: Any) -> None:
    host = lab.hosts[0]
    done(lab, reconfigure(lab, dvs, member(host, "add", "vmnic1", "vmnic2")))
    ports = uplinks(lab, dvs, host)
    assert {n: p.connectee.nicKey for n, p in ports.items()} == {
        "Uplink 1": "vmnic1",
        "Uplink 2": "vmnic2",
    }
    assert {p.proxyHost for p in ports.values()} == {host}
    config = read(lab, dvs, "config")
    (row,) = config.host
    assert row.config.host == host
    pairs = {s.pnicDevice: s.uplinkPortKey for s in row.config.backing.pnicSpec}
    assert pairs == {p.connectee.nicKey: p.key for p in ports.values()}
    (proxy,) = read(lab, host, "config.network.proxySwitch")
    assert [key[-6:] for key in proxy.pnic] == ["vmnic1", "vmnic2"]
    assert read(lab, dvs, "summary.hostMember") == [host]
    assert dvs.FetchDVPorts(vim.dvs.PortCriteria(host=[lab.hosts[1]], uplinkPort=True)) == []
    query = lab.switch_manager.QueryCompatibleHostForExistingDvs
    assert set(query(lab.cluster, True, dvs)) == set(lab.hosts[:2])


def test_editing_a_host_replaces_its_nics(lab: Lab, dvs: Any) -> None:
    host = lab.hosts[0]
    done(lab, reconfigure(lab, dvs, member(host, "add")))
    ports = uplinks(lab, dvs, host)
    assert all(p.connectee is None for p in ports.values())
    done(lab, reconfigure(lab, dvs, member(host, "edit", ("vmnic2", ports["Uplink 2"].key))))
    done(
        lab,
        reconfigure(lab, dvs, member(host, "edit", ("vmnic1", ports["Uplink 1"].key), "vmnic2")),
    )
    used = {n: p.connectee.nicKey for n, p in uplinks(lab, dvs, host).items()}
    assert used == {"Uplink 1": "vmnic1", "Uplink 2": "vmnic2"}
    done(lab, reconfigure(lab, dvs, member(host, "edit", "vmnic1")))
    after = {n: p.connectee and p.connectee.nicKey for n, p in uplinks(lab, dvs, host).items()}
    assert after == {"Uplink 1": "vmnic1", "Uplink 2": None}
    done(lab, reconfigure(lab, dvs, M.ConfigSpec(operation="remove", host=host)))
    assert read(lab, host, "config.network.proxySwitch") in (None, [])
    assert read(lab, dvs, "config").host == []


@pytest.mark.parametrize(
    ("nics", "inner"),
    [
        (["vmnic99"], vim.fault.NotFound),
        (["vmnic0"], vim.fault.ResourceInUse),
        (["vmnic1", "vmnic2", "vmnic3"], vim.fault.ResourceInUse),
        (["vmnic1", "vmnic1"], vmodl.fault.InvalidArgument),
        ([("vmnic1", "4711")], vmodl.fault.InvalidArgument),
    ],
    ids=["unknown", "under vSwitch0", "more than uplinks", "twice", "foreign port"],
)
def test_a_wrong_nic_is_refused_in_a_bulk_fault(
    lab: Lab, dvs: Any, nics: list[Any], inner: type
) -> None:
    host = lab.hosts[0]
    found = fault(lab, reconfigure(lab, dvs, member(host, "add", *nics)))
    assert isinstance(found, vim.fault.DvsOperationBulkFault)
    assert isinstance(found.hostFault[0].fault, inner)
    assert found.hostFault[0].host == host
    assert read(lab, dvs, "config").host == []


def test_ports_and_nics_serve_one_at_a_time(lab: Lab, dvs: Any) -> None:
    first, second = lab.hosts[:2]
    done(lab, reconfigure(lab, dvs, member(first, "add", "vmnic1"), member(second, "add")))
    port = uplinks(lab, dvs, first)["Uplink 1"].key
    for wrong in (
        member(second, "edit", ("vmnic1", port)),
        member(first, "edit", ("vmnic1", port), ("vmnic2", port)),
    ):
        assert isinstance(fault(lab, reconfigure(lab, dvs, wrong)), vim.fault.DvsOperationBulkFault)
    assert isinstance(
        fault(lab, reconfigure(lab, dvs, member(first, "add", "vmnic2"))), vim.fault.AlreadyExists
    )
    other = lab.new_switch("other-switch")
    found = fault(lab, reconfigure(lab, other, member(first, "add", "vmnic1")))
    assert isinstance(found.hostFault[0].fault, vim.fault.ResourceInUse)
    done(lab, other.Destroy_Task())


def test_an_incompatible_host_is_refused(lab: Lab, dvs: Any) -> None:
    found = fault(lab, reconfigure(lab, dvs, member(lab.hosts[2], "add", "vmnic1")))
    assert isinstance(found.hostFault[0].fault, vmodl.fault.NotSupported)


def test_a_stale_configuration_version_is_refused(lab: Lab, dvs: Any) -> None:
    stale = read(lab, dvs, "config").configVersion
    done(lab, reconfigure(lab, dvs, maxMtu=1500))
    assert read(lab, dvs, "config").maxMtu == 1500
    found = fault(lab, reconfigure(lab, dvs, version=stale, maxMtu=1600))
    assert isinstance(found, vim.fault.ConcurrentAccess)
    assert isinstance(fault(lab, reconfigure(lab, dvs, version=None)), vmodl.fault.InvalidArgument)


@pytest.mark.parametrize("vlan", [-1, 4095, 5000])
def test_a_wrong_vlan_is_refused(lab: Lab, dvs: Any, vlan: int) -> None:
    task = dvs.AddDVPortgroup_Task([port_group_spec("wrong-vlan", vlan)])
    assert isinstance(fault(lab, task), vmodl.fault.InvalidArgument)


# --- 6: OVF -------------------------------------------------------------------------------


def parse(lab: Lab, text: str = DESCRIPTOR, option: str = "") -> Any:
    params = vim.OvfManager.ParseDescriptorParams(locale="", deploymentOption=option)
    return lab.content.ovfManager.ParseDescriptor(text, params)


def test_parsing_honours_the_deployment_option(lab: Lab) -> None:
    result = parse(lab)
    assert result.eula == ["Be kind."]
    assert [n.name for n in result.network] == ["Management"]
    assert result.defaultDeploymentOption == "default"
    assert [o.key for o in result.deploymentOption] == ["default", "frontend"]
    assert result.approximateDownloadSize == len(DISK)
    rows = {f"{p.classId}.{p.id}": p for p in result.property}
    assert "network.frontend_ip" not in rows
    assert rows["network.hostname"].type == "string(2..8)"
    assert rows["network.secret"].type == "password"
    assert rows["network.fixed"].userConfigurable is False
    wide = parse(lab, option="frontend")
    assert [n.name for n in wide.network] == ["Management", "Frontend"]
    assert "frontend_ip" in {p.id for p in wide.property}


@pytest.mark.parametrize("text", ["<a/>", "no xml", "<Envelope/>"])
def test_what_is_no_ovf_is_an_error_and_no_panic(lab: Lab, text: str) -> None:
    assert parse(lab, text).error
    with pytest.raises(vmodl.fault.InvalidArgument):
        import_spec(lab, text=text)
    assert parse(lab, option="nonsense").error


def import_spec(
    lab: Lab,
    name: str = "small",
    text: str = DESCRIPTOR,
    pool: Any = None,
    store: Any = None,
    **more: Any,
) -> Any:
    values: dict[str, Any] = {
        "locale": "",
        "deploymentOption": "",
        "entityName": name,
        "diskProvisioning": "thin",
        "networkMapping": [
            vim.OvfManager.NetworkMapping(name="Management", network=lab.named["VM Network"])
        ],
    }
    params = vim.OvfManager.CreateImportSpecParams(**{**values, **more})
    pool = pool or lab.named["haproxy-pool"]
    return lab.content.ovfManager.CreateImportSpec(
        text, pool, store or lab.named["datastore-01"], params
    )


def values_of(**values: str) -> list[Any]:
    return [vim.KeyValue(key=f"network.{key}", value=value) for key, value in values.items()]


@pytest.mark.parametrize(
    "more",
    [
        {"deploymentOption": "nonsense"},
        {"networkMapping": []},
        {"deploymentOption": "frontend"},
        {"propertyMapping": values_of(hostname="x")},
        {"propertyMapping": values_of(hostname="far-too-long")},
        {"propertyMapping": values_of(port="70000")},
        {"propertyMapping": values_of(login="yes")},
        {"propertyMapping": values_of(nonsense="1")},
        {"diskProvisioning": "nonsense"},
    ],
    ids=[
        "option",
        "unmapped",
        "unmapped in option",
        "short",
        "long",
        "number",
        "boolean",
        "unknown",
        "disk",
    ],
)
def test_a_wrong_import_is_an_error(lab: Lab, more: dict[str, Any]) -> None:
    result = import_spec(lab, **more)
    assert result.error
    assert result.importSpec is None


def test_unknown_targets_do_not_kill_the_server(lab: Lab) -> None:
    stub = lab.si._stub
    for wrong in (
        {"pool": vim.ResourcePool("resgroup-99", stub)},
        {"store": vim.Datastore("datastore-99", stub)},
    ):
        with pytest.raises(vmodl.fault.ManagedObjectNotFound):
            import_spec(lab, **wrong)
    nowhere = [vim.OvfManager.NetworkMapping(name="Nowhere", network=lab.named["VM Network"])]
    assert import_spec(lab, networkMapping=nowhere).error


# --- 7: lease -----------------------------------------------------------------------------


def begin(lab: Lab, name: str, **more: Any) -> tuple[Any, Any]:
    result = import_spec(lab, name, **more)
    assert not result.error, result.error[0].localizedMessage
    lease = lab.named["haproxy-pool"].ImportVApp(result.importSpec, lab.vm_folder, None)
    await_property(lab, lease, "state", lambda state: state in ("ready", "error"))
    return lease, result


def put(lab: Lab, lease: Any, data: bytes = DISK) -> requests.Response:
    (device,) = read(lab, lease, "info").deviceUrl
    return lab.server.http().put(device.url, data=data)


def gone(lab: Lab, ref: Any) -> bool:
    try:
        read(lab, ref, "name")
    except vmodl.fault.ManagedObjectNotFound:
        return True
    return False


def imported(lab: Lab, name: str, **more: Any) -> Any:
    lease, _ = begin(lab, name, **more)
    assert read(lab, lease, "error") is None
    assert put(lab, lease).ok
    lease.HttpNfcLeaseComplete()
    return read(lab, lease, "info").entity


def test_an_import_from_start_to_power_on(lab: Lab) -> None:
    lease, result = begin(lab, "whole", propertyMapping=values_of(hostname="ha"))
    info = read(lab, lease, "info")
    (device,) = info.deviceUrl
    assert device.importKey == result.fileItem[0].deviceId
    der = ssl.PEM_cert_to_DER_cert(lab.server.said["certificate"])
    assert device.sslThumbprint.replace(":", "").lower() == hashlib.sha1(der).hexdigest()
    for busy in (info.entity.PowerOnVM_Task, info.entity.Destroy_Task):
        with pytest.raises(vim.fault.TaskInProgress):
            busy()
    pair = vim.KeyValue(key=device.key, value="sha256")
    lease.HttpNfcLeaseSetManifestChecksumType([pair])
    assert put(lab, lease).ok
    lease.HttpNfcLeaseProgress(100)
    (entry,) = lease.HttpNfcLeaseGetManifest()
    assert (entry.size, entry.sha1) == (len(DISK), hashlib.sha1(DISK).hexdigest())
    assert (entry.checksumType, entry.checksum) == ("sha256", hashlib.sha256(DISK).hexdigest())
    lease.HttpNfcLeaseComplete()
    assert read(lab, lease, "state") == "done"
    assert lab.server.http().put(device.url, data=DISK).status_code == 404
    vm = info.entity
    vapp, extra = read(lab, vm, "config.vAppConfig", "config.extraConfig")
    assert vapp.eula == ["Be kind."]
    assert vapp.ovfEnvironmentTransport == ["com.vmware.guestInfo"]
    assert {p.id: p.value for p in vapp.property}["hostname"] == "ha"
    assert "frontend_ip" not in {p.id for p in vapp.property}
    assert not [row for row in extra or [] if row.key.startswith("network.")]
    assert vm.runtime.powerState == "poweredOff"
    assert vm.summary.config.name == "whole"
    assert read(lab, vm, "config.annotation") == "made for tests"
    done(lab, vm.PowerOnVM_Task())
    done(lab, vm.PowerOffVM_Task())
    again, _ = begin(lab, "whole")
    assert isinstance(read(lab, again, "error"), vim.fault.DuplicateName)
    done(lab, vm.Destroy_Task())


def test_an_aborted_import_leaves_nothing(lab: Lab) -> None:
    lease, _ = begin(lab, "aborted")
    vm = read(lab, lease, "info").entity
    lease.HttpNfcLeaseAbort(None)
    assert read(lab, lease, "state") == "error"
    assert gone(lab, vm)
    with pytest.raises(vim.fault.InvalidState):
        lease.HttpNfcLeaseComplete()


@pytest.mark.parametrize("data", [None, DISK[:-1], DISK + b"x"], ids=["nothing", "short", "long"])
def test_a_wrong_upload_cannot_be_completed(lab: Lab, data: bytes | None) -> None:
    lease, _ = begin(lab, "short")
    vm = read(lab, lease, "info").entity
    if data is not None:
        assert put(lab, lease, data).ok
    with pytest.raises(vim.fault.InvalidState):
        lease.HttpNfcLeaseComplete()
    assert read(lab, lease, "state") == "error"
    assert gone(lab, vm)


def test_an_abandoned_lease_expires(folder: Path) -> None:
    with started(folder, "-lease-timeout", "1s", "-hosts", "1") as hasty:
        lab = Lab(hasty)
        lease, _ = begin(lab, "abandoned")
        info = read(lab, lease, "info")
        assert info.leaseTimeout == 1
        await_property(lab, lease, "state", lambda state: state == "error")
        assert gone(lab, info.entity)
        lab.content.sessionManager.Logout()


def test_the_task_of_an_import_lasts_as_long_as_its_lease(lab: Lab) -> None:
    lease, _ = begin(lab, "watched")
    running = []
    for task in read(lab, lab.content.taskManager, "recentTask"):
        info = read(lab, task, "info")
        if (info.descriptionId, info.state) == ("ResourcePool.ImportVAppLRO", "running"):
            running.append(task)
    (task,) = running
    assert read(lab, task, "info").entityName == "haproxy-pool"
    lease.HttpNfcLeaseProgress(42)
    assert read(lab, task, "info").progress == 42
    lease.HttpNfcLeaseAbort(None)
    assert isinstance(fault(lab, task), vmodl.fault.RequestCanceled)


# --- 3, 6: storage policy -----------------------------------------------------------------


class Policies:
    """The storage policy service, with the cookie of the SOAP session."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        stub = lab.server.stub("/pbm/sdk", "pbm.version.version1")
        cookie = re.search(r'vmware_soap_session="?([^";]+)', lab.si._stub.cookie)
        assert cookie
        VmomiSupport.GetRequestContext()["vcSessionCookie"] = cookie[1]
        self.content = pbm.ServiceInstance("ServiceInstance", stub).PbmRetrieveServiceContent()
        self.manager = self.content.profileManager
        kind = pbm.profile.ResourceType(resourceType="STORAGE")
        ids = self.manager.PbmQueryProfile(kind)
        self.by_name = {p.name: p.profileId for p in self.manager.PbmRetrieveContent(ids)}

    def of(self, kind: str, key: str) -> list[str]:
        ref = pbm.ServerObjectRef(objectType=kind, key=key)
        return [row.uniqueId for row in self.manager.PbmQueryAssociatedProfile(ref)]


@pytest.fixture
def policies(lab: Lab) -> Iterator[Policies]:
    yield Policies(lab)
    VmomiSupport.GetRequestContext().pop("vcSessionCookie", None)


@pytest.mark.parametrize(
    ("policy", "fit"),
    [
        ("haproxy-policy", {"datastore-02"}),
        ("vSAN Default Storage Policy", {"datastore-01", "datastore-02"}),
    ],
)
def test_compatibility_tells_the_truth(
    lab: Lab, policies: Policies, policy: str, fit: set[str]
) -> None:
    hubs = {
        name: pbm.placement.PlacementHub(hubType="Datastore", hubId=lab.named[name]._moId)
        for name in ("datastore-01", "datastore-02")
    }
    solver = policies.content.placementSolver
    rows = solver.PbmCheckCompatibility(list(hubs.values()), policies.by_name[policy])
    compatible = {row.hub.hubId for row in rows if not row.error}
    assert compatible == {lab.named[name]._moId for name in fit}


def test_policies_of_machine_and_disk_are_kept(lab: Lab, policies: Policies) -> None:
    wanted = policies.by_name["haproxy-policy"].uniqueId
    profile = [vim.vm.DefinedProfileSpec(profileId=wanted)]
    result = import_spec(lab, "placed")
    spec = result.importSpec
    spec.configSpec.vmProfile = profile
    for change in spec.configSpec.deviceChange:
        if isinstance(change.device, vim.vm.device.VirtualDisk):
            change.profile = profile
    lease = lab.named["haproxy-pool"].ImportVApp(spec, lab.vm_folder, None)
    await_property(lab, lease, "state", lambda state: state == "ready")
    assert put(lab, lease).ok
    lease.HttpNfcLeaseComplete()
    vm = read(lab, lease, "info").entity
    disks = [
        d
        for d in read(lab, vm, "config.hardware.device")
        if isinstance(d, vim.vm.device.VirtualDisk)
    ]
    disk = f"{vm._moId}:{disks[0].key}"
    assert policies.of("virtualMachine", vm._moId) == [wanted]
    assert policies.of("virtualDiskId", disk) == [wanted]
    other = policies.by_name["vSAN Default Storage Policy"].uniqueId
    change = vim.vm.ConfigSpec(vmProfile=[vim.vm.DefinedProfileSpec(profileId=other)])
    done(lab, vm.ReconfigVM_Task(change))
    assert policies.of("virtualMachine", vm._moId) == [other]
    assert policies.of("virtualDiskId", disk) == [wanted]
    change.vmProfile[0].profileId = "nonsense"
    assert isinstance(fault(lab, vm.ReconfigVM_Task(change)), vmodl.fault.InvalidArgument)
    done(lab, vm.Destroy_Task())
    assert policies.of("virtualMachine", vm._moId) == []


def test_nothing_under_a_machine_can_be_removed(lab: Lab) -> None:
    dvs = lab.new_switch("carrier")
    done(lab, dvs.AddDVPortgroup_Task([port_group_spec("carrier-pg", 10)]))
    group = next(g for g in read(lab, dvs, "portgroup") if read(lab, g, "name") == "carrier-pg")
    mapping = [vim.OvfManager.NetworkMapping(name="Management", network=group)]
    # Every host of the cluster has to be a member before anything can be deployed on it.
    early, _ = begin(lab, "carried", networkMapping=mapping)
    assert read(lab, early, "state") == "error"
    done(lab, reconfigure(lab, dvs, *(member(host, "add", "vmnic1") for host in lab.hosts[:2])))
    vm = imported(lab, "carried", networkMapping=mapping)
    assert read(lab, group, "vm") == [vm]
    host = read(lab, vm, "runtime.host")
    removed = reconfigure(lab, dvs, M.ConfigSpec(operation="remove", host=host))
    assert isinstance(fault(lab, removed).hostFault[0].fault, vim.fault.ResourceInUse)
    for task in (group.Destroy_Task(), dvs.Destroy_Task()):
        assert isinstance(fault(lab, task), vim.fault.ResourceInUse)
    done(lab, vm.Destroy_Task())
    assert read(lab, group, "vm") in (None, [])
    done(lab, dvs.Destroy_Task())
    assert gone(lab, group)
    assert group not in read(lab, lab.network_folder, "childEntity")
    assert group not in read(lab, host, "network")


def test_a_reconfigured_port_group_keeps_what_is_not_named(lab: Lab, dvs: Any) -> None:
    done(lab, dvs.AddDVPortgroup_Task([port_group_spec("kept-pg", 10)]))
    group = next(g for g in read(lab, dvs, "portgroup") if read(lab, g, "name") == "kept-pg")
    setting = V.VmwarePortConfigPolicy(vlan=V.VlanIdSpec(vlanId=20, inherited=False))
    kind = vim.dvs.DistributedVirtualPortgroup.ConfigSpec
    done(lab, group.ReconfigureDVPortgroup_Task(kind(defaultPortConfig=setting)))
    config = read(lab, group, "config")
    assert (config.name, config.type, config.numPorts) == ("kept-pg", "earlyBinding", 8)
    assert config.defaultPortConfig.vlan.vlanId == 20
    setting.vlan.vlanId = 4095
    wrong = group.ReconfigureDVPortgroup_Task(kind(defaultPortConfig=setting))
    assert isinstance(fault(lab, wrong), vmodl.fault.InvalidArgument)


# --- 8: /api ------------------------------------------------------------------------------


class Api:
    def __init__(self, server: Server) -> None:
        self.server = server
        self.session = server.rest()

    def __call__(self, method: str, path: str, body: object = None, expect: int = 200) -> Any:
        answer = self.session.request(method, f"{self.server.root}/api{path}", json=body)
        assert answer.status_code == expect, (answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def item(self) -> str:
        (found,) = self(
            "POST", "/content/library/item?action=find", {"name": "SMALL", "type": "ovf"}
        )
        return str(found)


@pytest.fixture
def api(server: Server, lab: Lab) -> Iterator[Api]:
    own = Api(server)
    yield own
    own.session.delete(f"{server.root}/api/session")
    own.session.close()


def test_session_calls(api: Api, server: Server) -> None:
    assert api("GET", "/session")["user"] == USER
    api("DELETE", "/session", expect=204)
    error = api("GET", "/session", expect=401)
    assert error["error_type"] == "UNAUTHENTICATED"
    assert server.http().get(f"{server.root}/api/content/library").status_code == 401


def test_library_calls(api: Api, lab: Lab) -> None:
    (library,) = api("POST", "/content/library?action=find", {"name": "lab"})
    assert api("GET", f"/content/library/{library}")["type"] == "LOCAL"
    assert library in api("GET", "/content/local-library")
    assert (
        api("POST", "/content/library?action=find", {}, expect=400)["error_type"]
        == "INVALID_ARGUMENT"
    )
    assert api("GET", "/content/library/nonsense", expect=404)["error_type"] == "NOT_FOUND"
    backing = {"type": "DATASTORE", "datastore_id": lab.named["datastore-01"]._moId}
    spec = {"name": "Other", "type": "LOCAL", "storage_backings": [backing]}
    other = api("POST", "/content/local-library", spec, expect=201)
    assert api("POST", "/content/local-library", spec, expect=400)["error_type"] == "ALREADY_EXISTS"
    api("DELETE", f"/content/local-library/{other}", expect=204)
    item = api.item()
    assert item in api("GET", f"/content/library/item?library_id={library}")
    assert api("GET", f"/content/library/item/{item}")["name"] == "small"
    sizes = {f["name"]: f["size"] for f in api("GET", f"/content/library/item/{item}/file")}
    assert sizes == {"small.ovf": len(DESCRIPTOR), "small-disk1.vmdk": len(DISK)}


@contextmanager
def new_item(api: Api, name: str) -> Iterator[tuple[str, str]]:
    (library,) = api("POST", "/content/library?action=find", {"name": "Lab"})
    item = api(
        "POST",
        "/content/library/item",
        {"name": name, "library_id": library, "type": "ovf"},
        expect=201,
    )
    update = api(
        "POST", "/content/library/item/update-session", {"library_item_id": item}, expect=201
    )
    yield item, f"/content/library/item/update-session/{update}"
    api("DELETE", f"/content/library/item/{item}", expect=204)


def test_an_upload_is_verified_and_becomes_visible_on_completion(api: Api) -> None:
    data = pack_ova()
    with new_item(api, "pushed") as (item, update):
        checksum = {"algorithm": "SHA256", "checksum": hashlib.sha256(data).hexdigest()}
        spec = {
            "name": "pushed.ova",
            "source_type": "PUSH",
            "size": len(data),
            "checksum_info": checksum,
        }
        file = api("POST", f"{update}/file", spec)
        assert file["status"] == "WAITING_FOR_TRANSFER"
        assert api("POST", f"{update}/file?action=validate")["missing_files"] == ["pushed.ova"]
        early = api("POST", f"{update}?action=complete", expect=400)
        assert early["error_type"] == "NOT_ALLOWED_IN_CURRENT_STATE"
        uri = file["upload_endpoint"]["uri"]
        assert api.server.http().put(uri, data=data).status_code == 401
        assert api.session.put(uri, data=data).ok
        api("POST", f"{update}?action=keep-alive", {"client_progress": 50}, expect=204)
        assert api("GET", update)["client_progress"] == 50
        assert api("GET", f"{update}/file/pushed.ova")["status"] == "READY"
        assert api("GET", f"/content/library/item/{item}/file") == []
        api("POST", f"{update}?action=complete", expect=204)
        assert api("GET", update)["state"] == "DONE"
        assert len(api("GET", f"/content/library/item/{item}/file")) == 2
        api("DELETE", update, expect=204)


@pytest.mark.parametrize(
    ("spec", "data"),
    [
        ({"checksum_info": {"algorithm": "SHA256", "checksum": "00"}}, pack_ova()),
        ({"size": 5}, pack_ova()),
        ({}, b"not an archive" * 100),
    ],
    ids=["checksum", "size", "no archive"],
)
def test_a_damaged_upload_ends_in_error(api: Api, spec: dict[str, Any], data: bytes) -> None:
    with new_item(api, "damaged") as (item, update):
        file = api("POST", f"{update}/file", {"name": "d.ova", "source_type": "PUSH", **spec})
        assert api.session.put(file["upload_endpoint"]["uri"], data=data).ok
        api("POST", f"{update}?action=complete", expect=204)
        state = api("GET", update)
        assert state["state"] == "ERROR"
        assert state["error_message"]["default_message"]
        assert api("GET", f"/content/library/item/{item}/file") == []


def test_a_cancelled_upload_takes_no_more(api: Api) -> None:
    with new_item(api, "cancelled") as (_, update):
        file = api("POST", f"{update}/file", {"name": "c.ova", "source_type": "PUSH"})
        api("POST", f"{update}?action=cancel", expect=204)
        assert api("GET", update)["state"] == "CANCELED"
        assert api.session.put(file["upload_endpoint"]["uri"], data=b"x").status_code == 404
        api("POST", f"{update}?action=complete", expect=400)


def target(lab: Lab) -> dict[str, str]:
    return {
        "resource_pool_id": lab.named["haproxy-pool"]._moId,
        "folder_id": lab.named["haproxy"]._moId,
    }


def by_type(summary: dict[str, Any]) -> dict[str, Any]:
    return {row["type"]: row for row in summary["additional_params"]}


def test_filter_returns_what_a_form_needs(api: Api, lab: Lab) -> None:
    path = f"/vcenter/ovf/library-item/{api.item()}?action=filter"
    summary = api("POST", path, {"target": target(lab)})
    assert summary["EULAs"] == ["Be kind."]
    assert summary["networks"] == ["Management", "Frontend"]
    assert summary["storage_groups"] == ["group1"]
    rows = by_type(summary)
    assert rows["DeploymentOptionParams"]["selected_key"] == "default"
    keys = [o["key"] for o in rows["DeploymentOptionParams"]["deployment_options"]]
    assert keys == ["default", "frontend"]
    named = {(p["class_id"], p["id"]): p for p in rows["PropertyParams"]["properties"]}
    assert named["network", "hostname"]["value"] == "lab"
    wrong = {"target": {"resource_pool_id": "resgroup-99"}}
    assert api("POST", path, wrong, expect=404)["error_type"] == "NOT_FOUND"


def deployment(api: Api, lab: Lab, name: str, **more: Any) -> dict[str, Any]:
    path = f"/vcenter/ovf/library-item/{api.item()}?action=filter"
    rows = by_type(api("POST", path, {"target": target(lab)}))
    for row in rows["PropertyParams"]["properties"]:
        if row["id"] == "hostname":
            row["value"] = "deployed"
    spec = {
        "name": name,
        "accept_all_EULA": True,
        "network_mappings": {"Management": lab.named["VM Network"]._moId},
        "additional_parameters": list(rows.values()),
        "annotation": "by hand",
    }
    return {"target": target(lab), "deployment_spec": {**spec, **more}}


def deploy(api: Api, body: dict[str, Any], expect: int = 200) -> Any:
    return api("POST", f"/vcenter/ovf/library-item/{api.item()}?action=deploy", body, expect)


def test_a_deployment_is_readable_by_soap(api: Api, lab: Lab, policies: Policies) -> None:
    policy = policies.by_name["haproxy-policy"].uniqueId
    assert policy in {row["policy"] for row in api("GET", "/vcenter/storage/policies")}
    result = deploy(api, deployment(api, lab, "from-library", storage_profile_id=policy))
    assert result["succeeded"], result
    assert result["resource_id"]["type"] == "VirtualMachine"
    vm = vim.VirtualMachine(result["resource_id"]["id"], lab.si._stub)
    name, note, stores, parent = read(lab, vm, "name", "config.annotation", "datastore", "parent")
    assert (name, note, stores) == ("from-library", "by hand", [lab.named["datastore-02"]])
    assert parent == lab.named["haproxy"]
    values = {p.id: p.value for p in read(lab, vm, "config.vAppConfig").property}
    assert values["hostname"] == "deployed"
    assert policies.of("virtualMachine", vm._moId) == [policy]
    tasks = read(lab, lab.content.taskManager, "recentTask")
    results = [(info.descriptionId, info.result) for info in (read(lab, t, "info") for t in tasks)]
    assert ("ResourcePool.ImportVAppLRO", vm) in results
    again = deploy(api, deployment(api, lab, "from-library"))
    assert not again["succeeded"]
    done(lab, vm.Destroy_Task())


@pytest.mark.parametrize(
    "more",
    [
        {"accept_all_EULA": False},
        {"network_mappings": {}},
        {"network_mappings": {"Management": "network-99"}},
        {"storage_profile_id": "nonsense"},
        {
            "additional_parameters": [
                {
                    "@class": "com.vmware.vcenter.ovf.deployment_option_params",
                    "type": "DeploymentOptionParams",
                    "selected_key": "nonsense",
                }
            ]
        },
        {
            "additional_parameters": [
                {
                    "@class": "com.vmware.vcenter.ovf.property_params",
                    "type": "PropertyParams",
                    "properties": [{"id": "network.hostname", "value": "x"}],
                }
            ]
        },
    ],
    ids=["licence", "unmapped", "unknown network", "policy", "option", "property without class"],
)
def test_a_wrong_deployment_reports_errors(api: Api, lab: Lab, more: dict[str, Any]) -> None:
    result = deploy(api, deployment(api, lab, "refused", **more))
    assert not result["succeeded"]
    assert result["error"]["errors"][0]["category"] in ("INPUT", "VALIDATION")
    view = lab.content.viewManager.CreateContainerView(
        lab.content.rootFolder, [vim.VirtualMachine], True
    )
    assert "refused" not in {read(lab, vm, "name") for vm in view.view}
    view.Destroy()


def test_the_list_of_the_old_dialect_is_refused(api: Api, lab: Lab) -> None:
    mapping = [{"key": "Management", "value": lab.named["VM Network"]._moId}]
    deploy(api, deployment(api, lab, "refused", network_mappings=mapping), expect=400)


def test_parameters_without_type_are_ignored_silently(api: Api, lab: Lab) -> None:
    body = deployment(api, lab, "silent")
    for row in body["deployment_spec"]["additional_parameters"]:
        del row["@class"]
    result = deploy(api, body)
    assert result["succeeded"]
    vm = vim.VirtualMachine(result["resource_id"]["id"], lab.si._stub)
    values = {p.id: p.value for p in read(lab, vm, "config.vAppConfig").property}
    assert not values["hostname"]
    done(lab, vm.Destroy_Task())


def test_the_old_dialect_filters_and_deploys_the_same(api: Api, lab: Lab, server: Server) -> None:
    item = api.item()
    http = server.http()
    root = f"{server.root}/rest/com/vmware"
    http.headers["vmware-api-session-id"] = http.post(
        f"{root}/cis/session", auth=(USER, PASSWORD)
    ).json()["value"]
    path = f"{root}/vcenter/ovf/library-item/id:{item}?~action="
    summary = http.post(f"{path}filter", json={"target": target(lab)}).json()["value"]
    assert summary["EULAs"] == ["Be kind."]
    body = deployment(api, lab, "old-dialect")
    body["deployment_spec"]["network_mappings"] = [
        {"key": "Management", "value": lab.named["VM Network"]._moId}
    ]
    result = http.post(f"{path}deploy", json=body).json()["value"]
    assert result["succeeded"]
    done(lab, vim.VirtualMachine(result["resource_id"]["id"], lab.si._stub).Destroy_Task())


# --- 9: privileges, faults, sessions ------------------------------------------------------


def test_a_refused_privilege_is_told_and_enforced(lab: Lab, server: Server) -> None:
    server.control("POST", "refuse", {"privileges": ["DVSwitch.Create"]})
    manager = lab.content.authorizationManager
    names = ["DVSwitch.Create", "DVSwitch.Modify"]
    (row,) = manager.HasUserPrivilegeOnEntities([lab.network_folder], USER, names)
    assert [p.isGranted for p in row.privAvailability] == [False, True]
    with pytest.raises(vim.fault.NoPermission) as caught:
        lab.network_folder.CreateDVS_Task(create_spec("refused", "7.0.0"))
    assert caught.value.privilegeId == "DVSwitch.Create"
    assert caught.value.object == lab.network_folder


def test_ordered_faults_hit_the_call_or_its_task(lab: Lab, server: Server) -> None:
    order = {"method": "CreateDVS_Task", "fault": "vim.fault.DvsFault", "count": 1, "skip": 1}
    server.control("POST", "faults", order)
    first = lab.new_switch("fault-1")
    with pytest.raises(vim.fault.DvsFault):
        lab.network_folder.CreateDVS_Task(create_spec("fault-2", "7.0.0"))
    done(lab, first.Destroy_Task())
    order = {
        "method": "ImportVApp",
        "fault": "InsufficientResourcesFault",
        "count": 1,
        "task": True,
    }
    server.control("POST", "faults", {**order, "fault": "FileFault", "detail": {"file": "x.vmdk"}})
    lease, _ = begin(lab, "faulty")
    assert isinstance(read(lab, lease, "error"), vim.fault.FileFault)
    server.control(
        "POST", "faults", {"method": "CreateDVS_Task", "fault": "DvsFault", "task": True}
    )
    task = lab.network_folder.CreateDVS_Task(create_spec("fault-3", "7.0.0"))
    assert isinstance(fault(lab, task), vim.fault.DvsFault)
    server.control("DELETE", "faults")
    done(lab, lab.new_switch("fault-3").Destroy_Task())


def test_sessions_can_be_ended(lab: Lab, server: Server, api: Api) -> None:
    server.control("POST", "expire")
    with pytest.raises(vim.fault.NotAuthenticated):
        lab.si.CurrentTime()
    api("GET", "/content/library", expect=401)


def test_calls_are_counted(lab: Lab, server: Server) -> None:
    server.control("DELETE", "calls")
    lab.si.CurrentTime()
    assert server.control("GET", "calls").json() == {"CurrentTime": 1}
