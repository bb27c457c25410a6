"""The ways along which the inventory is read are open to whoever may see what is at their end."""

from __future__ import annotations

import pytest

from core.vsphere.inventory import _WAYS
from core.vsphere.retrieve import Way


@pytest.mark.parametrize("way", _WAYS, ids=lambda way: f"{way[0].__name__}.{way[1]}")
def test_a_way_needs_what_a_role_below_gives(way: Way) -> None:
    """pyvmomi knows from the API which privilege each property needs."""
    kind, path, _ = way
    assert kind._GetPropertyInfo(path).privId == "System.View"  # type: ignore[attr-defined]


def test_every_way_that_leads_on_goes_somewhere() -> None:
    starts = {kind for kind, _, _ in _WAYS}
    assert {kind for _, _, kinds in _WAYS for kind in kinds} <= starts
