"""The practice vCenter kept running for the window, for as long as it is wanted."""

from __future__ import annotations

import contextlib
from typing import cast

from core.jobs import JobContext, Report


def host_practice(ctx: JobContext) -> None:
    """Start a practice vCenter, report it once it answers, and keep it until cancelled.

    Raises:
        NoPractice: it is not installed here, or did not start.
        Cancelled: nobody wants it any more; it has ended then.
    """
    from core.practice.server import running_practice

    with contextlib.ExitStack() as stack:
        practice = stack.enter_context(running_practice())
        ctx.report(cast("Report", practice))
        while True:
            ctx.pause(3600)
