"""A step of a deployment, described once: plan, deploy page, report and undo come from it."""

from __future__ import annotations

from abc import abstractmethod
from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct, field

from core.findings import Finding, has_errors
from core.structs import AbstractStructMeta
from core.text import Text

if TYPE_CHECKING:
    from core.plan.work import Work


class Action(Enum):
    """What a step would do with the vCenter as it is."""

    CREATE = "create"
    CHANGE = "change"
    REMOVE = "remove"
    CHECK = "check"
    PRESENT = "present"
    BLOCKED = "blocked"

    @property
    def changes(self) -> bool:
        """Whether something in the vCenter would be different afterwards."""
        return self in {Action.CREATE, Action.CHANGE, Action.REMOVE}


class Step(Struct, metaclass=AbstractStructMeta, kw_only=True):
    """One thing to bring about.

    ``key`` is stable and names the step in journals and progress; ``object_name`` is what it
    makes or changes; ``detail`` says how; ``problems`` are findings that concern this step alone,
    and any error among them blocks it; ``leaves`` says what stays behind if it is stopped;
    ``skipped`` says after a run why it could not be done here, which is not a failure; ``made``
    is False after a run that found the object there already, so that undo leaves it alone.
    """

    key: str
    title: Text
    object_name: str
    wanted: Action
    detail: Text | None = None
    problems: tuple[Finding, ...] = ()
    leaves: Text = field(default_factory=lambda: Text("This step leaves nothing behind."))
    skipped: Text | None = None
    made: bool = True

    @property
    def action(self) -> Action:
        """What the step would do: ``wanted``, unless something stands in the way."""
        return Action.BLOCKED if has_errors(self.problems) else self.wanted

    @property
    def reason(self) -> Text | None:
        """Why the step is blocked."""
        return next((finding.what for finding in self.problems if finding.is_error), None)

    @abstractmethod
    def run(self, work: Work) -> None:
        """Bring it about, safe to repeat: look first, then act.

        Raises:
            AppError: it could not be done.
            Cancelled: the user asked to stop; see ``leaves``.
        """

    def as_dict(self) -> dict[str, object]:
        """For ``--json``: plain values, texts in the current language."""
        return {
            "key": self.key,
            "title": str(self.title),
            "object": self.object_name,
            "action": self.action.value,
            "detail": str(self.detail) if self.detail else None,
            "reason": str(self.reason) if self.action is Action.BLOCKED else None,
        }
