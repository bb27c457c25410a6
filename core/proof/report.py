"""The outcome of a proof: what each check said, and what is no longer as it was."""

from __future__ import annotations

from msgspec import Struct

from core.findings import Finding, has_errors
from core.jobs import StepState
from core.proof import rules
from core.proof.check import Result
from core.proof.record import Record
from core.text import Text

_CHANGES = frozenset(
    rule.code for rule in (rules.CA_CHANGED, rules.MACHINE_CHANGED, rules.VERSION_CHANGED)
)


class ProofReport(Struct, frozen=True):
    """All results in order. ``authority`` is the CA (PEM), ``since`` the proof before this one."""

    results: tuple[Result, ...]
    findings: tuple[Finding, ...]
    endpoint: str
    authority: str = ""
    version: str = ""
    since: Record | None = None

    @property
    def proven(self) -> bool:
        """Whether every check passed and the machine is what the profile says."""
        done = bool(self.results) and all(r.state is StepState.DONE for r in self.results)
        return done and not has_errors(self.findings)

    @property
    def failed(self) -> bool:
        """Whether something is wrong, rather than just not seen from here."""
        return has_errors(self.findings) or any(r.state is StepState.FAILED for r in self.results)

    @property
    def changes(self) -> tuple[Finding, ...]:
        """What is not as it was at the proof before this one."""
        return tuple(finding for finding in self.findings if finding.code in _CHANGES)

    @property
    def summary(self) -> Text:
        """The outcome in one sentence."""
        if self.proven:
            return Text("Proven: the load balancer at {endpoint} works.", endpoint=self.endpoint)
        if self.failed:
            return Text(
                "Not proven: something is wrong with the load balancer at {endpoint}.",
                endpoint=self.endpoint,
            )
        count = sum(result.state is StepState.SKIPPED for result in self.results)
        return Text(
            "Not proven: {count} check cannot be made from here.",
            "Not proven: {count} checks cannot be made from here.",
            count=count,
        )

    def as_dict(self) -> dict[str, object]:
        """For ``--json``: plain values, texts in the current language."""
        return {
            "proven": self.proven,
            "failed": self.failed,
            "endpoint": self.endpoint,
            "version": self.version,
            "ca_certificate": self.authority,
            "checks": [result.as_dict() for result in self.results],
            "findings": [finding.as_dict() for finding in self.findings],
            "since": self.since.at if self.since else None,
        }
