"""Profile files for the window: made, opened, saved and checked away from its thread."""

from __future__ import annotations

import contextlib
import copy
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from core.jobs import JobContext
from core.profile.model import Profile, Secrets

if TYPE_CHECKING:
    from collections.abc import Iterable

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

    Where the file is gone, or was changed after the draft, that is to what the draft was made
    from; saving over a changed file is asked about, as without a crash. A draft of an older
    version does not say what it was made from: it is reverted to the file, or to a new profile.

    Raises:
        FileError: the draft is no profile.
    """
    from core.profile import disk
    from core.profile.document import ProfileDocument
    from core.profile.template import new_profile_text

    path = Path(draft.path) if draft.path else None
    ProfileDocument(draft.text, Path(draft.file))  # what is wrong with it is not the profile's
    document = parse(ctx, draft.text, path)
    kept = document.profile
    if path is None or not disk.is_taken(path):
        before = draft.before or _with_id(new_profile_text(kept.deployment.configuration), kept.id)
        document = ProfileDocument(before, path)
        document.set_profile(kept)
    elif draft.before and document.is_changed and document.text_before != draft.before:
        line_end = b"\r\n" if b"\r\n" in disk.read_bytes(path) else b"\n"
        read = draft.before.encode("utf-8").replace(b"\n", line_end)
        document = ProfileDocument(draft.before, path, read)
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
        FileError: it would be in another folder, there is a file of that name already, or it cannot
            be written or removed.
    """
    from core.errors import FileError
    from core.journal.store import follow_rename
    from core.profile import disk
    from core.text import Text

    if document.path is not None and path.parent != document.path.parent:
        raise FileError(
            Text("{path} would be in another folder than before.", path=path),
            Text("Give a name without slashes. To have the file elsewhere, use Save as."),
        )
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


class Deleted(Struct, frozen=True):
    """A profile that is gone: its file, and whether another one uses its vCenter account."""

    path: Path
    shares_account: bool


def delete(
    ctx: JobContext,
    store: SecretStore | None,
    profile: Profile,
    path: Path,
    known: Iterable[str] = (),
) -> Deleted:
    """Forget the saved passwords of a profile, then remove its file and what crashes left of it.

    The vCenter password is that of the account in the file, not of one that was never saved; it
    stays if one of the profiles ``known`` is for the same account.

    Raises:
        SecretStoreError: the keyring is locked; nothing was deleted.
        FileError: the file cannot be removed.
    """
    from core.background.drafts import discard_draft, find_drafts
    from core.background.keyring_access import keep_secret
    from core.background.shared_account import is_shared
    from core.errors import FileError
    from core.profile.document import load_profile
    from core.profile.model import SECRETS
    from core.secrets import NoKeyring

    with contextlib.suppress(FileError):  # a file that cannot be read can still be deleted
        profile = replace(profile, vcenter=load_profile(path).profile.vcenter)
    others = [other for other in map(Path, known) if other != path]
    shares_account = is_shared(ctx, profile, others)
    keeps_account = shares_account or not profile.vcenter.address
    for spec in SECRETS.fields:
        if spec.name == "vcenter_password" and keeps_account:
            continue
        try:
            keep_secret(ctx, store, profile, spec.name, "")
        except NoKeyring:
            break  # then there is nothing in it
    _remove(path)
    for draft in find_drafts(ctx):
        if draft.path == str(path):
            discard_draft(ctx, draft)
    return Deleted(path, shares_account)


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
