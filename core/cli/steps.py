"""Steps on a terminal: the plan as a list, a running deployment line by line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Protocol, TextIO

from core.cli import output
from core.cli.waiting import Waits
from core.jobs import Progress, Report, StepEvent, StepState
from core.plan.deployment import Outcome
from core.plan.plan import Plan
from core.plan.step import Action, Step
from core.proof.standing import Standing
from core.text import Text

_ACTIONS: dict[Action, tuple[Text, str]] = {
    Action.CREATE: (Text("create"), "good"),
    Action.CHANGE: (Text("change"), "good"),
    Action.REMOVE: (Text("remove"), "error"),
    Action.CHECK: (Text("check"), "note"),
    Action.PRESENT: (Text("already there"), "quiet"),
    Action.BLOCKED: (Text("blocked"), "error"),
}
_STATES: dict[StepState, tuple[Text, str]] = {
    StepState.DONE: (Text("done"), "good"),
    StepState.SKIPPED: (Text("already there"), "quiet"),
    StepState.FAILED: (Text("failed"), "error"),
    StepState.CANCELLED: (Text("stopped"), "warning"),
}
_COLUMN = 14


def print_plan(plan: Plan, stream: TextIO, nothing: Text | None = None) -> None:
    """Each step with what it would do; then everything that stands in the way.

    ``nothing`` is said where there is nothing to do, if not that everything is there.
    """
    for step in plan.steps:
        word, role = _ACTIONS[step.action]
        label = output.coloured(output.padded(word, _COLUMN), role, stream)
        detail = f"  ({step.detail})" if step.detail and step.action is not Action.BLOCKED else ""
        output.print_text(f"{label} {output.shown(f'{step.title}{detail}')}", stream)
        if step.action is Action.BLOCKED:
            because = Text("because {reason}", reason=step.reason or "")
            output.print_text(f"{' ' * _COLUMN} {output.shown(because)}", stream)
    if plan.all_findings:
        output.print_text("", stream)
        output.print_findings(plan.all_findings, stream)
    output.print_text("", stream)
    output.print_text(output.shown(_summary(plan, nothing)), stream)


def _summary(plan: Plan, nothing: Text | None) -> Text:
    if plan.is_blocked:
        return Text("Blocked: nothing would be changed.")
    changing = sum(step.action.changes for step in plan.steps)
    if not changing and nothing is None and plan.proves:
        return Text("Nothing to change: everything is there. It is not proven that it works.")
    if not changing and nothing is None and plan.proven_at:
        day = Standing(proven=True, at=plan.proven_at).day
        return Text("Nothing to do: everything is there, and was proven to work on {day}.", day=day)
    if not changing:
        return nothing or Text("Nothing to do: everything is there.")
    return Text(
        "{count} step would change something.",
        "{count} steps would change something.",
        count=changing,
    )


class Titled(Protocol):
    """What is printed of a step."""

    key: str
    title: Text

    def as_dict(self) -> dict[str, object]:
        """For ``--json``."""
        ...


class HasSteps(Protocol):
    """A plan of any kind, as far as its steps are printed."""

    @property
    def steps(self) -> Sequence[Titled]:
        """In their order."""
        ...


class StepPrinter:
    """Prints a running deployment: a line for each step; how far it is, and what it waits for.

    On a terminal that is one moving line; elsewhere a line for each tenth of the bytes, and one
    for each thing that is waited for, since some waits last for minutes.
    """

    def __init__(self, plan: HasSteps, stream: TextIO) -> None:
        self._steps = plan.steps
        self._titles = {step.key: step.title for step in plan.steps}
        self._checks = {s.key for s in plan.steps if getattr(s, "action", None) is Action.CHECK}
        self._stream = stream
        self._moves = stream.isatty()
        self._shown_tenth = -1
        self._waits = Waits()
        self._last_note: Text | None = None
        self.states: dict[str, tuple[StepState, float]] = {}

    def __call__(self, report: Report) -> None:
        """Take one report of the job."""
        if isinstance(report, StepEvent):
            self._on_step(report)
        else:
            self._on_progress(report)

    def steps_as_dicts(self) -> list[dict[str, object]]:
        """For ``--json``: the plan's steps, each with how far it has come and how long it took."""
        steps = []
        for step in self._steps:
            state, seconds = self.states.get(step.key, (StepState.WAITING, 0.0))
            steps.append(step.as_dict() | {"state": state.value, "seconds": round(seconds, 3)})
        return steps

    def _on_step(self, event: StepEvent) -> None:
        self.states[event.step] = (event.state, event.seconds)
        title = output.shown(self._titles.get(event.step, event.step))
        if event.state is StepState.RUNNING:
            self._shown_tenth = -1
            if self._moves:
                self._line(f"{'…'.ljust(_COLUMN)} {title}", end="")
            return
        word, role = _STATES[event.state]
        skipped = event.state is StepState.SKIPPED and event.note is not None
        if skipped:
            word = Text("not checked") if event.step in self._checks else Text("skipped")
        label = output.coloured(output.padded(word, _COLUMN), role, self._stream)
        seconds = f"  {event.seconds:.1f} s" if event.seconds >= 0.1 else ""
        self._line(f"{label} {title}{seconds}")
        told = (skipped or event.state is StepState.CANCELLED) and event.note != self._last_note
        self._last_note = event.note
        if told and event.note:
            self._line(f"{' ' * _COLUMN} {output.shown(event.note)}")

    def _on_progress(self, progress: Progress) -> None:
        if not progress.bytes_total and not progress.detail:
            return
        title = output.shown(self._titles.get(progress.step, ""))
        text = f"{title}  {output.shown(progress_text(progress))}"
        if self._moves:
            self._line(f"{'…'.ljust(_COLUMN)} {text}", end="")
            return
        if self._is_worth_a_line(progress):
            self._line(f"{'…'.ljust(_COLUMN)} {text}")

    def _is_worth_a_line(self, progress: Progress) -> bool:
        """Whether a log needs it: a tenth of the bytes, or another thing that is waited for."""
        if not progress.bytes_total:
            detail = progress.detail
            return detail is not None and self._waits.is_new(progress.step, detail)
        tenth = int((progress.fraction or 0) * 10)
        is_new = tenth != self._shown_tenth
        self._shown_tenth = tenth
        return is_new

    def _line(self, text: str, end: str = "\n") -> None:
        start = "\r\x1b[K" if self._moves else ""
        print(f"{start}{text}", end=end, file=self._stream, flush=True)


