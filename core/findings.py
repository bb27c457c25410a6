"""What a check has to say about a value, a file or a vCenter.

A ``Rule`` is the kind of problem: stable code, severity, cause and cure; the user guide is made
from the registry of rules. A ``Finding`` is one problem met: which fields, what is wrong with
*this* value, what would be right.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct, field

from core.text import Text


class Severity(Enum):
    """How bad: an error blocks the deployment, a warning does not, a note only informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Fix(Struct, frozen=True):
    """The one right form of a value: setting ``field`` to ``value`` ends the finding.

    ``also`` are values of other fields that were part of what was typed: the port of a URL.
    """

    field: str
    value: object
    also: tuple[Fix, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """For ``--json``; ``also`` only where there is something."""
        also = {"also": [fix.as_dict() for fix in self.also]} if self.also else {}
        return {"field": self.field, "value": self.value, **also}


class Finding(Struct, frozen=True):
    """One problem met. ``fields`` are profile keys such as ``network.management_address``."""

    severity: Severity
    code: str
    fields: tuple[str, ...]
    what: Text
    advice: Text | None = None
    fix: Fix | None = None

    @property
    def is_error(self) -> bool:
        """Whether this blocks a deployment."""
        return self.severity is Severity.ERROR

    def as_dict(self) -> dict[str, object]:
        """For ``--json``: plain values, texts in the current language."""
        return {
            "severity": self.severity.value,
            "code": self.code,
            "fields": list(self.fields),
            "what": str(self.what),
            "advice": str(self.advice) if self.advice else None,
            "fix": self.fix.as_dict() if self.fix else None,
        }


class Rule(Struct, frozen=True):
    """A kind of problem, declared once with ``rule(...)``; ``found`` makes a finding of it."""

    code: str
    severity: Severity
    cause: Text
    cure: Text
    source: str = field(default="")

    def found(
        self, *fields: str, what: Text, advice: Text | None = None, fix: Fix | None = None
    ) -> Finding:
        """A finding of this rule for ``fields``."""
        return Finding(self.severity, self.code, fields, what, advice or self.cure, fix)


RULES: dict[str, Rule] = {}


def rule(code: str, severity: Severity, *, cause: Text, cure: Text, source: str = "") -> Rule:
    """Declare a kind of problem. ``source`` names where the rule comes from ("F6", "guide")."""
    if code in RULES:
        raise ValueError(f"rule {code} is declared twice")
    RULES[code] = Rule(code, severity, cause, cure, source)
    return RULES[code]


def has_errors(findings: object) -> bool:
    """Whether any of the findings blocks."""
    return any(finding.is_error for finding in findings)  # type: ignore[attr-defined]
