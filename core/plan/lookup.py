"""From the names in a profile to objects of a vCenter; what is missing comes with what exists."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from core.findings import Finding, Severity, rule
from core.profile.model import Profile
from core.text import Text, listed
from core.vsphere.inventory import (
    Cluster,
    Datacenter,
    Datastore,
    Inventory,
    Network,
    Place,
    Switch,
    read_folders,
)
from core.vsphere.session import Session

NOT_FOUND = rule(
    "not-found",
    Severity.ERROR,
    cause=Text("The profile names an object that this vCenter does not have."),
    cure=Text("Use one of the names listed, or create the object in vCenter first."),
)
AMBIGUOUS = rule(
    "ambiguous-name",
    Severity.ERROR,
    cause=Text("More than one object has the name that the profile gives."),
    cure=Text("Write the name with what stands above it, such as switch/port group."),
)

_Item = TypeVar("_Item")
_SHOWN = 12


class Lookup:
    """Finds objects by the profile's names and collects what is missing, all of it at once."""

    def __init__(self, inventory: Inventory, profile: Profile) -> None:
        self._inventory = inventory
        self._profile = profile
        self.findings: list[Finding] = []

    def datacenter(self) -> Datacenter | None:
        """The datacenter of the switch, by name or by path."""
        wanted = self._profile.switch.datacenter
        return self._one(
            "switch.datacenter",
            wanted,
            self._inventory.datacenters,
            lambda dc: wanted in {dc.name, dc.path},
            lambda dc: dc.path,
        )

    def cluster(self, field: str, name: str, datacenter: Datacenter) -> Cluster | None:
        """A cluster of the datacenter."""
        offered = [c for c in self._inventory.clusters if c.datacenter == datacenter.moid]
        return self._one(field, name, offered, lambda c: c.name == name, lambda c: c.name)

    def switch(self, datacenter: Datacenter, *, required: bool) -> Switch | None:
        """The distributed switch; not finding it is only wrong where it has to exist."""
        name = self._profile.switch.name
        offered = [s for s in self._inventory.switches if s.datacenter == datacenter.moid]
        if not required and all(switch.name != name for switch in offered):
            return None
        return self._one("switch.name", name, offered, lambda s: s.name == name, lambda s: s.name)

    def folder(self, session: Session, datacenter: Datacenter) -> str:
        """The id of the VM folder, "" if missing; all are read where the profile names one."""
        wanted, inventory = self._profile.vm.folder.strip("/"), self._inventory
        if wanted:
            inventory = read_folders(session, inventory, datacenter)
        offered = [f for f in inventory.folders if f.owner == datacenter.moid]
        found = self._one(
            "vm.folder",
            wanted,
            _written_as(wanted, offered),
            lambda f: wanted in {f.path, f.exact},
            lambda f: f.path or "/",
        )
        return found.moid if found else ""

    def pool(self, cluster: Cluster) -> str:
        """The id of the resource pool, "" if missing; the root pool may be called Resources."""
        wanted = self._profile.vm.resource_pool.strip("/")
        wanted = "" if wanted == "Resources" else wanted.removeprefix("Resources/")
        offered = [p for p in self._inventory.pools if p.owner == cluster.moid]
        found = self._one(
            "vm.resource_pool",
            wanted,
            _written_as(wanted, offered),
            lambda p: wanted in {p.path, p.exact},
            lambda p: p.path or "Resources",
        )
        return found.moid if found else ""

    def datastores(self, cluster: Cluster) -> tuple[Datastore, ...]:
        """The datastores the cluster's hosts have."""
        return tuple(d for d in self._inventory.datastores if d.moid in cluster.datastores)

    def datastore(self, cluster: Cluster) -> Datastore | None:
        """The datastore that the profile names."""
        name = self._profile.vm.datastore
        offered = self.datastores(cluster)
        return self._one("vm.datastore", name, offered, lambda d: d.name == name, lambda d: d.name)

    def network(self, field: str, wanted: str, datacenter: Datacenter) -> Network | None:
        """An existing network or port group, by name or as ``switch/port group``."""
        switches = {switch.moid: switch.name for switch in self._inventory.switches}
        offered = [
            network
            for network in self._inventory.networks
            if network.datacenter == datacenter.moid and not network.is_uplink
        ]
        return self._one(
            field,
            wanted,
            offered,
            lambda n: wanted in {n.name, f"{switches.get(n.switch, '')}/{n.name}"},
            lambda n: f"{switches[n.switch]}/{n.name}" if n.switch in switches else n.name,
        )

    def missing(self, field: str, kind: Text, wanted: str, names: Iterable[str]) -> None:
        """Record that something is not there, with what is."""
        known = list(names)
        folded = {name.casefold(): name for name in known}
        close = difflib.get_close_matches(wanted.casefold(), folded, 1)
        near = [folded[name] for name in close]
        if near:
            advice = Text(
                "Did you mean {name}? There are: {names}.", name=near[0], names=_shown(known)
            )
        elif known:
            advice = Text("There are: {names}.", names=_shown(known))
        else:
            advice = Text("There is none at all.")
        self.findings.append(
            NOT_FOUND.found(
                field,
                what=Text("{kind} {name} was not found.", kind=kind, name=wanted or '""'),
                advice=advice,
            )
        )

    def _one(
        self,
        field: str,
        wanted: str,
        offered: Sequence[_Item],
        matches: Callable[[_Item], bool],
        shown: Callable[[_Item], str],
    ) -> _Item | None:
        found = [item for item in offered if matches(item)]
        if len(found) == 1:
            return found[0]
        if not found:
            self.missing(field, _KINDS[field], wanted, (shown(item) for item in offered))
        else:
            self.findings.append(
                AMBIGUOUS.found(
                    field,
                    what=Text(
                        "{kind} {name} is there {count} time.",
                        "{kind} {name} is there {count} times.",
                        kind=_KINDS[field],
                        name=wanted,
                        count=len(found),
                    ),
                    advice=Text("Write one of: {names}.", names=_shown(map(shown, found))),
                )
            )
        return None


_KINDS: dict[str, Text] = {
    "switch.datacenter": Text("Datacenter"),
    "switch.cluster": Text("Cluster"),
    "switch.name": Text("Distributed switch"),
    "switch.port_groups": Text("Port group"),
    "vm.cluster": Text("Cluster"),
    "vm.folder": Text("VM folder"),
    "vm.resource_pool": Text("Resource pool"),
    "vm.datastore": Text("Datastore"),
    "vm.storage_policy": Text("Storage policy"),
    "deployment.management_network": Text("Network"),
    "deployment.workload_network": Text("Network"),
    "deployment.frontend_network": Text("Network"),
    "ova.library": Text("Content library"),
    "ova.item": Text("Library item"),
}


def _written_as(wanted: str, offered: Sequence[Place]) -> Sequence[Place]:
    """Those of exactly that path if there are any, else all.

    ``a/b`` means b in a where that exists, else a place called ``a/b``; ``a%2fb`` always that.
    """
    return [place for place in offered if place.exact == wanted] or offered


def kind_of(field: str) -> Text:
    """What the field names, for a sentence."""
    return _KINDS[field]


def _shown(names: Iterable[Any]) -> str:
    found = sorted(set(map(str, names)), key=str.casefold)
    more = len(found) - _SHOWN
    return listed(found[:_SHOWN]) + (f" … (+{more})" if more > 0 else "")
