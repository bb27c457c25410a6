"""What the forms are offered is all there is, compared with a plain reading of the whole tree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import structs
from pyVmomi import vim, vmodl

from core.vsphere import inventory as inventory_module
from core.vsphere import retrieve
from core.vsphere.inventory import Inventory, read_folder, read_folders, read_inventory
from core.vsphere.session import Session, open_session
from tests.fakes.vcenter import Peer

pytestmark = pytest.mark.simulator

Raw = dict[str, tuple[type, str, str]]
"""Class, name and parent of every object, by its id."""


@pytest.fixture
def session(peer: Peer) -> Iterator[Session]:
    """A login on a vCenter with all the shapes a tree can have."""
    grow(peer)
    with open_session(peer.profile().vcenter, peer.password) as opened:
        add_vapp(opened)
        yield opened


def add_vapp(session: Session) -> None:
    """A vApp, which govc cannot make; the simulators allow no pool in it."""
    spec = vim.ResourceConfigSpec(cpuAllocation=share(), memoryAllocation=share())
    view = session.content.viewManager.CreateContainerView(
        session.content.rootFolder, [vim.ResourcePool], True
    )
    outer = next(pool for pool in view.view if pool.name == "outer")
    view.Destroy()
    outer.CreateVApp("app", spec, vim.vApp.VAppConfigSpec(), None)


def share() -> Any:
    return vim.ResourceAllocationInfo(
        reservation=0,
        expandableReservation=True,
        limit=-1,
        shares=vim.SharesInfo(level="normal", shares=0),
    )


def grow(peer: Peer) -> None:
    """Datacenters in folders, folders in folders, hosts outside clusters, vApps, machines."""
    govc, first = peer.govc, "/Lab-DC" if peer.is_ours else "/DC0"
    cluster = f"{first}/host/{'Supervisor-Cluster' if peer.is_ours else 'DC0_C0'}"
    store = "datastore-01" if peer.is_ours else "LocalDS_0"
    # before there is a second datacenter, which govc would have to be told everywhere
    govc("folder.create", f"{first}/vm/one", f"{first}/vm/empty")
    govc("folder.create", f"{first}/vm/one/two")
    govc("folder.create", f"{first}/vm/one/two/three")
    govc(
        "folder.create", f"{first}/host/racks", f"{first}/network/nets", f"{first}/datastore/disks"
    )
    govc("folder.create", "-pod", f"{first}/datastore/pod")
    govc("cluster.create", "-folder", f"{first}/host/racks", "racked")
    govc("host.add", "-hostname", "10.1.1.1", "-username", "u", "-password", "p", "-noverify")
    govc("pool.create", f"{cluster}/Resources/outer")
    govc("pool.create", f"{cluster}/Resources/outer/inner")
    govc("dvs.create", "-folder", f"{first}/network/nets", "nested-vds")
    govc("dvs.portgroup.add", "-dvs", "nested-vds", "-vlan", "7", "nested-group")
    for number, folder in enumerate(("one", "one/two/three")):
        govc(
            "vm.create", "-on=false", "-ds", store, "-net", "VM Network",
            "-folder", f"{first}/vm/{folder}", "-pool", f"{cluster}/Resources/outer/inner",
            f"machine-{number}",
        )  # fmt: skip
    govc("folder.create", "/region")
    govc("folder.create", "/region/site")
    for folder, name in (("/region/site", "Deep-DC"), ("/region", "Flat-DC")):
        govc("datacenter.create", "-folder", folder, name)
    deep = "/region/site/Deep-DC"
    govc("folder.create", f"{deep}/vm/one")  # the same name in another datacenter
    govc("folder.create", f"{deep}/vm/one/below")
    govc("cluster.create", "-folder", f"{deep}/host", "far")
    govc("pool.create", f"{deep}/host/far/Resources/inner")


def everything(session: Session) -> Raw:
    """The whole tree with the machines, by one call for each kind of object and no page."""
    content, found = session.content, {}
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.ManagedEntity], True)
    collector, collect = content.propertyCollector, vmodl.query.PropertyCollector
    refs = [content.rootFolder, *view.view]
    for kind in {type(ref) for ref in refs}:
        spec = collect.FilterSpec(
            objectSet=[collect.ObjectSpec(obj=ref) for ref in refs if type(ref) is kind],
            propSet=[collect.PropertySpec(type=kind, pathSet=["name", "parent"])],
        )
        for row in collector.RetrieveContents([spec]):
            values = {one.name: one.val for one in row.propSet}
            parent = values.get("parent")
            name = str(values["name"])
            found[row.obj._GetMoId()] = (kind, name, parent._GetMoId() if parent else "")
    view.Destroy()
    return found


def above(raw: Raw, moid: str) -> list[str]:
    """The ids from an object up to the root, itself first."""
    chain = []
    while moid:
        chain.append(moid)
        moid = raw[moid][2]
    return chain


def under(raw: Raw, moid: str, root: str) -> str:
    """The path of an object below ``root``."""
    chain = above(raw, moid)
    return "/".join(raw[one][1] for one in reversed(chain[: chain.index(root)]))


def read_all(session: Session) -> Inventory:
    """What the forms offer, with the VM folders."""
    return read_folders(session, read_inventory(session))


def of(raw: Raw, kind: type) -> list[str]:
    return [moid for moid, (found, _, _) in raw.items() if issubclass(found, kind)]


def placed(raw: Raw, kind: type) -> dict[str, tuple[str, str]]:
    """Name and datacenter of everything of one kind."""
    datacenters = set(of(raw, vim.Datacenter))
    return {
        moid: (raw[moid][1], next(one for one in above(raw, moid) if one in datacenters))
        for moid in of(raw, kind)
    }


def places(raw: Raw, kind: type, owners: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Path and owner of the objects that are exactly of a class, at and below the ``owners``."""
    return {
        moid: (under(raw, moid, root), owner)
        for moid in of(raw, kind)
        if raw[moid][0] is kind
        for root, owner in owners.items()
        if root in above(raw, moid)
    }


