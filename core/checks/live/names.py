"""Are the names of the new switch and port groups free in the folder they are made in?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyVmomi import vim

from core.checks.live.situation import Situation
from core.findings import Finding, Severity, rule
from core.text import Text
from core.vsphere.entity_names import stored_name
from core.vsphere.retrieve import read_object

NAME_TAKEN = rule(
    "network-name-taken",
    Severity.ERROR,
    cause=Text(
        "A network folder holds switches, distributed port groups, standard networks and folders, "
        "and no two of one name."
    ),
    cure=Text("Choose another name."),
)


def check_names(situation: Situation) -> Iterator[Finding]:
    """Findings about names that something of another kind has; one call for each new name.

    A switch of that name is the switch to use, and a port group of another switch is a finding of
    the port group's step.
    """
    profile, facts = situation.profile, situation.facts
    switch = facts.switch
    new = [group.name for group in profile.switch.port_groups]
    if switch is not None:
        new = [name for name in new if switch.port_group(name) is None]
    folder = _folder(situation) if new or switch is None else None
    if folder is None:
        return
    if switch is None:
        yield from _find_taken(situation, folder, "switch.name", profile.switch.name)
    for name in new:
        yield from _find_taken(situation, folder, "switch.port_groups", name)


def _folder(situation: Situation) -> Any:
    """The network folder the port groups are made in: the switch's."""
    session, switch = situation.session, situation.facts.switch
    if switch is None:
        return session.ref(vim.Folder, situation.facts.datacenter.network_folder)
    return read_object(session, session.ref(switch.kind, switch.moid), "parent")["parent"]


def _find_taken(situation: Situation, folder: Any, field: str, name: str) -> Iterator[Finding]:
    found = situation.session.content.searchIndex.FindChild(folder, stored_name(name))
    own: type = vim.DistributedVirtualSwitch
    if field == "switch.port_groups":
        own = vim.dvs.DistributedVirtualPortgroup
    if found is None or isinstance(found, own):
        return
    yield NAME_TAKEN.found(
        field,
        what=Text("The name {name} is used already by {kind}.", name=name, kind=_kind(found)),
    )


def _kind(found: Any) -> Text:
    if isinstance(found, vim.DistributedVirtualSwitch):
        return Text("a distributed switch")
    if isinstance(found, vim.dvs.DistributedVirtualPortgroup):
        return Text("a distributed port group")
    if isinstance(found, vim.Folder):
        return Text("a folder")
    return Text("a standard network")
