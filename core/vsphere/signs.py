"""Signs of life of an import that somebody else may still be carrying out, seen from vCenter only.

An abandoned import and a running one look the same but for this: whoever is there goes on telling
vCenter how far it is.
"""

from __future__ import annotations

from typing import Any

from pyVmomi import vim, vmodl

from core.vsphere.retrieve import read_object, read_objects
from core.vsphere.session import Session

_RUNNING = ("running", "queued")


class SignsOfLife:
    """The tasks on a machine, looked at again and again.

    ``is_running``: one of them runs. ``is_alive``: since the first look one has moved on, or has
    ended well, so that somebody is working on the machine.
    """

    def __init__(self, session: Session, machine: str) -> None:
        self._session = session
        self._ref = session.ref(vim.VirtualMachine, machine)
        self._seen: dict[str, Any] = {}
        self.is_running = False
        self.is_alive = False

    def look(self) -> None:
        """Look once; a machine that is gone shows no sign."""
        self.is_running = False
        try:
            tasks = read_object(self._session, self._ref, "recentTask")["recentTask"] or []
            rows = read_objects(self._session, ("info.state", "info.progress"), tasks)
        except vmodl.fault.ManagedObjectNotFound:
            return
        for row in rows:
            state, progress = str(row["info.state"]), row["info.progress"]
            if state in _RUNNING:
                self.is_running = True
                known = self._seen.setdefault(row.moid, progress)
                self.is_alive = self.is_alive or known != progress
            elif row.moid in self._seen and state == "success":
                self.is_alive = True