def compare(inventory: Inventory, raw: Raw, session: Session) -> None:
    """Everything is offered, nothing twice, each where it is."""

    def attribute(moid: str, name: str) -> str:
        return str(getattr(session.ref(raw[moid][0], moid), name)._GetMoId())

    root = session.content.rootFolder._GetMoId()
    datacenters = of(raw, vim.Datacenter)
    assert {d.moid: d.path for d in inventory.datacenters} == {
        moid: under(raw, moid, root) for moid in datacenters
    }
    for offered, kind in (
        (inventory.clusters, vim.ClusterComputeResource),
        (inventory.switches, vim.DistributedVirtualSwitch),
        (inventory.networks, vim.Network),
        (inventory.datastores, vim.Datastore),
    ):
        assert {o.moid: (o.name, o.datacenter) for o in offered} == placed(raw, kind), kind
        assert len({o.moid for o in offered}) == len(offered)
    vm_folders = {attribute(moid, "vmFolder"): moid for moid in datacenters}
    root_pools = {
        attribute(moid, "resourcePool"): moid for moid in of(raw, vim.ClusterComputeResource)
    }
    for found, kind, owners in (
        (inventory.folders, vim.Folder, vm_folders),
        (inventory.pools, vim.ResourcePool, root_pools),
    ):
        assert {p.moid: (p.path, p.owner) for p in found} == places(raw, kind, owners), kind
        assert len({p.moid for p in found}) == len(found)


