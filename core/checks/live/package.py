"""What is wrong with the OVA that only vCenter, or reading all of it, can tell.

vCenter would say so when the deployment begins, after switch, port groups and hosts were made.
``ParseDescriptor`` is asked, not ``CreateImportSpec``: that wants networks which the plan has yet
to make, and values which are secret.
"""

from __future__ import annotations

from collections.abc import Iterator

from core.checks.live.situation import Situation
from core.findings import Finding, Severity, rule
from core.ova.authenticity import NO_MANIFEST, find_origin_problems
from core.profile.model import FILE
from core.text import Text, listed
from core.vsphere.ovf_import import ask_about

_FIELD = "ova.file"

OVF_REFUSED = rule(
    "ovf-refused",
    Severity.ERROR,
    cause=Text("vCenter does not accept the OVA's descriptor."),
    cure=Text("Check that the OVA is the HAProxy appliance and complete."),
)
OVF_WARNING = rule(
    "ovf-warning",
    Severity.WARNING,
    cause=Text("vCenter warns of something in the OVA's descriptor."),
    cure=Text("The appliance's makers know whether it belongs there; deploy only if it does."),
)


def check_descriptor(situation: Situation) -> Iterator[Finding]:
    """What vCenter says to the descriptor with the chosen deployment configuration; one call.

    Raises:
        AppError: vCenter did not answer.
    """
    ova = situation.prepared.ova
    if ova is None or not _deploys_file(situation):
        return
    configuration = situation.profile.deployment.configuration
    opinion = ask_about(situation.session, ova.descriptor_text, configuration)
    if opinion.errors:
        yield OVF_REFUSED.found(
            _FIELD,
            what=Text("vCenter does not accept the OVF: {reasons}.", reasons=_said(opinion.errors)),
        )
    elif opinion.warnings:
        yield OVF_WARNING.found(
            _FIELD, what=Text("vCenter on the OVF: {warnings}.", warnings=_said(opinion.warnings))
        )


def check_origin(situation: Situation) -> Iterator[Finding]:
    """Whether the OVA is the published file it says it is; reads it only if it says so.

    Raises:
        AppError: the file cannot be read any more.
        Cancelled: the user asked to stop.
    """
    ready = situation.prepared
    if ready.ova is None or ready.descriptor is None or not _deploys_file(situation):
        return
    for finding in find_origin_problems(ready.ova, ready.descriptor.product, situation.ctx):
        if finding.code != NO_MANIFEST.code:  # known before vCenter was asked
            yield finding


def _deploys_file(situation: Situation) -> bool:
    return situation.makes_machine and situation.profile.ova.source == FILE


def _said(sentences: tuple[str, ...]) -> str:
    return listed(sentence.rstrip(".") for sentence in sentences)
