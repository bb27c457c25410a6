"""What every subcommand that works with a vCenter needs first: profile and secrets."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from typing import TYPE_CHECKING

from msgspec import structs

from core.cli.prompt import terminal_prompt
from core.findings import Finding
from core.logs import start_log
from core.profile.document import ProfileDocument, load_profile
from core.profile.model import Profile, Secrets
from core.redaction import REDACTOR
from core.secrets import KeyringStore, SecretsMissing, needed_secrets, resolve_secrets

if TYPE_CHECKING:
    from core.vsphere.session import Session


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


def deployment_secrets(profile: Profile, vcenter_password: str) -> Secrets:
    """All that a machine is made with; the vCenter's password is known by then.

    Raises:
        SecretsMissing: some are nowhere to be found.
    """
    needed = [name for name in needed_secrets(profile) if name != "vcenter_password"]
    return structs.replace(secrets_for(profile, needed), vcenter_password=vcenter_password)


def secret_if_known(profile: Profile, name: str) -> Secrets:
    """One secret that is of use, but not needed: empty where it is nowhere to be found."""
    try:
        return secrets_for(profile, (name,))
    except SecretsMissing:
        return Secrets()


def refuse_copy(profile: Profile, session: Session, path: str, *, is_moved: bool = False) -> None:
    """Make sure, before anybody is asked anything, that the deployment is this file's own.

    ``is_moved``: the user says that it is, and that the file was moved.

    Raises:
        CopiedProfile: it is that of another profile, which this one was copied from.
        MovedOrCopied: it may be, and the user did not say that it is not.
    """
    from core.journal.store import JournalStore

    store = JournalStore(profile, session.about.instance_uuid, os.path.abspath(path))
    if store.remark is not None:  # the next who opens the journal finds it in order
        print(store.remark, file=sys.stderr)
    store.refuse_copy(is_moved=is_moved)
