"""``haproxy-setup deploy``: make what the profile describes, after showing what that means."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TextIO

from core.cli import output
from core.cli.arguments import add_accept_eula, add_json, add_no_probes, add_profile, add_yes
from core.cli.confirm import confirm
from core.text import Text

if TYPE_CHECKING:
    from core.cli.steps import StepPrinter
    from core.ova.early import EarlyVerification
    from core.plan.deployment import Outcome
    from core.plan.plan import Plan
    from core.plan.preparation import Prepared
    from core.vsphere.session import Session


MOMENT_S = 0.5
"""How long a question waits for a verification that may be about to end."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_profile(parser)
    add_accept_eula(parser)
    add_yes(parser)
    parser.add_argument(
        "--no-wait",
        action="store_true",
        help=str(Text("end after power-on, without waiting for proof that the appliance works")),
    )
    add_no_probes(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Plan, ask, apply; 0 when everything is there afterwards."""
    from core.cli.access import load_checked, vcenter_password
    from core.journal.lock import only_run
    from core.ova.early import verified_early
    from core.plan.preparation import prepared
    from core.vsphere.session import open_session

    document, findings = load_checked(args.profile)
    profile = document.profile
    with (
        prepared(profile, findings) as ready,
        only_run(profile, "deploy"),
        verified_early(ready.ova) as early,
    ):
        password = vcenter_password(profile)
        with open_session(profile.vcenter, password) as session:
            return _deploy(session, ready, early, password, args)


def _deploy(
    session: Session,
    ready: Prepared,
    early: EarlyVerification | None,
    vcenter_password: str,
    args: argparse.Namespace,
) -> int:
    from core.cli.access import deployment_secrets, refuse_copy, secret_if_known
    from core.cli.endings import accounted
    from core.cli.signals import stopping
    from core.cli.steps import StepPrinter, print_plan
    from core.jobs import JobContext
    from core.plan.deployment import apply, password_for_proof, render_for_deployment
    from core.plan.plan import make_plan
    from core.proof.appliance import appliance_gone
    from core.proof.surroundings import surroundings_for

    talk = sys.stderr if args.json else sys.stdout
    refuse_copy(ready.profile, session, args.profile)
    ctx = JobContext()
    with stopping(ctx):
        plan = make_plan(session, ready, ctx, prove=not args.no_wait, probe=not args.no_probes)
    print_plan(plan, talk)
    if plan.is_blocked:
        if args.json:
            output.print_json(plan.as_dict())
        return 1
    printer = StepPrinter(plan, talk)

    def look_at_ova(seconds: float = 0) -> None:
        with _explained(plan, printer, talk):
            refuse_damaged(plan, early, printer, seconds)

    look_at_ova(MOMENT_S if is_asked(plan, args) else 0)
    properties = dict(ready.properties)
    if plan.deploys:
        secrets = deployment_secrets(ready.profile, vcenter_password)
        properties = render_for_deployment(ready.profile, secrets)
    elif plan.proves and surroundings_for(session).route is not None:
        properties |= password_for_proof(secret_if_known(ready.profile, "dataplane_password"))
    if plan.has_changes:
        confirm_plan(plan, args, look_at_ova)
    ctx = JobContext(printer)
    with _explained(plan, printer, talk), stopping(ctx):
        outcome = apply(
            session, ready, plan, properties, ctx, path=os.path.abspath(args.profile), early=early
        )
    if not outcome.machine:
        with accounted(lambda: _as_dict(plan, printer) | {"outcome": outcome.as_dict()}):
            raise appliance_gone(ready.profile)
    _print_end(plan, printer, outcome, args)
    return 0


@contextlib.contextmanager
def _explained(plan: Plan, printer: StepPrinter, talk: TextIO) -> Iterator[None]:
    """If the block ends early, whatever the reason, say what there is by then."""
    from core.cli.endings import accounted

    try:
        with accounted(lambda: _account(plan, printer)):
            yield
    except (Exception, KeyboardInterrupt):
        print_what_exists(plan, printer, talk is sys.stderr)
        raise


def refuse_damaged(
    plan: Plan, early: EarlyVerification | None, printer: StepPrinter, seconds: float
) -> None:
    """Say that the OVA is damaged before anything is asked for, if that is known in ``seconds``.

    Else its verification goes on while somebody reads, and its step waits for the outcome.

    Raises:
        StepFailed: it is damaged, said as by the step itself; nothing was changed.
    """
    from core.errors import AppError, StepFailed
    from core.jobs import StepEvent, StepState
    from core.plan.step import Action

    step = next((one for one in plan.steps if one.key == "ova"), None)
    if early is None or step is None or step.action is not Action.CHECK:
        return
    try:
        early.raise_failure(seconds)
    except AppError as error:
        printer(StepEvent(step.key, StepState.RUNNING))
        printer(StepEvent(step.key, StepState.FAILED))
        raise StepFailed(step.key, step.title, error) from error


def is_asked(plan: Plan, args: argparse.Namespace) -> bool:
    """Whether somebody has to agree to something."""
    return not args.yes or bool(plan.deploys and plan.licences and not args.accept_eula)


def confirm_plan(
    plan: Plan, args: argparse.Namespace, before_each: Callable[[], None] = lambda: None
) -> None:
    """Have the licence accepted and the plan agreed to, by flag or by a person.

    ``before_each`` question there may be an error to say instead.

    Raises:
        NotConfirmed: neither; nothing was changed.
    """
    if plan.deploys and plan.licences and not args.accept_eula:
        before_each()
        for text in plan.licences:
            output.print_text(f"\n{output.shown(text)}\n", sys.stderr)
        confirm(Text("Do you accept this licence agreement? [y/N] "), "--accept-eula")
    if not args.yes:
        before_each()
        confirm(Text("Apply this plan? [y/N] "), "--yes")


def print_what_exists(plan: Plan, printer: StepPrinter, to_stderr: bool) -> None:
    """What a deployment that was stopped has made, and what can be done about it."""
    from core.cli.steps import in_the_air, what_remains

    stream = sys.stderr if to_stderr else sys.stdout
    made, unclear = what_remains(plan, printer.states), in_the_air(plan, printer.states)
    if not made and not unclear:
        output.print_text(Text("Nothing had been changed."), stream)
        return
    for heading, steps in (
        (Text("Kept, and used by the next run:"), made),
        (Text("Was in progress, and may be there or not:"), unclear),
    ):
        if steps:
            output.print_text(heading, stream)
        for step in steps:
            output.print_text(f"  {output.shown(step.title)}", stream)
    output.print_text(
        Text("To go on, run the same again. To remove it: haproxy-setup undo PROFILE"), stream
    )


def _print_end(
    plan: Plan, printer: StepPrinter, outcome: Outcome, args: argparse.Namespace
) -> None:
    from core.cli.steps import print_outcome

    if args.json:
        output.print_json(_as_dict(plan, printer) | {"outcome": outcome.as_dict()})
        return
    print_outcome(outcome)
    done = Text(
        "Done: {count} step changed something.",
        "Done: {count} steps changed something.",
        count=outcome.changed,
    )
    output.print_text(f"\n{done if outcome.changed else Text('Nothing was changed.')}")
    name = output.shown(str(outcome.machine["name"]))
    output.print_text(outcome.standing.said_of(name))
    if not outcome.standing.proven:
        output.print_text(Text("To prove it on any day: haproxy-setup verify PROFILE"))


def _as_dict(plan: Plan, printer: StepPrinter) -> dict[str, object]:
    findings = [finding.as_dict() for finding in plan.all_findings]
    return {"steps": printer.steps_as_dicts(), "findings": findings}


def _account(plan: Plan, printer: StepPrinter) -> dict[str, object]:
    """What the JSON of a deployment that ended early says, besides why: the keys of steps."""
    from core.cli.steps import in_the_air, what_remains

    return _as_dict(plan, printer) | {
        "kept": [step.key for step in what_remains(plan, printer.states)],
        "in_progress": [step.key for step in in_the_air(plan, printer.states)],
    }
