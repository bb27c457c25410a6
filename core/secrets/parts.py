"""A long secret in several entries of a keyring, because Windows' vault holds 1,280 characters.

A short secret is stored as it is. A long one is written in parts first, and then its main entry
is switched over in one call: it says which of two sets of parts counts, ``a`` or ``b``. Whatever
is interrupted, the main entry leads to the whole old secret or the whole new one.
"""

from __future__ import annotations

import re
from typing import Any

from core.errors import SecretStoreError
from core.text import Text

PART_LENGTH = 600
"""Characters per entry: at most 2,400 bytes of UTF-16; the vault takes 2,560."""

_HEADER = re.compile(r"haproxy-setup:parts:([ab]):([0-9]+)")
_PREFIX = "haproxy-setup:parts:"


def read(backend: Any, service: str, account: str) -> str | None:
    """The whole secret, or None if there is none."""
    stored = backend.get_password(service, account)
    header = _HEADER.fullmatch(stored) if stored is not None else None
    if header is None:
        return None if stored is None else str(stored)
    found = [
        backend.get_password(service, _part_account(account, header[1], number))
        for number in range(int(header[2]))
    ]
    if None in found:
        raise SecretStoreError(
            Text("A secret in the keyring is incomplete."), Text("Store it once more.")
        )
    return "".join(found)


def write(backend: Any, service: str, account: str, secret: str) -> None:
    """Store the secret; on an error the one before is still there."""
    before = _HEADER.fullmatch(backend.get_password(service, account) or "")
    if len(secret) <= PART_LENGTH and not secret.startswith(_PREFIX):
        backend.set_password(service, account, secret)
    else:
        side = "b" if before and before[1] == "a" else "a"
        pieces = [secret[i : i + PART_LENGTH] for i in range(0, len(secret), PART_LENGTH)]
        for number, piece in enumerate(pieces):
            backend.set_password(service, _part_account(account, side, number), piece)
        backend.set_password(service, account, f"{_PREFIX}{side}:{len(pieces)}")
        _remove_parts(backend, service, account, side, len(pieces))
    if before:
        _remove_parts(backend, service, account, before[1], 0)


def remove(backend: Any, service: str, account: str) -> None:
    """Remove the secret and every part, those of an interrupted call included."""
    _remove_entry(backend, service, account)
    for side in "ab":
        _remove_parts(backend, service, account, side, 0)


def _part_account(account: str, side: str, number: int) -> str:
    return f"{account}#{side}{number}"


def _remove_parts(backend: Any, service: str, account: str, side: str, first: int) -> None:
    """Remove the parts from number ``first`` on; the last one first, so that none is orphaned."""
    count = first
    while backend.get_password(service, _part_account(account, side, count)) is not None:
        count += 1
    for number in reversed(range(first, count)):
        _remove_entry(backend, service, _part_account(account, side, number))


def _remove_entry(backend: Any, service: str, account: str) -> None:
    if backend.get_password(service, account) is not None:
        backend.delete_password(service, account)
