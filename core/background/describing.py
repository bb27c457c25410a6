"""What About shows that takes a while to find out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from core.background.keyring_access import name_keyring
from core.jobs import JobContext

if TYPE_CHECKING:
    from core.secrets.store import SecretStore


class ProgramFacts(Struct, frozen=True):
    """The keyring in use, empty if there is none, and the licences of what comes along."""

    keyring: str
    licences: str


def describe_program(ctx: JobContext, store: SecretStore | None) -> ProgramFacts:
    """Ask the keyring for its name, and read the licences.

    Raises:
        Cancelled: the user asked to stop.
    """
    from core.licences import third_party_licences

    keyring = name_keyring(ctx, store)
    ctx.check()
    return ProgramFacts(keyring, third_party_licences())
