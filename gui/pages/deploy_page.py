"""The page where something is carried out: its steps, what limits it, how it ended."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from core.background.deploying import LicenceNotAccepted, PlanBlocked, PlanView, Request
from core.controller import Job
from core.errors import AppError, InvalidInput, StepFailed
from core.findings import has_errors
from core.jobs import Progress, StepEvent
from core.text import Text
from gui.actions import TIPS
from gui.dialogs.question import Question
from gui.form.section import FormSection
from gui.messages import show_error
from gui.operations.deployment import Deployment
from gui.operations.operation import Answers, Operation, StepOnPage
from gui.ova_state import OvaState
from gui.pages.banner import Banner
from gui.pages.finding_list import FindingList
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

Button = tuple[Text, Callable[[], None]]


class DeployPage(FormPage):
    """The step list is the page.

    Signals:
        phase_changed: the ``Phase`` of what is carried out.
        asked: the key of an action of the window that somebody wants.
    """

    phase_changed = Signal(object)
    asked = Signal(str)

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
        self._result: object = None
        self._missing: tuple[Text, str] | None = None
        self.operation: Operation = Deployment()
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
        name(self.cancel_button, Text("Cancel what is running"), TIPS["cancel"])
        self.cancel_button.clicked.connect(self.cancel)
        line = QHBoxLayout()
        line.addWidget(self.overall, 1)
        line.addWidget(self.cancel_button, 0, Qt.AlignmentFlag.AlignRight)
        self.content.addLayout(line)
        self._build_upkeep()
        self.result = FormSection(Text("Result"), self)
        self.card = ResultCard(self)
        self.result.add(self.card)
        self.content.addWidget(self.result)
        self.found = FormSection(Text("What differs or has changed"), self)
        self.findings = FindingList(self)
        self.findings.help_asked.connect(self.help_asked)
        self.found.add(self.findings)
        self.content.addWidget(self.found)
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

    def _build_upkeep(self) -> None:
        """What can be done with what an earlier run has deployed."""
        self.upkeep = QWidget(self)
        line = QHBoxLayout(self.upkeep)
        line.setContentsMargins(0, 0, 0, 0)
        caption = QLabel(self.upkeep)
        caption.setProperty("look", "muted")
        say(caption, "setText", Text("Deployed already?"))
        line.addWidget(caption)
        for key, text in (
            ("verify", Text("Verify")),
            ("redeploy", Text("Redeploy…")),
            ("undo", Text("Undo…")),
        ):
            button = QPushButton(self.upkeep)
            button.setProperty("look", "link")
            button.setObjectName(f"upkeep.{key}")
            say(button, "setText", text)
            name(button, text, TIPS[key])
            button.clicked.connect(partial(self._on_upkeep, key))
            line.addWidget(button)
        line.addStretch(1)
        self.content.addWidget(self.upkeep)

    def _on_upkeep(self, key: str, *_: object) -> None:
        self.asked.emit(key)

    def enter(self) -> None:
        """Show the steps of the profile as it is now, unless something else is to be seen."""
        if self._missing is not None:
            self._missing = None
            self._show_phase()
        if self.phase is Phase.IDLE:
            self.services.model.review()
            model = self.services.model
            request = Request(model.profile, model.secrets)
            self.services.controller.plan(
                request, self._on_preview, self._on_preview_failed, offline=True
            )

    def _on_preview(self, plan: PlanView) -> None:
        if self.phase is Phase.IDLE:
            self.steps.show_steps(plan.steps)
            self._show_phase()

    def _on_preview_failed(self, error: Exception) -> None:
        if not isinstance(error, AppError):
            raise error
        if self.phase is Phase.IDLE:  # else something was begun meanwhile, and goes on
            self._on_failed(error)

    def _on_replaced(self) -> None:
        if not self.phase.is_busy:
            set_shown(self.recent, False)
            self._become(Phase.IDLE)

    def can_press(self) -> Text | None:
        """Why it cannot be deployed now."""
        if self.phase.is_busy:
            return self.operation.busy
        if has_errors(self.services.model.findings):
            return Text("There are problems; Review lists them.")
        missing = self.find_missing(needs_licence=True)
        return missing[0] if missing else None

    def outcome_text(self) -> Text | None:
        """How much of it was done."""
        if self.phase is Phase.IDLE or self.phase.is_busy:
            return None
        steps = self._on_page
        return self.operation.summary(steps) if steps else Text("Nothing was changed.")

    def find_missing(self, *, needs_licence: bool) -> tuple[Text, str] | None:
        """What has to be given before a vCenter can be worked with, and the page for it."""
        if not self.services.model.secrets.vcenter_password:
            text = Text("The vCenter password is missing; enter it on the page Connection.")
            return text, "connection"
        if needs_licence and self._ova.licences and not self._ova.licence_accepted:
            return Text("Read and accept the licence on the page OVA source first."), "ova"
        return None

    def know_licences(self, plan: PlanView) -> None:
        """Take the texts of a library item from a plan that deploys it: they are known only now."""
        if plan.is_live and plan.deploys:
            self._ova.know_library(plan.licences)

    def show_missing(self, missing: tuple[Text, str]) -> None:
        """Say what has to be given first, with the way there, until the page is entered anew."""
        self._missing = missing
        text, where = missing
        go = {"connection": Text("Go to Connection"), "ova": Text("Go to the licence")}[where]
        self.banner.show_text("warning", text, None, ((go, partial(self.go_to.emit, where)),))

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
            Text("Switch {switch} with {count} port group is made or completed first. What is "
                 "there already is kept.",
                 "Switch {switch} with {count} port groups is made or completed first. What is "
                 "there already is kept.", switch=profile.switch.name,
                 count=len(profile.switch.port_groups)),
            (("deploy", Text("Deploy")), ("cancel", Text("Cancel"))),
        )  # fmt: skip
        if answer == "deploy":
            self.deploy()

    def deploy(self) -> None:
        """Start a deployment; what exists from an earlier run is found and used."""
        self.begin(Deployment())

    def request(self) -> Request:
        """What is worked on: the profile as it is in the form."""
        model = self.services.model
        path = model.document.path if model.document is not None else None
        return Request(model.profile, model.secrets, self._ova.licence_accepted, str(path or ""))

    def begin(self, operation: Operation) -> None:
        """Carry something out; nothing else may be running."""
        if self.phase.is_busy:
            return
        self.operation, self._has_live_steps = operation, False
        self._result = self.outcome = self._missing = None
        set_shown(self.recent, False)
        self.steps.show_steps(())
        self._become(Phase.RUNNING)
        log.info("%s of %s starts", operation.action, self.services.model.profile.vm.name)
        answers = Answers(self._on_done, self._on_failed, self._on_cancelled, self._on_report)
        self._job = operation.start(self.services.controller, self.request(), answers)

    def cancel(self) -> None:
        """Ask to stop; says what it waits for."""
        if self._job is not None and self.phase is Phase.RUNNING:
            self._job.cancel()
            self._become(Phase.CANCELLING)

    def _on_report(self, report: object) -> None:
        if isinstance(report, PlanView):
            self._has_live_steps = True
            self.know_licences(report)
            self.steps.show_steps(report.steps, tells=self.operation.tells_results)
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

    def _on_done(self, result: object) -> None:
        self._job = None
        self._result = result
        if isinstance(self.operation, Deployment):
            self.outcome = result  # type: ignore[assignment]
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
        if isinstance(error, StepFailed):
            self.steps.show_error(error.step, error.cause)
        is_deployment = isinstance(self.operation, Deployment)
        if isinstance(error, InvalidInput | PlanBlocked) and is_deployment:
            self.services.model.set_more("plan", error.findings)
        if self.phase.is_busy:
            self._become(Phase.FAILED)
        more: Button = (Text("Details…"), lambda: show_error(self, error))
        back = self._take_back() if isinstance(error, StepFailed) else ()
        buttons = (self._way_out(error, is_deployment=is_deployment), *back, more)
        self.banner.show_text("problem", error.what, error.advice, buttons)

    def _way_out(self, error: AppError, *, is_deployment: bool) -> Button:
        """What to do about a failure, as a button."""
        if isinstance(error, StepFailed):
            return self.operation.again_from_step, self._again
        if isinstance(error, LicenceNotAccepted):
            return Text("Go to the licence"), partial(self.go_to.emit, "ova")
        if is_deployment or isinstance(error, InvalidInput):
            return Text("Go to Review"), partial(self.go_to.emit, "review")
        return self.operation.again, self._again

    def _take_back(self) -> tuple[Button, ...]:
        """To remove what a deployment has left behind."""
        if not isinstance(self.operation, Deployment):
            return ()
        return ((Text("Undo…"), partial(self.asked.emit, "undo")),)

    def _again(self) -> None:
        """Once more the same; what has to be agreed to is shown anew, but for a deployment."""
        if isinstance(self.operation, Deployment):
            self.deploy()
        else:
            self.asked.emit(self.operation.action)

    def _become(self, phase: Phase) -> None:
        if phase is self.phase:
            return
        if not self.phase.may_become(phase):
            raise RuntimeError(f"{self.phase} cannot become {phase}")
        self.phase = phase
        self._show_phase()
        if not phase.is_busy:
            self.scroll.verticalScrollBar().setValue(0)  # how it ended stands at the top
        self.phase_changed.emit(phase)

    @property
    def _on_page(self) -> tuple[StepOnPage, ...]:
        return tuple(self.steps.lines.values())

    def _show_phase(self) -> None:
        set_shown(self.cancel_button, self.phase.is_busy)
        set_shown(self.upkeep, self.phase is Phase.IDLE)
        self.cancel_button.setEnabled(self.phase is Phase.RUNNING)
        caption = Text("Cancelling…") if self.phase is Phase.CANCELLING else Text("Cancel")
        say(self.cancel_button, "setText", caption)
        succeeded = self.phase is Phase.SUCCEEDED
        set_shown(self.result, succeeded and self.outcome is not None)
        found = getattr(self._result, "findings", ()) if succeeded else ()
        set_shown(self.found, bool(found))
        self.findings.show_findings(found)
        stays = self.operation.what_stays(self._on_page)
        if succeeded:
            self._show_ending()
        elif self.phase is Phase.CANCELLED:
            buttons: tuple[Button, ...] = ((self.operation.again, self._again), *self._take_back())
            self.banner.show_text("warning", Text("Stopped."), stays, buttons)
        elif self.phase is Phase.CANCELLING:
            text = Text("Cancelling. It waits for the step that runs to come to a stop.")
            self.banner.show_text("warning", text, stays)
        elif self._missing is not None:
            self.show_missing(self._missing)
        else:
            self.banner.hide()
        self._show_overall()

    def _show_ending(self) -> None:
        profile = self.services.model.profile
        if self.outcome is not None:
            self.card.show_result(profile, self.outcome)
        ending = self.operation.ended(profile, self._result, self._on_page)
        buttons = tuple((text, partial(self.asked.emit, key)) for text, key in ending.buttons)
        self.banner.show_text(ending.kind, ending.text, ending.advice, buttons)

    def _show_overall(self) -> None:
        count, done = len(self.steps.lines), self.steps.finished
        if self.phase.is_busy and self._has_live_steps:
            text: Text | None = Text("Step {step} of {count}", step=min(done + 1, count),
                                     count=count)  # fmt: skip
        elif self.phase.is_busy:
            text = self.operation.beginning
        elif self.phase is Phase.IDLE:
            text = self.can_press() or Text("Ready. Nothing has been changed yet.")
        else:
            text = self.outcome_text()
        say(self.overall, "setText", text)
