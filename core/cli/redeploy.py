"""``haproxy-setup redeploy``: a new appliance takes the old one's place, or gives it back."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
import sys
from typing import TYPE_CHECKING

from core.cli import output
from core.cli.deploy import confirm_plan
from core.errors import AppError
from core.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.jobs import JobContext
    from core.plan.preparation import Prepared
    from core.plan.redeploy import Redeployment
    from core.vsphere.relatives import Relatives
    from core.vsphere.session import Session

    Maker = Callable[[Session, Prepared, JobContext], Redeployment]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("profile", metavar="PROFILE", help=str(Text("the profile's YAML file")))
    parser.add_argument(
        "--accept-eula",
        action="store_true",
        help=str(Text("accept the appliance's licence agreement without being asked")),
    )
    parser.add_argument(
        "--roll-back",
        action="store_true",
        help=str(Text("put the old appliance back and remove the new one")),
    )
    parser.add_argument(
        "--yes", action="store_true", help=str(Text("apply the plan without being asked"))
    )
    parser.add_argument("--json", action="store_true", help=str(Text("print JSON for machines")))


def run(args: argparse.Namespace) -> int:
    """Plan, ask, swap; 0 when the new (or with --roll-back the old) appliance is in place."""
    from core.plan.redeploy import make_redeployment, make_roll_back

    if args.roll_back:
        return carry_out(args, make_roll_back, needs_ova=False)
    return carry_out(args, make_redeployment, needs_ova=True)


def carry_out(args: argparse.Namespace, make: Maker, *, needs_ova: bool) -> int:
    """Plan with ``make``, ask, apply: the same for redeploy, its way back and accept.

    Raises:
        AppError: a step failed, or nothing could be planned.
    """
    from core.cli.access import load_checked, vcenter_password
    from core.journal.lock import only_run
    from core.plan.preparation import Prepared, prepared
    from core.vsphere.session import open_session

    document, findings = load_checked(args.profile)
    profile = document.profile
    bare = Prepared(profile, findings, None, None, {})
    held = prepared(profile, findings) if needs_ova else contextlib.nullcontext(bare)
    with held as ready, only_run(profile, args.command):
        password = vcenter_password(profile)
        with open_session(profile.vcenter, password) as session:
            return _apply(session, ready, password, args, make)


def _apply(
    session: Session, ready: Prepared, password: str, args: argparse.Namespace, make: Maker
) -> int:
    from core.cli.access import stopping
    from core.cli.steps import StepPrinter, print_plan
    from core.jobs import JobContext
    from core.plan.redeploy import apply_redeployment

    talk = sys.stderr if args.json else sys.stdout
    ctx = JobContext()
    with stopping(ctx):
        redeployment = make(session, ready, ctx)
    plan = redeployment.plan
    print_plan(plan, talk)
    if plan.is_blocked or not plan.has_changes:
        if args.json:
            output.print_json(plan.as_dict())
        return 1 if plan.is_blocked else 0
    properties = _properties(ready, redeployment, password)
    confirm_plan(plan, args)
    ctx = JobContext(StepPrinter(plan, talk))
    path = os.path.abspath(args.profile)
    try:
        with stopping(ctx):
            machines = apply_redeployment(session, ready, redeployment, properties, ctx, path=path)
    except AppError as error:
        if args.json:
            output.print_json(plan.as_dict() | {"error": output.error_as_dict(error)})
            output.print_error(error)
            return 1
        raise
    _print_end(machines, plan.as_dict(), as_json=args.json)
    return 0


def _properties(ready: Prepared, redeployment: Redeployment, password: str) -> dict[str, str]:
    """With the secrets, where a machine is made."""
    from core.cli.access import secrets_for
    from core.plan.deployment import render_for_deployment
    from core.secrets import needed_secrets

    if not redeployment.plan.deploys:
        return redeployment.with_authority(dict(ready.properties))
    needed = [name for name in needed_secrets(ready.profile) if name != "vcenter_password"]
    secrets = secrets_for(ready.profile, needed)
    secrets = dataclasses.replace(secrets, vcenter_password=password)
    return redeployment.with_authority(render_for_deployment(ready.profile, secrets))


def _print_end(machines: Relatives, planned: dict[str, object], *, as_json: bool) -> None:
    from core.plan.swap_steps import put_aside

    old = put_aside(machines)
    if as_json:
        there = [{"name": m.name, "id": m.moid, "powered_on": m.is_on} for m in machines.all]
        output.print_json(planned | {"machines": there})
        return
    output.print_text()
    for machine in machines.all:
        state = Text("powered on") if machine.is_on else Text("powered off")
        output.print_text(f"  {output.shown(machine.name)}: {state}")
    if old is not None:
        output.print_text(
            Text(
                "{name} is kept, powered off. Prove the new one with haproxy-setup verify PROFILE; "
                "then remove the old one with haproxy-setup accept PROFILE, or put it back with "
                "haproxy-setup redeploy PROFILE --roll-back.",
                name=output.shown(old.name),
            )
        )
