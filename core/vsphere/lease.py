"""The lease of an import: kept alive while disks are sent, aborted on every way out but success."""

from __future__ import annotations

import contextlib
import http.client
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct
from pyVmomi import vim, vmodl

from core.errors import AppError, RemoteError
from core.jobs import JobContext
from core.text import Text
from core.vsphere.faults import explain, explained
from core.vsphere.retrieve import read_object
from core.vsphere.session import Session
from core.vsphere.tasks import wait_for_task, watch

log = logging.getLogger(__name__)

_TICK_S = 2.0
_STOPPED_S = 0.25
_READY_TIMEOUT_S = 600
_LINGER_S = 2.0
_ABORT_S = 2.0
_ABORT_AGAIN_S = 0.05
_State = vim.HttpNfcLease.State


class Received(Struct, frozen=True):
    """What a host says it received of one file; checksums in hex, "" where it gave none."""

    size: int
    sha1: str = ""
    sha256: str = ""

    def is_what_was_sent(self, size: int, sha1: str, sha256: str) -> bool:
        """Whether the host has the bytes that were sent.

        A checksum decides alone. It is documented as that of the stream which the host received
        (``HttpNfcLeaseManifestEntry.checksum``), but ``size`` as that of a file *downloaded* from
        it: of an import, a host may well tell what the disk takes once converted. So govc compares
        the checksum only. The size is better than nothing where a host gives no checksum.
        """
        if self.sha256:
            return self.sha256 == sha256
        if self.sha1:
            return self.sha1 == sha1
        return self.size == size


def _received(entry: Any) -> Received:
    """From vCenter's entry; ``checksum`` came with 6.7, before there was ``sha1`` only."""
    checksum, kind = (entry.checksum or "").lower(), (entry.checksumType or "").lower()
    sha1 = checksum if kind == "sha1" else (entry.sha1 or "").lower()
    return Received(entry.size, sha1, checksum if kind == "sha256" else "")


class SessionLost(RemoteError):
    """The session ended in the middle of an import, which cannot go on in another one.

    ``machine`` is the id of what was being made, "" if that did not get so far. It may be there
    still: vCenter keeps it locked until it notices that nobody cares for its lease any more.
    """

    code = "session-lost"

    def __init__(self, session: Session, machine: str) -> None:
        self.machine = machine
        super().__init__(
            Text(
                "The session with vCenter {host} ended in the middle of the upload.",
                host=session.target.address,
            ),
            Text(
                "Run again. If it happens again, see in vCenter who ends sessions and whether its "
                "services restart; a deployment from a content library needs no upload."
            ),
        )


class Lease:
    """A ready import lease: the machine being made and where its disks go.

    ``percent`` is what the ticker tells vCenter, which shows it as the task's progress.
    ``is_lost``: the session it was of has ended, and it with that; nothing more is worth sending.
    """

    def __init__(self, session: Session, ref: Any, info: Any, doing: Text) -> None:
        self._session, self._ref, self._doing = session, ref, doing
        self._renewals = session.renewals
        self.is_lost = False
        self.machine = str(info.entity._GetMoId())
        self.device_urls = tuple(info.deviceUrl or ())
        self.percent = 0

    def received(self) -> dict[str, Received]:
        """What the host says it received, by device key; empty if it cannot say."""
        try:
            with explained(self._doing):
                entries = self._ref.HttpNfcLeaseGetManifest() or []
        except Exception as error:
            if isinstance(error.__cause__, vmodl.fault.MethodNotFound | vmodl.fault.NotSupported):
                return {}
            raise
        return {entry.key: _received(entry) for entry in entries}

    def tell(self) -> None:
        """Report the percentage, which also keeps the lease alive."""
        try:
            self._ref.HttpNfcLeaseProgress(self.percent)
        except vmodl.MethodFault:
            self.is_lost = self.is_lost or self._session.renewals != self._renewals
            raise

    def require(self) -> None:
        """Make sure that it is worth going on.

        Raises:
            SessionLost: it is not.
        """
        if self.is_lost:
            raise SessionLost(self._session, self.machine)

    def complete(self) -> None:
        """End the import well; the machine exists from now on."""
        with explained(self._doing):
            self._ref.HttpNfcLeaseComplete()


