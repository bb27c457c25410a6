"""The appliance's virtual machine: its state as data, and the few calls that change it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct, field
from pyVmomi import vim, vmodl

from core.errors import AppError
from core.jobs import JobContext
from core.text import Text
from core.vsphere.entity_names import object_name, stored_name
from core.vsphere.faults import explained
from core.vsphere.linked import read_linked
from core.vsphere.retrieve import Row, read_object
from core.vsphere.session import Session
from core.vsphere.tasks import wait_for_task

CLOUD_INIT_KEY = "guest_rpc.auth.cloud-init.set"
CLOUD_INIT_VALUE = "FALSE"
"""F1: without it, vSphere 8.0 U3 keeps the appliance's first boot from reading its settings."""

CA_KEY = "guestinfo.dataplaneapi.cacert"
"""Set by the appliance at the very end of its first boot: the sign that it went through."""

MARK_KEY = "haproxy-setup.state"
AUTHORITY_KEY = "haproxy-setup.authority"
"""SHA-256 of the CA certificate that a redeployment handed on (F17), which no profile has."""

IMPORTING, READY, ADOPTED = "importing", "ready", "adopted"
"""Our mark on a machine: still being made, or complete. Left "importing", it is a leftover."""


class MachineState(Struct, frozen=True):
    """A virtual machine as it is.

    ``nics`` are the ids of the networks in the order of the NICs; ``properties`` the OVF
    properties by key, ``defaults`` what each has if nobody gives it a value; ``mark`` our own
    mark, "" on a machine we did not make or did not finish. ``unplugged`` are the NICs, counted
    from 0, that have no connection: from power-on, or now in a machine that runs. ``folder``,
    ``pool`` and ``datastores`` (those of its disks) are ids: where it is now.
    """

    moid: str
    name: str
    is_on: bool
    has_run: bool
    nics: tuple[str, ...]
    disk_keys: tuple[int, ...]
    properties: Mapping[str, str]
    extra_config: Mapping[str, str]
    annotation: str
    is_busy: bool
    defaults: Mapping[str, str] = field(default_factory=dict)
    unplugged: tuple[int, ...] = ()
    folder: str = ""
    pool: str = ""
    datastores: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """Our mark: ``IMPORTING``, ``READY``, ``ADOPTED`` or nothing."""
        return self.extra_config.get(MARK_KEY, "")

    @property
    def has_booted(self) -> bool:
        """Whether it runs and its first boot went through, so that nothing is left to be set."""
        return self.is_on and bool(self.extra_config.get(CA_KEY))

    @property
    def is_half_made(self) -> bool:
        """Whether it is what a broken-off import of ours left behind."""
        return self.mark == IMPORTING and not self.is_on


_POWER = "runtime.powerState"
_PATHS = (
    "name",
    "config.hardware.device",
    "config.vAppConfig",
    "config.extraConfig",
    "config.annotation",
    _POWER,
    "runtime.bootTime",
    "recentTask",
    "parent",
    "resourcePool",
)


def find_machine(session: Session, folder: str, name: str) -> str:
    """The id of the machine of that name in a folder, or "": one call, however many there are."""
    moid, is_machine = find_named(session, folder, name)
    return moid if is_machine else ""


def find_named(session: Session, folder: str, name: str) -> tuple[str, bool]:
    """The id of what has the name in a folder, or "", and whether it is a machine.

    It may be a folder or a vApp.
    """
    ref = session.ref(vim.Folder, folder)
    with explained(Text("Looking for virtual machine {name}", name=name)):
        found = session.content.searchIndex.FindChild(ref, stored_name(name))
    return _id(found), isinstance(found, vim.VirtualMachine)


def read_machine(session: Session, moid: str) -> MachineState:
    """The machine's state, all in one call."""
    with explained(Text("Reading back the virtual machine")):
        ref = session.ref(vim.VirtualMachine, moid)
        row, tasks = read_linked(session, ref, _PATHS, "recentTask", vim.Task, ("info.state",))
    devices = row["config.hardware.device"] or []
    cards = [d for d in devices if isinstance(d, vim.vm.device.VirtualEthernetCard)]
    cards.sort(key=lambda card: card.key)
    is_on = _is_on(row)
    extra = {o.key: str(o.value) for o in row["config.extraConfig"] or []}
    return MachineState(
        moid=moid,
        name=object_name(row["name"]),
        is_on=is_on,
        has_run=row["runtime.bootTime"] is not None,
        nics=tuple(_network_of(card) for card in cards),
        disk_keys=tuple(d.key for d in devices if isinstance(d, vim.vm.device.VirtualDisk)),
        properties=_properties(row),
        extra_config=extra,
        annotation=row["config.annotation"] or "",
        is_busy=any(str(task["info.state"]) in {"running", "queued"} for task in tasks),
        defaults=_defaults(row),
        unplugged=tuple(n for n, card in enumerate(cards) if _is_unplugged(card, is_on)),
        folder=_id(row["parent"]),
        pool=_id(row["resourcePool"]),
        datastores=_datastores(devices),
    )


