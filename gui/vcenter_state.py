"""What is known of the vCenter at this moment: offline, connecting, or connected with facts."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from core.background.connection import Login, VCenterFacts
from core.errors import AppError
from core.fields import FieldSpec
from core.profile.model import CREATE
from gui.profile_model import ProfileModel

if TYPE_CHECKING:
    from core.controller import Controller, Job
    from core.vsphere.inventory import Cluster, Host


class State(Enum):
    """Where the connection stands."""

    OFFLINE = "offline"
    CONNECTING = "connecting"
    CONNECTED = "connected"


class VCenterState(QObject):
    """Connects, and answers what there is to choose from.

    Signals:
        changed: state, facts, hosts or library items are others.
        failed: the exception that ended an attempt to connect.
        remark: an exception of lesser reads (hosts, library items).
    """

    changed = Signal()
    failed = Signal(object)
    remark = Signal(object)

    def __init__(
        self, model: ProfileModel, controller: Controller, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._model, self._controller = model, controller
        self.state = State.OFFLINE
        self.facts: VCenterFacts | None = None
        self.hosts: tuple[Host, ...] = ()
        self.items: tuple[str, ...] | None = None
        self._hosts_of = self._items_of = ""
        self._job: Job | None = None
        model.value_changed.connect(self._on_value_changed)
        model.replaced.connect(self._on_replaced)

    def connect_now(self) -> None:
        """Log in with the values of now and read what there is."""
        if self.state is State.CONNECTING:
            return
        self._set(State.CONNECTING)
        login = Login(self._model.profile.vcenter, self._model.secrets.vcenter_password)
        self._job = self._controller.connect_vcenter(
            login, self._on_connected, self._on_failed, self._on_cancelled
        )

    def cancel(self) -> None:
        """Connect no more; what was read before stays."""
        if self.state is State.CONNECTING:
            self._stop()
            self._rest()

    def _stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _rest(self) -> None:
        self._set(State.OFFLINE if self.facts is None else State.CONNECTED)

    def disconnect_now(self) -> None:
        """Forget what was read."""
        self._stop()
        self.facts, self.hosts, self.items = None, (), None
        self._hosts_of = self._items_of = ""
        self._set(State.OFFLINE)

    def _set(self, state: State) -> None:
        self.state = state
        self.changed.emit()

    def _on_connected(self, facts: VCenterFacts) -> None:
        if self.state is not State.CONNECTING:  # it came too late to be cancelled
            return
        self._job = None
        if facts.login.target != self._model.profile.vcenter:
            self._set(State.OFFLINE)  # an answer about a vCenter that is not in the form any more
            return
        self.facts = facts
        self._hosts_of = self._items_of = ""
        self._set(State.CONNECTED)
        self._read_more()

    def _on_failed(self, error: Exception) -> None:
        if self.state is not State.CONNECTING and isinstance(error, AppError):
            return  # nobody waits for that connection any more
        self._job = None
        self.facts = None
        self._set(State.OFFLINE)
        self.failed.emit(error)

    def _on_cancelled(self) -> None:
        if self.state is State.CONNECTING:  # else we asked for it ourselves
            self._job = None
            self._rest()

    def _on_value_changed(self, key: str) -> None:
        if key.startswith("vcenter.") and self.state is not State.OFFLINE:
            self.disconnect_now()
        elif key in ("switch.cluster", "switch.datacenter", "ova.library"):
            self._read_more()

    def _on_replaced(self) -> None:
        target = self._model.profile.vcenter
        if self.facts is not None and self.facts.login.target != target:
            self.disconnect_now()
        else:
            self._read_more()

    def _read_more(self) -> None:
        """Hosts of the cluster and items of the library that are in the form now."""
        if self.facts is None:
            return
        cluster = self.cluster()
        if cluster is not None and cluster.moid != self._hosts_of:
            self._hosts_of = cluster.moid
            self._controller.read_hosts(
                self.facts.login, cluster.moid, self._on_hosts, self.remark.emit
            )
        library = self._model.profile.ova.library
        if library and library in self.facts.libraries and library != self._items_of:
            self._items_of = library
            self._controller.read_items(self.facts.login, library, self._on_items, self.remark.emit)

    def _on_hosts(self, hosts: tuple[Host, ...]) -> None:
        if self.is_connected:  # else they are those of a vCenter that was left meanwhile
            self.hosts = hosts
            self.changed.emit()

    def _on_items(self, items: tuple[str, ...]) -> None:
        if self.is_connected:
            self.items = items
            self.changed.emit()

    # What there is to choose from

    @property
    def is_connected(self) -> bool:
        """Whether there are facts."""
        return self.facts is not None

    def cluster(self, key: str = "switch.cluster") -> Cluster | None:
        """The live cluster of that name, in the datacenter of the form if it is there."""
        if self.facts is None:
            return None
        wanted = self._model.value(key)
        dc = self._datacenter()
        found = [c for c in self.facts.inventory.clusters if c.name == wanted]
        return next((c for c in found if c.datacenter == dc), found[0] if found else None)

    def options(self, spec: FieldSpec) -> tuple[str, ...] | None:
        """The names an INVENTORY field can have; None while nothing is known."""
        profile = self._model.profile
        if spec.inventory == "network":
            made = [g.name for g in profile.switch.port_groups if g.name]
            return _names([*made, *self._networks()]) if self.facts else None
        if self.facts is None:
            return None
        if spec.inventory == "library-item":
            return self.items
        return _names(self._named(spec.inventory))

    def is_to_be_made(self, spec: FieldSpec, value: str) -> bool:
        """Whether the name is of something this deployment makes itself."""
        profile = self._model.profile
        if spec.inventory == "switch":
            return profile.switch.mode == CREATE
        if spec.inventory == "network":
            return any(g.name == value and g.mode == CREATE for g in profile.switch.port_groups)
        if spec.inventory == "library-item":
            return profile.ova.imports
        return False

    def _named(self, kind: str) -> Iterable[str]:
        facts = self.facts
        if facts is None:
            return ()
        inventory, dc = facts.inventory, self._datacenter()

        def here(items: Iterable[object]) -> list[str]:
            return [i.name for i in items if not dc or i.datacenter == dc]  # type: ignore[attr-defined]

        cluster = self.cluster("vm.cluster") or self.cluster()
        if kind == "datacenter":
            return [one.name for one in inventory.datacenters]
        if kind == "cluster":
            return here(inventory.clusters)
        if kind == "switch":
            return here(inventory.switches)
        if kind == "switch-version":
            return facts.switch_versions
        if kind == "datastore":
            mounted = set(cluster.datastores) if cluster else None
            return [
                one.name
                for one in inventory.datastores
                if (mounted is None or one.moid in mounted) and (not dc or one.datacenter == dc)
            ]
        if kind == "folder":
            return [one.path for one in inventory.folders if not dc or one.owner == dc]
        if kind == "resource-pool":
            return [
                one.path for one in inventory.pools if cluster is None or one.owner == cluster.moid
            ]
        return {"storage-policy": facts.policies, "library": facts.libraries}.get(kind, ())

    def _networks(self) -> Iterable[str]:
        if self.facts is None:
            return ()
        dc = self._datacenter()
        return [
            one.name
            for one in self.facts.inventory.networks
            if not one.is_uplink and (not dc or one.datacenter == dc)
        ]

    def _datacenter(self) -> str:
        if self.facts is None:
            return ""
        name = self._model.profile.switch.datacenter
        return next((d.moid for d in self.facts.inventory.datacenters
                     if name in (d.name, d.path)), "")  # fmt: skip


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
