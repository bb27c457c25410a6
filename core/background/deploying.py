"""Planning and carrying out a deployment for the window; live objects stay in here."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from msgspec import Struct

from core.errors import AppError
from core.jobs import JobContext, Report
from core.profile.model import CREATE, EXISTING, Profile, Secrets
from core.structs import Discreet
from core.text import Text

if TYPE_CHECKING:
    from core.findings import Finding
    from core.plan.deployment import Outcome
    from core.plan.plan import Plan
    from core.plan.step import Step


PROOF = "proof-"
"""How the keys of the proof's steps begin."""


class LicenceNotAccepted(AppError):
    """The appliance's licence was not accepted; nothing was changed."""

    code = "licence-not-accepted"


class PlanBlocked(AppError):
    """Something stands in the way; ``findings`` say what. Nothing was changed."""

    code = "plan-blocked"

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        first = next((finding for finding in findings if finding.is_error), None)
        super().__init__(
            first.what if first else Text("The plan cannot be carried out."),
            (first.advice if first else None) or Text("See Review for what stands in the way."),
        )


class Request(Discreet, Struct, frozen=True):
    """What is to be deployed, whether its licence was accepted, and the profile's file if any."""

    profile: Profile
    secrets: Secrets
    licence_accepted: bool = False
    path: str = ""

    def __post_init__(self) -> None:
        """From now on its secrets are in use, whatever is typed over them."""
        from core.redaction import REDACTOR

        REDACTOR.hide(self.secrets)


class StepView(Struct, frozen=True):
    """A step for a person to read; ``action`` is a value of ``core.plan.step.Action``."""

    key: str
    title: Text
    object_name: str
    action: str
    detail: Text | None = None
    reason: Text | None = None
    leaves: Text | None = None


class PlanView(Struct, frozen=True):
    """A plan for a person to read; ``is_live`` if a vCenter was asked.

    ``remark`` is what there is to say of the journal it was made from.
    """

    steps: tuple[StepView, ...]
    findings: tuple[Finding, ...]
    licences: tuple[str, ...]
    is_live: bool
    is_blocked: bool
    has_changes: bool
    deploys: bool
    remark: Text | None = None

    @property
    def proves(self) -> bool:
        """Whether checks of the proof are among the steps."""
        return any(step.key.startswith(PROOF) for step in self.steps)


def plan_offline(ctx: JobContext, request: Request) -> PlanView:
    """The steps as they would be were nothing there yet; works with unfinished profiles too."""
    ctx.check()
    profile = request.profile
    switch = profile.switch
    steps = [StepView("ova", Text("Read and verify the OVA"),
                      profile.ova.file or profile.ova.item, "check")]  # fmt: skip
    made = "check" if switch.mode == EXISTING else "create"
    steps.append(StepView("switch", Text("Distributed switch"), switch.name, made))
    for group in switch.port_groups:
        action = "create" if group.mode == CREATE else "check"
        vlan = Text("VLAN {vlan}", vlan=group.vlan) if group.vlan else None
        steps.append(
            StepView(f"port-group:{group.name}", Text("Port group"), group.name, action, vlan)
        )
    nics = Text("{nics}", nics=", ".join(f"{u}: {n}" for u, n in switch.nics))
    steps.append(StepView("hosts", Text("Add the hosts of the cluster"), switch.cluster, "change",
                          nics if switch.nics else None))  # fmt: skip
    if profile.ova.imports:
        steps.append(StepView("import", Text("Import into the content library"),
                              profile.ova.library, "create"))  # fmt: skip
    steps.append(StepView("deploy", Text("Deploy the virtual machine"), profile.vm.name, "create"))
    steps.append(StepView("read-back", Text("Read back"), profile.vm.name, "check"))
    steps.append(StepView("power-on", Text("Power on"), profile.vm.name, "change"))
    steps.extend(_proof_offline(profile))
    return PlanView(tuple(steps), (), (), False, False, True, True)


def _proof_offline(profile: Profile) -> list[StepView]:
    from core.proof.steps import plan_proof
    from core.proof.surroundings import Surroundings

    return [_step_view(step) for step in plan_proof(profile, Surroundings())]


def plan_online(ctx: JobContext, request: Request) -> PlanView:
    """The steps compared with what the vCenter has.

    Raises:
        CopiedProfile: the deployment is that of another profile, which this one was copied from.
        AppError: the profile has errors, the OVA or the vCenter cannot be read.
        Cancelled: the user asked to stop.
    """
    from core.journal.store import JournalStore
    from core.plan.plan import make_plan
    from core.plan.preparation import prepared
    from core.vsphere.session import open_session

    profile, password = request.profile, request.secrets.vcenter_password
    with prepared(profile) as ready, open_session(profile.vcenter, password, ctx) as session:
        JournalStore(profile, session.about.instance_uuid, request.path).refuse_copy()
        return view_of(make_plan(session, ready, ctx))


def deploy(ctx: JobContext, request: Request) -> Outcome:
    """Plan once more and carry the plan out; the plan is reported before its first step.

    Raises:
        StepFailed: a step failed; what was made before it is kept, and used by the next run.
        AppError: nothing was changed.
        Cancelled: the user asked to stop; each step says what stays.
    """
    from core.background.watching import WatchingContext
    from core.journal.lock import only_run
    from core.ova.early import verified_early
    from core.plan.deployment import apply, password_for_proof, render_for_deployment
    from core.plan.plan import make_plan
    from core.plan.preparation import prepared
    from core.vsphere.session import open_session

    profile, password = request.profile, request.secrets.vcenter_password
    with (
        prepared(profile) as ready,
        only_run(profile, "deploy"),
        verified_early(ready.ova) as early,
        open_session(profile.vcenter, password, ctx) as session,
    ):
        plan = make_plan(session, ready, ctx)
        ctx.report(cast("Report", view_of(plan)))
        if plan.is_blocked:
            raise PlanBlocked(plan.all_findings)
        require_licence(plan, request)
        properties = dict(ready.properties)
        if plan.deploys:
            properties = render_for_deployment(profile, request.secrets)
        elif plan.proves:
            properties |= password_for_proof(request.secrets)
        watching = WatchingContext(ctx, session, profile)
        return apply(session, ready, plan, properties, watching, path=request.path, early=early)


def require_licence(plan: Plan, request: Request) -> None:
    """Refuse to make a machine whose licence nobody has accepted.

    Raises:
        LicenceNotAccepted: nothing was changed.
    """
    if plan.deploys and plan.licences and not request.licence_accepted:
        raise LicenceNotAccepted(
            Text("The licence agreement of the appliance was not accepted."),
            Text("Read and accept it on the page OVA source."),
        )


def view_of(plan: Plan) -> PlanView:
    """A plan without its live objects."""
    return PlanView(
        tuple(_step_view(step) for step in plan.steps),
        plan.all_findings,
        plan.licences,
        True,
        plan.is_blocked,
        plan.has_changes,
        plan.deploys,
    )


def _step_view(step: Step) -> StepView:
    is_proof = step.key.startswith(PROOF)  # one machine, six checks: its name says nothing new
    return StepView(
        step.key,
        step.title,
        "" if is_proof else step.object_name,
        step.action.value,
        step.detail,
        step.reason,
        step.leaves,
    )
