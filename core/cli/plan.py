"""``haproxy-setup plan``: what a deployment would do with the vCenter as it is now."""

from __future__ import annotations

import argparse
import sys

from core.cli import output
from core.cli.arguments import add_json, add_no_probes, add_profile
from core.text import Text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_profile(parser)
    add_no_probes(parser)
    parser.add_argument(
        "--moved",
        action="store_true",
        help=str(
            Text("this file is the one its deployment was made with, moved here, and no copy of it")
        ),
    )
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print the plan; 0 nothing to do, 2 there are changes, 1 blocked or failed."""
    from core.cli.access import load_checked, refuse_copy, vcenter_password
    from core.cli.steps import print_plan
    from core.jobs import JobContext
    from core.plan.plan import make_plan
    from core.plan.preparation import prepared
    from core.vsphere.session import open_session

    document, findings = load_checked(args.profile)
    profile, password = document.profile, ""
    if args.moved:  # it holds whatever else is wrong: the OVA may have stayed where it was
        password = vcenter_password(profile)
        with open_session(profile.vcenter, password) as session:
            refuse_copy(profile, session, args.profile, is_moved=True)
    with prepared(profile, findings) as ready:
        password = password or vcenter_password(profile)
        with open_session(profile.vcenter, password) as session:
            refuse_copy(profile, session, args.profile)
            plan = make_plan(session, ready, JobContext(), probe=not args.no_probes)
    if args.json:
        output.print_json(plan.as_dict())
    else:
        print_plan(plan, sys.stdout)
    return plan.exit_status
