"""Which hosts have a datastore, and whether they may write to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct
from pyVmomi import vim

from core.vsphere.retrieve import read_objects
from core.vsphere.session import Session


class Mounts(Struct, frozen=True):
    """A datastore's hosts by id: ``writers`` None where vCenter does not say.

    ``is_shared``: more than one host can have it at a time.
    """

    writers: frozenset[str] | None
    is_shared: bool

    def is_on(self, host: str) -> bool:
        """Whether a machine on that host can have its disk there, as far as is known."""
        return self.writers is None or host in self.writers


def read_mounts(session: Session, datastores: Iterable[str]) -> dict[str, Mounts]:
    """The mounts of these datastores, in one call.

    An answer names every host of every one of them, so only those that matter should be asked for.
    """
    refs = [session.ref(vim.Datastore, moid) for moid in datastores]
    return {
        row.moid: Mounts(_writers(row["host"]), bool(row["summary.multipleHostAccess"]))
        for row in read_objects(session, ("host", "summary.multipleHostAccess"), refs)
    }


def _writers(mounts: Any) -> frozenset[str] | None:
    """Unset ``mounted`` and ``accessible`` mean unknown (``HostMountInfo``): not a reason."""
    if mounts is None:
        return None
    return frozenset(
        str(mount.key._GetMoId())
        for mount in mounts
        if mount.mountInfo.accessMode == "readWrite"
        and mount.mountInfo.mounted is not False
        and mount.mountInfo.accessible is not False
    )
