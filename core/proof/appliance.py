"""Which machine is the profile's appliance: the one it made, not whichever has its name (F16)."""

from __future__ import annotations

from core.errors import RemoteError
from core.plan.facts import Facts
from core.plan.whereabouts import find_elsewhere, is_appliance, is_known
from core.profile.model import Profile
from core.text import Text
from core.vsphere.machine import MachineState
from core.vsphere.session import Session


def find_appliance(session: Session, profile: Profile, facts: Facts) -> MachineState | None:
    """The profile's machine, whatever it is called by now; none that only has its name (F16).

    ``facts.machine`` is the one that has the name. An appliance of that name which the journal
    does not know may have been deployed elsewhere, or be a clone: it is not meant where the one
    that the journal knows is still there.

    Raises:
        AppError: a machine that the journal knows could not be read.
    """
    named = facts.machine
    if named is None:
        return facts.elsewhere
    if is_known(session, profile, named):
        return named
    return find_elsewhere(session, profile, facts) or (named if is_appliance(named) else None)


def appliance_gone(profile: Profile) -> RemoteError:
    """What to raise where the machine was there a moment ago and its id leads nowhere now."""
    return RemoteError(
        Text("Virtual machine {name} is gone.", name=profile.vm.name),
        Text("Somebody removed it meanwhile. Run again to deploy it anew."),
    )
