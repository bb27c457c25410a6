"""Everything a window can ask for, each a job that is started here and answers later.

Qt-free: whoever inherits from ``Requests`` says how a job is run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from core.background import (
    connection,
    deploying,
    describing,
    drafts,
    exchanging,
    handing_off,
    key_opening,
    keyring_access,
    ova_reading,
    practising,
    profile_files,
    proving,
    recent_files,
    undoing,
    warming_up,
)
from core.errors import AppError
from core.jobs import JobContext
from core.profile.model import Profile, Secrets

if TYPE_CHECKING:
    from core.background.agreement import Agreed
    from core.background.connection import Login
    from core.plan.exchange import Exchange
    from core.profile.document import ProfileDocument
    from core.secrets.store import SecretStore
    from core.settings import Settings

log = logging.getLogger(__name__)

Work = Callable[[JobContext], Any]
Done = Callable[[Any], None]
Failed = Callable[[Exception], None]


class Job(Protocol):
    """What whoever started a job may do with it."""

    def cancel(self) -> None:
        """Ask it to stop."""


class Requests:
    """Each method starts a job and returns at once."""

    _store: SecretStore | None
    _start: Callable[..., Job]
    """``(work, done, failed, **more)``: runs the work elsewhere and answers here.

    No abstract method, since the metaclass of Qt's objects is not that of ``ABC``.
    """

    # vCenter

    def connect_vcenter(
        self, login: Login, done: Done, failed: Failed, cancelled: Callable[[], None]
    ) -> Job:
        """Log in once and read what the forms offer: gives ``VCenterFacts``."""
        work = partial(connection.read_vcenter, login=login)
        return self._start(work, done, failed, cancelled=cancelled, key="vcenter")

    def show_certificate(self, address: str, port: int, done: Done, failed: Failed) -> Job:
        """The certificate the address shows: gives ``ShownCertificate``."""
        work = partial(connection.read_certificate, address=address, port=port)
        return self._start(work, done, failed, key="certificate")

    def describe_certificate(self, pem: str, done: Done, failed: Failed) -> Job:
        """What a certificate says: gives ``ShownCertificate``."""
        work = partial(connection.describe_certificate, pem=pem)
        return self._start(work, done, failed, key="certificate")

    def read_hosts(self, login: Login, cluster: str, done: Done, failed: Failed) -> Job:
        """The hosts of a cluster (by its id) with their NICs."""
        work = partial(connection.read_cluster_hosts, login=login, cluster=cluster)
        return self._start(work, done, failed, key="hosts")

    def read_items(self, login: Login, library: str, done: Done, failed: Failed) -> Job:
        """The OVF items of a content library."""
        work = partial(connection.read_library_items, login=login, library=library)
        return self._start(work, done, failed, key="items")

    # OVA

    def read_ova(self, path: Path, done: Done, failed: Failed) -> Job:
        """What an OVA says of itself: gives ``OvaFacts``."""
        return self._start(partial(ova_reading.read_ova, path=path), done, failed, key="ova")

    def verify_ova(self, path: Path, done: Done, failed: Failed, progressed: Done) -> Job:
        """Digests and origin of an OVA, in the background: gives ``VerifiedOva``."""
        work = partial(ova_reading.verify_ova, path=path)
        return self._start(work, done, failed, progressed=progressed, key="ova-verify")

    # Secrets

    def read_secrets(self, profile: Profile, done: Done, failed: Failed) -> Job:
        """The secrets there are for a profile: gives ``FoundSecrets``."""
        work = partial(keyring_access.read_secrets, store=self._store, profile=profile)
        return self._start(work, done, failed, key="secrets")

    def keep_secret(
        self, profile: Profile, name: str, secret: str, done: Done, failed: Failed
    ) -> Job:
        """Remember one secret of a profile; an empty one is forgotten."""
        work = partial(
            keyring_access.keep_secret, store=self._store, profile=profile, name=name, secret=secret
        )
        return self._start(work, done, failed)

    def open_key(
        self, profile: Profile, secrets: Secrets, passphrase: str, done: Done, failed: Failed
    ) -> Job:
        """The encrypted CA key without its encryption: gives PEM (PKCS#8)."""
        work = partial(
            key_opening.open_key, profile=profile, secrets=secrets, passphrase=passphrase
        )
        return self._start(work, done, failed, key="open-key")

    def describe_program(self, done: Done, failed: Failed) -> Job:
        """The keyring in use and others' licences: gives ``ProgramFacts``."""
        work = partial(describing.describe_program, store=self._store)
        return self._start(work, done, failed, key="about")

    # Profiles, settings, drafts

    def new_profile(self, topology: str, done: Done, failed: Failed) -> Job:
        """A fresh document: gives ``ProfileDocument``."""
        return self._start(partial(profile_files.new, topology=topology), done, failed)

    def parse_profile(self, text: str, path: Path | None, done: Done, failed: Failed) -> Job:
        """A document from a text, such as a sample: gives ``ProfileDocument``."""
        return self._start(partial(profile_files.parse, text=text, path=path), done, failed)

    def recover_profile(self, draft: drafts.Draft, done: Done, failed: Failed) -> Job:
        """The document of a draft: gives ``ProfileDocument``."""
        return self._start(partial(profile_files.recover, draft=draft), done, failed)

    def duplicate_profile(self, text: str, done: Done, failed: Failed) -> Job:
        """A copy with an id of its own: gives ``ProfileDocument``."""
        return self._start(partial(profile_files.duplicate, text=text), done, failed)

    def sample_profile(self, topology: str, done: Done, failed: Failed) -> Job:
        """A document with sample values and no vCenter behind it: gives ``ProfileDocument``."""
        return self._start(partial(profile_files.sample, topology=topology), done, failed)

    def host_practice(self, ready: Done, failed: Failed) -> Job:
        """Keep a practice vCenter until cancelled; ready gets the ``Practice``."""
        work = practising.host_practice
        return self._start(work, _ignore, failed, progressed=ready)

    def load_profile(self, path: Path, done: Done, failed: Failed) -> Job:
        """Open a file: gives ``ProfileDocument``."""
        return self._start(partial(profile_files.load, path=path), done, failed)

    def save_profile(
        self,
        document: ProfileDocument,
        path: Path | None,
        done: Done,
        failed: Failed,
        *,
        overwrite: bool = False,
    ) -> Job:
        """Write a document: gives the saved one, to take the place of the one given."""
        work = partial(profile_files.save, document=document, path=path, overwrite=overwrite)
        return self._start(work, done, failed)

    def rename_profile(
        self, document: ProfileDocument, path: Path, done: Done, failed: Failed
    ) -> Job:
        """Give a profile's file another name: gives the saved document."""
        work = partial(profile_files.rename, document=document, path=path)
        return self._start(work, done, failed)

    def delete_profile(
        self, profile: Profile, path: Path, known: Iterable[str], done: Done, failed: Failed
    ) -> Job:
        """Delete a profile's file and its saved passwords: gives a ``Deleted``.

        ``known``: the files of profiles that may share its vCenter password.
        """
        work = partial(
            profile_files.delete,
            store=self._store,
            profile=profile,
            path=path,
            known=tuple(known),
        )
        return self._start(work, done, failed)

    def find_missing(self, paths: Iterable[str], done: Done, failed: Failed) -> Job:
        """Which files are not there: gives a set of paths, soon, whatever a share does."""
        return self._start(partial(recent_files.find_missing, paths=tuple(paths)), done, failed)

    def export_text(self, path: Path, text: str, done: Done, failed: Failed) -> Job:
        """Write a text file (plan, report, hand-off sheet) in one piece."""
        work = partial(profile_files.write_text, path=path, text=text)
        return self._start(work, done, failed)

    def check(self, profile: Profile, secrets: Secrets | None, done: Done, failed: Failed) -> Job:
        """The offline check: gives a tuple of findings."""
        work = partial(profile_files.check, profile=profile, secrets=secrets)
        return self._start(work, done, failed, key=f"check:{profile.id}")

    def save_settings(self, settings: Settings) -> Job:
        """Write the settings of the application; a failure is logged only."""
        work = partial(drafts.write_settings, settings=settings)
        return self._start(work, _ignore, _log_failure, key="settings")

    def keep_draft(self, document: ProfileDocument, place: drafts.DraftPlace) -> Job:
        """Write a draft of unsaved work; a failure is logged only."""
        work = partial(place.keep, document=document, turn=place.take_turn())
        return self._start(work, _ignore, _log_failure)

    def drop_draft(self, profile_id: str, place: drafts.DraftPlace) -> Job:
        """Remove the draft of a profile that was saved or thrown away."""
        work = partial(place.drop, profile_id=profile_id, turn=place.take_turn())
        return self._start(work, _ignore, _log_failure)

    def adopt_draft(
        self, document: ProfileDocument, draft: drafts.Draft, place: drafts.DraftPlace
    ) -> Job:
        """Keep a recovered draft in a window's own place; a failure is logged only."""
        work = partial(place.adopt, document=document, draft=draft, turn=place.take_turn())
        return self._start(work, _ignore, _log_failure)

    def discard_draft(self, draft: drafts.Draft) -> Job:
        """Remove a draft that was found."""
        return self._start(partial(drafts.discard_draft, draft=draft), _ignore, _log_failure)

    def find_drafts(self, done: Done) -> Job:
        """Drafts left by a crash: gives a tuple of ``Draft``."""
        return self._start(drafts.find_drafts, done, _log_failure)

    def warm_up(self) -> Job:
        """Import ahead what a connection needs; a failure is logged only."""
        return self._start(warming_up.warm_up, _ignore, _log_failure, key="warm-up")

    # Deployment

    def plan(self, request: deploying.Request, done: Done, failed: Failed, *, offline: bool) -> Job:
        """The steps of a deployment: gives ``core.plan``'s plan."""
        work = partial(
            deploying.plan_offline if offline else deploying.plan_online, request=request
        )
        return self._start(work, done, failed, key="plan")

    def deploy(
        self,
        request: deploying.Request,
        done: Done,
        failed: Failed,
        cancelled: Callable[[], None],
        progressed: Done,
    ) -> Job:
        """Carry a plan out."""
        work = partial(deploying.deploy, request=request)
        return self._start(work, done, failed, cancelled=cancelled, progressed=progressed)

    def verify(
        self,
        request: deploying.Request,
        done: Done,
        failed: Failed,
        cancelled: Callable[[], None],
        progressed: Done,
    ) -> Job:
        """Prove that it works: gives ``core.proof``'s report."""
        work = partial(proving.verify, request=request)
        return self._start(work, done, failed, cancelled=cancelled, progressed=progressed)

    def plan_undo(
        self,
        request: deploying.Request,
        done: Done,
        failed: Failed,
        cancelled: Callable[[], None],
        *,
        power_off: bool,
    ) -> Job:
        """What an undo would remove: gives ``PlanView``."""
        work = partial(undoing.plan_undo, request=request, power_off=power_off)
        return self._start(work, done, failed, cancelled=cancelled, key="preview")

    def undo(
        self,
        request: deploying.Request,
        done: Done,
        failed: Failed,
        cancelled: Callable[[], None],
        progressed: Done,
        *,
        agreed: Agreed,
        power_off: bool,
    ) -> Job:
        """Remove what was agreed to: gives ``UndoOutcome``."""
        work = partial(undoing.undo, request=request, agreed=agreed, power_off=power_off)
        return self._start(work, done, failed, cancelled=cancelled, progressed=progressed)

    def plan_exchange(
        self,
        request: deploying.Request,
        done: Done,
        failed: Failed,
        cancelled: Callable[[], None],
        *,
        exchange: Exchange,
    ) -> Job:
        """What a redeployment, its acceptance or its way back would do: gives ``PlanView``."""
        work = partial(exchanging.plan_exchange, request=request, exchange=exchange)
        return self._start(work, done, failed, cancelled=cancelled, key="preview")

    def exchange(
        self,
        request: deploying.Request,
        done: Done,
        failed: Failed,
        cancelled: Callable[[], None],
        progressed: Done,
        *,
        exchange: Exchange,
        agreed: Agreed,
    ) -> Job:
        """Do what was agreed to: gives ``Exchanged``."""
        work = partial(
            exchanging.carry_out_exchange, request=request, exchange=exchange, agreed=agreed
        )
        return self._start(work, done, failed, cancelled=cancelled, progressed=progressed)

    def hand_off(
        self, request: deploying.Request, path: Path, done: Done, failed: Failed, *, offline: bool
    ) -> Job:
        """Write the hand-off in the form its file name says: gives the path."""
        work = partial(handing_off.write_handoff, request=request, path=path, offline=offline)
        return self._start(work, done, failed, key="handoff")


def _ignore(_result: object) -> None:
    pass


def _log_failure(error: Exception) -> None:
    log.warning("%s", error if isinstance(error, AppError) else type(error).__name__)
