"""What every subcommand that works with a vCenter needs first: profile, secrets, a way to stop."""

from __future__ import annotations

import os
import signal
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from core.cli.prompt import terminal_prompt
from core.findings import Finding
from core.jobs import JobContext
from core.logs import start_log
from core.profile.document import ProfileDocument, load_profile
from core.profile.model import Profile, Secrets
from core.redaction import REDACTOR
from core.secrets import KeyringStore, resolve_secrets


def load_checked(path: str) -> tuple[ProfileDocument, tuple[Finding, ...]]:
    """The profile and what was found while reading it; the log is started.

    Raises:
        FileError: it cannot be read.
    """
    start_log()
    document = load_profile(path)
    return document, tuple(document.findings)


def secrets_for(profile: Profile, needed: Collection[str]) -> Secrets:
    """The secrets named, from environment, keyring or a question; kept out of the log.

    Raises:
        SecretsMissing: some are nowhere to be found.
    """
    secrets = resolve_secrets(
        profile,
        store=KeyringStore(),
        environ=os.environ,
        prompt=terminal_prompt(),
        needed=needed,
    )
    REDACTOR.hide(secrets)
    return secrets


def vcenter_password(profile: Profile) -> str:
    """The one secret that reading a vCenter needs."""
    return secrets_for(profile, ("vcenter_password",)).vcenter_password


@contextmanager
def stopping(ctx: JobContext) -> Iterator[None]:
    """Ctrl-C and SIGTERM ask the job to stop in good order; a second Ctrl-C stops it at once."""

    def ask(_number: int, _frame: object) -> None:
        if ctx.is_cancelled:
            raise KeyboardInterrupt
        ctx.cancel()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
