"""The import that makes the machine, with its second try where vCenter ended the session."""

from __future__ import annotations

from core.errors import AppError, RemoteError
from core.jobs import Progress
from core.plan.facts import with_machine
from core.plan.leftover import remove_leftover
from core.plan.readback import find_networks, network_ref
from core.plan.work import Work
from core.text import Text
from core.vsphere.lease import SessionLost
from core.vsphere.library import ContentLibrary
from core.vsphere.machine import settle_name
from core.vsphere.ovf_import import Appliance, deploy_file

_BEGUN_AGAIN = Text(
    "vCenter ended the session; what was uploaded is removed, then the upload begins again"
)


def deploy_machine(work: Work, step: str) -> str:
    """Make the machine, from the file or the library item; it has the name that was planned.

    Gives its id: by the time it is looked at, somebody else's machine may have that name.

    Raises:
        AppError: it could not be made; nothing of it is left.
        Cancelled: the user asked to stop; nothing of it is left.
    """
    profile, facts = work.profile, work.facts
    networks = find_networks(profile, facts)
    lost = [
        name
        for (_, moid), (_, name) in zip(networks, profile.network_mapping(), strict=True)
        if not moid
    ]
    if lost:
        raise RemoteError(
            Text("Network {name} is not there (any more).", name=lost[0]),
            Text("Run again to see the present state."),
        )
    appliance = Appliance(
        profile.vm.name,
        profile.deployment.configuration,
        profile.vm.disk_format,
        {name: network_ref(facts, moid) for name, moid in networks},
        work.properties,
        work.marks,
    )
    if profile.ova.uses_library:
        library = facts.library
        if library is None or library.item is None:
            raise RuntimeError("the library item comes first")
        moid = ContentLibrary(work.session).deploy(
            library.item, library.summary, facts.placement, appliance, work.ctx, step
        )
    else:
        moid = _deploy_file(work, appliance, step)
    settle_name(work.session, moid, profile.vm.name, work.ctx)
    return moid


def _deploy_file(work: Work, appliance: Appliance, step: str) -> str:
    """Upload the file; once more from its beginning if vCenter's session ended meanwhile.

    Raises:
        SessionLost: it ended twice.
    """
    if work.ova is None or work.verification is None:
        raise RuntimeError("the verified file comes first")
    for is_last in (False, True):
        try:
            return deploy_file(
                work.session,
                work.ova,
                work.verification,
                work.facts.placement,
                appliance,
                work.ctx,
                step,
            )
        except SessionLost as lost:
            if not is_last:
                work.ctx.report(Progress(step, None, _BEGUN_AGAIN))
            _remove_unfinished(work, lost, step)
            if is_last:
                raise
    raise AssertionError("the last try returns or raises")


def _remove_unfinished(work: Work, lost: SessionLost, step: str) -> None:
    """Remove what an import of this run left behind, if vCenter has not done so itself.

    Raises:
        SessionLost: it cannot be removed; the next run does.
    """
    try:
        found = with_machine(work.session, work.profile, work.facts).machine
        if found is not None and found.is_half_made and lost.machine in {"", found.moid}:
            remove_leftover(work, found, step, is_own=True)
    except AppError as error:
        raise lost from error
