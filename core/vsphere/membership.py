"""Hosts as members of a distributed switch, with the physical NICs that are its uplinks there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from pyVmomi import vim

from core.errors import AppError, RemoteError
from core.jobs import JobContext
from core.profile.model import NicMap
from core.text import Text, listed
from core.vsphere.faults import explained
from core.vsphere.retrieve import read_object
from core.vsphere.session import Session
from core.vsphere.switch import SwitchState, read_switch
from core.vsphere.tasks import wait_for_task

_Vds = vim.dvs.VmwareDistributedVirtualSwitch
_Member = vim.dvs.HostMember
_CONFLICT_RETRIES = 3


def join_host(
    session: Session, switch: SwitchState, host: str, name: str, wanted: NicMap, ctx: JobContext
) -> SwitchState:
    """Make ``host`` a member with each NIC on its uplink; NICs it has there already stay.

    No NIC that the host has on the switch is moved or unplugged: traffic may run through it.

    A host's uplink ports exist only once it has joined, so a mapping that is not simply "first
    NICs to first uplinks" takes two calls: join without NICs, then plug them in by port.

    Returns:
        The switch as read back afterwards.

    Raises:
        AppError: vCenter refused, a NIC or uplink is used otherwise, or the mapping read back is
            another one.
    """
    doing = Text("Adding host {host} to {switch}", host=name, switch=switch.name)
    in_order = tuple(uplink for uplink, _ in wanted) == switch.uplink_names[: len(wanted)]
    placed: frozenset[str] = frozenset()
    if switch.member(host) is None:
        # Which uplinks vCenter takes for these is its own affair. Until they are where they
        # belong they carry nothing: this call has just put them there.
        placed = frozenset(nic for _, nic in wanted)
        first = [_Member.PnicSpec(pnicDevice=nic) for _, nic in wanted] if in_order else []
        reconfigure_member(session, switch, host, "add", lambda _: first, doing, ctx)
        switch = read_switch(session, switch)
    if not switch.reports_nics and in_order:
        return switch  # the mapping cannot be read back here; the caller says so
    if not is_joined(switch, host, wanted):
        merged = partial(_merged_specs, session, switch, host, name, wanted, placed)
        reconfigure_member(session, switch, host, "edit", merged, doing, ctx)
        switch = read_switch(session, switch)
    if not is_joined(switch, host, wanted):
        member = switch.member(host)
        raise RemoteError(
            Text(
                "{doing}: vCenter reports {found} instead of {wanted}.",
                doing=doing,
                found=nics_text(member.nics if member else ()),
                wanted=nics_text(wanted),
            ),
            Text("Check the host's physical adapters in the switch's topology view."),
        )
    return switch


def is_joined(switch: SwitchState, host: str, wanted: NicMap) -> bool:
    """Whether the host is a member with every wanted NIC on its uplink."""
    member = switch.member(host)
    if member is None:
        return False
    return not switch.reports_nics or set(wanted) <= set(member.nics)


def nics_text(nics: NicMap) -> str:
    """``vmnic2 (Uplink 1), vmnic3 (Uplink 2)``."""
    return listed(f"{nic} ({uplink})" if uplink else nic for uplink, nic in nics) or "-"


def _merged_specs(
    session: Session,
    switch: SwitchState,
    host: str,
    name: str,
    wanted: NicMap,
    placed: frozenset[str],
    present: list[Any],
) -> list[Any]:
    """All NICs the member shall have: those it has, and those that are wanted.

    ``edit`` replaces the whole list, so leaving out a present NIC would unplug it. Only those of
    ``placed`` may be on another uplink than before.

    Raises:
        RemoteError: somebody has connected a NIC or an uplink otherwise since the plan was made.
    """
    ref = session.ref(switch.kind, switch.moid)
    criteria = vim.dvs.PortCriteria(uplinkPort=True, host=[session.ref(vim.HostSystem, host)])
    keys = {
        port.config.name: port.key
        for port in ref.FetchDVPorts(criteria) or []
        if port.config and port.config.name
    }
    names = {key: uplink for uplink, key in keys.items()}
    there = {
        spec.pnicDevice: names.get(spec.uplinkPortKey or "", "")
        for spec in present
        if spec.pnicDevice not in placed
    }
    for uplink, nic in wanted:
        for device, at in there.items():
            if at and (device == nic) != (at == uplink):
                raise _in_use(switch, name, device, at)
    added = {nic for _, nic in wanted}
    return [
        *(spec for spec in present if spec.pnicDevice not in added),
        *(
            _Member.PnicSpec(
                pnicDevice=nic,
                uplinkPortKey=keys.get(uplink),
                uplinkPortgroupKey=switch.uplink_group or None,
            )
            for uplink, nic in wanted
        ),
    ]


def _in_use(switch: SwitchState, host: str, nic: str, uplink: str) -> RemoteError:
    return RemoteError(
        Text(
            "{nic} of host {host} is on {uplink} of {switch} now; it was not touched.",
            nic=nic,
            host=host,
            uplink=uplink,
            switch=switch.name,
        ),
        Text("Give the NIC the uplink it has, or move it in vCenter first."),
    )


NicChange = Callable[[list[Any]], list[Any]]
"""From the NIC specifications a member has at this moment to those it shall have."""


def reconfigure_member(
    session: Session,
    switch: SwitchState,
    host: str,
    operation: str,
    change: NicChange,
    doing: Text,
    ctx: JobContext,
) -> None:
    """One host, one task, on top of what the member has at this moment.

    NICs and configuration version are read in one call, and anew after a conflict: so the version
    guards against a change that somebody else makes in between.

    Raises:
        AppError: vCenter refused.
    """
    ref = session.ref(switch.kind, switch.moid)
    for attempts_left in reversed(range(_CONFLICT_RETRIES)):
        config = read_object(session, ref, "config")["config"]
        present = [
            spec
            for member in getattr(config, "host", None) or []
            if member.config.host._GetMoId() == host
            for spec in getattr(member.config.backing, "pnicSpec", None) or []
        ]
        backing = None
        if operation != "remove":
            backing = _Member.PnicBacking(pnicSpec=change(present))
        member = _Member.ConfigSpec(
            operation=operation, host=session.ref(vim.HostSystem, host), backing=backing
        )
        version = getattr(config, "configVersion", None) or ""
        spec = _Vds.ConfigSpec(configVersion=version, host=[member])
        try:
            with explained(doing):
                task = ref.ReconfigureDvs_Task(spec)
            wait_for_task(session, task, doing, ctx)
        except AppError as error:
            conflict = isinstance(error.__cause__, vim.fault.ConcurrentAccess)
            if not conflict or not attempts_left:
                raise
        else:
            return
