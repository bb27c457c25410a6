"""A redeployment that was interrupted must not be taken for a missing appliance."""

from __future__ import annotations

from core.findings import Finding, Severity, rule
from core.journal.store import machines_made
from core.plan.facts import Facts
from core.profile.model import Profile
from core.text import Text, listed
from core.vsphere.relatives import find_relatives, is_one_prepared
from core.vsphere.session import Session

UNFINISHED = rule(
    "redeploy-unfinished",
    Severity.ERROR,
    cause=Text(
        "A redeployment of the appliance was interrupted between putting the old machine aside and "
        "giving the new one its name. A third one would answer for the same addresses."
    ),
    cure=Text("Redeploy to go on, or roll back."),
    source="F16",
)


def find_unfinished_redeployment(
    session: Session, profile: Profile, facts: Facts
) -> tuple[Finding, ...]:
    """A finding if the machine is missing because it is being replaced."""
    name = profile.vm.name
    if facts.machine is not None or not facts.folder:
        return ()
    is_made = bool(machines_made(profile, session.about.instance_uuid))
    if not is_made and not is_one_prepared(session, facts.folder, name):
        return ()
    machines = find_relatives(session, facts.folder, name)
    names = [machine.name for machine in machines.all]
    if not names:
        return ()
    what = Text(
        "There is no virtual machine {name}, but {others}.",
        name=name,
        others=listed(names),
    )
    return (UNFINISHED.found("vm.name", what=what),)