def find_by_id(session: Session, moid: str) -> MachineState | None:
    """The machine as it is now, None if it is gone.

    Raises:
        AppError: it could not be read for another reason.
    """
    try:
        return read_machine(session, moid)
    except AppError as error:
        if isinstance(error.__cause__, vmodl.fault.ManagedObjectNotFound):
            return None
        raise


def _id(ref: Any) -> str:
    return str(ref._GetMoId()) if ref is not None else ""


def _datastores(devices: Iterable[Any]) -> tuple[str, ...]:
    """Of the disks alone: what is in the CD drive says nothing of where a machine is."""
    disks = (d for d in devices if isinstance(d, vim.vm.device.VirtualDisk))
    found = (_id(getattr(disk.backing, "datastore", None)) for disk in disks)
    return tuple(dict.fromkeys(moid for moid in found if moid))


def _network_of(card: Any) -> str:
    backing = card.backing
    port = getattr(backing, "port", None)
    if port is not None:
        return str(port.portgroupKey)
    network = getattr(backing, "network", None)
    if network is not None:
        return str(network._GetMoId())
    # an opaque (NSX) network has an id of its own kind, a removed one nothing but its name
    other = getattr(backing, "opaqueNetworkId", None) or getattr(backing, "deviceName", None)
    return str(other or "")


def _is_unplugged(card: Any, is_on: bool) -> bool:
    state = card.connectable
    if state is None:
        return False
    return not state.startConnected or (is_on and not state.connected)


def _properties(row: Row) -> dict[str, str]:
    return {
        _key(prop): str((prop.value if prop.value not in {None, ""} else prop.defaultValue) or "")
        for prop in getattr(row["config.vAppConfig"], "property", None) or []
    }


def _defaults(row: Row) -> dict[str, str]:
    properties = getattr(row["config.vAppConfig"], "property", None) or []
    return {_key(prop): str(prop.defaultValue or "") for prop in properties}


def _key(prop: Any) -> str:
    return ".".join(part for part in (prop.classId, prop.id, prop.instanceId) if part)


def is_powered_on(session: Session, moid: str) -> bool:
    """Whether the machine is on at this moment; nothing else is read.

    Raises:
        AppError: it is gone or cannot be read.
    """
    with explained(Text("Reading back the virtual machine")):
        row = read_object(session, session.ref(vim.VirtualMachine, moid), _POWER)
    return _is_on(row)


def _is_on(row: Row) -> bool:
    return str(row[_POWER]) == "poweredOn"


def reconfigure(
    session: Session,
    moid: str,
    doing: Text,
    ctx: JobContext,
    *,
    extra_config: Mapping[str, str],
    policy: Any = None,
    disk_keys: Iterable[int] = (),
) -> None:
    """Set extra configuration, and the storage policy of the machine and its disks.

    Raises:
        AppError: vCenter refused.
    """
    spec = vim.vm.ConfigSpec(extraConfig=options(extra_config))
    if policy is not None:
        ref = session.ref(vim.VirtualMachine, moid)
        devices = read_object(session, ref, "config.hardware.device")["config.hardware.device"]
        wanted = set(disk_keys)
        spec.vmProfile = [policy]
        spec.deviceChange = [
            vim.vm.device.VirtualDeviceSpec(operation="edit", device=device, profile=[policy])
            for device in devices
            if device.key in wanted
        ]
    with explained(doing):
        task = session.ref(vim.VirtualMachine, moid).ReconfigVM_Task(spec)
    wait_for_task(session, task, doing, ctx)


def power_on(session: Session, moid: str, name: str, ctx: JobContext) -> None:
    """Power the machine on.

    Raises:
        AppError: vCenter refused, for instance for want of resources.
    """
    doing = Text("Powering on {name}", name=name)
    with explained(doing):
        task = session.ref(vim.VirtualMachine, moid).PowerOnVM_Task(None)
    wait_for_task(session, task, doing, ctx)


def rename_machine(
    session: Session, moid: str, old: str, new: str, marks: dict[str, str], ctx: JobContext
) -> None:
    """Give a machine another name and our marks, both or neither: it is one call.

    Raises:
        AppError: vCenter refused.
    """
    doing = Text("Renaming {old} to {new}", old=old, new=new)
    spec = vim.vm.ConfigSpec(name=stored_name(new), extraConfig=options(marks))
    with explained(doing):
        task = session.ref(vim.VirtualMachine, moid).ReconfigVM_Task(spec)
    wait_for_task(session, task, doing, ctx)


def settle_name(session: Session, moid: str, name: str, ctx: JobContext) -> None:
    """See to it that a new machine has its name, where the name holds characters vCenter escapes.

    How a content library's deployment takes such a name is not documented, and a simulator escapes
    again what is escaped already: so the result is looked at.

    Raises:
        AppError: vCenter refused to rename it.
    """
    if stored_name(name) == name:
        return
    raw = read_object(session, session.ref(vim.VirtualMachine, moid), "name")["name"]
    if object_name(raw) != name:
        rename_machine(session, moid, object_name(raw), name, {}, ctx)


def options(values: Mapping[str, str]) -> list[Any]:
    """Extra configuration in the API's form."""
    return [vim.option.OptionValue(key=key, value=value) for key, value in values.items()]
