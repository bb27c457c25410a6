"""The entry of the command line: finds the subcommand, runs it, and turns errors into sentences.

Only the module of the subcommand that runs is imported, so that ``--help`` stays quick.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn, Protocol, cast

from msgspec import Struct

from core.cli import output
from core.cli.endings import CHANGES, CLOSED_PIPE, FAILED, OK, STOPPED, say_ending
from core.cli.signals import interrupting
from core.jobs import Cancelled
from core.text import LANGUAGES, Text, use_language
from core.version import COMMAND, PRODUCT, VERSION

__all__ = ["CHANGES", "CLOSED_PIPE", "COMMANDS", "FAILED", "OK", "STOPPED", "main", "parser_for"]


class Subcommand(Protocol):
    """What the module of a subcommand offers."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""

    def run(self, args: argparse.Namespace) -> int:
        """Do it; the result is the exit status."""


class Command(Struct, frozen=True):
    """A subcommand: its name, its module, and a line about it."""

    name: str
    module: str
    help: Text


COMMANDS: tuple[Command, ...] = (
    Command("new", "core.cli.new", Text("print a profile to fill in, with explanations")),
    Command("check", "core.cli.check", Text("check a profile without any network")),
    Command("plan", "core.cli.plan", Text("compare a profile with its vCenter, change nothing")),
    Command("deploy", "core.cli.deploy", Text("make what a profile describes")),
    Command("undo", "core.cli.undo", Text("remove what a deployment made, if nobody uses it")),
    Command("redeploy", "core.cli.redeploy", Text("replace the appliance by a new one")),
    Command("accept", "core.cli.accept", Text("remove the appliance that redeploy replaced")),
    Command("verify", "core.cli.verify", Text("prove that the deployed load balancer works")),
    Command("handoff", "core.cli.handoff", Text("print what enabling the Supervisor asks for")),
    Command("trust", "core.cli.trust", Text("look at a vCenter's certificate and trust it")),
    Command("practice", "core.cli.practice", Text("start a simulated vCenter to practise on")),
    Command("password", "core.cli.password", Text("keep passwords in the keyring")),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _prepare_streams()
    use_language(_language(arguments))
    with interrupting():
        try:
            status = _run(arguments)
            sys.stdout.flush()
        except BrokenPipeError:
            return _close_pipe()
        except (KeyboardInterrupt, Cancelled):
            print(Text("Stopped."), file=sys.stderr)
            return STOPPED
    return status


def _run(arguments: list[str]) -> int:
    parser = parser_for(arguments)
    try:
        args = parser.parse_args(arguments)
    except SystemExit as done:  # --help, --version, wrong usage
        return int(done.code or 0)
    if args.command is None:
        parser.print_help()
        return FAILED
    as_json = bool(getattr(args, "json", False))
    output.name_profile(getattr(args, "profile", None) or "")
    try:
        return cast("Subcommand", _module(args.command)).run(args)
    except BrokenPipeError:
        raise
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - what is no error of ours is a bug
        return say_ending(error, args.command, as_json=as_json)


class _Parser(argparse.ArgumentParser):
    """Wrong usage ends with status 1: the 2 of argparse means "there are changes" here."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(FAILED, f"{output.error_label()} {message}\n")


def parser_for(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of a command line; only the subcommand that stands in it has its arguments."""
    parser = _Parser(
        prog=COMMAND,
        description=str(
            Text(
                "{product}: creates a distributed switch and deploys the HAProxy appliance, from "
                "one profile. Without a subcommand the window opens.", product=PRODUCT,
            )
        ),
        allow_abbrev=False,
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"{COMMAND} {VERSION}")
    parser.add_argument(
        "--language", choices=LANGUAGES, help=str(Text("language of texts (default: the system's)"))
    )
    # named, or argparse formats a help text in search of the name
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", prog=COMMAND)
    chosen = next((word for word in arguments if word in _names()), None)
    is_first = arguments[:1] == [chosen]  # else --help or an error names all of them
    for command in COMMANDS:
        if is_first and command.name != chosen:
            continue  # twelve more parsers take 5 ms
        about = str(command.help)
        sub = subparsers.add_parser(
            command.name, help=about, description=about,
            allow_abbrev=False,
        )  # fmt: skip
        if command.name == chosen:
            cast("Subcommand", _module(command.name)).add_arguments(sub)
    return parser


def _names() -> tuple[str, ...]:
    return tuple(command.name for command in COMMANDS)


def _module(name: str) -> object:
    command = next(command for command in COMMANDS if command.name == name)
    return importlib.import_module(command.module)


def _language(arguments: Sequence[str]) -> str:
    """The language asked for, else the system's; needed before the parser and its help exist."""
    for index, word in enumerate(arguments):
        if word == "--language" and index + 1 < len(arguments):
            return arguments[index + 1]
        if word.startswith("--language="):
            return word.partition("=")[2]
    return system_language(os.environ)


def system_language(environ: os._Environ[str] | dict[str, str]) -> str:
    """The language of LC_ALL, LC_MESSAGES or LANG, the first that is set, as POSIX has it."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environ.get(name)
        if value:
            return value[:2].lower()
    return "en"


def _prepare_streams() -> None:
    """No character may end the program: a Windows code page knows few of them."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            if stream.isatty():
                reconfigure(errors="replace")
            else:  # a file or pipe: profiles are UTF-8 everywhere
                # line by line, so that what is said on both streams stays in order
                reconfigure(encoding="utf-8", errors="replace", line_buffering=True)


def _close_pipe() -> int:
    """``haproxy-setup new | head``: the reader has gone, which is no error worth a word."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    try:
        # Else the interpreter complains when it flushes at its end.
        os.dup2(devnull, sys.stdout.fileno())
    except (OSError, ValueError):
        pass
    finally:
        os.close(devnull)
    return CLOSED_PIPE
