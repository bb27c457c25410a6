"""Where a proof is made from: which addresses can be reached, whether there is a guest at all."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from core.proof.guest import Guest, read_guest
from core.text import Text
from core.vsphere.session import Session

Route = Callable[[str, int], tuple[str, int]]
"""From the planned address and port to where the connection goes: the same, but in tests."""


def straight(address: str, port: int) -> tuple[str, int]:
    """The route of the real world."""
    return address, port


class Surroundings(Struct, frozen=True):
    """What is around the proof.

    ``route`` None: nothing may be contacted, as behind a simulated vCenter. Names and
    certificates are always checked against the planned address, wherever the route leads.
    ``has_guest`` False: the machine may have no operating system in it that could report.
    """

    route: Route | None = straight
    has_guest: bool = True
    read: Callable[[Session, str], Guest] = read_guest

    @property
    def no_network(self) -> Text:
        """Why nothing is contacted."""
        return Text("A simulated vCenter has no network behind it.")

    @property
    def no_guest(self) -> Text:
        """Why nothing is waited for."""
        return Text("A simulated vCenter runs no guest that could report.")


def surroundings_for(session: Session) -> Surroundings:
    """The surroundings of the vCenter of a login.

    Behind a simulated one there is nothing: whoever answers at the profile's addresses is
    somebody else. A real one is taken for what it is, be it at the end of a tunnel.
    """
    if session.is_simulated:
        return Surroundings(route=None, has_guest=False)
    return Surroundings()
