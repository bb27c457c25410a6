"""Taking things away again, each after a look at who uses it; the counterpart of making them."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from msgspec import Struct
from pyVmomi import vim, vmodl

from core.errors import AppError, RemoteError
from core.jobs import JobContext, Progress
from core.profile.model import NicMap
from core.text import Text
from core.vsphere.entity_names import object_name
from core.vsphere.faults import explained
from core.vsphere.membership import reconfigure_member
from core.vsphere.retrieve import read_object, read_objects
from core.vsphere.session import Session
from core.vsphere.switch import SwitchState
from core.vsphere.tasks import wait_for_task, watch

ABANDONED = Text("Waiting until vCenter gives up the broken-off import (up to 5 minutes)")
"""What is waited for while the lease of a killed import still locks its machine."""
_PORT_GROUP = vim.dvs.DistributedVirtualPortgroup
_LOCKED_S = 400.0
_TICK_S = 1.0
_SHUTDOWN_S = 60.0


class User(Struct, frozen=True):
    """Who uses a port group: a machine by its id, or a VMkernel NIC ("" then)."""

    name: str
    machine: str
    group: str
    host: str


class SwitchUse(Struct, frozen=True):
    """Who uses a switch, and what its makers wrote into its descriptions, by id."""

    users: tuple[User, ...]
    descriptions: dict[str, str]

    def of_group(self, group: str, without: Iterable[str] = ()) -> tuple[str, ...]:
        """Who uses a port group, ``without`` some machines."""
        left_out = set(without)
        return _names(u for u in self.users if u.group == group and u.machine not in left_out)

    def of_host(self, host: str, without: Iterable[str] = ()) -> tuple[str, ...]:
        """Who uses the switch on a host, ``without`` some machines."""
        left_out = set(without)
        return _names(u for u in self.users if u.host == host and u.machine not in left_out)


def _names(users: Iterable[User]) -> tuple[str, ...]:
    return tuple(sorted({user.name for user in users if user.name}))


def read_use(session: Session, switch: SwitchState, host: str = "") -> SwitchUse:
    """Who uses the switch now, everywhere or on one ``host``.

    Machines are asked too, because a simulator's port groups do not know. Only those of member
    hosts are read, or of the one host, however many the vCenter has.
    """
    ref = session.ref(switch.kind, switch.moid)
    about = read_object(session, ref, "config.description", "portgroup")
    paths = ("config.description",) if host else ("vm", "config.description")
    groups = read_objects(session, paths, about["portgroup"] or [])
    hosts = read_objects(
        session,
        ("name", "vm", "config.network.vnic"),
        [
            session.ref(vim.HostSystem, member.host)
            for member in switch.members
            if member.host == host or not host
        ],
    )
    holders = hosts if host else [*groups, *hosts]
    seen = {vm._GetMoId(): vm for row in holders for vm in row["vm"] or []}
    group_ids = {group.moid for group in groups}
    users = []
    for row in read_objects(session, ("name", "network", "runtime.host"), list(seen.values())):
        where = row["runtime.host"]
        for network in row["network"] or []:
            if network._GetMoId() in group_ids:
                users.append(
                    User(
                        object_name(row["name"]),
                        row.moid,
                        network._GetMoId(),
                        where._GetMoId() if where is not None else "",
                    )
                )
    for host_row in hosts:
        for nic in host_row["config.network.vnic"] or []:
            port = nic.spec.distributedVirtualPort if nic.spec else None
            if port is not None and port.switchUuid == switch.uuid:
                name = f"{object_name(host_row['name'])}/{nic.device}"
                users.append(User(name, "", port.portgroupKey or "", host_row.moid))
    descriptions = {group.moid: group["config.description"] or "" for group in groups}
    descriptions[switch.moid] = about["config.description"] or ""
    return SwitchUse(tuple(users), descriptions)


def shut_down(session: Session, moid: str, name: str, ctx: JobContext) -> None:
    """Turn a machine off: its guest is asked first, where VMware Tools can tell it to.

    Raises:
        AppError: vCenter refused.
        Cancelled: the user asked to stop; the machine may go off nevertheless.
    """
    doing = Text("Powering off {name}", name=name)
    ref = session.ref(vim.VirtualMachine, moid)
    with explained(doing):
        row = read_object(session, ref, "runtime.powerState", "guest.toolsRunningStatus")
        if str(row["runtime.powerState"]) == "poweredOff":
            return
        if row["guest.toolsRunningStatus"] == "guestToolsRunning" and _ask_guest(
            session, ref, doing, ctx
        ):
            return
        try:
            wait_for_task(session, ref.PowerOffVM_Task(), doing, ctx)
        except (AppError, vmodl.MethodFault):
            # somebody, or the guest at last, was quicker: off is what was wanted
            state = read_object(session, ref, "runtime.powerState")["runtime.powerState"]
            if str(state) != "poweredOff":
                raise


def _ask_guest(session: Session, ref: Any, doing: Text, ctx: JobContext) -> bool:
    try:
        ref.ShutdownGuest()
        changes = watch(session, ref, ("runtime.powerState",), doing, ctx, timeout_s=_SHUTDOWN_S)
        return any(str(seen["runtime.powerState"]) == "poweredOff" for seen in changes)
    except (vmodl.MethodFault, RemoteError):
        return False  # it cannot, or does not in time: power off then


def destroy_machine(session: Session, moid: str, name: str, ctx: JobContext, step: str) -> None:
    """Delete a machine that is off, with its files; waits while an abandoned import locks it.

    ``step`` is the key of the step that waits then.

    Raises:
        AppError: vCenter refused.
        Cancelled: the user asked to stop.
    """
    doing = Text("Removing virtual machine {name}", name=name)
    deadline = time.monotonic() + _LOCKED_S
    while True:
        try:
            with explained(doing):
                task = session.ref(vim.VirtualMachine, moid).Destroy_Task()
            wait_for_task(session, task, doing, ctx)
        except AppError as error:
            if isinstance(error.__cause__, vmodl.fault.ManagedObjectNotFound):
                return
            if not isinstance(error.__cause__, vim.fault.TaskInProgress):
                raise
            if time.monotonic() > deadline:
                raise
            ctx.report(Progress(step, None, ABANDONED))
            ctx.pause(_TICK_S)
        else:
            return


def leave_host(
    session: Session, switch: SwitchState, host: str, name: str, ctx: JobContext
) -> None:
    """End a host's membership of a switch.

    Raises:
        AppError: vCenter refused, for instance because a machine there uses it.
    """
    doing = Text("Removing host {host} from {switch}", host=name, switch=switch.name)
    reconfigure_member(session, switch, host, "remove", list, doing, ctx)


def unplug_nics(
    session: Session, switch: SwitchState, host: str, name: str, nics: NicMap, ctx: JobContext
) -> None:
    """Take physical NICs of a member off a switch; its other ones stay where they are.

    Raises:
        AppError: vCenter refused.
    """
    doing = Text("Removing NICs of host {host} from {switch}", host=name, switch=switch.name)
    ours = {device for _, device in nics}

    def without_ours(present: list[Any]) -> list[Any]:
        return [spec for spec in present if spec.pnicDevice not in ours]

    reconfigure_member(session, switch, host, "edit", without_ours, doing, ctx)


def remove_port_group(session: Session, moid: str, name: str, ctx: JobContext) -> None:
    """Delete a port group.

    Raises:
        AppError: vCenter refused, for instance because it is used.
    """
    _destroy(session, _PORT_GROUP, moid, Text("Removing port group {name}", name=name), ctx)


def remove_switch(session: Session, switch: SwitchState, ctx: JobContext) -> None:
    """Delete a switch that has nothing on it but its uplink port group, which goes with it.

    Raises:
        AppError: vCenter refused, for instance because it is used.
    """
    doing = Text("Removing distributed switch {name}", name=switch.name)
    _destroy(session, switch.kind, switch.moid, doing, ctx)


def _destroy(session: Session, kind: Any, moid: str, doing: Text, ctx: JobContext) -> None:
    try:
        with explained(doing):
            task = session.ref(kind, moid).Destroy_Task()
        wait_for_task(session, task, doing, ctx)
    except AppError as error:
        if not isinstance(error.__cause__, vmodl.fault.ManagedObjectNotFound):
            raise
