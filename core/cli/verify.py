"""``haproxy-setup verify``: prove on any day that the load balancer of a profile works."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, TextIO

from msgspec import structs

from core.cli import output
from core.cli.arguments import add_json, add_profile
from core.cli.waiting import Waits
from core.jobs import Progress, Report, StepEvent, StepState
from core.text import Text

if TYPE_CHECKING:
    from core.proof.report import ProofReport

_STATES: dict[StepState, tuple[Text, str]] = {
    StepState.DONE: (Text("proven"), "good"),
    StepState.SKIPPED: (Text("not checked"), "quiet"),
    StepState.FAILED: (Text("failed"), "error"),
}
_COLUMN = 14


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_profile(parser)
    parser.add_argument(
        "--timeout",
        type=_seconds,
        metavar="SECONDS",
        help=str(Text("wait no longer than this in all (default: 10 minutes from the power-on)")),
    )
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Make every check and print what it found; 0 proven, 1 not."""
    from core.cli.access import load_checked, secrets_for, vcenter_password
    from core.cli.endings import accounted
    from core.cli.signals import stopping
    from core.jobs import JobContext
    from core.proof.limits import Limits
    from core.proof.surroundings import surroundings_for
    from core.proof.verify import verify
    from core.vsphere.session import open_session

    document, _ = load_checked(args.profile)
    profile = document.profile
    password = vcenter_password(profile)
    printer = _CheckPrinter(sys.stderr if args.json else sys.stdout)
    ctx = JobContext(printer)
    with (
        accounted(lambda: {"checks": printer.checks_as_dicts()}),
        open_session(profile.vcenter, password) as session,
    ):
        surroundings = surroundings_for(session)
        needed = ("dataplane_password",) if surroundings.route is not None else ()
        secrets = structs.replace(secrets_for(profile, needed), vcenter_password=password)
        limits = Limits().within(args.timeout)
        with stopping(ctx):
            report = verify(session, profile, secrets, ctx, limits, surroundings=surroundings)
    if args.json:
        output.print_json(report.as_dict())
    else:
        _print_report(report)
    return 0 if report.proven else 1


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= 24 * 3600:
        raise ValueError(text)
    return seconds


_seconds.__name__ = "SECONDS"  # argparse names it: "invalid SECONDS value"


class _CheckPrinter:
    """A line for each check as it ends; before that what is waited for."""

    def __init__(self, stream: TextIO) -> None:
        from core.proof.checks import CHECKS

        self._titles = {check.key: check.title for check in CHECKS}
        self._stream = stream
        self._moves = stream.isatty()
        self._waits = Waits()
        self._events: dict[str, StepEvent] = {}

    def __call__(self, report: Report) -> None:
        """Take one report of the job."""
        title = self._titles.get(report.step)
        if title is None:
            return
        if isinstance(report, Progress):
            detail = report.detail or title
            if self._moves or self._waits.is_new(report.step, detail):
                end = "" if self._moves else "\n"
                self._line(f"{'…'.ljust(_COLUMN)} {output.shown(detail)}", end=end)
            return
        self._on_check(report, title)

    def checks_as_dicts(self) -> list[dict[str, object]]:
        """For ``--json``, of a proof that ended early: how far each check has come."""
        checks: list[dict[str, object]] = []
        for key, title in self._titles.items():
            event = self._events.get(key)
            state = event.state if event else StepState.WAITING
            said = str(event.note) if event and event.note else None
            checks.append({"key": key, "title": str(title), "state": state.value, "said": said})
        return checks

    def _on_check(self, event: StepEvent, title: Text) -> None:
        self._events[event.step] = event
        if event.state not in _STATES:
            return
        word, role = _STATES[event.state]
        label = output.coloured(output.padded(word, _COLUMN), role, self._stream)
        self._line(f"{label} {output.shown(title)}")
        if event.note:
            self._line(f"{' ' * _COLUMN} {output.shown(event.note)}")

    def _line(self, text: str, end: str = "\n") -> None:
        start = "\r\x1b[K" if self._moves else ""
        print(f"{start}{text}", end=end, file=self._stream, flush=True)


def _print_report(report: ProofReport) -> None:
    found = [result.finding for result in report.results if result.finding is not None]
    findings = list(dict.fromkeys((*found, *report.findings)))
    if findings:
        output.print_text()
        for finding in output.ordered(findings):
            output.print_finding(finding, sys.stdout)
    output.print_text()
    if report.since is not None:
        at = Text("Compared with the proof of {at}.", at=report.since.at)
        output.print_text(at)
    output.print_text(output.shown(report.summary))
