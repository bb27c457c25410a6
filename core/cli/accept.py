"""``haproxy-setup accept``: the new appliance serves, so the one it replaced can go."""

from __future__ import annotations

import argparse

from core.text import Text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("profile", metavar="PROFILE", help=str(Text("the profile's YAML file")))
    parser.add_argument("--yes", action="store_true", help=str(Text("remove without being asked")))
    parser.add_argument("--json", action="store_true", help=str(Text("print JSON for machines")))


def run(args: argparse.Namespace) -> int:
    """Show what would be removed, ask, remove; 0 when no replaced appliance is left."""
    from core.cli.redeploy import carry_out
    from core.plan.redeploy import make_acceptance

    return carry_out(args, make_acceptance, needs_ova=False)
