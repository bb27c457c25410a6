"""What would be done to a deployed appliance, shown before it is: agreed to, or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QLabel,
    QProgressBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from core.background.deploying import PlanView, StepView
from core.errors import AppError, InvalidInput
from core.findings import Finding
from core.text import Text
from gui.dialogs.dialog import Dialog
from gui.pages.finding_list import FindingList
from gui.pages.review_text import ACTIONS
from gui.wording import name, say

if TYPE_CHECKING:
    from core.controller import Job

Role = QDialogButtonBox.ButtonRole
WIDTH, MARGINS, LONGEST, LEAST = 720, 60, 420, 120
QWIDGETSIZE_MAX = (1 << 24) - 1


class PlanQuestion(Struct, frozen=True):
    """The words of one such dialog.

    ``consent`` is what a finding of the code ``consent_for`` can be overcome with: ticked, it does
    not stand in the way any more.
    """

    title: Text
    question: Text
    advice: Text
    verb: Text
    nothing: Text
    consent: Text | None = None
    consent_for: str = ""


class PlanDialog(Dialog):
    """Asks the vCenter first, then the person; *Cancel* is what Enter does.

    Signals:
        agreed: the plan that was shown, and whether the consent was ticked.
    """

    agreed = Signal(object, bool)

    def __init__(self, parent: QWidget | None, words: PlanQuestion) -> None:
        super().__init__(parent, words.title)
        self.setObjectName("plan_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._words = words
        self._job: Job | None = None
        self.plan: PlanView | None = None
        self._build_head()
        self._build_list()
        self.consent = QCheckBox(self)
        self.consent.setObjectName("consent")
        if words.consent is not None:
            say(self.consent, "setText", words.consent)
            name(self.consent, words.consent, words.advice)
        self.consent.hide()
        self.consent.toggled.connect(self._show_verb)
        self.body.addWidget(self.consent)
        self.verb = self.add_button(words.verb, Role.AcceptRole, "agree")
        self.verb.setAutoDefault(False)
        self.verb.setEnabled(False)
        self.cancel = self.add_button(Text("Cancel"), Role.RejectRole, "cancel")
        self.cancel.setDefault(True)
        self.finish()
        self.accepted.connect(self._on_accepted)
        self.rejected.connect(self._on_rejected)
        self.resize(WIDTH, self.sizeHint().height())
        self.cancel.setFocus()

    def _build_head(self) -> None:
        self.head = self.add_head("note", "link", Text("Asking the vCenter what there is…"))
        self.advice = self.add_text(self._words.advice)
        self.advice.hide()
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        name(self.bar, Text("Asking the vCenter what there is…"))
        self.body.addWidget(self.bar)

    def _build_list(self) -> None:
        self.scroll = QScrollArea(self)
        self.scroll.setWidgetResizable(True)
        self.scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        name(self.scroll, Text("What would be done"), self._words.advice)
        content = QWidget()
        content.setObjectName("scrolled")
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 8, 0)
        self._rows = QGridLayout()
        self._rows.setHorizontalSpacing(12)
        self._rows.setVerticalSpacing(8)
        self._rows.setColumnStretch(1, 1)
        column.setSpacing(14)
        column.addLayout(self._rows)
        self.findings = FindingList(content)
        self.findings.hide()
        column.addWidget(self.findings)
        column.addStretch(1)
        self.scroll.setWidget(content)
        self.scroll.hide()
        self.body.addWidget(self.scroll, 1)

    def look(self, start: Callable[..., Job]) -> None:
        """Open, and have the plan made; ``start`` begins the job with whom to answer."""
        self.open()
        self._job = start(self._on_plan, self._on_failed, self._on_stopped)

    def _on_plan(self, plan: PlanView) -> None:
        self._job, self.plan = None, plan
        self.bar.hide()
        for row, step in enumerate(plan.steps):
            self._add_row(row, step)
        if plan.remark is not None:
            self._rows.addWidget(self._label(plan.remark, "muted"), len(plan.steps), 0, 1, 2)
        can_go = plan.has_changes and (not plan.is_blocked or self._can_consent)
        if can_go:
            say(self.head, "setText", self._words.question)
            self.advice.show()
        elif plan.is_blocked:
            say(self.head, "setText", Text("Something stands in the way; nothing was changed."))
        elif any(step.action == "keep" for step in plan.steps):
            say(
                self.head,
                "setText",
                Text("Nothing can be removed; what stays is listed with the reason."),
            )
        else:
            say(self.head, "setText", self._words.nothing)
        self._show_findings(plan.findings)
        self.verb.setVisible(can_go)
        if not can_go:
            say(self.cancel, "setText", Text("Close"))
        self.consent.setVisible(can_go and plan.is_blocked)
        self._show_verb()
        self._fit()

    def _show_findings(self, findings: tuple[Finding, ...]) -> None:
        self.findings.show_findings(findings)
        self.findings.setVisible(bool(findings))
        has_rows = self._rows.count() > 0
        self.scroll.setVisible(has_rows or bool(findings))

    def _fit(self) -> None:
        """As high as what is shown, but a long list is scrolled; in the middle of the window."""
        column = self.scroll.widget().layout()
        column.activate()
        height = column.totalHeightForWidth(WIDTH - MARGINS)  # -1 where nothing is wrapped
        wanted = min(height if height >= 0 else column.totalSizeHint().height(), LONGEST)
        self.scroll.setFixedHeight(wanted)
        self.body.activate()
        self.resize(WIDTH, self.body.totalHeightForWidth(WIDTH))
        self.scroll.setMinimumHeight(min(wanted, LEAST))  # whoever wants to may resize it
        self.scroll.setMaximumHeight(QWIDGETSIZE_MAX)
        parent = self.parentWidget()
        if parent is not None:
            self.move(parent.geometry().center() - self.rect().center())

    @property
    def _can_consent(self) -> bool:
        """Whether the tick alone is missing."""
        plan = self.plan
        errors = [finding for finding in plan.findings if finding.is_error] if plan else []
        return all(finding.code == self._words.consent_for for finding in errors)

    def _show_verb(self, *_: object) -> None:
        plan = self.plan
        blocked = plan is None or (plan.is_blocked and not self.consent.isChecked())
        self.verb.setEnabled(not blocked)

    def _add_row(self, row: int, step: StepView) -> None:
        look = "problem" if step.action == "remove" else "muted"
        word = self._label(ACTIONS[step.action], look)
        word.setWordWrap(False)
        self._rows.addWidget(word, row, 0, Qt.AlignmentFlag.AlignTop)
        more = step.reason or step.detail
        whole = step.title
        if more is not None:
            whole = Text("{title} – {more}", title=step.title, more=more)
        self._rows.addWidget(self._label(whole), row, 1, Qt.AlignmentFlag.AlignTop)

    def _label(self, text: Text, look: str = "") -> QLabel:
        label = QLabel(self)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if look:
            label.setProperty("look", look)
        say(label, "setText", text)
        return label

    def _on_failed(self, error: Exception) -> None:
        self._job = None
        if not isinstance(error, AppError):
            self.reject()
            raise error
        self.bar.hide()
        self.verb.hide()
        say(self.head, "setText", error.what)
        if error.advice is not None:
            say(self.advice, "setText", error.advice)
            self.advice.show()
        if isinstance(error, InvalidInput):
            self._show_findings(error.findings)
        say(self.cancel, "setText", Text("Close"))
        self._fit()

    def _on_stopped(self) -> None:
        self._job = None

    def _on_accepted(self) -> None:
        self.agreed.emit(self.plan, self.consent.isChecked())

    def _on_rejected(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
