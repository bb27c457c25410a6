"""What the page Deploy has to know of whatever it carries out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct, field

from core.jobs import StepState
from core.text import Joined, Text

if TYPE_CHECKING:
    from core.background.deploying import Request, StepView
    from core.controller import Controller, Job
    from core.profile.model import Profile


class Answers(Struct, frozen=True):
    """Whom the job tells: one of the first three once, the last one while it runs."""

    done: Callable[[Any], None]
    failed: Callable[[Exception], None]
    cancelled: Callable[[], None]
    progressed: Callable[[Any], None]


class StepOnPage(Protocol):
    """A step as the page shows it."""

    step: StepView
    state: StepState
    reason: Text | None


class Ending(Struct, frozen=True):
    """What the banner says; ``buttons`` lead to actions of the window, by their keys."""

    kind: str
    text: Text
    advice: Text | None = None
    buttons: tuple[tuple[Text, str], ...] = field(default=())


class Operation(ABC):
    """One kind of work; made anew for each time it is carried out.

    ``action`` is the window's action that begins it, and begins it again.
    """

    action: str
    busy: Text
    """While it runs: why nothing else can be begun."""
    question: Text
    """Before it is cancelled to close the window."""
    kept_at_stop: Text
    """What becomes of what was done, below that question."""
    beginning: Text
    """In place of the number of the step, as long as the steps are not known."""
    again: Text
    """The button after it was stopped."""
    again_from_step: Text
    """The button after a step of it failed."""
    tells_results = False
    """Whether each step comes with a sentence on how it went."""

    @abstractmethod
    def start(self, controller: Controller, request: Request, answers: Answers) -> Job:
        """Begin the job."""

    @abstractmethod
    def ended(self, profile: Profile, result: Any, steps: tuple[StepOnPage, ...]) -> Ending:
        """What to say when it has done what it was to do."""

    @abstractmethod
    def what_stays(self, steps: tuple[StepOnPage, ...]) -> Text:
        """What was done so far, for whoever stops it."""

    def summary(self, steps: tuple[StepOnPage, ...]) -> Text:
        """The steps in one line, after the end."""
        done = sum(one.state in {StepState.DONE, StepState.SKIPPED} for one in steps)
        missing = len(unchecked(steps))
        if missing:
            return Text("{done} of {count} steps are done, {missing} could not be checked.",
                        done=done - missing, count=len(steps), missing=missing)  # fmt: skip
        return Text("{done} of {count} step is done.", "{done} of {count} steps are done.",
                    done=done, count=len(steps))  # fmt: skip


def unchecked(steps: Iterable[StepOnPage]) -> tuple[StepOnPage, ...]:
    """The checks that could not be made, which is not the same as being fine."""
    return tuple(
        one for one in steps
        if one.step.action == "check" and one.state is StepState.SKIPPED and one.reason is not None
    )  # fmt: skip


def reasons(steps: Iterable[StepOnPage]) -> tuple[Text, ...]:
    """Each reason once, in order."""
    return tuple(dict.fromkeys(one.reason for one in steps if one.reason is not None))


def titles(steps: Iterable[StepOnPage]) -> Joined:
    """What the steps are about."""
    return Joined([one.step.title for one in steps])
