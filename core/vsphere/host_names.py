"""The names of hosts, of whatever cluster: for sentences."""

from __future__ import annotations

from collections.abc import Iterable

from pyVmomi import vim

from core.vsphere.entity_names import object_name
from core.vsphere.retrieve import read_objects
from core.vsphere.session import Session


def read_host_names(session: Session, hosts: Iterable[str]) -> dict[str, str]:
    """The names by id, in one call; a host that is gone is missing."""
    refs = [session.ref(vim.HostSystem, moid) for moid in hosts]
    return {row.moid: object_name(row["name"]) for row in read_objects(session, ("name",), refs)}
