"""Taking a deployment back: only what this program made, only what nobody uses since.

What the machine is, its own mark says. That a switch, port group, membership or library item was
made here, only the journal can say; without one, they stay and are named.
"""

from __future__ import annotations

import dataclasses
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from core.errors import AppError, InvalidInput, StepFailed
from core.findings import Finding, Severity, has_errors, rule
from core.jobs import Cancelled, JobContext, Progress, StepEvent, StepState
from core.journal.entry import HOST, ITEM, MACHINE, PORT_GROUP, SWITCH, Entry, now
from core.journal.store import JournalStore
from core.plan.lookup import Lookup
from core.profile.model import CREATE, Profile
from core.text import Text, listed
from core.vsphere.faults import explained
from core.vsphere.inventory import Inventory, Switch, read_hosts, read_inventory
from core.vsphere.library import DEPLOY_MARK, IMPORT_MARK, ContentLibrary, Item
from core.vsphere.machine import IMPORTING, READY, MachineState, read_machine
from core.vsphere.relatives import find_relatives
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
from core.vsphere.switch import MADE_MARK, SwitchState, read_switch

log = logging.getLogger(__name__)

MACHINE_RUNS = rule(
    "undo-machine-runs",
    Severity.ERROR,
    cause=Text("The appliance is powered on: the Supervisor may be using it at this moment."),
    cure=Text(
        "If nothing needs it any more, give --power-off; or power it off in vCenter and try again."
    ),
)
NO_JOURNAL = rule(
    "undo-no-journal",
    Severity.NOTE,
    cause=Text(
        "This computer has no journal of the deployment, so only the virtual machine, which "
        "carries a mark, is certain to have been made by this program."
    ),
    cure=Text("Undo on the computer that deployed, or remove the rest in vCenter by hand."),
)

_NO_PROOF = Text("nothing here says that this program made it")


class UndoAction(Enum):
    """What undo does with an object."""

    REMOVE = "remove"
    KEEP = "keep"


@dataclass
class UndoWork:
    """An undo that is being carried out; ``store`` is where it writes down what is gone."""

    session: Session
    ctx: JobContext
    store: JournalStore

    def is_gone(self, *entries: Entry | None) -> None:
        """Note in the journal that these are not there any more."""
        for entry in filter(None, entries):
            if entry in self.store.journal.entries:
                self.store.journal.put(dataclasses.replace(entry, removed=now()), entry)
        self.store.save()


@dataclass(kw_only=True)
class UndoStep(ABC):
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


@dataclass(kw_only=True)
class Kept(UndoStep):
    """Something that stays."""

    def run(self, work: UndoWork) -> Text | None:
        """Nothing to do."""
        return self.reason


@dataclass(kw_only=True)
class RemoveMachine(UndoStep):
    """Delete a machine of ours; it is powered off first where that was agreed to."""

    moid: str
    power_off: bool

    def run(self, work: UndoWork) -> Text | None:
        """See ``UndoStep.run``."""
        machine = _machine(work.session, self.moid)
        if machine is not None and machine.is_on:
            if not self.power_off:
                return Text("it was powered on meanwhile")
            shut_down(work.session, self.moid, self.object_name, work.ctx)
        if machine is not None:
            destroy_machine(work.session, self.moid, self.object_name, work.ctx)
        work.is_gone(self.entry)
        return None


@dataclass(kw_only=True)
class RemoveItem(UndoStep):
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


@dataclass(kw_only=True)
class _OnSwitch(UndoStep):
    """Something of a switch; ``machines`` are those that undo itself removes."""

    switch: Switch
    machines: frozenset[str]


