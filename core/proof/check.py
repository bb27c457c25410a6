"""One check of a proof: looked at again and again until it is known, or its time is over."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from enum import Enum

from msgspec import Struct

from core.findings import Finding
from core.jobs import Progress, StepState
from core.proof.case import Case
from core.proof.limits import Limits
from core.text import Text


class Seen(Enum):
    """What one look told."""

    RIGHT = "right"
    NOT_YET = "not yet"
    WRONG = "wrong"
    UNSEEN = "unseen"


class Look(Struct, frozen=True):
    """The result of one look: what is to be seen, and what is wrong if it stays so."""

    seen: Seen
    said: Text
    finding: Finding | None = None


def right(said: Text) -> Look:
    """It is as it should be."""
    return Look(Seen.RIGHT, said)


def not_yet(finding: Finding) -> Look:
    """It may still become right; ``finding`` is the diagnosis if it does not."""
    return Look(Seen.NOT_YET, finding.what, finding)


def wrong(finding: Finding) -> Look:
    """Waiting would not help."""
    return Look(Seen.WRONG, finding.what, finding)


def unseen(why: Text) -> Look:
    """It cannot be looked at from here."""
    return Look(Seen.UNSEEN, why)


class Result(Struct, frozen=True):
    """How a check ended: done, failed with its diagnosis, or skipped with the reason."""

    key: str
    title: Text
    state: StepState
    said: Text
    seconds: float
    finding: Finding | None = None

    def as_dict(self) -> dict[str, object]:
        """For ``--json``."""
        return {
            "key": self.key,
            "title": str(self.title),
            "state": self.state.value,
            "said": str(self.said),
            "seconds": round(self.seconds, 3),
            "finding": self.finding.as_dict() if self.finding else None,
        }


class Check(ABC):
    """A thing to be proven."""

    key: str
    title: Text

    @abstractmethod
    def limit_s(self, limits: Limits) -> float:
        """How long it may take."""

    @abstractmethod
    def look(self, case: Case) -> Look:
        """Look once; takes no longer than ``limits.answer_s`` and hears a cancel meanwhile.

        Raises:
            AppError: vCenter could not be asked.
            Cancelled: the user asked to stop.
        """

    def head_start_s(self, case: Case) -> float:
        """How much of the limit was over before the first look."""
        del case
        return 0.0


_STATES = {
    Seen.RIGHT: StepState.DONE,
    Seen.WRONG: StepState.FAILED,
    Seen.NOT_YET: StepState.FAILED,
    Seen.UNSEEN: StepState.SKIPPED,
}


def carry_out(check: Check, case: Case, *, left_s: float | None = None) -> Result:
    """Make one check, waiting for as long as it may take.

    Args:
        check: what to look at.
        case: the appliance.
        left_s: what is left of the time for all checks, None for no such limit; 0 for one look.

    Raises:
        AppError: vCenter could not be asked.
        Cancelled: the user asked to stop.
    """
    started = time.monotonic()
    limit = check.limit_s(case.limits)
    while True:
        case.ctx.check()
        passed = time.monotonic() - started
        before = check.head_start_s(case)
        case.waited_s = passed + before
        look = check.look(case)
        over = case.waited_s >= limit or (left_s is not None and passed >= left_s)
        if look.seen is not Seen.NOT_YET or over:
            seconds = time.monotonic() - started
            state = _STATES[look.seen]
            return Result(check.key, check.title, state, look.said, seconds, look.finding)
        detail = Text(
            "{said} Waiting, {passed} of at most {limit} s",
            said=look.said,
            passed=round(case.waited_s),
            limit=round(limit),
        )
        case.ctx.report(Progress(check.key, min(1.0, case.waited_s / limit), detail))
        case.ctx.pause(case.limits.poll_s)
