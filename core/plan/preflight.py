"""Live checks that go beyond what the steps themselves need; see ``core.checks.live``."""

from __future__ import annotations

from core.findings import Finding
from core.jobs import JobContext
from core.plan.facts import Facts
from core.plan.preparation import Prepared
from core.vsphere.session import Session


def find_live_problems(
    session: Session, prepared: Prepared, facts: Facts, ctx: JobContext
) -> tuple[Finding, ...]:
    """What the live vCenter and network say against the plan; reads only."""
    return ()
