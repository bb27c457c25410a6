"""``haproxy-setup undo``: remove what a deployment made, after showing what that is."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, TextIO

from core.cli import output
from core.cli.arguments import add_json, add_profile
from core.cli.confirm import confirm
from core.text import Text

if TYPE_CHECKING:
    from core.plan.undo import UndoOutcome
    from core.plan.undo_plan import UndoPlan
    from core.profile.model import Profile
    from core.vsphere.session import Session


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_profile(parser)
    parser.add_argument(
        "--power-off",
        action="store_true",
        help=str(Text("turn the appliance off if it is running, which it has to be agreed to")),
    )
    parser.add_argument("--yes", action="store_true", help=str(Text("remove without being asked")))
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Plan, ask, remove; 0 when nothing of ours is left that could go, 1 blocked or failed."""
    from core.cli.access import load_checked, vcenter_password
    from core.journal.lock import only_run
    from core.vsphere.session import open_session

    document, _ = load_checked(args.profile)
    profile = document.profile
    with only_run(profile, "undo"):
        password = vcenter_password(profile)
        with open_session(profile.vcenter, password) as session:
            return _undo(session, profile, args)


def _undo(session: Session, profile: Profile, args: argparse.Namespace) -> int:
    from core.cli.endings import accounted
    from core.cli.signals import stopping
    from core.cli.steps import StepPrinter
    from core.jobs import JobContext
    from core.plan.undo import apply_undo
    from core.plan.undo_plan import make_undo_plan

    talk = sys.stderr if args.json else sys.stdout
    ctx = JobContext()
    path = os.path.abspath(args.profile)
    with stopping(ctx):
        plan = make_undo_plan(session, profile, ctx, power_off=args.power_off, path=path)
    _print_plan(plan, talk)
    if plan.is_blocked or not plan.has_changes:
        if args.json:
            output.print_json(plan.as_dict())
        return 1 if plan.is_blocked else 0
    if not args.yes:
        confirm(Text("Remove these? [y/N] "), "--yes")
    printer = StepPrinter(plan, talk)
    ctx = JobContext(printer)
    with accounted(lambda: plan.as_dict() | {"steps": printer.steps_as_dicts()}), stopping(ctx):
        outcome = apply_undo(session, plan, ctx)
    if args.json:
        output.print_json(plan.as_dict() | {"outcome": outcome.as_dict()})
    else:
        _print_end(outcome, talk)
    return 0


def _print_plan(plan: UndoPlan, stream: TextIO) -> None:
    from core.plan.undo_plan import MACHINE_RUNS
    from core.plan.undo_steps import UndoAction

    words = {
        UndoAction.REMOVE: (Text("remove"), "error"),
        UndoAction.KEEP: (Text("stays"), "quiet"),
    }
    for step in plan.steps:
        word, role = words[step.action]
        label = output.coloured(output.padded(word, 14), role, stream)
        because = f"  ({step.reason})" if step.reason else ""
        output.print_text(f"{label} {output.shown(f'{step.title}{because}')}", stream)
    if plan.store.remark:
        output.print_text(output.shown(plan.store.remark), stream)
    if plan.findings:
        output.print_text("", stream)
        output.print_findings(plan.findings, stream)
    output.print_text("", stream)
    if plan.is_blocked:
        output.print_text(Text("Blocked: nothing would be removed."), stream)
        if any(finding.code == MACHINE_RUNS.code for finding in plan.findings):
            output.print_text(Text("To power it off with it: --power-off"), stream)
    elif not plan.has_changes:
        output.print_text(Text("Nothing to undo."), stream)


def _print_end(outcome: UndoOutcome, stream: TextIO) -> None:
    for title, reason in outcome.kept:
        stays = Text("{object} stays: {reason}.", object=title, reason=reason)
        output.print_text(output.shown(stays), stream)
    done = Text("Removed: {count} object.", "Removed: {count} objects.", count=len(outcome.removed))
    output.print_text(f"\n{done}", stream)
