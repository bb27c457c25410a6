"""The vCenter's recent tasks, told between the reports of a running deployment."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, cast

from core.jobs import Cancelled, JobContext, Report, StepEvent, StepState
from core.profile.model import Profile

if TYPE_CHECKING:
    from core.vsphere.recent_tasks import RecentTask, RecentTasks
    from core.vsphere.session import Session

EVERY_S = 3.0


class WatchingContext(JobContext):
    """Passes everything on to the job's own context; reads the recent tasks now and then.

    They are read by the job itself, between two of its steps or while bytes move, so there is
    neither a second login nor a second thread on its session.
    """

    def __init__(
        self, ctx: JobContext, session: Session, profile: Profile, further: tuple[str, ...] = ()
    ) -> None:
        """Args: ``further`` names objects besides those of the profile."""
        super().__init__()
        self._ctx, self._stop = ctx, ctx._stop
        self._told: tuple[RecentTask, ...] = ()
        self._read_at = 0.0
        self._tasks = _begin(session, profile, further)
        self._patience = session.patience

    def report(self, report: Report) -> None:
        """Tell the observer, and when it is time what vCenter is doing."""
        self._ctx.report(report)
        ends = isinstance(report, StepEvent) and report.state is not StepState.RUNNING
        if self._tasks is not None and (ends or time.monotonic() - self._read_at > EVERY_S):
            self._tell(self._tasks)

    def _tell(self, tasks: RecentTasks) -> None:
        from core.vsphere.recent_tasks import unimportant

        self._tasks = None  # after a failure there is no second try
        try:
            stopped = self._patience.ignoring() if self.is_cancelled else contextlib.nullcontext()
            with unimportant(), stopped:
                found = tasks.read()
                self._tasks = tasks
                if found != self._told:
                    self._told = found
                    self._ctx.report(cast("Report", found))
        except Cancelled:
            return  # the step hears of it itself
        finally:
            self._read_at = time.monotonic()


def _begin(session: Session, profile: Profile, further: tuple[str, ...]) -> RecentTasks | None:
    from core.vsphere.recent_tasks import RecentTasks, unimportant

    switch, vm = profile.switch, profile.vm
    groups = (group.name for group in switch.port_groups)
    hosts = (host for host, _ in switch.host_nics)
    folder, pool = vm.folder.rpartition("/")[2], vm.resource_pool.rpartition("/")[2]
    names = (vm.name, folder or "vm", pool or "Resources", profile.vm_cluster, switch.name,
             "network", *groups, *hosts, *further)  # fmt: skip
    with unimportant():
        return RecentTasks(session, names)
    return None
