"""``haproxy-setup accept``: the new appliance serves, so the one it replaced can go."""

from __future__ import annotations

import argparse

from core.cli.arguments import add_json, add_profile
from core.text import Text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_profile(parser)
    parser.add_argument("--yes", action="store_true", help=str(Text("remove without being asked")))
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Show what would be removed, ask, remove; 0 when no replaced appliance is left."""
    from core.cli.redeploy import carry_out
    from core.plan.exchange import Exchange

    return carry_out(args, Exchange.ACCEPT)
