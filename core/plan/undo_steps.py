"""The steps of an undo: each removes one object we made, after another look at who uses it."""

from __future__ import annotations

from abc import abstractmethod
from enum import Enum

from msgspec import Struct, structs

from core.errors import AppError
from core.jobs import JobContext
from core.journal.entry import Entry, now
from core.journal.store import JournalStore
from core.structs import AbstractStructMeta
from core.text import Text, listed
from core.vsphere.host_names import read_host_names
from core.vsphere.inventory import Switch, read_inventory
from core.vsphere.library import ContentLibrary, Item
from core.vsphere.machine import find_by_id
from core.vsphere.removal import (
    SwitchUse,
    destroy_machine,
    leave_host,
    read_use,
    remove_port_group,
    remove_switch,
    shut_down,
    unplug_nics,
)
from core.vsphere.session import Session
from core.vsphere.switch import SwitchState, read_switch


class UndoAction(Enum):
    """What undo does with an object."""

    REMOVE = "remove"
    KEEP = "keep"


class UndoWork(Struct):
    """An undo that is being carried out; ``store`` is where it writes down what is gone."""

    session: Session
    ctx: JobContext
    store: JournalStore

    def is_gone(self, *entries: Entry | None) -> None:
        """Note in the journal that these are not there any more."""
        for entry in filter(None, entries):
            if entry in self.store.journal.entries:
                self.store.journal.put(structs.replace(entry, removed=now()), entry)
        self.store.save()


class UndoStep(Struct, metaclass=AbstractStructMeta, kw_only=True):
    """One object that would be removed, or that stays for a ``reason``."""

    key: str
    title: Text
    object_name: str
    reason: Text | None = None
    entry: Entry | None = None

    @property
    def action(self) -> UndoAction:
        """Whether it is removed or stays."""
        return UndoAction.KEEP if self.reason is not None else UndoAction.REMOVE

    @abstractmethod
    def run(self, work: UndoWork) -> Text | None:
        """Remove it, looking first; gives the reason why it has to stay after all.

        Raises:
            AppError: it could not be done.
            Cancelled: the user asked to stop; what is gone is gone, the rest is there.
        """

    def as_dict(self) -> dict[str, object]:
        """For ``--json``."""
        return {
            "key": self.key,
            "title": str(self.title),
            "object": self.object_name,
            "action": self.action.value,
            "reason": str(self.reason) if self.reason else None,
        }


class Kept(UndoStep):
    """Something that stays."""

    def run(self, work: UndoWork) -> Text | None:
        """Nothing to do."""
        return self.reason


class RemoveMachine(UndoStep, kw_only=True):
    """Delete a machine of ours; it is powered off first where that was agreed to."""

    moid: str
    power_off: bool
    is_on: bool = False

    def run(self, work: UndoWork) -> Text | None:
        """See ``UndoStep.run``."""
        machine = find_by_id(work.session, self.moid)
        if machine is not None and machine.is_on:
            if not self.power_off:
                return Text("it was powered on meanwhile")
            shut_down(work.session, self.moid, self.object_name, work.ctx)
        if machine is not None:
            destroy_machine(work.session, self.moid, self.object_name, work.ctx, self.key)
        work.is_gone(self.entry)
        return None


class RemoveItem(UndoStep, kw_only=True):
    """Delete the library item we imported."""

    item: Item

    def run(self, work: UndoWork) -> Text | None:
        """See ``UndoStep.run``."""
        content = ContentLibrary(work.session)
        try:
            content.delete_item(self.item.id)
        except AppError:
            if content.has_item(self.item.id):
                raise
        work.is_gone(self.entry)
        return None


class _OnSwitch(UndoStep, kw_only=True):
    """Something of a switch; ``machines`` are those that undo itself removes."""

    switch: Switch
    machines: frozenset[str]


class LeaveHost(_OnSwitch, kw_only=True):
    """End a membership we began, or take our NICs out of one that was there."""

    host: str

    def run(self, work: UndoWork) -> Text | None:
        """See ``UndoStep.run``."""
        entry = self.entry
        if entry is None:
            raise RuntimeError("only the journal knows of memberships")
        switch = read_switch(work.session, self.switch)
        reason = find_host_users(
            switch, read_use(work.session, switch, self.host), entry, self.host, frozenset()
        )
        if reason is not None:
            return reason
        member = switch.member(self.host)
        if member is not None and entry.joined:
            leave_host(work.session, switch, self.host, self.object_name, work.ctx)
        elif member is not None:
            nics = tuple(pair for pair in entry.nics if pair in member.nics)
            if nics:
                unplug_nics(work.session, switch, self.host, self.object_name, nics, work.ctx)
        work.is_gone(entry)
        return None


class RemovePortGroup(_OnSwitch, kw_only=True):
    """Delete a port group we made."""

    group: str

    def run(self, work: UndoWork) -> Text | None:
        """See ``UndoStep.run``."""
        switch = read_switch(work.session, self.switch)
        if any(group.moid == self.group for group in switch.port_groups):
            users = read_use(work.session, switch).of_group(self.group)
            if users:
                return used_by(users)
            remove_port_group(work.session, self.group, self.object_name, work.ctx)
        work.is_gone(self.entry)
        return None


class RemoveSwitch(_OnSwitch):
    """Delete the switch we made, when nothing is on it any more."""

    def run(self, work: UndoWork) -> Text | None:
        """See ``UndoStep.run``."""
        if any(s.moid == self.switch.moid for s in read_inventory(work.session).switches):
            switch = read_switch(work.session, self.switch)
            use = read_use(work.session, switch)
            reason = find_switch_users(work.session, switch, use, (), (), frozenset())
            if reason is not None:
                return reason
            remove_switch(work.session, switch, work.ctx)
        work.is_gone(self.entry)
        return None


def find_host_users(
    switch: SwitchState, use: SwitchUse, entry: Entry, host: str, machines: frozenset[str]
) -> Text | None:
    """Why a host has to stay on the switch; None if nothing needs it there."""
    users, member = use.of_host(host, machines), switch.member(host)
    ours = {device for _, device in entry.nics}
    others = [device for _, device in (member.nics if member else ()) if device not in ours]
    if users and (entry.joined or not others):
        return used_by(users)
    if member is None or not entry.joined or not switch.reports_nics:
        return None
    # an entry without NICs was interrupted between joining and plugging them in
    if others and entry.nics:
        return Text("somebody connected {nics} since", nics=listed(others))
    return None


def find_switch_users(
    session: Session,
    switch: SwitchState,
    use: SwitchUse,
    leaving: tuple[str, ...],
    going: tuple[str, ...],
    machines: frozenset[str],
) -> Text | None:
    """Why the switch has to stay; None if nothing but its uplink port group is left on it."""
    groups = [group.name for group in switch.port_groups if group.moid not in going]
    if groups:
        return Text(
            "it has the port group {names}",
            "it has the port groups {names}",
            names=listed(groups),
            count=len(groups),
        )
    hosts = [member.host for member in switch.members if member.host not in leaving]
    if hosts:
        names = sorted(read_host_names(session, hosts).values())
        return Text(
            "it has the host {names}",
            "it has the hosts {names}",
            names=listed(names),
            count=len(names),
        )
    users = [user.name for user in use.users if user.machine not in machines]
    return used_by(tuple(sorted(set(users)))) if users else None


def used_by(users: tuple[str, ...]) -> Text:
    """The reason to keep what these use."""
    return Text("it is used by {names}", names=listed(users))
