"""Taking back, after a cancel, a machine that vCenter had made before it heard of it."""

from __future__ import annotations

import contextlib
import http.client
import logging

from pyVmomi import vim, vmodl

from core.errors import AppError
from core.jobs import JobContext
from core.text import Text
from core.vsphere.machine import find_machine, read_machine
from core.vsphere.session import Session
from core.vsphere.tasks import wait_for_task

log = logging.getLogger(__name__)

_WAIT_S = 1.0


def take_back(session: Session, folder: str, name: str, annotation: str) -> Text | None:
    """Remove the machine of that name if it carries exactly that note, is off and idle.

    Returns:
        What became of it, and what can be done where it stays; None if there is no such machine.
    """
    stays = Text(
        "Virtual machine {name} stays. The next run goes on with it, undo removes it.", name=name
    )
    try:
        moid = find_machine(session, folder, name)
        machine = read_machine(session, moid) if moid else None
        if machine is None or machine.annotation != annotation:
            return None
        if machine.is_on or machine.is_busy:
            return stays
        task = session.ref(vim.VirtualMachine, moid).Destroy_Task()
    except (AppError, vmodl.MethodFault, OSError, http.client.HTTPException) as error:
        if _is_gone(error):
            return None
        log.info("%s could not be taken back: %s", name, type(error).__name__)
        return stays
    # vCenter deletes it from here on, whether it is watched or not
    with contextlib.suppress(AppError, vmodl.MethodFault, OSError, http.client.HTTPException):
        doing = Text("Removing the unfinished virtual machine")
        wait_for_task(session, task, doing, JobContext(), timeout_s=_WAIT_S)
    return Text("vCenter had made virtual machine {name} already; it was removed again.", name=name)


def _is_gone(error: BaseException) -> bool:
    gone = vmodl.fault.ManagedObjectNotFound
    return isinstance(error, gone) or isinstance(error.__cause__, gone)
