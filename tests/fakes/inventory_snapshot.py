"""A vCenter's inventory as plain data, by raw property reads: to be compared before and after."""

from __future__ import annotations

import ssl
from typing import Any

from pyVmomi import SoapStubAdapter, vim, vmodl
from pyVmomi.VmomiSupport import DataObject, ManagedObject

from tests.fakes.vcenter import USER, Peer

_Collector = vmodl.query.PropertyCollector

_PATHS: dict[type, tuple[str, ...]] = {
    vim.ManagedEntity: ("name", "parent"),
    vim.HostSystem: ("config.network.proxySwitch", "config.network.pnic", "network", "vm"),
    vim.ClusterComputeResource: ("host", "network", "datastore"),
    vim.VirtualMachine: ("runtime.powerState", "runtime.host", "network", "resourcePool"),
    vim.Datastore: ("vm", "host"),
    vim.Network: ("vm", "host"),
    vim.DistributedVirtualSwitch: ("summary.hostMember", "portgroup", "uuid", "config.host"),
    vim.dvs.DistributedVirtualPortgroup: ("config.distributedVirtualSwitch", "portKeys"),
}


def snapshot(peer: Peer) -> dict[str, dict[str, Any]]:
    """Every managed entity by its id, with name, parent, connections; and the files.

    Stock vcsim leaves the uplink port group behind when a switch is removed, and both leave ids of
    port groups that are gone with hosts: neither counts.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    stub = SoapStubAdapter(
        host=peer.address, port=peer.port, version="vim.version.v8_0_3_0", sslContext=context
    )
    try:
        content = vim.ServiceInstance("ServiceInstance", stub).RetrieveContent()
        content.sessionManager.Login(USER, peer.password, None)
        found = _entities(content)
        content.sessionManager.Logout()
    finally:
        stub.DropConnections()
    if not peer.is_ours:
        _forget_orphans(found)
    for values in found.values():
        if "network" in values:
            values["network"] = [one for one in values["network"] if one in found]
    found["library"] = {"items": sorted(peer.govc("library.ls", "/Templates/*").split())}
    for store in peer.find("s"):
        files = peer.govc("datastore.ls", "-ds", store, "-R").split("\n")
        found[f"files of {store}"] = {"names": sorted(filter(None, files))}
    return found


def _forget_orphans(found: dict[str, dict[str, Any]]) -> None:
    groups = {k: v for k, v in found.items() if "config.distributedVirtualSwitch" in v}
    orphans = {k for k, v in groups.items() if v["config.distributedVirtualSwitch"] not in found}
    for key in orphans:
        del found[key]


def _entities(content: Any) -> dict[str, dict[str, Any]]:
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.ManagedEntity], True)
    found: dict[str, dict[str, Any]] = {}
    for kind, paths in _PATHS.items():
        refs = [ref for ref in view.view if isinstance(ref, kind)]
        for exact in {type(ref) for ref in refs}:
            spec = _Collector.FilterSpec(
                objectSet=[_Collector.ObjectSpec(obj=r) for r in refs if type(r) is exact],
                propSet=[_Collector.PropertySpec(type=exact, pathSet=list(paths))],
            )
            options = _Collector.RetrieveOptions()
            for row in content.propertyCollector.RetrievePropertiesEx([spec], options).objects:
                values = found.setdefault(f"{exact.__name__}:{row.obj._GetMoId()}", {})
                values |= {p.name: _plain(p.val) for p in row.propSet or [] if _plain(p.val)}
    view.Destroy()
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, ManagedObject):
        return f"{type(value).__name__}:{value._GetMoId()}"
    if isinstance(value, list):
        plain = [_plain(one) for one in value]
        return sorted(plain, key=str)
    if isinstance(value, DataObject):
        names = (p.name for p in value._GetPropertyList())
        return {n: _plain(getattr(value, n)) for n in names if _plain(getattr(value, n))}
    return value if isinstance(value, bool | int | float) or value is None else str(value)
