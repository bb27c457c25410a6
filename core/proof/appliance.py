"""Which machine is the profile's appliance: the one it made, not whichever has its name (F16)."""

from __future__ import annotations

from core.journal.store import machines_made
from core.plan.facts import Facts
from core.plan.whereabouts import find_elsewhere, is_appliance
from core.profile.model import Profile
from core.proof.changes import find_plan_differences
from core.proof.rules import DIFFERS
from core.vsphere.machine import MachineState
from core.vsphere.session import Session


def find_appliance(session: Session, profile: Profile, facts: Facts) -> MachineState | None:
    """The profile's machine, whatever it is called by now; none that only has its name (F16).

    ``facts.machine`` is the one that has the name. An appliance of that name which the journal
    does not know may have been deployed elsewhere; it has to be as planned only where the journal
    knows another one.

    Raises:
        AppError: a machine that the journal knows could not be read.
    """
    named = facts.machine
    if named is None:
        return facts.elsewhere
    if not is_appliance(named):
        return find_elsewhere(session, profile, facts)
    is_known = named.moid in machines_made(profile, session.about.instance_uuid)
    differences = () if is_known else find_plan_differences(profile, facts)
    if all(finding.code != DIFFERS.code for finding in differences):
        return named
    return find_elsewhere(session, profile, facts) or named
