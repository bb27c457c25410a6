"""Waiting for vCenter: the one loop that does, in short waits so that a cancel is heard."""

from __future__ import annotations

import contextlib
import http.client
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pyVmomi import vim, vmodl

from core.errors import RemoteError
from core.jobs import Cancelled, JobContext
from core.text import Text
from core.vsphere.faults import explain
from core.vsphere.retrieve import read_object
from core.vsphere.session import Session

_Collector = vmodl.query.PropertyCollector
_HEARTBEAT_S = 1


def wait_for_task(
    session: Session,
    task: Any,
    doing: Text,
    ctx: JobContext,
    *,
    timeout_s: float = 600,
    on_percent: Callable[[int], None] = lambda _: None,
) -> Any:
    """The result of a vCenter task, when it has one.

    Args:
        session: the login the task was started with.
        task: the task's managed object.
        doing: what the task does, for the error ("Creating switch lab-vds").
        ctx: asked to stop at least every second.
        timeout_s: seconds after which waiting is given up; the task itself goes on.
        on_percent: told the task's own progress, 0 to 100, when vCenter has one.

    Raises:
        AppError: what the task failed with, explained.
        Cancelled: the user asked to stop; the task goes on in vCenter.
    """
    paths = ("info.state", "info.error", "info.result", "info.progress")
    for seen in _looks(session, task, paths, doing, ctx, timeout_s):
        if seen.get("info.progress") is not None:
            on_percent(int(seen["info.progress"]))
        if seen.get("info.state") == vim.TaskInfo.State.success:
            return seen.get("info.result")
        if seen.get("info.state") == vim.TaskInfo.State.error:
            fault = seen.get("info.error") or RuntimeError("task error")
            raise explain(fault, doing) from fault
    raise AssertionError("watch() ends by an exception only")


def _looks(
    session: Session,
    task: Any,
    paths: Sequence[str],
    doing: Text,
    ctx: JobContext,
    timeout_s: float,
) -> Iterator[dict[str, Any]]:
    """One plain look first: most tasks have ended by then, and a watch takes four calls."""
    ctx.check()
    row = read_object(session, task, *paths)
    yield {path: row[path] for path in paths}
    yield from watch(session, task, paths, doing, ctx, timeout_s=timeout_s)


def watch(
    session: Session,
    ref: Any,
    paths: Sequence[str],
    doing: Text,
    ctx: JobContext,
    *,
    timeout_s: float,
) -> Iterator[dict[str, Any]]:
    """The values of ``paths`` of one object, each time they change, until the caller has enough.

    Its own property collector, destroyed at the end: two waits on a session's common one mix up
    their filters (pyvmomi #868).

    Raises:
        RemoteError: nothing more came before ``timeout_s``.
        Cancelled: the user asked to stop.
    """
    deadline = time.monotonic() + timeout_s
    seen: dict[str, Any] = {}
    while True:
        renewals = session.renewals
        try:
            for update in _updates(session, ref, paths, ctx):
                if update is None and time.monotonic() > deadline:
                    raise RemoteError(
                        Text(
                            "{doing}: no end after {count} minute.",
                            "{doing}: no end after {count} minutes.",
                            doing=doing,
                            count=round(timeout_s / 60),
                        ),
                        Text("See the recent tasks in vCenter; run again when it has ended."),
                    )
                if update is not None:
                    seen.update({change.name: change.val for change in _changes(update)})
                    yield dict(seen)
        except vmodl.fault.ManagedObjectNotFound:
            if session.renewals == renewals:
                raise  # the watched object is gone; else the collector went with the old session


def _updates(
    session: Session, ref: Any, paths: Sequence[str], ctx: JobContext
) -> Iterator[Any | None]:
    """Updates of one object as they come, and None for every heartbeat without one."""
    collector = session.content.propertyCollector.CreatePropertyCollector()
    try:
        collector.CreateFilter(
            _Collector.FilterSpec(
                objectSet=[_Collector.ObjectSpec(obj=ref)],
                propSet=[_Collector.PropertySpec(type=type(ref), pathSet=list(paths))],
            ),
            True,
        )
        version = ""
        options = _Collector.WaitOptions(maxWaitSeconds=_HEARTBEAT_S)
        while True:
            ctx.check()
            update = collector.WaitForUpdatesEx(version, options)
            version = update.version if update is not None else version
            yield update
    finally:
        _destroy(collector)


def _changes(update: Any) -> Iterator[Any]:
    for filter_update in update.filterSet or []:
        for object_update in filter_update.objectSet or []:
            yield from object_update.changeSet or []


def _destroy(collector: Any) -> None:
    # the session, and the collector with it, may be gone already
    with contextlib.suppress(vmodl.MethodFault, OSError, http.client.HTTPException, Cancelled):
        collector.Destroy()
