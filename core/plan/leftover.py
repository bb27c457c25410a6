"""What an earlier run, or one elsewhere, has left half-made: waited for, or removed."""

from __future__ import annotations

import time

from pyVmomi import vim

from core.errors import AppError, RemoteError
from core.jobs import Progress
from core.plan.facts import with_machine
from core.plan.work import Work
from core.text import Text
from core.vsphere.lease import remove_machine
from core.vsphere.library import DEPLOY_MARK
from core.vsphere.machine import IMPORTING, MachineState
from core.vsphere.removal import ABANDONED
from core.vsphere.signs import SignsOfLife

_BUSY_S = 4 * 3600.0
_LEASE_S = 400.0
_TICK_S = 1.0


def is_being_deployed(machine: MachineState) -> bool:
    """Whether vCenter is still making it for us; any other task on it is not our business."""
    is_ours = machine.mark == IMPORTING or machine.annotation.startswith(DEPLOY_MARK)
    return machine.is_busy and not machine.is_on and is_ours


def remove_leftover(work: Work, machine: MachineState, step: str, *, is_own: bool = False) -> None:
    """Remove a half-made machine; vCenter locks it until the abandoned lease has run out.

    It may be no leftover: another workstation may be making it at this moment. Unless the journal
    says that a run on this computer was interrupted there, a running import is left alone until
    it ends, and respected if it moves. One that somebody powers on meanwhile is no leftover.
    ``is_own``: this very run began the import and has given it up.
    """
    signs = SignsOfLife(work.session, machine.moid)
    is_ours = is_own or (work.journal is not None and work.journal.is_resumed)
    deadline = time.monotonic() + _LEASE_S
    while True:
        signs.look()
        if signs.is_alive and not is_own:
            raise _another_run(machine.name)
        if is_ours or not signs.is_running:
            try:
                remove_machine(work.session, machine.moid, work.ctx)
            except AppError as error:
                locked = isinstance(
                    error.__cause__,
                    vim.fault.TaskInProgress | vim.fault.InvalidState | vim.fault.ResourceInUse,
                )
                if not locked or time.monotonic() > deadline:
                    raise
            else:
                return
        elif time.monotonic() > deadline:
            raise _another_run(machine.name)
        work.ctx.report(Progress(step, None, ABANDONED))
        work.ctx.pause(_TICK_S)
        found = with_machine(work.session, work.profile, work.facts).machine
        if found is None or found.moid != machine.moid:
            return
        if found.is_on and found.mark == IMPORTING:
            return  # a person did that: a run marks it as complete before
        if not found.is_half_made:
            raise _another_run(machine.name)


def _another_run(name: str) -> RemoteError:
    return RemoteError(
        Text("Another run is deploying {name} at this moment, from another computer.", name=name),
        Text("Wait for its end (see vCenter's recent tasks), then run again."),
    )


def wait_while_busy(work: Work, step: str) -> None:
    """Wait until vCenter has made the machine that an earlier run asked for.

    Raises:
        RemoteError: it takes longer than any deployment.
        Cancelled: the user asked to stop.
    """
    deadline = time.monotonic() + _BUSY_S
    while work.facts.machine is not None and is_being_deployed(work.facts.machine):
        if time.monotonic() > deadline:
            raise RemoteError(
                Text("vCenter is still deploying {name}.", name=work.profile.vm.name),
                Text("See its recent tasks; run again when they have ended."),
            )
        work.ctx.report(Progress(step, None, Text("Waiting for vCenter's own deployment to end")))
        work.ctx.pause(_TICK_S)
        work.facts = with_machine(work.session, work.profile, work.facts)
