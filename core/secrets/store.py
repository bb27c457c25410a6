"""What a store of secrets offers, which secret is meant, and the store for one session."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from core.profile.model import Profile


class SecretRef(Struct, frozen=True):
    """Names a secret without holding it: the field it is for and the account it is kept under."""

    name: str
    account: str


def ref_for(profile: Profile, name: str) -> SecretRef:
    """The reference to the secret ``name`` (a field of ``Secrets``) of a profile.

    The vCenter password belongs to the account, so profiles for the same vCenter share it; all
    others belong to the profile.
    """
    if name == "vcenter_password":
        vcenter = profile.vcenter
        user, address = vcenter.user.casefold(), vcenter.address.casefold().rstrip(".")
        return SecretRef(name, f"{user}@{address}:{vcenter.port}")
    return SecretRef(name, f"{profile.id}/{name}")


class SecretStore(Protocol):
    """Keeps secrets. Any call may take long and raise ``SecretStoreError``."""

    def get(self, ref: SecretRef) -> str | None:
        """The secret, or None if there is none."""
        ...

    def set(self, ref: SecretRef, secret: str) -> None:
        """Keep a secret, instead of what was kept before."""
        ...

    def forget(self, ref: SecretRef) -> None:
        """Drop a secret; nothing happens if there is none."""
        ...


class SessionStore:
    """Keeps secrets in memory until the program ends; for computers without a keyring."""

    def __init__(self) -> None:
        self._secrets: dict[SecretRef, str] = {}

    def __repr__(self) -> str:
        return f"SessionStore({len(self._secrets)} secrets)"

    def get(self, ref: SecretRef) -> str | None:
        """The secret, or None if there is none."""
        return self._secrets.get(ref)

    def set(self, ref: SecretRef, secret: str) -> None:
        """Keep a secret until the program ends."""
        self._secrets[ref] = secret

    def forget(self, ref: SecretRef) -> None:
        """Drop a secret; nothing happens if there is none."""
        self._secrets.pop(ref, None)
