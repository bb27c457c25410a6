"""What a live check may look at: the login, the profile, what has been read, a way to probe."""

from __future__ import annotations

from msgspec import Struct

from core.checks.addressing import Addressing, read_addressing
from core.checks.live.probing import Prober
from core.jobs import JobContext
from core.plan.facts import Facts
from core.plan.preparation import Prepared
from core.profile.model import FILE, Profile
from core.vsphere.session import Session


class Situation(Struct, frozen=True):
    """The vCenter and network a plan meets. ``prober`` is None where nothing is to be probed."""

    session: Session
    prepared: Prepared
    facts: Facts
    ctx: JobContext
    prober: Prober | None = None

    @property
    def profile(self) -> Profile:
        """The profile of the plan, without errors."""
        return self.prepared.profile

    @property
    def addressing(self) -> Addressing:
        """Its addresses, all of them readable."""
        return read_addressing(self.profile, ())

    @property
    def makes_machine(self) -> bool:
        """Whether the plan deploys the appliance, rather than finding it there."""
        machine = self.facts.machine
        return machine is None or machine.is_half_made

    @property
    def is_running(self) -> bool:
        """Whether the appliance is there and on, so that its addresses are its own."""
        return self.facts.appliance is not None and self.facts.appliance.is_on

    @property
    def uploads_to_host(self) -> bool:
        """Whether the disk goes from this computer straight to an ESXi host."""
        ova = self.profile.ova
        return self.makes_machine and ova.source == FILE and not ova.uses_library
