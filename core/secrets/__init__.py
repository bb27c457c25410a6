"""Secrets: where they are kept, how they are found. Never in files, logs or messages."""

from core.secrets.keyring_store import KeyringLocked, KeyringStore, NoKeyring
from core.secrets.resolve import (
    VARIABLES,
    SecretsMissing,
    needed_secrets,
    resolve_secrets,
)
from core.secrets.store import SecretRef, SecretStore, SessionStore, ref_for

__all__ = [
    "VARIABLES",
    "KeyringLocked",
    "KeyringStore",
    "NoKeyring",
    "SecretRef",
    "SecretStore",
    "SecretsMissing",
    "SessionStore",
    "needed_secrets",
    "ref_for",
    "resolve_secrets",
]
