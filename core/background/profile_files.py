"""Profile files for the window: made, opened, saved and checked away from its thread."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING

from core.jobs import JobContext
from core.profile.model import Profile, Secrets

if TYPE_CHECKING:
    from core.background.drafts import Draft
    from core.findings import Finding
    from core.profile.document import ProfileDocument
    from core.secrets.store import SecretStore


def new(ctx: JobContext, topology: str) -> ProfileDocument:
    """A fresh document for a topology (``default`` or ``frontend``)."""
    from core.profile.document import ProfileDocument
    from core.profile.template import new_profile_text

    ctx.check()
    return ProfileDocument(new_profile_text(topology))


def parse(ctx: JobContext, text: str, path: Path | None) -> ProfileDocument:
    """A document with unsaved work: the text belongs to ``path``, which may hold another one.

    Raises:
        FileError: the text is no profile.
    """
    from core.profile import disk
    from core.profile.document import ProfileDocument, load_profile

    ctx.check()
    draft = ProfileDocument(text, path)
    if path is None or not disk.is_taken(path):
        return draft
    document = load_profile(path)
    document.set_profile(draft.profile)
    return document


def recover(ctx: JobContext, draft: Draft) -> ProfileDocument:
    """The document of a draft: unsaved work, which ``revert`` takes back.

    Without a file that is to what it was made from, for a draft of an older version to a new
    profile.

    Raises:
        FileError: the draft is no profile.
    """
    from core.profile import disk
    from core.profile.document import ProfileDocument
    from core.profile.template import new_profile_text

    path = Path(draft.path) if draft.path else None
    document = parse(ctx, draft.text, path)
    if path is None or not disk.is_taken(path):
        kept = document.profile
        before = draft.before or _with_id(new_profile_text(kept.deployment.configuration), kept.id)
        document = ProfileDocument(before, path)
        document.set_profile(kept)
    document.mark_recovered()
    return document


def duplicate(ctx: JobContext, text: str) -> ProfileDocument:
    """A copy under an id of its own; unsaved work until it is saved.

    Raises:
        FileError: the text is no profile.
    """
    from core.profile.document import ProfileDocument
    from core.profile.template import new_id

    ctx.check()
    document = ProfileDocument(_with_id(text, new_id()))
    document.mark_recovered()
    return document


def _with_id(text: str, profile_id: str) -> str:
    from core.profile.document import ProfileDocument

    document = ProfileDocument(text)
    document.set("id", profile_id)
    return document.text


def sample(ctx: JobContext, topology: str) -> ProfileDocument:
    """A document with sample values throughout; no vCenter stands behind them."""
    from core.profile.document import ProfileDocument
    from core.profile.template import sample_profile_text

    ctx.check()
    text = sample_profile_text(
        topology,
        address="vcenter.lab.example",
        user="administrator@vsphere.local",
        library="Templates",
        item="haproxy-v0.2.0",
    )
    return ProfileDocument(text)


def load(ctx: JobContext, path: Path) -> ProfileDocument:
    """Open a profile file.

    Raises:
        FileError: it cannot be read or is no profile.
    """
    from core.profile.document import load_profile

    ctx.check()
    return load_profile(path)


def save(
    ctx: JobContext, document: ProfileDocument, path: Path | None, overwrite: bool
) -> ProfileDocument:
    """Write a document and give the saved one; the one given stays as it is.

    The window may go on changing the given one meanwhile: it replaces values, never alters them.

    Raises:
        FileError: it cannot be written.
    """
    ctx.check()
    saved = copy.copy(document)
    saved.save(path, overwrite=overwrite)
    return saved


def write_text(ctx: JobContext, path: Path, text: str) -> Path:
    """Write a text file in one piece.

    Raises:
        FileError: it cannot be written.
    """
    from core.profile.disk import write_atomically

    ctx.check()
    write_atomically(path, text.encode("utf-8"))
    return path


def check(ctx: JobContext, profile: Profile, secrets: Secrets | None) -> tuple[Finding, ...]:
    """Everything that can be known to be wrong without a vCenter."""
    from core.checks.profile import check_profile

    ctx.check()
    return check_profile(profile, secrets)


def rename(ctx: JobContext, document: ProfileDocument, path: Path) -> ProfileDocument:
    """Save a document under another name, then remove the file under the old one.

    Raises:
        FileError: there is a file of that name already, or it cannot be written or removed.
    """
    from core.errors import FileError
    from core.journal.store import follow_rename
    from core.profile import disk
    from core.text import Text

    if disk.is_taken(path):
        raise FileError(
            Text("There is a file {name} already.", name=path.name), Text("Choose another name.")
        )
    old = document.path
    saved = save(ctx, document, path, overwrite=False)
    if old is not None:
        _remove(old)
        follow_rename(saved.profile.id, str(old), str(saved.path))
    return saved


def delete(ctx: JobContext, store: SecretStore | None, profile: Profile, path: Path) -> Path:
    """Forget the saved passwords of a profile, then remove its file and draft.

    Raises:
        SecretStoreError: the keyring is locked; nothing was deleted.
        FileError: the file cannot be removed.
    """
    from core.background.drafts import drop_draft
    from core.background.keyring_access import keep_secret
    from core.profile.model import SECRETS
    from core.secrets import NoKeyring

    for spec in SECRETS.fields:
        if spec.name == "vcenter_password" and not profile.vcenter.address:
            continue
        try:
            keep_secret(ctx, store, profile, spec.name, "")
        except NoKeyring:
            break  # then there is nothing in it
    _remove(path)
    drop_draft(ctx, profile.id)
    return path


def _remove(path: Path) -> None:
    from core.errors import FileError
    from core.text import Text

    try:
        path.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise FileError(
            Text("{name} cannot be removed.", name=path.name),
            Text("Check the rights on its folder."),
            details=str(error),
        ) from error
