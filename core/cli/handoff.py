"""``haproxy-setup handoff``: what enabling the Supervisor asks for, in the form that is wanted."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli import output
from core.cli.arguments import add_profile
from core.cli.confirm import confirm
from core.errors import AppError
from core.text import LANGUAGES, Text

if TYPE_CHECKING:
    from core.handoff.source import Source
    from core.profile.model import Profile

_FORMATS = (
    "markdown", "html", "pdf", "json", "json-cluster", "json-supervisor", "govc", "powercli",
)  # fmt: skip
_SCRIPTS = ("govc", "powercli")


class NotForTerminal(AppError):
    """A PDF would be written to a terminal."""

    code = "not-for-terminal"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_profile(parser)
    parser.add_argument(
        "--format",
        choices=_FORMATS,
        default="markdown",
        help=str(Text("sheet, body of an enablement API, or script (default: markdown)")),
    )
    parser.add_argument(
        "--output", "-o", metavar="FILE", help=str(Text("write to a file instead of printing"))
    )
    parser.add_argument(
        "--force", action="store_true", help=str(Text("replace an existing file without asking"))
    )
    parser.add_argument(
        "--language",
        choices=LANGUAGES,
        default=argparse.SUPPRESS,
        help=str(Text("language of the sheet (default: the system's)")),
    )
    parser.add_argument(
        "--with-password",
        action="store_true",
        help=str(Text("put the Data Plane API password into it; scripts never get one")),
    )
    parser.add_argument(
        "--offline",
        action="store_true",
        help=str(Text("do not ask the vCenter: object ids and the CA are marked as missing")),
    )


def run(args: argparse.Namespace) -> int:
    """Print or write it; 0 when it could be made."""
    from core.cli.access import load_checked, secrets_for
    from core.handoff.formats import get_format

    document, _ = load_checked(args.profile)
    wanted = get_format(args.format)
    if not wanted.is_text and not args.output and sys.stdout.isatty():
        raise NotForTerminal(
            Text("A PDF cannot be shown in a terminal."), Text("Give --output FILE.")
        )
    if args.output and not args.force and Path(args.output).is_file():
        question = Text("{path} exists already. Replace it? [y/N] ", path=args.output)
        confirm(question, "--force")
    source = _source(document.profile, offline=args.offline)
    if source.doubt is not None:
        warning = output.coloured("warning:", "warning", sys.stderr)
        output.print_text(f"{warning} {output.shown(source.doubt)}", sys.stderr)
    password = ""
    if args.with_password and args.format not in _SCRIPTS:
        password = secrets_for(document.profile, ("dataplane_password",)).dataplane_password
    content = wanted.render(source, password)
    if args.output:
        _write(Path(args.output), content, is_script=args.format == "govc")
        return 0
    sys.stdout.flush()
    if wanted.is_text and sys.stdout.isatty():
        print(output.shown(content.decode("utf-8-sig")), end="")
        return 0
    binary = getattr(sys.stdout, "buffer", None)
    if binary is None:
        print(content.decode("utf-8-sig"), end="")
        return 0
    binary.write(content)
    binary.flush()
    return 0


def _source(profile: Profile, *, offline: bool) -> Source:
    from core.handoff.source import read_source

    if offline:
        return read_source(profile)
    from core.cli.access import vcenter_password
    from core.cli.signals import stopping
    from core.jobs import JobContext
    from core.vsphere.session import open_session

    password = vcenter_password(profile)
    ctx = JobContext()
    with open_session(profile.vcenter, password) as session, stopping(ctx):
        return read_source(profile, session, ctx)


def _write(path: Path, content: bytes, *, is_script: bool) -> None:
    from core.profile.disk import write_atomically

    if path.is_char_device() or path.is_fifo():  # /dev/stdout, a pipe of the shell
        with path.open("wb") as stream:
            stream.write(content)
        return
    write_atomically(path, content)  # a new file is for its owner only
    if is_script and os.name == "posix":
        path.chmod(path.stat().st_mode | 0o100)
