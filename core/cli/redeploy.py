"""``haproxy-setup redeploy``: a new appliance takes the old one's place, or gives it back."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from core.cli import output
from core.cli.arguments import add_accept_eula, add_json, add_profile, add_yes
from core.cli.deploy import MOMENT_S, confirm_plan, is_asked, refuse_damaged
from core.text import Text

if TYPE_CHECKING:
    from core.ova.early import EarlyVerification
    from core.plan.exchange import Exchange
    from core.plan.preparation import Prepared
    from core.plan.redeploy import Redeployment
    from core.vsphere.relatives import Relatives
    from core.vsphere.session import Session


_NOTHING = {
    "redeploy": Text(
        "Nothing to do: the appliance has been replaced. haproxy-setup accept PROFILE removes the "
        "old one, haproxy-setup redeploy PROFILE --roll-back puts it back."
    ),
    "roll-back": Text("Nothing to put back: no replaced appliance is there."),
    "accept": Text("Nothing to remove: no replaced appliance is there."),
}
"""What is said where nothing is left to do, by the value of the ``Exchange``."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_profile(parser)
    add_accept_eula(parser)
    parser.add_argument(
        "--roll-back",
        action="store_true",
        help=str(Text("put the old appliance back and remove the new one")),
    )
    add_yes(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Plan, ask, swap; 0 when the new (or with --roll-back the old) appliance is in place."""
    from core.plan.exchange import Exchange

    return carry_out(args, Exchange.ROLL_BACK if args.roll_back else Exchange.REDEPLOY)


def carry_out(args: argparse.Namespace, exchange: Exchange) -> int:
    """Plan, ask, apply: the same for redeploy, its way back and accept.

    Raises:
        AppError: a step failed, or nothing could be planned.
    """
    from core.cli.access import load_checked, vcenter_password
    from core.journal.lock import only_run
    from core.ova.early import verified_early
    from core.plan.exchange import ready_for
    from core.vsphere.session import open_session

    document, findings = load_checked(args.profile)
    profile = document.profile
    with (
        ready_for(exchange, profile, findings) as ready,
        only_run(profile, args.command),
        verified_early(ready.ova) as early,
    ):
        password = vcenter_password(profile)
        with open_session(profile.vcenter, password) as session:
            return _apply(session, ready, early, password, args, exchange)


def _apply(
    session: Session,
    ready: Prepared,
    early: EarlyVerification | None,
    password: str,
    args: argparse.Namespace,
    exchange: Exchange,
) -> int:
    from core.cli.access import refuse_copy
    from core.cli.endings import accounted
    from core.cli.signals import stopping
    from core.cli.steps import StepPrinter, print_plan
    from core.jobs import JobContext
    from core.plan.exchange import make_exchange
    from core.plan.redeploy import apply_redeployment

    talk = sys.stderr if args.json else sys.stdout
    refuse_copy(ready.profile, session, args.profile)
    ctx = JobContext()
    with stopping(ctx):
        redeployment = make_exchange(exchange, session, ready, ctx)
    plan = redeployment.plan
    print_plan(plan, talk, nothing=_NOTHING[exchange.value])
    if plan.is_blocked or not plan.has_changes:
        if args.json:
            output.print_json(plan.as_dict())
        return 1 if plan.is_blocked else 0
    printer = StepPrinter(plan, talk)

    def account() -> dict[str, object]:
        return plan.as_dict() | {"steps": printer.steps_as_dicts()}

    def look_at_ova(seconds: float = 0) -> None:
        with accounted(account):
            refuse_damaged(plan, early, printer, seconds)

    look_at_ova(MOMENT_S if is_asked(plan, args) else 0)
    properties = _properties(ready, redeployment, password)
    confirm_plan(plan, args, look_at_ova)
    ctx = JobContext(printer)
    path = os.path.abspath(args.profile)
    with accounted(account), stopping(ctx):
        machines = apply_redeployment(
            session, ready, redeployment, properties, ctx, path=path, early=early
        )
    _print_end(machines, plan.as_dict(), as_json=args.json)
    return 0


def _properties(ready: Prepared, redeployment: Redeployment, password: str) -> dict[str, str]:
    """With the secrets, where a machine is made; they are asked for only then."""
    from core.cli.access import deployment_secrets
    from core.plan.exchange import render_for_exchange
    from core.profile.model import Secrets

    deploys = redeployment.plan.deploys
    secrets = deployment_secrets(ready.profile, password) if deploys else Secrets()
    return render_for_exchange(ready, redeployment, secrets)


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
