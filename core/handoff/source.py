"""What the hand-off is made from: the profile, and what the vCenter says where it was asked."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from core.certificates import certificate_data, certificate_pem
from core.checks.addressing import read_addressing
from core.errors import AppError, InvalidInput, NotFound
from core.findings import Finding
from core.handoff.lb_name import find_name_problems, suggested_name
from core.handoff.places import Places, read_places
from core.handoff.ranges import Range, read_ranges
from core.jobs import JobContext
from core.plan.facts import Facts, read_facts
from core.plan.readback import find_networks
from core.plan.whereabouts import folder_of
from core.profile.model import NicMap, PortGroup, Profile
from core.proof.appliance import find_appliance
from core.proof.deployed import require_valid
from core.proof.guest import Guest, read_guest
from core.text import Text
from core.vsphere.machine import MachineState
from core.vsphere.session import Session


class Found(Struct, frozen=True):
    """What a vCenter knows: object ids, the hosts with their NICs, the datastore, the CA, paths.

    ``written`` is folder and name of the machine in the profile, where it has others by now.
    ``stranger``: the machine that has them is not the appliance, which is not there.
    """

    networks: tuple[tuple[str, str], ...]
    port_groups: tuple[tuple[str, str], ...]
    cluster: str
    switch: str
    machine: str
    hosts: tuple[tuple[str, NicMap], ...]
    datastore: str
    authority: str
    version: str
    places: Places | None = None
    written: str = ""
    stranger: bool = False


class Source(Struct, frozen=True):
    """The profile, the load balancer's name, and what was found; ``found`` None: not asked.

    The profile has the name and folder that the machine has, if it was renamed or moved.
    """

    profile: Profile
    name: str
    ranges: tuple[Range, ...]
    authority: str
    found: Found | None = None

    @property
    def address(self) -> str:
        """The management address without its prefix length."""
        interface = read_addressing(self.profile, ()).nics[0].interface
        return str(interface.ip) if interface else ""

    @property
    def doubt(self) -> Text | None:
        """What keeps the values from being those of an appliance that serves; None: nothing."""
        names = {"vm": self.profile.vm.name, "vcenter": self.profile.vcenter.address}
        if self.found is None:
            return Text(
                "Not checked: {vcenter} was not asked whether {vm} is there. These are the values "
                "of the profile.",
                **names,
            )
        if self.found.stranger:
            return Text(
                "Not deployed: the virtual machine {vm} on {vcenter} is not this appliance. These "
                "are the values of the profile.",
                **names,
            )
        if not self.found.machine:
            return Text(
                "Not deployed: there is no {vm} on {vcenter} yet. These are the values of the "
                "profile.",
                **names,
            )
        return None

    @property
    def endpoint(self) -> str:
        """``ip:port`` of the Data Plane API."""
        return f"{self.address}:{self.profile.load_balancing.port}"

    def network_id(self, ovf_network: str) -> str:
        """The object id of the network behind a NIC ("Workload"), "" while it is not known."""
        return dict(self.found.networks).get(ovf_network, "") if self.found else ""

    def group_id(self, group: PortGroup) -> str:
        """The object id of a port group, "" while it is not known."""
        return dict(self.found.port_groups).get(group.name, "") if self.found else ""


def read_source(
    profile: Profile,
    session: Session | None = None,
    ctx: JobContext | None = None,
    *,
    name: str = "",
) -> Source:
    """Check the profile and read what the vCenter knows, if there is a session.

    Raises:
        InvalidInput: the profile has errors (a range that holds a gateway), or the name is wrong.
        NotFound: the vCenter lacks the datacenter or cluster of the profile.
        AppError: the vCenter could not be read.
    """
    name = name or suggested_name(profile.vm.name)
    require_valid(profile)
    problems = find_name_problems(name)
    if problems:
        raise InvalidInput(problems)
    found = None
    if session is not None:
        profile, found = _read(session, profile, ctx or JobContext())
    authority = (found.authority if found else "") or _own_authority(profile)
    return Source(profile, name, read_ranges(profile), authority, found)


def _read(session: Session, profile: Profile, ctx: JobContext) -> tuple[Profile, Found]:
    written = ""
    with session.patience.heeding(ctx):
        facts, problems = read_facts(session, profile, ctx)
        if facts is None:
            raise _nothing(problems)
        named, own = facts.machine, find_appliance(session, profile, facts)
        if own is not None and own is not named:
            written = "/".join(filter(None, (profile.vm.folder.strip("/"), profile.vm.name)))
            profile = _as_found(session, profile, facts, own)
            facts = replace(facts, folder=own.folder or facts.folder)
        facts = replace(facts, machine=own)
        guest = read_guest(session, facts.machine.moid) if facts.machine else None
        places = read_places(session, profile, facts)
    groups = facts.switch.port_groups if facts.switch else ()
    return profile, Found(
        networks=find_networks(profile, facts),
        port_groups=tuple((group.name, group.moid) for group in groups),
        cluster=facts.cluster.moid,
        switch=facts.switch.moid if facts.switch else "",
        machine=facts.machine.moid if facts.machine else "",
        hosts=tuple(_hosts(profile, facts)),
        datastore=facts.storage.datastore.name if facts.storage.datastore else "",
        authority=_authority(guest),
        version=session.about.version,
        places=places,
        written=written,
        stranger=own is None and named is not None,
    )


def _as_found(session: Session, profile: Profile, facts: Facts, machine: MachineState) -> Profile:
    """The profile with the name and folder of a machine that has others than it says."""
    folder = folder_of(session, facts, machine)
    vm = replace(
        profile.vm, name=machine.name, folder=profile.vm.folder if folder is None else folder
    )
    return replace(profile, vm=vm)


def _hosts(profile: Profile, facts: Facts) -> Iterator[tuple[str, NicMap]]:
    for host in facts.hosts:
        yield host.name, profile.switch.nics_of(host.name)


def _authority(guest: Guest | None) -> str:
    try:
        return guest.authority if guest is not None else ""
    except ValueError:
        return ""  # the proof says what is wrong with it


def _own_authority(profile: Profile) -> str:
    try:
        data = certificate_data(profile)
        return certificate_pem(data) if data else ""
    except AppError:
        return ""


def _nothing(problems: tuple[Finding, ...]) -> AppError:
    first = next((finding for finding in problems if finding.is_error), None)
    if first is None:
        return NotFound(Text("The vCenter could not be read."))
    return NotFound(first.what, first.advice)
