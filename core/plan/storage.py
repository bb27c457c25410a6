"""Where the machine's disk goes, and the host that puts it there: chosen, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from core.findings import Finding, Severity, rule
from core.plan.lookup import Lookup, kind_of
from core.profile.model import Profile
from core.text import Text, listed
from core.vsphere.host_names import read_host_names
from core.vsphere.inventory import Cluster, Datastore, Host
from core.vsphere.mounts import Mounts, read_mounts
from core.vsphere.policies import Policy, PolicyService
from core.vsphere.session import Session

NO_STORAGE = rule(
    "datastore-none",
    Severity.ERROR,
    cause=Text("No datastore of the cluster has room for the appliance and fits the policy."),
    cure=Text("Name a datastore, choose another storage policy, or free space."),
)
POLICY_MISFIT = rule(
    "datastore-policy",
    Severity.ERROR,
    cause=Text("The datastore cannot keep what the storage policy promises."),
    cure=Text("Choose one of the datastores listed, or leave the datastore empty."),
)
DATASTORE_UNUSABLE = rule(
    "datastore-unusable",
    Severity.ERROR,
    cause=Text("The datastore is not accessible, is in maintenance mode or has no room."),
    cure=Text("Choose another datastore, or free space on it."),
)
DATASTORE_OFF_HOSTS = rule(
    "datastore-off-hosts",
    Severity.ERROR,
    cause=Text(
        "The machine is made on a host of the cluster that has its datastore mounted for writing, "
        "is connected and not in maintenance mode. There is none."
    ),
    cure=Text("Choose another datastore, or make one of the hosts that have it ready."),
)
NO_HOST_READY = rule(
    "host-none-ready",
    Severity.ERROR,
    cause=Text("Every host of the cluster is disconnected or in maintenance mode."),
    cure=Text("Connect a host or end its maintenance mode, or choose another cluster."),
)

ABOUT_ROOM = frozenset(
    one.code for one in (NO_STORAGE, DATASTORE_UNUSABLE, DATASTORE_OFF_HOSTS, NO_HOST_READY)
)
"""What only stands in the way of a machine that is still to be made."""

_SHOWN = 12


class StorageFacts(Struct, frozen=True):
    """Where the disk goes: the policy asked for, the datastore named or chosen.

    ``host`` is the one to make the machine on, "" where vCenter may choose.
    """

    policy: Policy | None
    datastore: Datastore | None
    host: str = ""


class Storage(Struct, frozen=True):
    """What a cluster offers for the disk; ``named`` is what the profile asks for, if it is there.

    ``fitting`` are the ids of those that satisfy the policy, ``mounts`` is by id.
    """

    cluster: Cluster
    hosts: tuple[Host, ...]
    offered: tuple[Datastore, ...]
    policy: Policy | None
    fitting: frozenset[str]
    is_named: bool
    named: Datastore | None
    mounts: Mapping[str, Mounts]

    @property
    def ready(self) -> tuple[Host, ...]:
        """The hosts that can make the machine, by name."""
        return tuple(h for h in self.hosts if h.is_connected and not h.in_maintenance)

    def hosts_of(self, datastore: Datastore) -> tuple[Host, ...]:
        """Those of the hosts that are ready which can write to the datastore."""
        mounts = self.mounts.get(datastore.moid)
        return tuple(h for h in self.ready if mounts is None or mounts.is_on(h.moid))

    def choose(self, disk_bytes: int) -> StorageFacts:
        """The datastore named, or else the best one with room; and the host.

        A datastore that several hosts share lets HA restart the appliance on another; among
        such, the one with most room. A cluster without DRS wants to be told a host, and with DRS
        too it is told one where not every host has the datastore.
        """
        datastore = self.named
        if not self.is_named:
            datastore = max(self._usable(disk_bytes), key=self._worth, default=None)
        if datastore is None:
            return StorageFacts(self.policy, None)
        able = self.hosts_of(datastore)
        is_chosen = not self.cluster.drs or len(able) < len(self.ready)
        return StorageFacts(self.policy, datastore, able[0].moid if is_chosen and able else "")

    def find_problems(self, session: Session, disk_bytes: int) -> Iterator[Finding]:
        """Why a machine whose disk takes so much cannot be made; asks for names only if so."""
        if not self.ready:
            what = Text("No host of cluster {name} is ready.", name=self.cluster.name)
            yield NO_HOST_READY.found("vm.cluster", what=what)
        elif self.named is not None:
            yield from self._problems_of(session, self.named, disk_bytes)
        elif not self.is_named and self.choose(disk_bytes).datastore is None:
            what = Text("No datastore of cluster {name} can take the disk.", name=self.cluster.name)
            yield NO_STORAGE.found("vm.datastore", what=what, advice=self._why_none(disk_bytes))

    def find_misfit(self) -> Iterator[Finding]:
        """Whether the datastore named and the policy contradict each other."""
        if self.named is None or self.policy is None or self.named.moid in self.fitting:
            return
        names = listed(d.name for d in self.offered if d.moid in self.fitting) or "-"
        yield POLICY_MISFIT.found(
            "vm.datastore",
            "vm.storage_policy",
            what=Text(
                "Datastore {name} does not fit the policy {policy}.",
                name=self.named.name,
                policy=self.policy.name,
            ),
            advice=Text("Datastores that fit: {names}.", names=names),
        )

    def _usable(self, disk_bytes: int) -> list[Datastore]:
        return [
            store
            for store in self.offered
            if store.moid in self.fitting
            and store.is_usable
            and store.free > disk_bytes
            and self.hosts_of(store)
        ]

    def _worth(self, store: Datastore) -> tuple[bool, int]:
        mounts = self.mounts.get(store.moid)
        return mounts is not None and mounts.is_shared, store.free

    def _problems_of(
        self, session: Session, named: Datastore, disk_bytes: int
    ) -> Iterator[Finding]:
        if not named.is_usable:
            what = Text(
                "Datastore {name} is not accessible or is in maintenance mode.", name=named.name
            )
            yield DATASTORE_UNUSABLE.found("vm.datastore", what=what)
            return
        if named.free <= disk_bytes:
            what = Text(
                "Datastore {name} has {free} GB free, and the disk takes {needed} GB.",
                name=named.name,
                free=_gigabytes(named.free),
                needed=_gigabytes(disk_bytes),
            )
            yield DATASTORE_UNUSABLE.found("vm.datastore", "vm.disk_format", what=what)
        if not self.hosts_of(named):
            yield self._off_hosts(session, named)

    def _off_hosts(self, session: Session, named: Datastore) -> Finding:
        mounts = self.mounts[named.moid]
        writers = sorted(read_host_names(session, mounts.writers or ()).values())
        shown = listed(writers[:_SHOWN]) + (" …" if len(writers) > _SHOWN else "")
        return DATASTORE_OFF_HOSTS.found(
            "vm.datastore",
            what=Text(
                "No host of cluster {cluster} that is ready has datastore {name} mounted for "
                "writing.",
                cluster=self.cluster.name,
                name=named.name,
            ),
            advice=Text("Hosts that have it, ready or not: {names}.", names=shown or "-"),
        )

    def _why_none(self, disk_bytes: int) -> Text | None:
        """What the best of those that fit the policy lacks."""
        fitting = [d for d in self.offered if d.moid in self.fitting and d.is_usable]
        if not fitting:
            return None
        roomy = [d for d in fitting if d.free > disk_bytes]
        if roomy:
            return Text(
                "These have room, but no host that is ready can write to them: {names}.",
                names=listed(d.name for d in roomy[:_SHOWN]),
            )
        best = max(fitting, key=lambda d: d.free)
        return Text(
            "The disk takes {needed} GB; most room is on {name}: {free} GB.",
            needed=_gigabytes(disk_bytes),
            name=best.name,
            free=_gigabytes(best.free),
        )


def read_storage(
    session: Session, profile: Profile, lookup: Lookup, cluster: Cluster, hosts: tuple[Host, ...]
) -> Storage:
    """What the cluster offers; names that are missing are recorded in ``lookup``."""
    offered = lookup.datastores(cluster)
    policy, fitting = _policy(session, profile, lookup, offered)
    is_named = bool(profile.vm.datastore)
    named = lookup.datastore(cluster) if is_named else None
    asked = [named] if named else [d for d in offered if d.moid in fitting and d.is_usable]
    mounts = read_mounts(session, [store.moid for store in asked])
    return Storage(cluster, hosts, offered, policy, fitting, is_named, named, mounts)


def disk_bytes_of(summary: Mapping[str, Any], disk_format: str) -> int:
    """The room a library item's disks take at once, as vCenter's summary says; 0 if it does not.

    Thin: what is in them (``OvfSummary``'s ``SizeParams``); negative there means unknown.
    """
    kind = "sparse" if disk_format == "thin" else "flat"
    for block in summary.get("additional_params") or []:
        if isinstance(block, dict) and block.get("type") == "SizeParams":
            found = block.get(f"approximate_{kind}_deployment_size")
            return max(0, found) if isinstance(found, int) else 0
    return 0


def _policy(
    session: Session, profile: Profile, lookup: Lookup, offered: tuple[Datastore, ...]
) -> tuple[Policy | None, frozenset[str]]:
    every = frozenset(d.moid for d in offered)
    wanted, field = profile.vm.storage_policy, "vm.storage_policy"
    if not wanted:
        return None, every
    service = PolicyService(session)
    try:
        known = service.policies()
        policy = next((p for p in known if p.name == wanted), None)
        if policy is None:
            lookup.missing(field, kind_of(field), wanted, (p.name for p in known))
            return None, every
        return policy, service.compatible(policy, tuple(d.moid for d in offered))
    finally:
        service.close()


def _gigabytes(size: int) -> str:
    return f"{size / 10**9:,.1f}"
