"""Which part has which problem: findings by place.

A value that is only missing is no problem to look at: its dashed place says so already.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.checks.placement import REQUIRED
from core.findings import Finding, Severity
from core.topology import Place, concerns


class Signals:
    """The findings of each place of one picture; notes are left to the form."""

    def __init__(self, places: Iterable[Place], findings: Sequence[Finding]) -> None:
        self._by_place: dict[Place, tuple[Finding, ...]] = {}
        serious = [f for f in findings if f.severity is not Severity.NOTE]
        everyone = list(places)
        by_key: dict[str, list[Finding]] = {}
        for finding in serious:
            for key in finding.fields:
                by_key.setdefault(key, []).append(finding)
        for place in everyone:
            near = {id(f): f for key in place.keys for f in by_key.get(key, ())}
            met = tuple(f for f in near.values() if concerns(f, place, everyone))
            if met:
                self._by_place[place] = met
        self.counts = (
            sum(finding.is_error for finding in serious),
            sum(not finding.is_error for finding in serious),
        )

    def of(self, place: Place) -> tuple[Finding, ...]:
        """What is wrong with a place."""
        return self._by_place.get(place, ())

    def drawn(self, place: Place) -> tuple[Finding, ...]:
        """What of it is drawn."""
        return tuple(f for f in self.of(place) if not (place.is_empty and f.code == REQUIRED.code))

    def worst(self, place: Place) -> Severity | None:
        """The worst that is wrong with a place: an error, a warning or nothing."""
        found = self.drawn(place)
        if not found:
            return None
        return Severity.ERROR if any(f.is_error for f in found) else Severity.WARNING

    def key(self, place: Place) -> str:
        """The field a click goes to: the first one with a problem, else the place's own."""
        fields = {key for finding in self.of(place) for key in finding.fields}
        return next((key for key in place.keys if key in fields), place.keys[0])
