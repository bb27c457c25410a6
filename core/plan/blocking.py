"""Which step an error stands in the way of: from the field it is about, in this one place.

Without it a plan could be blocked while each of its steps looked as if it would be carried out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.findings import Finding
from core.plan.step import Action, Step
from core.text import Text

_OWNERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ova.file", ("ova", "deploy")),
    ("ova.", ("import", "deploy")),
    ("switch.port_groups", ("port-group-", "switch")),
    ("switch.nics", ("host-", "switch")),
    ("switch.host_nics", ("host-", "switch")),
    ("switch.", ("switch",)),
    ("vcenter.", ()),
    ("", ("deploy",)),
)
"""Beginnings of fields, the narrower first; each with beginnings of step keys, the best first."""

_NEEDED_FOR = (
    ("DVSwitch.Create", "switch"),
    ("DVPortgroup.", "port-group-"),
    ("DVSwitch.", "host-"),
    ("Host.", "host-"),
    ("ContentLibrary.", "import"),
    ("VirtualMachine.Interact.PowerOn", "power-on"),
    ("VirtualMachine.Config.AdvancedConfig", "settings"),
    ("VirtualMachine.Config.EditDevice", "settings"),
    ("", "deploy"),
)
"""Beginnings of privileges, each with the step that an account cannot do without it."""

_PENDING = {"settings": Action.CHANGE, "read-back": Action.CHECK, "power-on": Action.CHANGE}


def block_steps(steps: Sequence[Step], findings: Iterable[Finding]) -> None:
    """Give each error that no step knows of to the step of its field, which is blocked then."""
    known = {finding for step in steps for finding in step.problems}
    for finding in findings:
        if finding.is_error and finding not in known:
            for step in _stopped_by(finding, steps):
                step.problems += (finding,)


def await_machine(steps: Iterable[Step], *, is_another: bool) -> None:
    """Let what follows the deployment wait for it, where the machine there is not the planned one.

    ``is_another`` says that it is somebody else's altogether, so that nothing of it counts.
    """
    for step in steps:
        waits = step.key == "read-back" or (is_another and step.key in _PENDING)
        if waits and step.wanted is Action.PRESENT:
            step.wanted = _PENDING[step.key]


def _stopped_by(finding: Finding, steps: Sequence[Step]) -> Sequence[Step]:
    field = finding.fields[0] if finding.fields else "vcenter."
    owners = next(owners for start, owners in _OWNERS if field.startswith(start))
    if field == "vcenter.user" and "privileges" in finding.what.values:
        missing = str(finding.what.values["privileges"])
        owners = (next(owner for start, owner in _NEEDED_FOR if missing.startswith(start)),)
    for owner in owners:
        found = [step for step in steps if step.key.startswith(owner)]
        if found:
            return _named(finding, found) or _changing(found) or found[:1]
    changing = _changing(steps)
    # of no object of ours: nothing can begin
    return (_named(finding, changing) or changing or list(steps))[:1]


def _changing(steps: Sequence[Step]) -> Sequence[Step]:
    return [step for step in steps if step.wanted.changes]


def _named(finding: Finding, steps: Sequence[Step]) -> Sequence[Step]:
    names = _names(finding.what)
    return [step for step in steps if step.object_name in names]


def _names(text: Text) -> set[str]:
    """The names a sentence is made with; several hosts are one value."""
    found: set[str] = set()
    for value in text.values.values():
        found |= _names(value) if isinstance(value, Text) else set(str(value).split(", "))
    return found
