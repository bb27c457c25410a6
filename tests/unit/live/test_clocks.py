from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pyVmomi import vmodl

from core.checks.live.clocks import Clock, _read_host, find_apart, read_clock

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("host_s", "asked_s", "said"),
    [
        (0, 0.0, None),
        (59, 0.0, None),
        (-59, 0.0, None),
        (60, 0.0, "60 s ahead"),
        (-3480, 0.0, "3480 s behind"),
        (90, 90.0, None),  # asked 90 seconds later: it agrees
        (0, 90.0, "90 s behind"),
    ],
)
def test_a_clock_a_minute_away_is_warned_about(
    host_s: int, asked_s: float, said: str | None
) -> None:
    host = Clock(NOON + timedelta(seconds=host_s), 100.0 + asked_s)
    found = list(find_apart(Clock(NOON, 100.0), {"esx-01": host}))
    assert [finding.code for finding in found] == ([] if said is None else ["clocks-apart"])
    assert said is None or said in str(found[0].what)


def test_a_clock_is_read_halfway_through_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter((10.0, 14.0))
    monkeypatch.setattr("core.checks.live.clocks.time.monotonic", lambda: next(ticks))
    assert read_clock(lambda: NOON) == Clock(NOON, 12.0)


@pytest.mark.parametrize(
    "fault", [vmodl.fault.ManagedObjectNotFound, vmodl.fault.MethodNotFound, vmodl.RuntimeFault]
)
def test_a_host_that_has_no_clock_is_left_out(fault: type) -> None:
    class System:
        def QueryDateTime(self) -> datetime:
            raise fault

    assert _read_host(System()) is None
