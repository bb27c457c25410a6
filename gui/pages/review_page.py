"""Before the point of no return: problems, steps, values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.background.deploying import PlanView, Request
from core.errors import InvalidInput
from core.findings import RULES, Finding, has_errors
from core.plan.nic_problems import NIC_CODES
from core.profile.model import SECRET_FIELDS, SECTIONS, is_visible
from core.text import Text
from gui.dialogs.save_path import ask_save_path
from gui.form.note import LOOKS, sentence
from gui.form.section import FormSection
from gui.icons import pixmap
from gui.messages import show_error
from gui.ova_state import LICENCE, OvaState
from gui.pages.banner import Banner
from gui.pages.page import FormPage, Services
from gui.pages.review_text import ACTIONS, is_changed, review_text, secret_state, shown_value
from gui.theme import THEME
from gui.wording import name, say

Build = Callable[[QGridLayout, QWidget], Iterator[None]]
"""Adds the rows of a section, and yields where the rest can wait."""
AT_ONCE = 40
"""Rows of a section in one turn of the event loop: 64 hosts have a step each."""
_REASON_ICONS = {"create": "add", "change": "switch", "check": "review",
                 "present": "good", "blocked": "problem"}  # fmt: skip


class ReviewPage(FormPage):
    """Rendered anew when it is entered and when findings or plan change."""

    key = "review"
    title = Text("Review")
    icon = "review"
    primary = Text("Go to Deploy")
    has_picture = False
    form_width = 1100

    plan: PlanView | None = None
    _wants_plan = False
    _is_put_off = False
    """Connected, but nothing was compared because of problems that are known."""

    def __init__(self, services: Services, ova: OvaState, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._ova = ova

    def build_sections(self) -> Iterator[None]:
        """Banner, problems, steps, values, and what can be done with them."""
        yield
        self.banner = Banner(self)
        self.content.addWidget(self.banner)
        self._build_tools()
        self.problems = FormSection(Text("Problems"), self)
        self.steps = FormSection(Text("What will be done"), self)
        self.values = FormSection(Text("All values"), self)
        self._bodies: dict[FormSection, QWidget] = {}
        self._shown: dict[FormSection, object] = {}
        self._filling: dict[FormSection, Iterator[None]] = {}
        self._more = QTimer(self)
        self._more.setSingleShot(True)
        self._more.setInterval(0)
        self._more.timeout.connect(self._fill_on)
        self._marks: dict[QWidget, list[tuple[QLabel, str, str]]] = {}
        for section in (self.problems, self.steps, self.values):
            self.content.addWidget(section)
        model = self.services.model
        model.checked.connect(self._on_checked)
        model.replaced.connect(self.enter)
        model.findings_changed.connect(self._on_findings)
        model.secret_changed.connect(self._on_findings)
        THEME.changed.connect(self._tint)

    def _build_tools(self) -> None:
        tools = (
            ("copy_review", Text("Copy as text"), self._on_copy,
             Text("Put problems, steps and values on the clipboard; no secret is in it.")),
            ("export_plan", Text("Export…"), self._on_export,
             Text("Write problems, steps and values into a text file.")),
            ("plan_again", Text("Plan again"), self._check_first,
             Text("Compare with the vCenter once more.")),
        )  # fmt: skip
        line = QHBoxLayout()
        self.tools: dict[str, QPushButton] = {}
        for key, text, slot, help_text in tools:
            button = QPushButton(self)
            button.setObjectName(key)
            say(button, "setText", text)
            say(button, "setToolTip", help_text)
            name(button, text, help_text)
            button.clicked.connect(slot)
            line.addWidget(button)
            self.tools[key] = button
        line.addStretch(1)
        self.content.addLayout(line)

    def enter(self) -> None:
        """Show every problem from now on, and plan."""
        if self.isVisible():
            self._check_first()

    def _check_first(self) -> None:
        """The plan is made once the problems of now are known."""
        self._wants_plan = True
        self.services.model.set_more("plan", ())
        self.services.model.review()

    def make_plan(self) -> None:
        """Ask the vCenter when connected, else show what would be done."""
        self._wants_plan = False
        model, vcenter = self.services.model, self.services.vcenter
        # A NIC that was in use when the hosts were read may be free by now: the plan looks anew.
        known = [finding for finding in model.findings if finding.code not in NIC_CODES]
        self._is_put_off = vcenter.is_connected and has_errors(known)
        offline = not vcenter.is_connected or self._is_put_off
        path = model.document.path if model.document is not None else None
        request = Request(model.profile, model.secrets, path=str(path or ""))
        if not offline:
            self.banner.show_text("note", Text("Comparing with the vCenter…"))
        self.services.controller.plan(request, self._on_plan, self._on_failed, offline=offline)

    def _on_plan(self, plan: PlanView) -> None:
        self.plan = plan
        if plan.is_live:
            self._ova.know_library(plan.licences if plan.deploys else ())
            self.services.model.set_more("nics", ())
        self.services.model.set_more("plan", plan.findings)
        if not plan.is_live and self._is_put_off:
            self.banner.show_text(
                "note",
                Text("Not compared with the vCenter: these are the steps if nothing is there yet."),
                Text("Solve the problems below first; then the steps are compared with it."),
            )
        elif not plan.is_live:
            self.banner.show_text(
                "note",
                Text("Offline: these are the steps if nothing is there yet."),
                Text("Connect on the page Connection to compare them with the vCenter."),
            )
        elif plan.is_blocked:
            self.banner.show_text("problem", Text("Something stands in the way; see below."))
        elif not plan.has_changes and plan.proves:
            self.banner.show_text(
                "note",
                Text("Everything is there already; it is not proven that it works."),
                Text("Deploy makes the checks that are left, and changes nothing."),
            )
        elif not plan.has_changes:
            self.banner.show_text("good", Text("Everything is there already."))
        elif not self._ova.licence_accepted and self._ova.licences:
            self.banner.show_text(
                "warning",
                Text("One thing is missing: the licence agreement was not accepted yet."),
                None,
                ((_LINKS[LICENCE], partial(self.go_to.emit, LICENCE)),),
            )
        else:
            self.banner.show_text("good", Text("Ready to deploy."))
        self._render_all()

    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, InvalidInput):
            self.services.model.set_more("plan", error.findings)
            self._render_all()
            return
        self.banner.show_text("problem", Text("The plan could not be made."))
        show_error(self, error)

    def _on_checked(self) -> None:
        if self._wants_plan:
            self.make_plan()

    def _on_findings(self) -> None:
        if self.isVisible():
            self._render_all()

    def _render_all(self) -> None:
        if not self.isVisible():
            return
        model = self.services.model
        states = tuple(map(partial(secret_state, model), SECRET_FIELDS.values()))
        self._fill(self.problems, self._problem_rows, model.findings)
        self._fill(self.steps, self._step_rows, (self.plan,))
        self._fill(self.values, self._value_rows, (model.profile, states))

    def _fill(self, section: FormSection, build: Build, shows: object) -> None:
        """Build what a section shows, unless it is shown already; its texts follow the language."""
        if self._shown.get(section) == shows:
            return
        self._shown[section] = shows
        old = self._bodies.pop(section, None)
        if old is not None:
            self._marks.pop(old, None)
            old.hide()
            old.deleteLater()
        body = QWidget(section)
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        rows = build(grid, body)
        self._fill_some(section, rows)
        section.add(body)
        self._bodies[section] = body

    def _fill_some(self, section: FormSection, rows: Iterator[None]) -> None:
        if sum(1 for _ in islice(rows, AT_ONCE)) == AT_ONCE:
            self._filling[section] = rows
            self._more.start()
        else:
            self._filling.pop(section, None)

    def _fill_on(self) -> None:
        for section, rows in list(self._filling.items())[:1]:
            self._fill_some(section, rows)
        if self._filling:
            self._more.start()

    def _problem_rows(self, grid: QGridLayout, body: QWidget) -> Iterator[None]:
        found = self.services.model.findings
        grid.setColumnStretch(1, 1)
        if not found:
            self._mark(grid, body, 0, "good", "good")
            grid.addWidget(_label(body, Text("No problems were found.")), 0, 1)
        for row, finding in enumerate(found):
            look = LOOKS[finding.severity]
            self._mark(grid, body, row, look, "link" if look == "note" else look)
            grid.addWidget(self._link(body, finding), row, 1)
            yield

    def _link(self, body: QWidget, finding: Finding) -> QWidget:
        holder = QWidget(body)
        lines = QVBoxLayout(holder)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        text = _label(holder, sentence(finding))
        lines.addWidget(text)
        key = next(iter(finding.fields), "")
        spec = _SPECS.get(key)
        line = QHBoxLayout()
        line.setSpacing(16)
        there = Text("Go to {field}", field=spec.label) if spec else _LINKS.get(key)
        if there is not None:
            line.addWidget(self._action(holder, f"go.{key}", there, finding,
                                        partial(self._on_link, key)))  # fmt: skip
        if finding.code in RULES:  # what is not a rule has no place in the manual
            why = partial(self._on_help, f"findings.md#{finding.code}")
            line.addWidget(
                self._action(holder, f"why.{finding.code}", Text("Explain"), finding, why)
            )
        line.addStretch(1)
        lines.addLayout(line)
        return holder

    def _action(
        self, parent: QWidget, key: str, text: Text, finding: Finding, slot: Callable[..., None]
    ) -> QPushButton:
        button = QPushButton(parent)
        button.setProperty("look", "link")
        button.setObjectName(key)
        say(button, "setText", text)
        name(button, text, sentence(finding))
        button.clicked.connect(slot)
        return button

    def _on_link(self, key: str, *_: object) -> None:
        self.go_to.emit(key)

    def _on_help(self, place: str, *_: object) -> None:
        self.help_asked.emit(place)

    def _step_rows(self, grid: QGridLayout, body: QWidget) -> Iterator[None]:
        grid.setColumnMinimumWidth(1, 90)
        grid.setColumnStretch(2, 1)
        grid.setColumnStretch(3, 1)
        for row, step in enumerate(self.plan.steps if self.plan else ()):
            role = {"blocked": "problem", "present": "good"}.get(step.action, "muted")
            self._mark(grid, body, row, _REASON_ICONS[step.action], role)
            grid.addWidget(_label(body, ACTIONS[step.action], "muted"), row, 1)
            title = Text("{title} – {name}", title=step.title, name=step.object_name)
            if not step.object_name or step.object_name in str(step.title):
                title = step.title
            grid.addWidget(_label(body, title), row, 2)
            more = step.reason or step.detail
            if more is not None:
                look = "problem" if step.reason else "muted"
                grid.addWidget(_label(body, more, look), row, 3)
            yield

    def _value_rows(self, grid: QGridLayout, body: QWidget) -> Iterator[None]:
        profile, row = self.services.model.profile, 0
        grid.setColumnMinimumWidth(0, 200)
        grid.setColumnMinimumWidth(1, 360)
        grid.setColumnStretch(2, 1)
        for section in SECTIONS:
            grid.addWidget(_label(body, section.title, bold=True), row, 0, 1, 3)
            row += 1
            for spec in section.fields:
                if not is_visible(spec, profile):
                    continue
                changed = is_changed(spec, profile)
                grid.addWidget(_label(body, spec.label, "muted"), row, 0)
                value = shown_value(spec, profile.value(spec.key))
                grid.addWidget(_label(body, value, bold=changed), row, 1)
                if changed and spec.default not in ("", ()):
                    grid.addWidget(_label(body, Text("changed"), "muted"), row, 2)
                row += 1
                yield
        grid.addWidget(_label(body, Text("Secrets"), bold=True), row, 0, 1, 3)
        for place, spec in enumerate(SECRET_FIELDS.values(), start=row + 1):
            grid.addWidget(_label(body, spec.label, "muted"), place, 0)
            grid.addWidget(_label(body, secret_state(self.services.model, spec)), place, 1)

    def _mark(self, grid: QGridLayout, body: QWidget, row: int, icon: str, role: str) -> None:
        mark = QLabel(body)
        mark.setPixmap(pixmap(icon, role))
        grid.addWidget(mark, row, 0, Qt.AlignmentFlag.AlignTop)
        self._marks.setdefault(body, []).append((mark, icon, role))

    def _tint(self) -> None:
        for marks in self._marks.values():
            for mark, icon, role in marks:
                mark.setPixmap(pixmap(icon, role))

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(review_text(self.services.model, self.plan))

    def _on_export(self) -> None:
        kinds = Text("Text files (*.txt)")
        path = ask_save_path(self, Text("Export the review"), "review.txt", kinds, ".txt")
        if path is not None:
            self.services.controller.export_text(
                path, review_text(self.services.model, self.plan), self._on_exported,
                self._show_failure,
            )  # fmt: skip

    def _on_exported(self, path: object) -> None:
        self.banner.show_text("good", Text("Saved: {path}", path=path))

    def _show_failure(self, error: Exception) -> None:
        show_error(self, error)

    def press_primary(self) -> None:
        """Go on to the deployment."""
        self.go_to.emit("deploy")


_LINKS = {LICENCE: Text("Go to the licence")}
_SPECS = {spec.key: spec for section in SECTIONS for spec in section.fields} | SECRET_FIELDS


def _label(parent: QWidget, text: Text, look: str = "", *, bold: bool = False) -> QLabel:
    label = QLabel(parent)
    label.setWordWrap(True)
    label.setFrameShape(QFrame.Shape.NoFrame)
    label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if look:
        label.setProperty("look", look)
    if bold:
        font = label.font()
        font.setBold(True)
        label.setFont(font)
    say(label, "setText", text)
    return label
