"""``haproxy-setup trust``: look at a vCenter's certificate and pin it for a profile."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from core.cli import output
from core.cli.arguments import add_profile
from core.cli.confirm import NotConfirmed, is_agreed
from core.errors import InvalidInput, TrustError
from core.text import Text

if TYPE_CHECKING:
    from core.profile.document import ProfileDocument


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_profile(parser)
    parser.add_argument(
        "--sha256",
        metavar="FINGERPRINT",
        help=str(Text("trust the certificate without being asked if it has this SHA-256")),
    )


def run(args: argparse.Namespace) -> int:
    """Show the certificate; save it in the profile when a person or the fingerprint agrees."""
    from core.certificates import summary
    from core.checks.trusted_certificates import check_trusted_certificates
    from core.profile.document import load_profile
    from core.vsphere.trust import fingerprint, holds, shown_certificate

    document = load_profile(args.profile)
    _check_address(document)
    vcenter = document.profile.vcenter
    certificate = shown_certificate(vcenter.address, vcenter.port)
    about = summary(certificate)
    for label, value in (
        (Text("Subject"), about.subject),
        (Text("Issuer"), about.issuer),
        (Text("Valid from"), about.not_before),
        (Text("Valid until"), about.not_after),
        ("SHA-256", fingerprint(certificate)),
    ):
        output.print_text(f"{label}: {output.shown(value)}")
    if args.sha256 and _bare(args.sha256) != _bare(fingerprint(certificate)):
        raise TrustError(
            Text("{host} shows another certificate than expected.", host=vcenter.address),
            Text("Compare with the vCenter's own; nothing was saved."),
            certificate=certificate,
        )
    problems = tuple(check_trusted_certificates("vcenter.certificate", certificate))
    if problems:
        output.print_findings(problems, sys.stderr)
    if any(finding.is_error for finding in problems):  # nothing would ever connect with it
        output.print_text(Text("Not trusted; nothing was saved."), sys.stderr)
        return 1
    if holds(vcenter.certificate, certificate):
        output.print_text(Text("This certificate is trusted already."))
        return 0
    if not args.sha256 and not _is_agreed():
        output.print_text(Text("Not trusted; nothing was saved."), sys.stderr)
        return 1
    document.set("vcenter.certificate", certificate)
    document.save()
    output.print_text(Text("Saved in {path}.", path=document.path))
    return 0


def _is_agreed() -> bool:
    """Whether the person says yes.

    Raises:
        NotConfirmed: there is nobody to ask.
    """
    if not sys.stdin or not sys.stdin.isatty():
        raise NotConfirmed(
            Text("Nobody can be asked: this is not a terminal."),
            Text("Give --sha256 with the vCenter's fingerprint. Nothing was saved."),
        )
    return is_agreed(Text("Trust this certificate for this vCenter? [y/N] "))


def _check_address(document: ProfileDocument) -> None:
    """Nobody is asked at an address that cannot be right.

    Raises:
        InvalidInput: address or port are wrong.
    """
    from core.profile.review import check_document

    keys = {"vcenter.address", "vcenter.port"}
    problems = [f for f in check_document(document) if f.is_error and keys.intersection(f.fields)]
    if problems:
        raise InvalidInput(problems)


def _bare(fingerprint: str) -> str:
    return fingerprint.replace(":", "").replace(" ", "").casefold()
