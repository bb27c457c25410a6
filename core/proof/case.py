"""The appliance whose working is being proven, and what the checks leave for each other."""

from __future__ import annotations

from ipaddress import IPv4Interface

from msgspec import Struct, field

from core.checks.addressing import read_addressing
from core.jobs import JobContext
from core.profile.model import Profile
from core.proof.guest import Guest
from core.proof.limits import Limits
from core.proof.surroundings import Surroundings
from core.structs import Discreet
from core.text import Text
from core.vsphere.session import Session


class Case(Discreet, Struct):
    """One proof on its way.

    ``authority`` is the CA (PEM) once it has been published, ``certificate`` the one shown at the
    port once it has passed, ``version`` what the API says of itself. ``waited_s`` is how long the
    running check has waited, from the power-on where that counts.
    """

    session: Session
    profile: Profile
    moid: str
    ctx: JobContext
    surroundings: Surroundings
    limits: Limits = field(default_factory=Limits)
    password: str = ""
    guest: Guest | None = None
    authority: str = ""
    certificate: str = ""
    version: str = ""
    waited_s: float = 0.0

    def look(self) -> Guest:
        """The guest as it is at this moment."""
        self.guest = self.surroundings.read(self.session, self.moid)
        return self.guest

    @property
    def address(self) -> str:
        """The planned management address."""
        interface = read_addressing(self.profile, ()).nics[0].interface
        return str(interface.ip) if interface else ""

    @property
    def port(self) -> int:
        """The planned port of the Data Plane API."""
        return self.profile.load_balancing.port

    @property
    def endpoint(self) -> str:
        """Both, as the Supervisor asks for them."""
        return f"{self.address}:{self.port}"

    @property
    def planned_addresses(self) -> tuple[str, ...]:
        """The address of each NIC, in their order."""
        interfaces = (nic.interface for nic in read_addressing(self.profile, ()).nics)
        return tuple(str(i.ip) for i in interfaces if isinstance(i, IPv4Interface))

    @property
    def waited(self) -> Text:
        """How long was waited, for a sentence."""
        if self.waited_s < 120:
            return Text("{count} second", "{count} seconds", count=round(self.waited_s))
        return Text("{count} minute", "{count} minutes", count=round(self.waited_s / 60))
