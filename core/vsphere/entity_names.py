r"""Names of inventory objects: as people write them, and as vCenter stores them.

vCenter keeps ``%``, ``/`` and ``\`` of a name as ``%25``, ``%2f`` and ``%5c``, and hands them out
so. It escapes a slash itself, but takes a percent sign for the start of an escape where one can be
meant, so that only a name which is escaped already says the same in every call (vSphere Web
Services API, ``ManagedEntity.name`` and the parameter ``name`` of what creates one).

Every name of a managed entity passes through here on its way out and on its way in. Content
libraries, their items, storage policies, uplinks and standard switches are no managed entities.
"""

from __future__ import annotations

from urllib.parse import unquote

_ESCAPES = str.maketrans({"%": "%25", "/": "%2f", "\\": "%5c"})


def stored_name(name: str) -> str:
    """A name as vCenter stores it: for every call that gives a name or looks one up."""
    return name.translate(_ESCAPES)


def object_name(raw: str | None) -> str:
    """A name as people write it, from what vCenter hands out: to compare and to show."""
    return unquote(raw or "")