def progress_text(progress: Progress) -> str:
    """``412 of 1,024 MB, 310 MB/s, 2 s left``; or what is being waited for."""
    if not progress.bytes_total:
        percent = f" {progress.fraction:.0%}" if progress.fraction is not None else ""
        return f"{progress.detail or ''}{percent}"
    text = Text(
        "{done:,.1f} of {total:,.1f} MB, {rate:,.0f} MB/s",
        done=progress.bytes_done / 1e6,
        total=progress.bytes_total / 1e6,
        rate=progress.bytes_per_second / 1e6,
    )
    if progress.seconds_left is None or progress.bytes_done >= progress.bytes_total:
        return str(text)
    return f"{text}, {Text('{seconds} s left', seconds=round(progress.seconds_left))}"


def print_outcome(outcome: Outcome, stream: TextIO | None = None) -> None:
    """What there is now, as the vCenter reports it."""
    stream = stream or sys.stdout
    output.print_text("", stream)
    output.print_text(Text("Read back from the vCenter:"), stream)
    for title, values in (
        (Text("Distributed switch"), outcome.switch),
        (Text("Virtual machine"), outcome.machine),
    ):
        output.print_text(f"  {title}", stream)
        _print_values(values, stream, "    ")


def _print_values(values: dict[str, object], stream: TextIO, indent: str) -> None:
    for key, value in values.items():
        if isinstance(value, dict):
            output.print_text(f"{indent}{key}:", stream)
            _print_values(value, stream, indent + "  ")
        else:
            shown = ", ".join(map(str, value)) if isinstance(value, list) else value
            output.print_text(f"{indent}{key}: {output.shown(shown)}", stream)


def in_the_air(plan: Plan, states: dict[str, tuple[StepState, float]]) -> list[Step]:
    """The step in the middle of which a deployment was stopped, if that may have made something."""
    unclear = {StepState.RUNNING, StepState.CANCELLED, StepState.FAILED}
    return [
        step
        for step in plan.steps
        if step.action.changes and states.get(step.key, (None,))[0] in unclear
    ]


def what_remains(plan: Plan, states: dict[str, tuple[StepState, float]]) -> list[Step]:
    """The steps that were carried out before a deployment stopped: what exists now."""
    return [
        step
        for step in plan.steps
        if step.action.changes and states.get(step.key, (None,))[0] is StepState.DONE
    ]
