"""The machines of one appliance: the one in use, one being prepared, and those it replaced."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct
from pyVmomi import vim

from core.text import Text
from core.vsphere.entity_names import object_name
from core.vsphere.faults import explained
from core.vsphere.library import DEPLOY_MARK
from core.vsphere.machine import IMPORTING, READY, MachineState, find_machine, read_machine
from core.vsphere.retrieve import Way, read_along, read_objects
from core.vsphere.session import Session

REPLACED_KEY = "haproxy-setup.replaced"
"""Our mark on a machine that a redeployment has put aside."""

REPLACES_KEY = "haproxy-setup.replaces"
"""Our mark on a machine that a redeployment makes: the name that it is to take."""


class Relatives(Struct, frozen=True):
    """Machines of a folder by their part; ``replaced`` are put aside, the newest last.

    ``names`` are those of all machines in the folder, strangers' too.
    """

    current: MachineState | None
    prepared: MachineState | None
    replaced: tuple[MachineState, ...]
    names: frozenset[str] = frozenset()

    @property
    def all(self) -> tuple[MachineState, ...]:
        """Every one that is there."""
        found = (self.current, self.prepared, *self.replaced)
        return tuple(machine for machine in found if machine is not None)


def prepared_name(name: str) -> str:
    """The name of a machine that is about to replace ``name``."""
    return f"{name}-new"


def replaced_name(name: str, date: str) -> str:
    """The name of a machine that was replaced on a date (``20260131``)."""
    return f"{name}-old-{date}"


def is_replaced_name(name: str, base: str) -> bool:
    """Whether a machine ``base`` that was replaced may be called that."""
    return re.fullmatch(rf"{re.escape(base)}-old-\d{{8}}(-\d+)?", name) is not None


def is_prepared(machine: MachineState, base: str) -> bool:
    """Whether a redeployment made a machine to take the name ``base``.

    Another profile's appliance may be called that too, and is none of the family. One that a
    content library made has no marks until it has its settings.
    """
    if machine.name != prepared_name(base):
        return False
    is_new = not machine.mark and machine.annotation.startswith(DEPLOY_MARK)
    is_marked = machine.mark in {IMPORTING, READY}
    return is_new or (is_marked and machine.extra_config.get(REPLACES_KEY) == base)


def is_put_aside(machine: MachineState, base: str) -> bool:
    """Whether a redeployment put a machine aside that was called ``base``: the name is not all."""
    return is_replaced_name(machine.name, base) and bool(machine.extra_config.get(REPLACED_KEY))


_CHILDREN: tuple[Way, ...] = ((vim.Folder, "childEntity", ()),)


def is_one_prepared(session: Session, folder: str, name: str) -> bool:
    """Whether there may be a machine that is about to replace ``name``, in one call.

    From putting the old one aside to naming the new one, and on the way back, there always is.
    """
    return bool(find_machine(session, folder, prepared_name(name)))


def find_relatives(
    session: Session, folder: str, name: str, further: Iterable[str] = ()
) -> Relatives:
    """The machines of that name's family in a folder, in a few calls however many there are.

    Besides the one of that name these are what bears a redeployment's mark (F16). The names of all
    machines in the folder are read, since one put aside has a date in its name: for whom something
    speaks for such a machine (``is_one_prepared``).

    Args:
        session: the login.
        folder: its id.
        name: the machine's name.
        further: ids of machines which count as replaced, whatever they are called and wherever
            they are, if they exist.
    """
    ref = session.ref(vim.Folder, folder)
    with explained(Text("Looking for virtual machine {name}", name=name)):
        rows = read_along(session, ref, _CHILDREN, {vim.VirtualMachine: ("name",)})
        elsewhere = [session.ref(vim.VirtualMachine, moid) for moid in further]
        others = [row.moid for row in read_objects(session, ("name",), elsewhere)]
    names = {row.moid: object_name(row["name"]) for row in rows}
    old = sorted((n, moid) for moid, n in names.items() if is_replaced_name(n, name))
    current = next((moid for moid, n in names.items() if n == name), "")
    called_new = next((moid for moid, n in names.items() if n == prepared_name(name)), "")
    prepared = read_machine(session, called_new) if called_new else None
    if prepared is not None and not is_prepared(prepared, name):
        prepared = None
    known = {current, prepared.moid if prepared is not None else ""}
    maybe = dict.fromkeys([moid for _, moid in old] + others)
    replaced = [read_machine(session, moid) for moid in maybe if moid not in known]
    return Relatives(
        read_machine(session, current) if current else None,
        prepared,
        tuple(m for m in replaced if m.moid in others or is_put_aside(m, name)),
        frozenset(names.values()),
    )
