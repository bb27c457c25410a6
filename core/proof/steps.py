"""The proof as steps of a plan, after the power-on: each stops the deployment if it fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct, field
from pyVmomi import vmodl

from core.errors import AppError, RemoteError
from core.findings import Finding
from core.jobs import StepState
from core.plan.step import Action, Step
from core.plan.whereabouts import find_elsewhere, path_of
from core.plan.work import Work
from core.profile.model import SECRET_FIELDS, Profile
from core.proof.appliance import appliance_gone
from core.proof.case import Case
from core.proof.check import Check, carry_out
from core.proof.checks import CHECKS
from core.proof.limits import Limits
from core.proof.surroundings import Surroundings
from core.proof.verify import keep_record
from core.text import Text
from core.vsphere.machine import find_by_id

_PASSWORD = SECRET_FIELDS["secrets.dataplane_password"].ovf_key


class ProofFailed(AppError):
    """The appliance is there, but does not work; ``finding`` is the diagnosis."""

    code = "proof-failed"

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.what, finding.advice)


class Proving(Struct):
    """What the proof's steps of one plan share: the limits, and the case once it has begun.

    ``passed`` are the keys of the checks that were made and found right.
    """

    limits: Limits
    surroundings: Surroundings
    case: Case | None = None
    passed: set[str] = field(default_factory=set)

    @property
    def is_proven(self) -> bool:
        """Whether every check has passed; one that was skipped has not."""
        return self.passed == {check.key for check in CHECKS}

    def of(self, work: Work) -> Case:
        """The case, begun with the first step that runs.

        Raises:
            RemoteError: the machine is not there any more.
        """
        machine = work.facts.machine
        if machine is None:
            raise _lost(work, self.case.moid if self.case is not None else "")
        if self.case is None or self.case.moid != machine.moid:
            self.case = Case(
                work.session,
                work.profile,
                machine.moid,
                work.ctx,
                self.surroundings,
                self.limits,
                work.properties.get(_PASSWORD, ""),
            )
        return self.case


class ProofStep(Step, kw_only=True):
    """One check of the proof."""

    check: Check
    proving: Proving

    def run(self, work: Work) -> None:
        """See ``Step.run``; changes nothing.

        Raises:
            ProofFailed: the check failed; carries the diagnosis.
            RemoteError: the machine was removed meanwhile; one that was renamed is proven.
        """
        case = self.proving.of(work)
        try:
            result = carry_out(self.check, case)
        except AppError as error:
            if isinstance(error.__cause__, vmodl.fault.ManagedObjectNotFound):
                raise appliance_gone(work.profile) from error
            raise
        self.skipped = result.said if result.state is StepState.SKIPPED else None
        if result.state is StepState.DONE:
            self.proving.passed.add(self.check.key)
        if result.state is StepState.FAILED and result.finding is not None:
            keep_record(case, proven=False)
            raise ProofFailed(result.finding)
        if self.check is CHECKS[-1]:
            keep_record(case, proven=self.proving.is_proven)


def passed_all(steps: Sequence[Step]) -> bool:
    """Whether a plan had the proof's steps, and each of them found right what it looked at."""
    own = [step for step in steps if isinstance(step, ProofStep)]
    return bool(own) and all(step.proving.is_proven for step in own)


def plan_proof(
    profile: Profile, surroundings: Surroundings, limits: Limits | None = None
) -> Iterator[ProofStep]:
    """The proof's six steps, to be appended to a plan after the power-on."""
    proving = Proving(limits or Limits(), surroundings)
    for check in CHECKS:
        yield ProofStep(
            key=check.key,
            title=check.title,
            object_name=profile.vm.name,
            wanted=Action.CHECK,
            detail=_detail(check, proving),
            leaves=Text("The machine stays, powered on; verify it later."),
            check=check,
            proving=proving,
        )


def _lost(work: Work, moid: str) -> RemoteError:
    """What became of the machine: by its id if that is known, else by the journal.

    That the journal knows no other does not show that it was removed: it may not be of our making.
    """
    name, facts = work.profile.vm.name, work.facts
    if moid:
        machine = find_by_id(work.session, moid)
        if machine is None:
            return appliance_gone(work.profile)
    else:
        machine = find_elsewhere(work.session, work.profile, facts)
    if machine is None:
        return RemoteError(
            Text("The name {name} no longer leads to a virtual machine.", name=name),
            Text("It was renamed, moved or removed meanwhile. Look for it in vCenter."),
        )
    return RemoteError(
        Text(
            "Virtual machine {name} was renamed or moved meanwhile: now it is {path}.",
            name=name,
            path=path_of(work.session, facts, machine),
        ),
        Text(
            "Give the profile that name and folder, or rename or move the machine back in vCenter; "
            "then run again."
        ),
    )


def _detail(check: Check, proving: Proving) -> Text:
    if proving.surroundings.route is None and check.key in {"proof-port", "proof-tls", "proof-api"}:
        return proving.surroundings.no_network
    return Text("for at most {seconds} s", seconds=round(check.limit_s(proving.limits)))