@dataclass(kw_only=True)
class LeaveHost(_OnSwitch):
    """End a membership we began, or take our NICs out of one that was there."""

    host: str

    def run(self, work: UndoWork) -> Text | None:
        """See ``UndoStep.run``."""
        entry = self.entry
        if entry is None:
            raise RuntimeError("only the journal knows of memberships")
        switch = read_switch(work.session, self.switch)
        reason = find_host_users(
            switch, read_use(work.session, switch), entry, self.host, frozenset()
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


@dataclass(kw_only=True)
class RemovePortGroup(_OnSwitch):
    """Delete a port group we made."""

    group: str

    def run(self, work: UndoWork) -> Text | None:
        """See ``UndoStep.run``."""
        switch = read_switch(work.session, self.switch)
        if any(group.moid == self.group for group in switch.port_groups):
            users = read_use(work.session, switch).of_group(self.group)
            if users:
                return _used_by(users)
            remove_port_group(work.session, self.group, self.object_name, work.ctx)
        work.is_gone(self.entry)
        return None


@dataclass(kw_only=True)
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


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What would be removed, in order, and what stays; ``gone`` is not there any more."""

    steps: tuple[UndoStep, ...]
    findings: tuple[Finding, ...]
    store: JournalStore
    gone: tuple[Entry, ...] = ()

    @property
    def all_findings(self) -> tuple[Finding, ...]:
        """What concerns the whole."""
        return self.findings

    @property
    def is_blocked(self) -> bool:
        """Whether it cannot be carried out."""
        return has_errors(self.findings)

    @property
    def has_changes(self) -> bool:
        """Whether anything would be removed."""
        return any(step.action is UndoAction.REMOVE for step in self.steps)

    def as_dict(self) -> dict[str, object]:
        """For ``--json``."""
        return {
            "blocked": self.is_blocked,
            "changes": self.has_changes,
            "steps": [step.as_dict() for step in self.steps],
            "findings": [finding.as_dict() for finding in self.findings],
        }


@dataclass
class UndoOutcome:
    """What an undo did: titles of what is gone, and of what stays with the reason."""

    removed: list[Text] = field(default_factory=list)
    kept: list[tuple[Text, Text]] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """For ``--json``."""
        return {
            "removed": [str(title) for title in self.removed],
            "kept": [{"title": str(title), "reason": str(why)} for title, why in self.kept],
        }


def make_undo_plan(
    session: Session, profile: Profile, ctx: JobContext, *, power_off: bool = False, path: str = ""
) -> UndoPlan:
    """Compare what this program made for a profile with the vCenter; changes nothing there.

    Args:
        session: the login.
        profile: whose deployment is to be taken back.
        ctx: hears a cancel.
        power_off: whether a running appliance may be turned off.
        path: the profile's file, for the journal.

    Raises:
        AppError: the vCenter could not be read.
        Cancelled: the user asked to stop.
    """
    with session.patience.heeding(ctx):
        return _Planner(session, profile, ctx, power_off, path).plan()


class _Planner:
    """Collects the steps of one undo plan."""

    def __init__(
        self, session: Session, profile: Profile, ctx: JobContext, power_off: bool, path: str
    ) -> None:
        self._session = session
        self._profile = profile
        self._power_off = power_off
        self._ctx = ctx
        self._store = JournalStore(profile, session.about.instance_uuid, path)
        self._journal = self._store.journal
        self._findings: list[Finding] = []
        self._gone: list[Entry] = []
        self._machines: set[str] = set()

    def plan(self) -> UndoPlan:
        self._ctx.report(Progress("plan", None, Text("Reading the inventory")))
        inventory = read_inventory(self._session)
        lookup = Lookup(inventory, self._profile)
        datacenter = lookup.datacenter()
        folder = lookup.folder(datacenter) if datacenter else ""
        self._findings += lookup.findings
        if not self._store.was_there:
            self._findings.append(
                NO_JOURNAL.found(what=Text("There is no journal of this deployment here."))
            )
        steps: list[UndoStep] = []
        if folder:
            steps += self._of_machines(folder)
            self._ctx.check()
            steps += self._of_items()
            for switch in self._switches(inventory, datacenter.moid if datacenter else ""):
                self._ctx.check()
                steps += self._of_switch(switch)
        return UndoPlan(tuple(steps), tuple(self._findings), self._store, tuple(self._gone))

    def _of_machines(self, folder: str) -> Iterator[UndoStep]:
        entries = {entry.moid: entry for entry in self._journal.there(MACHINE) if entry.moid}
        found = find_relatives(self._session, folder, self._profile.vm.name, entries).all
        self._gone += [e for moid, e in entries.items() if moid not in {m.moid for m in found}]
        for machine in found:
            entry = entries.get(machine.moid) or self._open_machine(machine)
            title = Text("Virtual machine {name}", name=machine.name)
            if not is_ours(machine, entry):
                yield Kept(
                    key=f"machine-{machine.moid}",
                    title=title,
                    object_name=machine.name,
                    reason=_NO_PROOF,
                )
                continue
            self._machines.add(machine.moid)
            if machine.is_on and not self._power_off:
                self._findings.append(
                    MACHINE_RUNS.found(
                        "vm.name",
                        what=Text("Virtual machine {name} is powered on.", name=machine.name),
                    )
                )
            yield RemoveMachine(
                key=f"machine-{machine.moid}",
                title=title,
                object_name=machine.name,
                entry=entry,
                moid=machine.moid,
                power_off=self._power_off,
            )

    def _open_machine(self, machine: MachineState) -> Entry | None:
        entry = self._journal.find(MACHINE, machine.name)
        return entry if entry is not None and entry.is_open else None

    def _of_items(self) -> Iterator[UndoStep]:
        for entry in list(self._journal.there(ITEM)):
            content = ContentLibrary(self._session)
            library = content.find_library(self._profile.ova.library)
            item = content.find_item(library, entry.name) if library else None
            ours = item is not None and (
                item.id == entry.moid or (entry.is_open and item.description == IMPORT_MARK)
            )
            if item is None or not ours:
                self._gone.append(entry)
                continue
            yield RemoveItem(
                key="item",
                title=Text("Library item {name}", name=item.name),
                object_name=item.name,
                entry=entry,
                item=item,
            )

    def _switches(self, inventory: Inventory, datacenter: str) -> Iterator[Switch]:
        """Every switch the journal knows something on, and the profile's."""
        uuids = {e.switch for kind in (SWITCH, PORT_GROUP, HOST) for e in self._journal.there(kind)}
        known = {e.moid for e in self._journal.there(SWITCH)}
        name = self._profile.switch.name
        found = set()
        for switch in inventory.switches:
            is_named = switch.name == name and switch.datacenter == datacenter
            if is_named or switch.moid in known:
                found.add(read_switch(self._session, switch).uuid)
                yield switch
            elif uuids - found - {""}:
                uuid = read_switch(self._session, switch).uuid
                if uuid in uuids:
                    found.add(uuid)
                    yield switch
        for kind in (SWITCH, PORT_GROUP, HOST):
            self._gone += [
                e for e in self._journal.there(kind) if e.switch and e.switch not in found
            ]

    def _of_switch(self, switch: Switch) -> list[UndoStep]:
        state = read_switch(self._session, switch)
        use = read_use(self._session, state)
        hosts = list(self._of_hosts(switch, state, use))
        groups = list(self._of_groups(switch, state, use))
        leaving = tuple(
            step.host
            for step in hosts
            if isinstance(step, LeaveHost) and step.entry is not None and step.entry.joined
        )
        going = tuple(step.group for step in groups if isinstance(step, RemovePortGroup))
        return [*hosts, *groups, *self._of_switch_itself(switch, state, use, leaving, going)]

    def _of_hosts(self, switch: Switch, state: SwitchState, use: SwitchUse) -> Iterator[UndoStep]:
        members = [member.host for member in state.members]
        names = {host.moid: host.name for host in read_hosts(self._session, members)}
        for entry in reversed(list(self._journal.there(HOST))):
            if entry.switch and entry.switch != state.uuid:
                continue
            member = state.member(entry.moid)
            untouched = member is None or (
                not entry.joined and not set(entry.nics) & set(member.nics)
            )
            if untouched or not (entry.switch or self._is_named(state)):
                self._gone.append(entry)
                continue
            name = names.get(entry.moid, entry.name)
            title = Text("Host {name} on switch {switch}", name=name, switch=state.name)
            reason = find_host_users(state, use, entry, entry.moid, frozenset(self._machines))
            if reason is not None:
                yield Kept(
                    key=f"host-{entry.moid}", title=title, object_name=name, reason=reason,
                    entry=entry,
                )  # fmt: skip
                continue
            yield LeaveHost(
                key=f"host-{entry.moid}",
                title=title,
                object_name=name,
                entry=entry,
                switch=switch,
                machines=frozenset(self._machines),
                host=entry.moid,
            )

    def _of_groups(self, switch: Switch, state: SwitchState, use: SwitchUse) -> Iterator[UndoStep]:
        for group in reversed(state.port_groups):
            title = Text("Port group {name}", name=group.name)
            entry = self._made_entry(PORT_GROUP, group.moid, group.name, state, use)
            key = f"port-group-{group.moid}"
            if entry is None:
                planned = {
                    g.name for g in self._profile.switch.port_groups if g.mode == CREATE
                } if self._is_named(state) else set()  # fmt: skip
                if group.name in planned:
                    yield Kept(key=key, title=title, object_name=group.name, reason=_NO_PROOF)
                continue
            users = use.of_group(group.moid, self._machines)
            if users:
                yield Kept(
                    key=key, title=title, object_name=group.name, reason=_used_by(users),
                    entry=entry,
                )  # fmt: skip
                continue
            yield RemovePortGroup(
                key=key,
                title=title,
                object_name=group.name,
                entry=entry,
                switch=switch,
                machines=frozenset(self._machines),
                group=group.moid,
            )
        there = {group.moid for group in state.port_groups}
        self._gone += [
            e
            for e in self._journal.there(PORT_GROUP)
            if e.switch == state.uuid and e.is_there and e.moid not in there
        ]

    def _of_switch_itself(
        self,
        switch: Switch,
        state: SwitchState,
        use: SwitchUse,
        leaving: tuple[str, ...],
        going: tuple[str, ...],
    ) -> Iterator[UndoStep]:
        title = Text("Distributed switch {name}", name=state.name)
        entry = self._made_entry(SWITCH, state.moid, state.name, state, use)
        if entry is None:
            if self._is_named(state) and self._profile.switch.mode == CREATE:
                yield Kept(key="switch", title=title, object_name=state.name, reason=_NO_PROOF)
            return
        machines = frozenset(self._machines)
        reason = find_switch_users(self._session, state, use, leaving, going, machines)
        if reason is not None:
            yield Kept(
                key="switch", title=title, object_name=state.name, reason=reason, entry=entry
            )
            return
        yield RemoveSwitch(
            key="switch",
            title=title,
            object_name=state.name,
            entry=entry,
            switch=switch,
            machines=machines,
        )

    def _made_entry(
        self, kind: str, moid: str, name: str, switch: SwitchState, use: SwitchUse
    ) -> Entry | None:
        """The journal's entry for an object; an intended one counts if our description is there."""
        for entry in self._journal.there(kind):
            if entry.is_there and (entry.moid, entry.switch) == (moid, switch.uuid):
                return entry
            is_marked = use.descriptions.get(moid) == MADE_MARK
            if entry.is_open and entry.name == name and is_marked and self._is_named(switch):
                return entry
        return None

    def _is_named(self, switch: SwitchState) -> bool:
        return switch.name == self._profile.switch.name


def is_ours(machine: MachineState, entry: Entry | None) -> bool:
    """Whether this program made a machine: by its mark, or by the journal."""
    marked = machine.mark in {IMPORTING, READY} or machine.annotation.startswith(DEPLOY_MARK)
    return marked or entry is not None


def find_host_users(
    switch: SwitchState, use: SwitchUse, entry: Entry, host: str, machines: frozenset[str]
) -> Text | None:
    """Why a host has to stay on the switch; None if nothing needs it there."""
    users = use.of_host(host, machines)
    if users:
        return _used_by(users)
    member = switch.member(host)
    if member is None or not entry.joined or not switch.reports_nics:
        return None
    ours = {device for _, device in entry.nics}
    others = [device for _, device in member.nics if device not in ours]
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
        return Text("it has the port group(s) {names}", names=listed(groups))
    hosts = [member.host for member in switch.members if member.host not in leaving]
    if hosts:
        names = [host.name for host in read_hosts(session, hosts)]
        return Text("it has the host(s) {names}", names=listed(names))
    users = [user.name for user in use.users if user.machine not in machines]
    return _used_by(tuple(sorted(set(users)))) if users else None


def apply_undo(session: Session, plan: UndoPlan, ctx: JobContext) -> UndoOutcome:
    """Remove what the plan says, each after another look; safe to interrupt and repeat.

    Raises:
        StepFailed: something could not be removed; nothing after it was.
        Cancelled: the user asked to stop.
    """
    if plan.is_blocked:
        raise InvalidInput([f for f in plan.findings if f.is_error])
    work = UndoWork(session, ctx, plan.store)
    outcome = UndoOutcome()
    for step in plan.steps:
        reason = step.reason if step.action is UndoAction.KEEP else _run(step, work)
        if reason is not None:
            outcome.kept.append((step.title, reason))
        else:
            outcome.removed.append(step.title)
    if plan.gone:
        work.is_gone(*plan.gone)
    return outcome


def _run(step: UndoStep, work: UndoWork) -> Text | None:
    started = time.monotonic()

    def report(state: StepState, note: Text | None = None) -> None:
        work.ctx.report(StepEvent(step.key, state, time.monotonic() - started, note))

    report(StepState.RUNNING)
    try:
        work.ctx.check()
        with explained(step.title), work.session.patience.heeding(work.ctx):
            reason = step.run(work)
    except Cancelled:
        report(StepState.CANCELLED, Text("What is left is removed by the next undo."))
        raise
    except AppError as error:
        report(StepState.FAILED)
        log.info("undo of %s: %s", step.key, error.details)
        raise StepFailed(step.key, step.title, error) from error
    report(StepState.DONE if reason is None else StepState.SKIPPED, reason)
    log.info("undo of %s: %s", step.key, "done" if reason is None else "stays")
    return reason


def _machine(session: Session, moid: str) -> MachineState | None:
    try:
        return read_machine(session, moid)
    except AppError as error:
        from pyVmomi import vmodl

        if isinstance(error.__cause__, vmodl.fault.ManagedObjectNotFound):
            return None
        raise


def _used_by(users: tuple[str, ...]) -> Text:
    return Text("it is used by {names}", names=listed(users))
