"""What the steps of a running deployment share."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from core.jobs import JobContext
from core.journal.recorder import Recorder
from core.ova.archive import Ova
from core.ova.early import EarlyVerification
from core.ova.verify import Verification
from core.plan.facts import Facts
from core.profile.model import Profile
from core.structs import Discreet
from core.vsphere.relatives import REPLACES_KEY
from core.vsphere.session import Session
from core.vsphere.switch import SwitchState


class Work(Discreet, Struct):
    """A deployment being applied; steps leave in ``facts`` what the next ones need.

    ``properties`` are the appliance's OVF properties, passwords included: no repr. ``early`` is a
    verification of ``ova`` that goes on already. ``replaces`` is the name which the machine that is
    made takes later, in a redeployment.
    """

    session: Session
    profile: Profile
    ctx: JobContext
    facts: Facts
    properties: Mapping[str, str]
    ova: Ova | None = None
    verification: Verification | None = None
    journal: Recorder | None = None
    early: EarlyVerification | None = None
    replaces: str = ""

    @property
    def marks(self) -> dict[str, str]:
        """What the machine that is made bears from its beginning, besides its state."""
        return {REPLACES_KEY: self.replaces} if self.replaces else {}

    @property
    def switch(self) -> SwitchState:
        """The switch, which the first step has made sure of."""
        if self.facts.switch is None:
            raise RuntimeError("the switch step has not run")
        return self.facts.switch
