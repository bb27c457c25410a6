"""The keyring as the window needs it: any call may wait for a person to unlock it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import SecretStoreError
from core.jobs import JobContext
from core.profile.model import SECRETS, Profile

if TYPE_CHECKING:
    from core.secrets.store import SecretStore


def read_secrets(ctx: JobContext, store: SecretStore | None, profile: Profile) -> dict[str, str]:
    """The secrets the keyring has for a profile, by field name.

    Raises:
        SecretStoreError: the keyring cannot be used, is locked, or does not answer.
    """
    from core.redaction import REDACTOR
    from core.secrets import ref_for

    used = _store(store)
    found: dict[str, str] = {}
    for spec in SECRETS.fields:
        ctx.check()
        if spec.name == "vcenter_password" and not profile.vcenter.address:
            continue
        secret = used.get(ref_for(profile, spec.name))
        if secret:
            found[spec.name] = secret
    REDACTOR.hide(found.values())
    return found


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
