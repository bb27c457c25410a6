"""Which place a finding is about."""

from __future__ import annotations

from collections.abc import Iterable

from core.findings import Finding
from core.topology.places import Place


def concerns(finding: Finding, place: Place, siblings: Iterable[Place]) -> bool:
    """Whether a finding is about ``place``; ``siblings`` are all places of the same network.

    A finding about a list says in its sentence which entry it means; if it names one that is
    shown, only that one is concerned.
    """
    shared = set(finding.fields) & set(place.keys)
    if not shared:
        return False
    if not place.subjects:
        return True
    named = named_in(finding)
    if named & set(place.subjects):
        return True
    return not any(named & set(other.subjects) for other in siblings if shared & set(other.keys))


def named_in(finding: Finding) -> set[str]:
    """The values a finding's sentence names, as they were typed."""
    named: set[str] = set()
    for value in finding.what.values.values():
        text = str(value)
        named.update((text, text.strip("“”「」"), *text.split(", ")))
    return named - {""}
