"""An object and those that it names, read in one call: the second call would take as long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyVmomi import vmodl

from core.vsphere.retrieve import Row, read_specs
from core.vsphere.session import Session

_Collector = vmodl.query.PropertyCollector


def read_linked(
    session: Session,
    ref: Any,
    paths: Sequence[str],
    link: str,
    kind: type,
    of_linked: Sequence[str],
) -> tuple[Row, list[Row]]:
    """Properties ``paths`` of ``ref``, and ``of_linked`` of the objects that its ``link`` names.

    ``link`` has to be among the paths; ``kind`` is what it names, and another class than that of
    ``ref``. Of what it names the gone ones are left out.

    Raises:
        vmodl.fault.ManagedObjectNotFound: ``ref`` does not exist (any more).
    """
    follow = _Collector.TraversalSpec(name=link, type=type(ref), path=link, skip=False)
    spec = _Collector.FilterSpec(
        objectSet=[_Collector.ObjectSpec(obj=ref, skip=False, selectSet=[follow])],
        propSet=[
            _Collector.PropertySpec(type=type(ref), pathSet=list(paths)),
            _Collector.PropertySpec(type=kind, pathSet=list(of_linked)),
        ],
        reportMissingObjectsInResults=True,  # a task may be forgotten while it is looked at
    )
    rows = {row.moid: row for row in read_specs(session, spec)}
    own = rows.get(ref._GetMoId())
    if own is None:
        raise vmodl.fault.ManagedObjectNotFound(obj=ref)
    names = [one._GetMoId() for one in own[link] or []]
    return own, [rows[moid] for moid in names if moid in rows]
