"""The keyring as the window needs it: any call may wait for a person to unlock it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec import Struct

from core.errors import SecretStoreError
from core.jobs import JobContext
from core.profile.model import SECRETS, Profile
from core.structs import Discreet

if TYPE_CHECKING:
    from core.secrets.store import SecretStore


class FoundSecrets(Discreet, Struct, frozen=True):
    """The secrets found for a profile; ``remembered`` names those that are in the keyring."""

    secrets: dict[str, str]
    remembered: frozenset[str]
    error: SecretStoreError | None


def read_secrets(ctx: JobContext, store: SecretStore | None, profile: Profile) -> FoundSecrets:
    """The secrets of a profile by field name: from the environment, else from the keyring.

    A keyring or variable that cannot be used is no failure here: it stands in the result.
    """
    from core.redaction import REDACTOR
    from core.secrets import VARIABLES, VariableUnusable, read_variable, ref_for

    used = _store(store)
    found: dict[str, str] = {}
    remembered: set[str] = set()
    error: SecretStoreError | None = None
    unusable: SecretStoreError | None = None
    for spec in SECRETS.fields:
        ctx.check()
        try:
            secret = read_variable(os.environ, VARIABLES[spec.name])
        except VariableUnusable as failure:
            unusable = failure
            continue
        if secret:
            found[spec.name] = secret
        elif error is None and (spec.name != "vcenter_password" or profile.vcenter.address):
            try:
                kept = used.get(ref_for(profile, spec.name))
            except SecretStoreError as failure:
                error = failure
                continue
            if kept:
                found[spec.name] = kept
                remembered.add(spec.name)
    REDACTOR.hide(found.values())
    return FoundSecrets(found, frozenset(remembered), unusable or error)


def keep_secret(
    ctx: JobContext, store: SecretStore | None, profile: Profile, name: str, secret: str
) -> None:
    """Remember a secret, or forget it when it is empty.

    Raises:
        SecretStoreError: the keyring cannot be used, is locked, or does not answer.
    """
    from core.secrets import ref_for

    ctx.check()
    ref = ref_for(profile, name)
    if secret:
        _store(store).set(ref, secret)
    else:
        _store(store).forget(ref)


def name_keyring(ctx: JobContext, store: SecretStore | None) -> str:
    """The name of the keyring in use; empty if there is none."""
    from core.secrets import KeyringStore

    ctx.check()
    used = _store(store)
    try:
        return used.check() if isinstance(used, KeyringStore) else type(used).__name__
    except SecretStoreError:
        return ""


def _store(store: SecretStore | None) -> SecretStore:
    from core.secrets import KeyringStore

    return store if store is not None else KeyringStore()