@contextlib.contextmanager
def import_lease(
    session: Session, start: Callable[[], Any], doing: Text, ctx: JobContext
) -> Iterator[Lease]:
    """Start an import and hold its lease; whatever ends the block but success undoes the import.

    Args:
        session: the login.
        start: calls ``ImportVApp`` and gives the lease's managed object.
        doing: for errors ("Deploying haproxy").
        ctx: cancel is heard while waiting.

    Raises:
        SessionLost: the session ended meanwhile; what there was of the machine may be there still.
        AppError: vCenter refused the import.
        Cancelled: the user asked to stop; nothing of the machine is left then.
    """
    with explained(doing), session.patience.lingering(_LINGER_S):
        ref = start()
    # a login that was renewed before or while it was refused is that of the lease
    renewals = session.renewals
    machine = ""
    try:
        lease = Lease(session, ref, _wait_until_ready(session, ref, doing, ctx), doing)
        machine = lease.machine
        with _ticking(lease, ctx):
            yield lease
        lease.complete()
    except BaseException as error:
        _abort(session, ref, machine)
        is_failure = isinstance(error, AppError | vmodl.MethodFault)
        if not is_failure or isinstance(error, SessionLost) or session.renewals == renewals:
            raise
        # noticed by the abort, if by nothing before
        raise SessionLost(session, machine) from error


def _wait_until_ready(session: Session, ref: Any, doing: Text, ctx: JobContext) -> Any:
    """The lease's info; read once, since the object is gone after the lease has ended."""
    for seen in watch(
        session, ref, ("state", "error", "info"), doing, ctx, timeout_s=_READY_TIMEOUT_S
    ):
        if seen.get("state") == _State.error:
            fault = seen.get("error") or RuntimeError("lease error")
            raise explain(fault, doing) from fault
        if seen.get("state") == _State.ready and seen.get("info") is not None:
            return seen["info"]
    raise AssertionError("watch() ends by an exception only")


@contextlib.contextmanager
def _ticking(lease: Lease, ctx: JobContext) -> Iterator[None]:
    """Tell vCenter every two seconds that somebody is there, even while nothing moves.

    The host may answer long after the last byte, so the job's own loop cannot do it. A failed
    tick is not the end: the next one may pass, and if the lease is lost the upload fails itself.
    """
    stop = threading.Event()

    def tick() -> None:
        while not stop.wait(_TICK_S):
            try:
                lease.tell()
            except (vmodl.MethodFault, OSError, http.client.HTTPException) as error:
                log.info("Renewing the import lease failed once: %s", type(error).__name__)

    ticker = threading.Thread(target=tick, name="lease-ticker", daemon=True)
    ticker.start()
    try:
        yield
    finally:
        stop.set()
        # a call of its that hangs must not hold up a cancel
        ticker.join(_STOPPED_S if ctx.is_cancelled else _TICK_S)


def _abort(session: Session, ref: Any, machine: str) -> None:
    """Abort, then remove the half-made machine if vCenter left it behind; best effort."""
    with session.patience.ignoring():
        with _harmless("Aborting the import"):
            machine = _abort_lease(session, ref) or machine
        if machine:
            with _harmless("Removing the unfinished virtual machine"):
                remove_machine(session, machine, JobContext())


def _abort_lease(session: Session, ref: Any) -> str:
    """Abort as soon as the lease can be; gives the machine it was for, if it had one by then.

    Stopped a moment after ``ImportVApp``, a lease is still being prepared and refuses: left alone
    it would keep the half-made machine, and lock it, for the five minutes it lives.
    """
    deadline = time.monotonic() + _ABORT_S
    while True:
        row = read_object(session, ref, "state", "info")
        info = row["info"]
        machine = str(info.entity._GetMoId()) if info is not None else ""
        try:
            ref.HttpNfcLeaseAbort()
        except vim.fault.InvalidState:
            if row["state"] != _State.initializing or time.monotonic() > deadline:
                raise
            time.sleep(_ABORT_AGAIN_S)
        else:
            return machine


@contextlib.contextmanager
def _harmless(doing: str) -> Iterator[None]:
    """Failing to clean up must not hide why cleaning up was needed."""
    try:
        yield
    except vmodl.fault.ManagedObjectNotFound:
        pass  # already gone: what was wanted
    except Exception as error:  # noqa: BLE001
        if not isinstance(error.__cause__, vmodl.fault.ManagedObjectNotFound):
            log.info("%s: %s", doing, type(error).__name__)


def remove_machine(session: Session, moid: str, ctx: JobContext) -> None:
    """Delete a powered-off machine and its files.

    Raises:
        AppError: vCenter refused, for instance because it is powered on or still leased.
    """
    doing = Text("Removing the unfinished virtual machine")
    with explained(doing):
        task = session.ref(vim.VirtualMachine, moid).Destroy_Task()
    wait_for_task(session, task, doing, ctx)
