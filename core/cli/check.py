"""``haproxy-setup check``: everything that can be said about a profile without any network."""

from __future__ import annotations

import argparse

from core.cli import output
from core.cli.arguments import add_json, add_profile
from core.findings import has_errors


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_profile(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print the findings; 1 if there are errors, 0 if there are none or only warnings."""
    from core.checks.ova_file import check_ova_file
    from core.profile.document import load_profile
    from core.profile.model import Secrets
    from core.profile.review import check_document
    from core.properties import render_properties

    document = load_profile(args.profile)
    found = check_document(document)
    profile = document.profile
    # An OVA is judged by what the profile wants of it, as far as that is right.
    right = not has_errors(found)
    needed = tuple(render_properties(profile, Secrets())) if right else ()
    broken = {key for finding in found if finding.is_error for key in finding.fields}
    found += [f for f in check_ova_file(profile, needed) if not broken.intersection(f.fields)]
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
