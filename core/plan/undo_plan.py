"""Planning to take a deployment back: only what this program made, what nobody uses since.

What the machine is, its own mark says. That a switch, port group, membership or library item was
made here, only the journal can say; without one, they stay and are named.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from msgspec import Struct

from core.errors import NotFound
from core.findings import Finding, Severity, has_errors, rule
from core.jobs import JobContext, Progress
from core.journal.entry import HOST, ITEM, MACHINE, PORT_GROUP, SWITCH, Entry
from core.journal.store import JournalStore, files_behind
from core.plan.lookup import Lookup
from core.plan.undo_privileges import find_missing_undo_privileges
from core.plan.undo_steps import (
    Kept,
    LeaveHost,
    RemoveItem,
    RemoveMachine,
    RemovePortGroup,
    RemoveSwitch,
    UndoAction,
    UndoStep,
    find_host_users,
    find_switch_users,
    used_by,
)
from core.profile.model import CREATE, Profile
from core.text import Text
from core.vsphere.host_names import read_host_names
from core.vsphere.inventory import Inventory, Switch, read_inventory
from core.vsphere.library import DEPLOY_MARK, IMPORT_MARK, ContentLibrary, Item, Library
from core.vsphere.machine import IMPORTING, READY, MachineState
from core.vsphere.relatives import find_relatives
from core.vsphere.removal import (
    SwitchUse,
    read_use,
)
from core.vsphere.session import Session
from core.vsphere.switch import MADE_MARK, SwitchState, read_switch, read_uuids

log = logging.getLogger(__name__)

MACHINE_RUNS = rule(
    "undo-machine-runs",
    Severity.ERROR,
    cause=Text("The appliance is powered on: the Supervisor may be using it at this moment."),
    cure=Text(
        "If nothing needs it any more, agree to powering it off; or power it off in vCenter and "
        "try again."
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
MADE_BY_OTHER = rule(
    "undo-made-by-other",
    Severity.WARNING,
    cause=Text(
        "The machine was deployed with another profile, which is there still. This one names the "
        "same machine, as a copy does."
    ),
    cure=Text("Make sure that nobody needs it any more before you agree."),
)

_NO_PROOF = Text("nothing here says that this program made it")


class UndoPlan(Struct, frozen=True):
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
        self._store.refuse_stranger()
        self._journal = self._store.journal
        self._findings: list[Finding] = []
        self._gone: list[Entry] = []
        self._machines: set[str] = set()

    def plan(self) -> UndoPlan:
        self._ctx.report(Progress("plan", None, Text("Reading the inventory")))
        inventory = read_inventory(self._session)
        lookup = Lookup(inventory, self._profile)
        datacenter = lookup.datacenter()
        folder = lookup.folder(self._session, datacenter) if datacenter else ""
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
        going = [step for step in steps if step.action is UndoAction.REMOVE]
        user = self._profile.vcenter.user
        self._findings += find_missing_undo_privileges(self._session, user, going)
        return UndoPlan(tuple(steps), tuple(self._findings), self._store, tuple(self._gone))

    def _of_machines(self, folder: str) -> Iterator[UndoStep]:
        entries = {entry.moid: entry for entry in self._journal.there(MACHINE) if entry.moid}
        found = find_relatives(self._session, folder, self._profile.vm.name, entries).all
        self._gone += [e for moid, e in entries.items() if moid not in {m.moid for m in found}]
        others = files_behind(self._profile, self._session.about.instance_uuid)
        for machine in found:
            entry = entries.get(machine.moid)
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
            if entry is None and machine.moid in others:
                what = Text(
                    "Virtual machine {name} was deployed with {path}.",
                    name=machine.name,
                    path=others[machine.moid],
                )
                self._findings.append(MADE_BY_OTHER.found("vm.name", what=what))
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
                is_on=machine.is_on,
            )

    def _of_items(self) -> Iterator[UndoStep]:
        for entry in list(self._journal.there(ITEM)):
            content = ContentLibrary(self._session)
            if entry.moid:
                item = _known_item(content, entry)
            else:
                library = self._library_of(content, entry)
                if library is None:
                    continue  # not known where to look: not known to be gone either
                item = _marked_item(content, library, entry)
            if item is None:
                self._gone.append(entry)
                continue
            yield RemoveItem(
                key=f"item-{item.id}",
                title=Text("Library item {name}", name=item.name),
                object_name=item.name,
                entry=entry,
                item=item,
            )

    def _library_of(self, content: ContentLibrary, entry: Entry) -> Library | None:
        """The library an item was to come into: the journal's, or the profile's before it said."""
        if entry.library:
            return Library(entry.library, "")
        name = self._profile.ova.library
        return content.find_library(name) if name else None

    def _switches(self, inventory: Inventory, datacenter: str) -> Iterator[Switch]:
        """Every switch the journal knows something on, and the profile's."""
        uuids = {e.switch for kind in (SWITCH, PORT_GROUP, HOST) for e in self._journal.there(kind)}
        known = {e.moid for e in self._journal.there(SWITCH)}
        name = self._profile.switch.name
        found = read_uuids(self._session, inventory.switches)
        for switch in inventory.switches:
            is_named = switch.name == name and switch.datacenter == datacenter
            if is_named or switch.moid in known or found.get(switch.moid) in uuids:
                yield switch
        there = set(found.values())
        for kind in (SWITCH, PORT_GROUP, HOST):
            self._gone += [
                e for e in self._journal.there(kind) if e.switch and e.switch not in there
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
        names = read_host_names(self._session, [member.host for member in state.members])
        for entry in reversed(list(self._journal.there(HOST))):
            is_here = entry.switch == state.uuid or (not entry.switch and self._is_named(state))
            if not is_here:
                continue
            member = state.member(entry.moid)
            untouched = member is None or (
                not entry.joined and not set(entry.nics) & set(member.nics)
            )
            if untouched:
                self._gone.append(entry)
                continue
            name = names.get(entry.moid, entry.name)
            title = Text("Host {name} on switch {switch}", name=name, switch=state.name)
            key = f"host-{entry.moid}-{switch.moid}"
            reason = find_host_users(state, use, entry, entry.moid, frozenset(self._machines))
            if reason is not None:
                yield Kept(
                    key=key, title=title, object_name=name, reason=reason,
                    entry=entry,
                )  # fmt: skip
                continue
            yield LeaveHost(
                key=key,
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
                    key=key, title=title, object_name=group.name, reason=used_by(users),
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
        key = f"switch-{switch.moid}"
        entry = self._made_entry(SWITCH, state.moid, state.name, state, use)
        if entry is None:
            if self._is_named(state) and self._profile.switch.mode == CREATE:
                yield Kept(key=key, title=title, object_name=state.name, reason=_NO_PROOF)
            return
        machines = frozenset(self._machines)
        reason = find_switch_users(self._session, state, use, leaving, going, machines)
        if reason is not None:
            yield Kept(key=key, title=title, object_name=state.name, reason=reason, entry=entry)
            return
        yield RemoveSwitch(
            key=key,
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


def _known_item(content: ContentLibrary, entry: Entry) -> Item | None:
    """The item of the entry's id, in whatever library and by whatever name it is now."""
    there = content.has_item(entry.moid)
    return Item(entry.moid, entry.name, "ovf", IMPORT_MARK, {}) if there else None


def _marked_item(content: ContentLibrary, library: Library, entry: Entry) -> Item | None:
    """The item a killed run left without telling its id; only our mark proves that it is ours."""
    try:
        item = content.find_item(library, entry.name)
    except NotFound:
        return None  # the library is gone, and the item with it
    return item if item is not None and item.description == IMPORT_MARK else None


def is_ours(machine: MachineState, entry: Entry | None) -> bool:
    """Whether this program made a machine: by its mark, or by the journal."""
    marked = machine.mark in {IMPORTING, READY} or machine.annotation.startswith(DEPLOY_MARK)
    return marked or entry is not None
