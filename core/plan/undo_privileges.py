"""The privileges an undo needs, on what it removes and on what that stands in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pyVmomi import vim

from core.findings import Finding
from core.plan.permission import LIBRARY_PRIVILEGE_MISSING, Need, find_missing
from core.plan.privileges import CHANGE_MEMBERS, JOIN, POWER_OFF, REMOVE_MACHINE
from core.plan.undo_steps import (
    LeaveHost,
    RemoveItem,
    RemoveMachine,
    RemovePortGroup,
    RemoveSwitch,
    UndoStep,
)
from core.text import Text
from core.vsphere.entity_names import object_name
from core.vsphere.retrieve import read_objects
from core.vsphere.session import Session

_REMOVE_GROUP = ("DVPortgroup.Delete",)
_REMOVE_SWITCH = ("DVSwitch.Delete",)
_REMOVE_ITEM = ("ContentLibrary.DeleteLibraryItem",)


def find_missing_undo_privileges(
    session: Session, user: str, steps: Iterable[UndoStep]
) -> tuple[Finding, ...]:
    """A finding for each object on which the account lacks something."""
    needs = [need for step in steps for need in _needs(session, step)]
    return find_missing(session, user, [*needs, *_of_parents(session, needs)])


def _needs(session: Session, step: UndoStep) -> Iterator[Need]:
    name = step.title
    if isinstance(step, RemoveMachine):
        off = POWER_OFF if step.is_on else ()
        yield Need(session.ref(vim.VirtualMachine, step.moid), name, off + REMOVE_MACHINE)
    elif isinstance(step, RemovePortGroup):
        group = session.ref(vim.dvs.DistributedVirtualPortgroup, step.group)
        yield Need(group, name, _REMOVE_GROUP)
    elif isinstance(step, RemoveSwitch):
        yield Need(session.ref(step.switch.kind, step.switch.moid), name, _REMOVE_SWITCH)
    elif isinstance(step, LeaveHost):
        switch = Text("Distributed switch {name}", name=step.switch.name)
        host = Text("Host {name}", name=step.object_name)
        yield Need(session.ref(step.switch.kind, step.switch.moid), switch, CHANGE_MEMBERS)
        yield Need(session.ref(vim.HostSystem, step.host), host, JOIN)
    elif isinstance(step, RemoveItem):
        yield Need(session.content.rootFolder, name, _REMOVE_ITEM, LIBRARY_PRIVILEGE_MISSING)


_DELETIONS = frozenset({*REMOVE_MACHINE, *_REMOVE_GROUP, *_REMOVE_SWITCH})


def _of_parents(session: Session, needs: Iterable[Need]) -> Iterator[Need]:
    """To delete something, the privilege is wanted on its parent too (``Destroy_Task``)."""
    deleted: dict[type, dict[str, Need]] = {}
    for need in needs:
        if _DELETIONS.intersection(need.privileges):
            deleted.setdefault(type(need.ref), {})[need.moid] = need
    wanted: list[tuple[Any, tuple[str, ...]]] = []
    for by_moid in deleted.values():
        for row in read_objects(session, ("parent",), [need.ref for need in by_moid.values()]):
            kept = tuple(p for p in by_moid[row.moid].privileges if p in _DELETIONS)
            if row["parent"] is not None:
                wanted.append((row["parent"], kept))
    folders = {parent._GetMoId(): parent for parent, _ in wanted}
    names = {
        row.moid: object_name(row["name"])
        for row in read_objects(session, ("name",), list(folders.values()))
    }
    for parent, privileges in wanted:
        name = names.get(parent._GetMoId(), "")
        yield Need(parent, Text("folder {name}", name=name), privileges)
