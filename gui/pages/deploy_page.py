"""The deployment: its steps, what limits it, how it ended."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from core.background.deploying import LicenceNotAccepted, PlanBlocked, PlanView, Request
from core.controller import Job
from core.errors import AppError, InvalidInput, StepFailed
from core.findings import has_errors
from core.jobs import Progress, StepEvent, StepState
from core.text import Text
from gui.dialogs.question import Question
from gui.form.section import FormSection
from gui.messages import show_error
from gui.ova_state import OvaState
from gui.pages.banner import Banner
from gui.pages.page import FormPage, Services
from gui.pages.phase import Phase
from gui.pages.result_card import ResultCard
from gui.pages.step_list import StepList
from gui.pages.task_list import TaskList
from gui.showing import set_shown
from gui.wording import name, say

if TYPE_CHECKING:
    from core.plan.deployment import Outcome

log = logging.getLogger(__name__)


class DeployPage(FormPage):
    """The step list is the page.

    Signals:
        phase_changed: the ``Phase`` of the deployment.
        handoff_asked: save the hand-off sheet.
    """

    phase_changed = Signal(object)
    handoff_asked = Signal()

    key = "deploy"
    title = Text("Deploy")
    icon = "deploy"
    primary = Text("Deploy")
    has_picture = False
    form_width = 1000

    def __init__(self, services: Services, ova: OvaState, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._ova = ova
        self._job: Job | None = None
        self._has_live_steps = False
        self.phase = Phase.IDLE
        self.outcome: Outcome | None = None

    def build_sections(self) -> Iterator[None]:
        """Banner, overall line with Cancel, steps, result."""
        yield
        self.banner = Banner(self)
        self.content.addWidget(self.banner)
        self.overall = QLabel(self)
        self.cancel_button = QPushButton(self)
        self.cancel_button.setObjectName("cancel_deployment")
        say(self.cancel_button, "setText", Text("Cancel"))
        name(self.cancel_button, Text("Cancel the deployment"))
        self.cancel_button.clicked.connect(self.cancel)
        line = QHBoxLayout()
        line.addWidget(self.overall, 1)
        line.addWidget(self.cancel_button, 0, Qt.AlignmentFlag.AlignRight)
        self.content.addLayout(line)
        self.result = FormSection(Text("Result"), self)
        self.card = ResultCard(self)
        self.result.add(self.card)
        self.content.addWidget(self.result)
        self.section = FormSection(Text("Steps"), self)
        self.steps = StepList(self)
        self.section.add(self.steps)
        self.content.addWidget(self.section)
        self.recent = FormSection(Text("Recent tasks of the vCenter"), self)
        self.tasks = TaskList(self)
        self.recent.add(self.tasks)
        set_shown(self.recent, False)
        self.content.addWidget(self.recent)
        self.services.model.replaced.connect(self._on_replaced)
        self._show_phase()

    def enter(self) -> None:
        """Show the steps of the profile as it is now, unless a deployment is to be seen."""
        if self.phase is Phase.IDLE:
            self.services.model.review()
            model = self.services.model
            request = Request(model.profile, model.secrets)
            self.services.controller.plan(request, self._on_preview, self._on_failed, offline=True)

    def _on_preview(self, plan: PlanView) -> None:
        if self.phase is Phase.IDLE:
            self.steps.show_steps(plan.steps)
            self._show_phase()

    def _on_replaced(self) -> None:
        if not self.phase.is_busy:
            set_shown(self.recent, False)
            self._become(Phase.IDLE)

    def can_press(self) -> Text | None:
        """Why it cannot be deployed now."""
        model = self.services.model
        if self.phase.is_busy:
            return Text("A deployment is running.")
        if has_errors(model.findings):
            return Text("There are problems; Review lists them.")
        if not model.secrets.vcenter_password:
            return Text("The vCenter password is missing; enter it on the page Connection.")
        if not self._ova.licence_accepted and self._ova.facts is not None:
            return Text("Read and accept the licence on the page OVA source first.")
        return None

    def press_primary(self) -> None:
        """Ask once, naming the objects; then deploy."""
        if self.can_press() is not None:
            return
        profile = self.services.model.profile
        answer = Question.ask(
            self,
            Text("Deploy"),
            Text("Deploy {name} to {datacenter}/{cluster}?", name=profile.vm.name,
                 datacenter=profile.switch.datacenter, cluster=profile.vm_cluster),
            Text("Switch {switch} with {count} port group(s) is made or completed first. What is "
                 "there already is kept.", switch=profile.switch.name,
                 count=len(profile.switch.port_groups)),
            (("deploy", Text("Deploy")), ("cancel", Text("Cancel"))),
        )  # fmt: skip
        if answer == "deploy":
            self.deploy()

    def deploy(self) -> None:
        """Start; what exists from an earlier run is found and used."""
        model = self.services.model
        path = model.document.path if model.document is not None else None
        request = Request(model.profile, model.secrets, self._ova.licence_accepted, str(path or ""))
        self._has_live_steps = False
        set_shown(self.recent, False)
        self._become(Phase.RUNNING)
        log.info("Deployment of %s starts", model.profile.vm.name)
        self._job = self.services.controller.deploy(
            request, self._on_done, self._on_failed, self._on_cancelled, self._on_report
        )

    def cancel(self) -> None:
        """Ask to stop; says what it waits for."""
        if self._job is not None and self.phase is Phase.RUNNING:
            self._job.cancel()
            self._become(Phase.CANCELLING)

    def _on_report(self, report: object) -> None:
        if isinstance(report, PlanView):
            self._has_live_steps = True
            self.steps.show_steps(report.steps)
        elif isinstance(report, tuple):
            self.tasks.show_tasks(report)
            set_shown(self.recent, True)
            return
        elif isinstance(report, StepEvent):
            self.steps.show_event(report)
        elif isinstance(report, Progress):
            if self._has_live_steps:
                self.steps.show_progress(report)
            elif report.detail is not None:
                say(self.overall, "setText", report.detail)
                return
        self._show_overall()

    def _on_done(self, outcome: Outcome) -> None:
        self._job = None
        self.outcome = outcome
        self._become(Phase.SUCCEEDED)

    def _on_cancelled(self) -> None:
        self._job = None
        self._become(Phase.CANCELLED)

    def _on_failed(self, error: Exception) -> None:
        self._job = None
        if not isinstance(error, AppError):
            if self.phase.is_busy:
                self._become(Phase.FAILED)
            raise error
        if isinstance(error, StepFailed) and error.step in self.steps.rows:
            self.steps.rows[error.step].show_error(error)
        if isinstance(error, InvalidInput | PlanBlocked):
            self.services.model.set_more("plan", error.findings)
        if self.phase.is_busy:
            self._become(Phase.FAILED)
        buttons = [(Text("Details…"), lambda: show_error(self, error))]
        if isinstance(error, StepFailed):
            buttons.insert(0, (Text("Try again from this step"), self.deploy))
        elif isinstance(error, LicenceNotAccepted):
            buttons.insert(0, (Text("Go to the licence"), lambda: self.go_to.emit("ova")))
        else:
            buttons.insert(0, (Text("Go to Review"), lambda: self.go_to.emit("review")))
        self.banner.show_text("problem", error.what, error.advice, tuple(buttons))

    def _become(self, phase: Phase) -> None:
        if phase is self.phase:
            return
        if not self.phase.may_become(phase):
            raise RuntimeError(f"{self.phase} cannot become {phase}")
        self.phase = phase
        self._show_phase()
        self.phase_changed.emit(phase)

    def _show_phase(self) -> None:
        set_shown(self.cancel_button, self.phase.is_busy)
        self.cancel_button.setEnabled(self.phase is Phase.RUNNING)
        caption = Text("Cancelling…") if self.phase is Phase.CANCELLING else Text("Cancel")
        say(self.cancel_button, "setText", caption)
        set_shown(self.result, self.phase is Phase.SUCCEEDED)
        if self.phase is Phase.SUCCEEDED:
            self.card.show_result(self.services.model.profile, self.outcome)
            self.banner.show_text(
                "good",
                Text("{name} is deployed and powered on.",
                     name=self.services.model.profile.vm.name),
                Text("Next: enable Workload Management with the values below."),
                ((Text("Save hand-off sheet…"), self.handoff_asked.emit),),
            )  # fmt: skip
        elif self.phase is Phase.CANCELLED:
            self.banner.show_text("warning", Text("Stopped."), self._what_stays(),
                                  ((Text("Deploy again"), self.deploy),))  # fmt: skip
        elif self.phase is Phase.CANCELLING:
            self.banner.show_text(
                "warning", Text("Cancelling. It waits for the step that runs to come to a stop."),
                self._what_stays(),
            )  # fmt: skip
        else:
            self.banner.hide()
        self._show_overall()

    def _what_stays(self) -> Text | None:
        """What the running step, and those before it, leave behind."""
        kept = [
            row.step.title
            for row in self.steps.rows.values()
            if row.state is StepState.DONE and row.step.action in ("create", "change")
        ]
        running = [
            row.step.leaves
            for row in self.steps.rows.values()
            if row.state in {StepState.RUNNING, StepState.CANCELLED} and row.step.leaves
        ]
        here = running[0] if running else None  # fmt: skip
        if not kept:
            return here or Text("Nothing was changed.")
        names = Text("{names}", names=", ".join(map(str, kept)))
        if here is None:
            return Text("What was made is kept and used by the next run: {names}.", names=names)
        return Text("{here} What was made is kept and used by the next run: {names}.",
                    here=here, names=names)  # fmt: skip

    def _show_overall(self) -> None:
        count, done = len(self.steps.rows), self.steps.finished
        if self.phase.is_busy and self._has_live_steps:
            text: Text | None = Text("Step {step} of {count}", step=min(done + 1, count),
                                     count=count)  # fmt: skip
        elif self.phase.is_busy:
            text = Text("Comparing with the vCenter…")
        elif self.phase is Phase.IDLE:
            text = self.can_press() or Text("Ready. Nothing has been changed yet.")
        else:
            text = Text("{done} of {count} steps are done.", done=done, count=count)
        say(self.overall, "setText", text)