def test_all_there_is_is_offered(session: Session) -> None:
    raw, inventory = everything(session), read_all(session)
    compare(inventory, raw, session)
    # and the tree has the shapes this is about
    assert {d.path for d in inventory.datacenters} >= {"region/site/Deep-DC", "region/Flat-DC"}
    assert sorted(f.path for f in inventory.folders).count("one") == 2
    assert {f.path for f in inventory.folders} >= {"one/two/three", "empty", "one/below", ""}
    assert {p.path for p in inventory.pools} >= {"outer/inner", "inner", ""}
    assert {c.name for c in inventory.clusters} >= {"racked", "far"}
    standalone = [m for m in of(raw, vim.ComputeResource) if raw[m][0] is vim.ComputeResource]
    assert standalone, "a host outside clusters"
    assert of(raw, vim.VirtualApp)
    assert of(raw, vim.StoragePod)
    assert len(of(raw, vim.VirtualMachine)) >= 2


def test_where_no_way_leads_in_a_view_shows_all(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read_all(session)
    monkeypatch.setattr(inventory_module, "_WAYS", ())
    assert read_all(session) == whole


def test_vm_folders_are_read_for_who_asks(session: Session) -> None:
    """Of all datacenters, of one, or the one with a machine in it."""
    without, whole = read_inventory(session), read_all(session)
    assert {f.path for f in without.folders} == {""}
    assert len(without.folders) == len(without.datacenters) > 2
    for datacenter in without.datacenters:
        of_one = read_folders(session, without, datacenter)
        assert of_one.folders == tuple(f for f in whole.folders if f.owner == datacenter.moid)
        assert structs.replace(of_one, folders=()) == structs.replace(whole, folders=())
    for folder in whole.folders:
        assert read_folder(session, without, folder.moid) == folder
    assert read_folder(session, without, session.content.rootFolder._GetMoId()) is None
    assert read_folder(session, without, without.datacenters[0].network_folder) is None


def test_it_takes_one_call_and_two_for_vm_folders(practice: Peer) -> None:
    with open_session(practice.profile().vcenter, practice.password) as session:
        practice.control("calls", method="DELETE")
        inventory = read_inventory(session)
        assert practice.control("calls", method="GET") == {"RetrievePropertiesEx": 1}
        read_folders(session, inventory)
        calls: dict[str, Any] = practice.control("calls", method="GET")
        assert calls == {"RetrievePropertiesEx": 2, "CreateContainerView": 1}


def test_page_by_page_it_is_the_same(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read_all(session)
    for size in (1, 7):
        monkeypatch.setattr(retrieve, "_PAGE", size)
        assert read_all(session) == whole


def test_a_user_who_may_not_turn_the_page_gets_everything(
    practice: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As vCenter 7.0 U3 to 8.0 U2 answers whom it knows below the root folder only."""
    monkeypatch.setattr(retrieve, "_PAGE", 7)
    with open_session(practice.profile().vcenter, practice.password) as session:
        whole = read_inventory(session)
        practice.control("calls", method="DELETE")
        practice.control(
            "faults",
            {
                "method": "ContinueRetrievePropertiesEx",
                "fault": "NoPermission",
                "detail": {"privilegeId": "System.View"},
            },
        )
        assert read_inventory(session) == whole
        calls: dict[str, Any] = practice.control("calls", method="GET")
        assert calls["ContinueRetrievePropertiesEx"] == 1
        assert calls["RetrieveProperties"] == 1


@pytest.mark.parametrize(
    ("fault", "methods"),
    [
        ("NoPermission", ("ContinueRetrievePropertiesEx", "RetrieveProperties")),
        ("NotAuthenticated", ("ContinueRetrievePropertiesEx",)),  # its view is gone: no use in it
    ],
)
def test_what_may_not_be_read_at_all_is_still_refused(
    practice: Peer, monkeypatch: pytest.MonkeyPatch, fault: str, methods: tuple[str, ...]
) -> None:
    monkeypatch.setattr(retrieve, "_PAGE", 7)
    with open_session(practice.profile().vcenter, practice.password) as session:
        for method in methods:
            practice.control("faults", {"method": method, "fault": fault})
        practice.control("calls", method="DELETE")
        session.stub.renew = None
        with pytest.raises(getattr(vim.fault, fault)):
            read_inventory(session)
        called = practice.control("calls", method="GET")
        assert ("RetrieveProperties" in called) == ("RetrieveProperties" in methods)
