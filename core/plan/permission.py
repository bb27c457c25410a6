"""What an account may do, and what it lacks: asked of the vCenter in one call for many objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct
from pyVmomi import vmodl

from core.errors import AppError
from core.findings import Finding, Rule, Severity, rule
from core.text import Text, listed
from core.vsphere.faults import explained
from core.vsphere.retrieve import read_object
from core.vsphere.session import Session

PRIVILEGE_MISSING = rule(
    "privilege-missing",
    Severity.ERROR,
    cause=Text("The account may not do something that the plan has to do."),
    cure=Text("Have a vCenter administrator grant the privileges listed on that object."),
)
LIBRARY_PRIVILEGE_MISSING = rule(
    "privilege-library",
    Severity.WARNING,
    cause=Text(
        "The account does not seem to have the right to import into content libraries. These "
        "rights come from a global permission, which vCenter shows only in part."
    ),
    cure=Text("Have a vCenter administrator grant them as a global permission, or import by hand."),
)
PRIVILEGES_UNKNOWN = rule(
    "privileges-unknown",
    Severity.NOTE,
    cause=Text("vCenter did not say which privileges the account has."),
    cure=Text("Make sure that the account has the privileges listed in the user guide."),
)

Where = tuple[Any, object]
"""An object, and what it is called in a sentence."""


class Need(Struct, frozen=True):
    """Privileges needed on one object."""

    ref: Any
    name: object
    privileges: tuple[str, ...]
    rule: Rule = PRIVILEGE_MISSING

    @property
    def moid(self) -> str:
        """The object's id."""
        return str(self.ref._GetMoId())


def find_missing(session: Session, user: str, needs: Iterable[Need]) -> tuple[Finding, ...]:
    """A finding for each object on which the account lacks something; one call for all of them."""
    wanted = _merged(needs)
    if not wanted:
        return ()
    try:
        denied = _denied(session, wanted)
    except AppError as error:
        return (PRIVILEGES_UNKNOWN.found("vcenter.user", what=error.what),)
    return tuple(_findings(user, wanted, denied))


def _denied(session: Session, needs: Iterable[Need]) -> set[tuple[str, str]]:
    """(object, privilege) pairs the account does not have; empty where vCenter cannot say."""
    manager = session.content.authorizationManager
    wanted = sorted({privilege for need in needs for privilege in need.privileges})
    entities = {need.moid: need.ref for need in needs}
    with explained(Text("Checking the account's privileges")):
        current = read_object(session, session.content.sessionManager, "currentSession")
        try:
            answer = manager.HasPrivilegeOnEntities(
                list(entities.values()), current["currentSession"].key, wanted
            )
        except vmodl.fault.MethodNotFound:
            return set()
    return {
        (str(entry.entity._GetMoId()), one.privId)
        for entry in answer or []
        for one in entry.privAvailability or []
        if not one.isGranted
    }


def _merged(needs: Iterable[Need]) -> list[Need]:
    """One need for each object and rule, its privileges in the order they came up."""
    merged: dict[tuple[str, str], Need] = {}
    for need in needs:
        key = (need.moid, need.rule.code)
        known = merged.get(key)
        privileges = (known.privileges if known else ()) + need.privileges
        name = known.name if known else need.name
        merged[key] = Need(need.ref, name, tuple(dict.fromkeys(privileges)), need.rule)
    return list(merged.values())


def _findings(user: str, needs: Iterable[Need], denied: set[tuple[str, str]]) -> Iterator[Finding]:
    for need in needs:
        missing = [p for p in need.privileges if (need.moid, p) in denied]
        if missing:
            yield need.rule.found(
                "vcenter.user",
                what=Text(
                    "{user} lacks {privileges} on {name}.",
                    user=user,
                    privileges=listed(missing),
                    name=need.name,
                ),
            )
