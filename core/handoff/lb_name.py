"""The load balancer's name in Workload Management: DNS-compliant and without periods."""

from __future__ import annotations

import re
import unicodedata

from core.findings import Finding, Severity, rule
from core.text import Text

DEFAULT, LONGEST = "haproxy", 63

NAME_FORM = rule(
    "handoff-name",
    Severity.ERROR,
    cause=Text("Workload Management takes a name of letters, digits and hyphens, no periods."),
    cure=Text("Use a name such as haproxy or lb-01."),
    source="guide",
)

_FORM = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def suggested_name(machine: str) -> str:
    """A name for the load balancer, made from the virtual machine's."""
    plain = unicodedata.normalize("NFKD", machine.casefold())
    plain = plain.encode("ascii", "ignore").decode("ascii")
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-")
    return name or DEFAULT


def find_name_problems(name: str) -> tuple[Finding, ...]:
    """What is wrong with a name."""
    if _FORM.fullmatch(name):
        return ()
    what = Text("{name} cannot be the load balancer's name.", name=name or '""')
    return (NAME_FORM.found("vm.name", what=what),)
