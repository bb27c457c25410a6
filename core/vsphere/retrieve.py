"""Reading properties in bulk: every dot on a managed object is a round trip, this is one for all.

Attribute access is also unsafe on the simulator, where unset properties raise; here they are
just missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pyVmomi import vim, vmodl

from core.vsphere.session import Session

_Collector = vmodl.query.PropertyCollector
_PAGE = 2000


class Row:
    """One object and the properties that were set on it."""

    __slots__ = ("_values", "ref")

    def __init__(self, ref: Any, values: dict[str, Any]) -> None:
        self.ref = ref
        self._values = values

    def __getitem__(self, path: str) -> Any:
        return self._values.get(path)

    def add(self, values: Mapping[str, Any]) -> None:
        """More properties of the same object."""
        self._values.update(values)

    @property
    def moid(self) -> str:
        """The object's id in this vCenter, such as ``host-12``."""
        return str(self.ref._GetMoId())


def read_objects(session: Session, paths: Sequence[str], refs: Sequence[Any]) -> list[Row]:
    """Properties ``paths`` of objects of one type, in the order of ``refs``, gone ones left out."""
    if not refs:
        return []
    spec = _Collector.FilterSpec(
        objectSet=[_Collector.ObjectSpec(obj=ref) for ref in refs],
        propSet=[_Collector.PropertySpec(type=type(refs[0]), pathSet=list(paths))],
        reportMissingObjectsInResults=True,
    )
    rows = {row.moid: row for row in read_specs(session, spec)}
    return [rows[ref._GetMoId()] for ref in refs if ref._GetMoId() in rows]


def read_object(session: Session, ref: Any, *paths: str) -> Row:
    """Properties of one object.

    Raises:
        vmodl.fault.ManagedObjectNotFound: it does not exist (any more).
    """
    spec = _Collector.FilterSpec(
        objectSet=[_Collector.ObjectSpec(obj=ref)],
        propSet=[_Collector.PropertySpec(type=type(ref), pathSet=list(paths))],
    )
    rows = read_specs(session, spec)
    return rows[0] if rows else Row(ref, {})


def read_tree(session: Session, container: Any, wanted: Mapping[type, Sequence[str]]) -> list[Row]:
    """All objects of the ``wanted`` types below ``container``, each with the paths asked for.

    By a view and not by a traversal: whether one gets past an object that the account may not see
    is nowhere promised. Only what is wanted comes over the network, but the server may walk past
    all the rest to fill a view; stock vcsim does, virtual machines included.
    """
    view = session.content.viewManager.CreateContainerView(container, list(wanted), True)
    try:
        to_members = _Collector.TraversalSpec(
            name="members", type=vim.view.ContainerView, path="view", skip=False
        )
        return read_specs(
            session,
            *(
                _Collector.FilterSpec(
                    objectSet=[_Collector.ObjectSpec(obj=view, skip=True, selectSet=[to_members])],
                    propSet=[
                        _Collector.PropertySpec(type=kind, pathSet=list(wanted[kind]))
                        for kind in kinds
                    ],
                )
                for kinds in _apart(wanted)
            ),
        )
    finally:
        view.Destroy()


def _apart(kinds: Iterable[type]) -> tuple[list[type], list[type]]:
    """Base types and, in a filter of their own, types derived from them.

    In one filter it is open which of two property lists an object of the derived type gets.
    """
    every = list(kinds)
    derived = [k for k in every if any(k is not base and issubclass(k, base) for base in every)]
    return [kind for kind in every if kind not in derived], derived


def read_specs(session: Session, *specs: Any) -> list[Row]:
    """The objects of all filters, page by page, each object once."""
    collector = session.content.propertyCollector
    wanted = [spec for spec in specs if spec.propSet]
    page = collector.RetrievePropertiesEx(wanted, _Collector.RetrieveOptions(maxObjects=_PAGE))
    contents: list[Any] = []
    while page is not None:
        contents += page.objects
        try:
            page = collector.ContinueRetrievePropertiesEx(page.token) if page.token else None
        except vim.fault.NotAuthenticated:
            raise
        except vim.fault.NoPermission:
            # vCenter 7.0.3.2 to 8.0.2 lets nobody turn the page without a role on the root folder
            # (github.com/vmware/govmomi/issues/3455); the older call has no pages
            contents, page = collector.RetrieveContents(wanted) or [], None
    found: dict[str, Row] = {}
    for content in contents:
        values = {p.name: p.val for p in content.propSet or []}
        row = found.setdefault(content.obj._GetMoId(), Row(content.obj, {}))
        row.add(values)
    return list(found.values())
