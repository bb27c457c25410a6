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


Way = tuple[type, str, tuple[type, ...]]
"""A property of a type that leads on, and the types among what is there whose ways are taken."""


def read_along(
    session: Session,
    start: Any,
    ways: Sequence[Way],
    wanted: Mapping[type, Sequence[str]],
    *,
    with_start: bool = False,
) -> list[Row]:
    """The objects of the ``wanted`` types on the ``ways`` from ``start``, in one call.

    Whoever has a role on an object has System.View on all that is above it (the API's role View,
    which "cannot be granted"; doublecloud.org, 2011-01-17, from vCenter's makers). So a way of
    properties that need no more than that does not end before what the account may see.
    """
    names = {way: f"{way[0].__name__}.{way[1]}" for way in ways}
    steps = [
        _Collector.TraversalSpec(
            name=names[way],
            type=way[0],
            path=way[1],
            skip=False,
            selectSet=[
                _Collector.SelectionSpec(name=names[next_way])
                for next_way in ways
                if next_way[0] in way[2]
            ],
        )
        for way in ways
    ]
    selected = _Collector.ObjectSpec(obj=start, skip=not with_start, selectSet=steps)
    return _read_selected(session, selected, wanted)


def read_tree(session: Session, container: Any, wanted: Mapping[type, Sequence[str]]) -> list[Row]:
    """All objects of the ``wanted`` types below ``container``, each with the paths asked for.

    By a view: only what is wanted comes over the network, but the server may walk past all the rest
    to fill it; stock vcsim does, virtual machines included. The view ends with the session.
    """
    view = session.content.viewManager.CreateContainerView(container, list(wanted), True)
    to_members = _Collector.TraversalSpec(
        name="members", type=vim.view.ContainerView, path="view", skip=False
    )
    selected = _Collector.ObjectSpec(obj=view, skip=True, selectSet=[to_members])
    return _read_selected(session, selected, wanted)


def _read_selected(
    session: Session, selected: Any, wanted: Mapping[type, Sequence[str]]
) -> list[Row]:
    return read_specs(
        session,
        *(
            _Collector.FilterSpec(
                objectSet=[selected],
                propSet=[
                    _Collector.PropertySpec(type=kind, pathSet=list(wanted[kind])) for kind in kinds
                ],
            )
            for kinds in _apart(wanted)
            if kinds
        ),
    )


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
