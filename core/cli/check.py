"""``haproxy-setup check``: everything that can be said about a profile without any network."""

from __future__ import annotations

import argparse

from core.cli import output
from core.findings import has_errors
from core.text import Text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("profile", metavar="PROFILE", help=str(Text("the profile's YAML file")))
    parser.add_argument("--json", action="store_true", help=str(Text("print JSON for machines")))


def run(args: argparse.Namespace) -> int:
    """Print the findings; 1 if there are errors, 0 if there are none or only warnings."""
    from core.checks.ova_file import check_ova_file
    from core.profile.document import load_profile
    from core.profile.model import Secrets
    from core.profile.review import check_document
    from core.properties import render_properties

    document = load_profile(args.profile)
    found = check_document(document)
    if not has_errors(found):  # values first: an OVA is judged by what the profile wants of it
        profile = document.profile
        found += check_ova_file(profile, tuple(render_properties(profile, Secrets())))
    findings = output.ordered(found)
    if args.json:
        output.print_json(
            {
                "profile": str(document.path),
                "ok": not has_errors(findings),
                **output.counts(findings),
                "findings": [finding.as_dict() for finding in findings],
            }
        )
    else:
        output.print_findings(findings)
    return 1 if has_errors(findings) else 0
