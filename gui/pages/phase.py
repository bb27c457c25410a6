"""Where a deployment is; every text and enabled state of its page follows from this."""

from __future__ import annotations

from enum import Enum


class Phase(Enum):
    """The states of a deployment in a window."""

    IDLE = "idle"
    RUNNING = "running"
    CANCELLING = "cancelling"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_busy(self) -> bool:
        """Whether a job runs."""
        return self in {Phase.RUNNING, Phase.CANCELLING}

    def may_become(self, other: Phase) -> bool:
        """Whether that is a move that makes sense."""
        return other in _MOVES[self]


_ENDS = frozenset((Phase.SUCCEEDED, Phase.FAILED, Phase.CANCELLED))
_MOVES = {
    Phase.IDLE: frozenset((Phase.RUNNING,)),
    Phase.RUNNING: _ENDS | {Phase.CANCELLING},
    Phase.CANCELLING: _ENDS,
    Phase.SUCCEEDED: frozenset((Phase.RUNNING, Phase.IDLE)),
    Phase.FAILED: frozenset((Phase.RUNNING, Phase.IDLE)),
    Phase.CANCELLED: frozenset((Phase.RUNNING, Phase.IDLE)),
}
