"""``haproxy-setup practice``: a simulated vCenter to practise on, on this computer only."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

from core.cli import output
from core.errors import FileError
from core.practice.server import LIBRARY_NAME, SOURCES, NoPractice, Practice, running_practice
from core.profile.model import DEFAULT, FILE, FRONTEND
from core.text import Text, current_language

_SAMPLE_PASSWORD = "practice-only"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--topology", choices=(DEFAULT, FRONTEND), default=DEFAULT,
        help=str(Text("deployment configuration of the sample profile")),
    )  # fmt: skip
    parser.add_argument(
        "--source", choices=SOURCES, default=FILE,
        help=str(Text("where the sample profile takes the OVA from; import: by way of a library")),
    )  # fmt: skip
    parser.add_argument(
        "--profile", metavar="FILE", help=str(Text("write the sample profile to this file"))
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--deploy", action="store_true", help=str(Text("deploy the sample profile, then end"))
    )
    # the launcher takes this one, since core knows no window
    what.add_argument(
        "--window", action="store_true", help=str(Text("open the window with the sample profile"))
    )


def run(args: argparse.Namespace) -> int:
    """Start it, and do with it what was asked for; in the foreground until Ctrl-C otherwise."""
    keep_existing(args.profile)
    try:
        with running_practice() as practice:
            return _use(practice, args)
    except NoPractice as error:
        if not args.deploy:
            raise
        output.print_error(error)
        return _without(args)


def keep_existing(path: str) -> None:
    """Make sure that the sample profile overwrites nothing.

    Raises:
        FileError: there is a file of that name.
    """
    if path and Path(path).exists():
        raise FileError(
            Text("{path} exists already.", path=path),
            Text("Choose another name; nothing was overwritten."),
        )


def _use(practice: Practice, args: argparse.Namespace) -> int:
    path = Path(args.profile) if args.profile else practice.folder / "sample.haproxy.yaml"
    practice.with_sample(args.topology, args.source, str(path))
    output.print_text(
        Text("Practice vCenter: https://{host}:{port}", host=practice.address, port=practice.port)
    )
    output.print_text(Text("User: {user}", user=practice.user))
    output.print_text(Text("Password: {password}", password=practice.password))
    output.print_text(Text("Content library: {name}", name=LIBRARY_NAME))
    output.print_text(Text("Sample profile: {path}", path=path))
    sys.stdout.flush()
    if args.deploy:
        return _deploy(practice, path)
    output.print_text(Text("Running until Ctrl-C. To deploy the sample, in another terminal:"))
    output.print_text(f"  export HAPROXY_SETUP_ROOT_PASSWORD={_SAMPLE_PASSWORD}")
    output.print_text(f"  export HAPROXY_SETUP_DATAPLANE_PASSWORD={_SAMPLE_PASSWORD}")
    output.print_text(
        f"  HAPROXY_SETUP_VCENTER_PASSWORD='{practice.password}' haproxy-setup deploy {path}"
    )
    sys.stdout.flush()
    _wait_for_the_end()
    return 0


def _deploy(practice: Practice, path: Path) -> int:
    """The very command a person would give, with the sample passwords in its environment."""
    environment = {
        **os.environ,
        "HAPROXY_SETUP_VCENTER_PASSWORD": practice.password,
        "HAPROXY_SETUP_ROOT_PASSWORD": _SAMPLE_PASSWORD,
        "HAPROXY_SETUP_DATAPLANE_PASSWORD": _SAMPLE_PASSWORD,
    }
    language = ["--language", current_language()]
    command = [*_own_command(), *language, "deploy", str(path), "--accept-eula", "--yes"]
    output.print_text()
    sys.stdout.flush()
    return subprocess.run(command, env=environment, check=False).returncode


def _own_command() -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable]
    return [sys.executable, "-m", "gui"]


def _wait_for_the_end() -> None:
    if hasattr(signal, "pause"):
        signal.pause()
    else:  # Windows has no pause; Ctrl-C interrupts a read of the console
        sys.stdin.read()


def _without(args: argparse.Namespace) -> int:
    """No practice vCenter to be had: the window offline, or the sample checked and its plan."""
    from core.checks.profile import check_profile
    from core.findings import has_errors
    from core.plan.plan import outline
    from core.profile.document import ProfileDocument
    from core.profile.template import sample_profile_text

    text = sample_profile_text(
        args.topology, address="vcenter.lab.example", user="administrator@vsphere.local",
        ova_file="haproxy-v0.2.0.ova",
    )  # fmt: skip
    profile = ProfileDocument(text).profile
    findings = check_profile(profile)
    output.print_text(Text("The sample profile, checked without a vCenter:"))
    output.print_findings(findings)
    for line in outline(profile):
        output.print_text(f"  {line['action']:<8} {line['title']}")
    return 1 if has_errors(findings) else 0
