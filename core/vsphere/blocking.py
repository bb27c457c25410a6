"""Calls that block until vCenter is done: made beside the job, watched through recent tasks."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any

from pyVmomi import vmodl

from core.jobs import Cancelled, JobContext, Progress
from core.text import Text
from core.vsphere.entity_names import object_name
from core.vsphere.retrieve import Row, read_object, read_objects
from core.vsphere.session import Session

_TICK_S = 0.25
_GRACE_S = 1.0


class _Call(threading.Thread):
    """One call in a thread of its own; started, joined and read by ``call_watched`` only."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__(name="blocking-call", daemon=True)
        self._work = work
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.result = self._work()
        except BaseException as error:  # noqa: BLE001 - handed to the caller's thread
            self.error = error


def call_watched(
    session: Session, work: Callable[[], Any], ctx: JobContext, step: str, name: str
) -> Any:
    """Run ``work`` and report the progress of the vCenter task it caused meanwhile.

    ``name`` is the machine's, by which its task is told from others of the same login.

    Raises:
        Cancelled: the user asked to stop; the vCenter task was asked to stop too, and the call
            is left to end by itself if it does not within a second: its ``left`` says so.
        AppError: what ``work`` raised.
    """
    known = {task._GetMoId() for task in _recent(session)}
    call = _Call(work)
    call.start()
    try:
        while call.is_alive():
            call.join(_TICK_S)
            ctx.check()
            if call.is_alive():
                _report(session, known, ctx, step)
    except Cancelled:
        with session.patience.ignoring():
            _cancel_new(session, known, name)
        call.join(_GRACE_S)
        if not call.is_alive():
            raise
        raise Cancelled(_still_going(name)) from None
    if call.error is not None:
        raise call.error
    return call.result


def _still_going(name: str) -> Text:
    return Text(
        "vCenter was told to stop making {name}, but has not said that it did. If it is there "
        "later: the next run goes on with it, undo removes it.",
        name=name,
    )


def _recent(session: Session) -> list[Any]:
    manager = session.content.taskManager
    return list(read_object(session, manager, "recentTask")["recentTask"] or [])


def _new(session: Session, known: set[str]) -> list[Any]:
    fresh = [task for task in _recent(session) if task._GetMoId() not in known]
    paths = (
        "info.state",
        "info.progress",
        "info.reason",
        "info.descriptionId",
        "info.entityName",
    )
    return [row for row in read_objects(session, paths, fresh) if _is_ours(session, row)]


def _is_ours(session: Session, row: Row) -> bool:
    """Whether a running task is a deployment of this login's user; others' are not our business."""
    user = getattr(row["info.reason"], "userName", "") or ""
    kind = (row["info.descriptionId"] or "").casefold()
    return (
        str(row["info.state"]) in {"running", "queued"}
        and any(word in kind for word in ("ovf", "importvapp", "deploy"))
        and _account(user) == _account(session.target.user)
    )


def _account(user: str) -> str:
    r"""The account's name without its domain: of ``DOMAIN\user`` and ``user@domain`` alike."""
    return user.rpartition("\\")[2].partition("@")[0].casefold()


def _report(session: Session, known: set[str], ctx: JobContext, step: str) -> None:
    with contextlib.suppress(vmodl.fault.ManagedObjectNotFound):
        running = _new(session, known)
        known_progress = [r["info.progress"] for r in running if r["info.progress"] is not None]
        fraction = max(known_progress) / 100 if known_progress else None
        ctx.report(Progress(step, fraction, Text("vCenter is copying the template")))


def _cancel_new(session: Session, known: set[str], name: str) -> None:
    """Cancel our task: the one on our machine, or the only one there is; never a colleague's."""
    running = _new(session, known)
    named = [row for row in running if object_name(row["info.entityName"]) == name]
    for row in named or (running if len(running) == 1 else []):
        with contextlib.suppress(vmodl.MethodFault):
            row.ref.CancelTask()
