"""Secrets: where they are kept, how they are found. Never in files, logs or messages."""

from core.secrets.keyring_store import KeyringLocked, KeyringStore, NoKeyring
from core.secrets.resolve import (
    SecretsMissing,
    needed_secrets,
    resolve_secrets,
)
from core.secrets.store import SecretRef, SecretStore, SessionStore, ref_for
from core.secrets.variables import PASSPHRASE, VARIABLES, VariableUnusable, read_variable

__all__ = [
    "PASSPHRASE",
    "VARIABLES",
    "KeyringLocked",
    "KeyringStore",
    "NoKeyring",
    "SecretRef",
    "SecretStore",
    "SecretsMissing",
    "SessionStore",
    "VariableUnusable",
    "needed_secrets",
    "read_variable",
    "ref_for",
    "resolve_secrets",
]
