"""Arguments that several subcommands have."""

from __future__ import annotations

import argparse

from core.text import Text


def add_profile(parser: argparse.ArgumentParser) -> None:
    """For subcommands about one profile."""
    parser.add_argument("profile", metavar="PROFILE", help=str(Text("the profile's YAML file")))


def add_json(parser: argparse.ArgumentParser) -> None:
    """For subcommands whose result programs read."""
    parser.add_argument("--json", action="store_true", help=str(Text("print JSON for machines")))


def add_yes(parser: argparse.ArgumentParser) -> None:
    """For subcommands that apply a plan."""
    parser.add_argument(
        "--yes", action="store_true", help=str(Text("apply the plan without being asked"))
    )


def add_accept_eula(parser: argparse.ArgumentParser) -> None:
    """For subcommands that may deploy an OVA."""
    parser.add_argument(
        "--accept-eula",
        action="store_true",
        help=str(Text("accept the appliance's licence agreement without being asked")),
    )


def add_no_probes(parser: argparse.ArgumentParser) -> None:
    """For subcommands whose plan knocks at the planned addresses."""
    parser.add_argument(
        "--no-probes",
        action="store_true",
        help=str(Text("do not knock at the planned addresses to see whether they are in use")),
    )
