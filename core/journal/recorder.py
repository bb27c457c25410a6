"""Writes a journal while a plan is applied: what a step will make, then what it made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from core.journal.entry import HOST, ITEM, MACHINE, PORT_GROUP, SWITCH, Entry, now
from core.journal.store import JournalStore
from core.profile.model import Profile
from core.text import Text

if TYPE_CHECKING:
    from core.plan.facts import Facts
    from core.plan.step import Step


class Recorder:
    """The journal of a deployment that is running; see ``JournalStore`` for what it survives."""

    def __init__(self, profile: Profile, vcenter: str, path: str = "") -> None:
        self._store = JournalStore(profile, vcenter, path)
        self._store.refuse_copy()
        self._store.take_over()
        self._intended: Entry | None = None
        self._is_resumed = False

    @property
    def remark(self) -> Text | None:
        """What a person should hear about the file, if anything."""
        return self._store.remark

    @remark.setter
    def remark(self, text: Text | None) -> None:
        self._store.remark = text

    def will_run(self, step: Step, before: Facts) -> None:
        """Note what a step is about to make; nothing for steps that make nothing."""
        self._intended, self._is_resumed = None, False
        kind = _kind_of(step.key)
        if not kind or not step.action.changes:
            return
        entry = Entry(kind, step.object_name, started=now(), profile=self._sha256)
        if kind == HOST:
            host = _host_id(before, step.object_name)
            member = before.switch.member(host) if before.switch else None
            entry = structs.replace(entry, moid=host, joined=member is None)
        if kind in {HOST, PORT_GROUP} and before.switch is not None:
            entry = structs.replace(entry, switch=before.switch.uuid)
        if kind == ITEM and before.library is not None:
            entry = structs.replace(entry, library=before.library.library.id)
        known = self._store.journal.find(kind, entry.name, entry.switch)
        self._is_resumed = known is not None and known.is_open
        if known is not None and (kind == HOST or known.is_open):
            # a run that was killed meant the same: what it found is how things were before
            entry = structs.replace(
                known,
                made="",
                joined=known.joined or entry.joined,
                switch=entry.switch,
                library=entry.library,
            )
            self._store.journal.put(entry, known)
        else:
            self._store.journal.put(entry)
        self._intended = entry
        self._store.save()

    def has_run(self, before: Facts, after: Facts, *, made: bool = True) -> None:
        """Note what the step just announced has really made; ``made`` False: it only found it."""
        if self._intended is None:
            return
        if not made and not self._is_resumed:
            self._store.journal.entries.remove(self._intended)
            self._intended = None
            self._store.save()
            return
        entry = _made(self._intended, before, after)
        if entry is None:
            return
        self._store.journal.put(structs.replace(entry, made=now()), self._intended)
        self._intended = None
        self._store.save()

    def has_made_machine(self, moid: str) -> bool:
        """Whether this deployment made that machine; a mere intention does not count."""
        return self._store.journal.has_made(MACHINE, moid)

    @property
    def is_resumed(self) -> bool:
        """Whether what is being made now was begun by an earlier run on this computer."""
        return self._is_resumed

    @property
    def _sha256(self) -> str:
        return self._store.journal.origin.sha256


def _kind_of(key: str) -> str:
    exact = {"switch": SWITCH, "import": ITEM, "deploy": MACHINE}
    if key in exact:
        return exact[key]
    for prefix, kind in (("port-group-", PORT_GROUP), ("host-", HOST)):
        if key.startswith(prefix):
            return kind
    return ""


def _made(intended: Entry, before: Facts, after: Facts) -> Entry | None:
    """The entry completed by what is there now; None where the step found it there already."""
    switch = after.switch
    if intended.kind == SWITCH and switch is not None and before.switch is None:
        return structs.replace(intended, moid=switch.moid, switch=switch.uuid)
    if intended.kind == PORT_GROUP and switch is not None:
        group = switch.port_group(intended.name)
        if group is not None:
            return structs.replace(intended, moid=group.moid, switch=switch.uuid)
    if intended.kind == HOST and switch is not None:
        was = before.switch.member(intended.moid) if before.switch else None
        member = switch.member(intended.moid)
        new = [n for n in (member.nics if member else ()) if n not in (was.nics if was else ())]
        return structs.replace(
            intended, nics=tuple(dict.fromkeys((*intended.nics, *new))), switch=switch.uuid
        )
    if intended.kind == ITEM and after.library is not None and after.library.item is not None:
        return structs.replace(intended, moid=after.library.item.id)
    if intended.kind == MACHINE and after.machine is not None:
        return structs.replace(intended, moid=after.machine.moid)
    return None


def _host_id(facts: Facts, name: str) -> str:
    return next((host.moid for host in facts.hosts if host.name == name), "")
