"""``haproxy-setup new``: a profile to fill in."""

from __future__ import annotations

import argparse
import shlex
import sys
from importlib.resources import files
from pathlib import Path

from core.errors import FileError
from core.text import Text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    from core.profile.template import TOPOLOGIES

    parser.add_argument(
        "--topology",
        choices=TOPOLOGIES,
        default=TOPOLOGIES[0],
        help=str(Text("two NICs (default), or a third one for a separate frontend network")),
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=Path,
        help=str(Text("write the file instead of printing it; an existing one is kept")),
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Print the template or write it to a file that is not there yet."""
    from core.profile.template import new_profile_text

    text = new_profile_text(args.topology, schema=_schema_address())
    if args.output is None:
        sys.stdout.write(text)
        return 0
    _write_new(args.output, text)
    print(Text("{path} is ready to be filled in. Then: {command}", path=args.output,
               command=f"haproxy-setup check {shlex.quote(str(args.output))}"))  # fmt: skip
    return 0


def _schema_address() -> str:
    """Where an editor on this computer finds the schema, if it is a file at all."""
    schema = files("resources") / "profile.schema.json"
    return schema.resolve().as_uri() if isinstance(schema, Path) and schema.is_file() else ""


def _write_new(path: Path, text: str) -> None:
    from core.profile.disk import write_atomically

    if path.exists() or path.is_symlink():
        raise FileError(
            Text("{path} exists already.", path=path),
            Text("Choose another name, or remove the file first."),
        )
    write_atomically(path, text.encode("utf-8"))
