"""Secrets in the keyring of the operating system.

Only real keyrings are used: the keyring library would silently take a plain-text file
(``keyrings.alt``) or drop everything (the null backend). Calls run in a thread with a limit,
because a locked keyring may wait for a person to type. Nothing here blocks the end of the
program: the thread is a daemon.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from core.errors import SecretStoreError
from core.secrets import parts
from core.secrets.store import SecretRef
from core.text import Text

SERVICE = "haproxy-setup"
TIMEOUT_S = 60.0

BACKENDS = frozenset(
    (
        "keyring.backends.SecretService.Keyring",
        "keyring.backends.libsecret.Keyring",
        "keyring.backends.kwallet.DBusKeyring",
        "keyring.backends.kwallet.DBusKeyringKWallet4",
        "keyring.backends.macOS.Keyring",
        "keyring.backends.Windows.WinVaultKeyring",
    )
)
"""The backends that keep secrets encrypted."""

T = TypeVar("T")


class NoKeyring(SecretStoreError):
    """This computer or session has no keyring we may use."""

    code = "no-keyring"


class KeyringLocked(SecretStoreError):
    """The keyring is locked, or waits to be unlocked."""

    code = "keyring-locked"


class KeyringStore:
    """The keyring, under the service name ``haproxy-setup``. Safe to call from any thread."""

    def __init__(self, backend: Any = None, timeout_s: float = TIMEOUT_S) -> None:
        """Args: ``backend`` replaces the keyring of the system, for tests."""
        self._backend = backend
        self._timeout_s = timeout_s

    def __repr__(self) -> str:
        return "KeyringStore()"

    def get(self, ref: SecretRef) -> str | None:
        """The secret, or None if there is none.

        Raises:
            SecretStoreError: The keyring cannot be used, is locked, or does not answer.
        """
        return self._call(lambda backend: parts.read(backend, SERVICE, ref.account))

    def set(self, ref: SecretRef, secret: str) -> None:
        """Keep a secret; long ones take several entries, which the caller does not see.

        Raises:
            SecretStoreError: The keyring cannot be used, is locked, or does not answer.
        """
        self._call(lambda backend: parts.write(backend, SERVICE, ref.account, secret))

    def forget(self, ref: SecretRef) -> None:
        """Drop a secret with all its parts; nothing happens if there is none.

        Raises:
            SecretStoreError: The keyring cannot be used, is locked, or does not answer.
        """
        self._call(lambda backend: parts.remove(backend, SERVICE, ref.account))

    def check(self) -> str:
        """The name of the keyring in use; reads nothing and asks nobody.

        Raises:
            NoKeyring: There is none.
        """
        return self._call(lambda backend: str(getattr(backend, "name", type(backend).__name__)))

    def _call(self, work: Callable[[Any], T]) -> T:
        outcome: list[T] = []
        failure: list[SecretStoreError] = []

        def run() -> None:
            try:
                self._backend = self._backend or find_backend()
                outcome.append(work(self._backend))
            except SecretStoreError as error:
                failure.append(error)
            except Exception as error:  # noqa: BLE001 - backends raise whatever their system does
                failure.append(_explained(error))

        thread = threading.Thread(target=run, name="keyring", daemon=True)
        thread.start()
        thread.join(self._timeout_s)
        if failure:
            raise failure[0]
        if not outcome:
            raise KeyringLocked(
                Text("The keyring did not answer within {seconds} s.", seconds=self._timeout_s),
                Text("It may be waiting to be unlocked: look for its window, then try again."),
            )
        return outcome[0]


def find_backend(candidate: Any = None) -> Any:
    """The system's keyring if it is one that encrypts; looks inside a chain of several.

    Raises:
        NoKeyring: There is none.
    """
    if candidate is None:
        import keyring

        candidate = keyring.get_keyring()
    for backend in (candidate, *getattr(candidate, "backends", ())):
        cls = type(backend)
        if f"{cls.__module__}.{cls.__qualname__}" in BACKENDS:
            return backend
    raise NoKeyring(
        Text("No password store (keyring) was found."),
        Text(
            "Start one such as GNOME Keyring or KWallet, or give passwords in the environment "
            "(HAPROXY_SETUP_VCENTER_PASSWORD and so on)."
        ),
    )


def _explained(error: Exception) -> SecretStoreError:
    """An error of the keyring in our words; not chained, its text might quote what we stored."""
    names = {cls.__name__ for cls in type(error).__mro__}
    details = type(error).__name__
    if "NoKeyringError" in names or "InitError" in names:
        return NoKeyring(
            Text("The password store (keyring) cannot be used in this session."),
            Text("Log in to a desktop session, or give passwords in the environment."),
            details=details,
        )
    if "KeyringLocked" in names:
        return KeyringLocked(
            Text("The keyring is locked."), Text("Unlock it and try again."), details=details
        )
    return SecretStoreError(
        Text("The keyring refused: {reason}.", reason=details),
        Text("Open the keyring's own application and check that it works."),
        details=details,
    )
