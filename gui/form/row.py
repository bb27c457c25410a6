"""One field of the form: label, editor, derived fact, suggestion, and the note under it."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLayout, QMenu, QPushButton, QWidget

from core.fields import FieldSpec, Kind
from core.findings import Finding, Fix
from core.profile.rules import WRONG_TYPE
from core.suggestions import derived, suggested
from core.text import Text
from gui.form.beside import BesideLayout
from gui.form.factory import build_editor
from gui.form.inventory_editor import InventoryEditor
from gui.form.note import WORDS, Note, sentence, worst
from gui.form.secret_editor import SecretEditor
from gui.profile_model import ProfileModel
from gui.showing import set_shown
from gui.vcenter_state import VCenterState
from gui.wording import name, say

LABEL_WIDTH = 200
"""As wide as the longest label, in Japanese."""


class FieldRow(QWidget):
    """Connects an editor with the model; knows nothing of particular fields."""

    def __init__(
        self,
        spec: FieldSpec,
        model: ProfileModel,
        vcenter: VCenterState,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.spec, self._model = spec, model
        self.editor = build_editor(spec, model, vcenter, self)
        self.setObjectName(f"row.{spec.key}")
        self.note = Note(spec.help, self)
        self.fact = QLabel(self)
        self.fact.setProperty("look", "muted")
        self.suggestion = QPushButton(self)
        self.suggestion.setProperty("look", "link")
        set_shown(self.suggestion, False)
        self.suggestion.setObjectName(f"{spec.key}.suggestion")
        self._build_layout(self._build_label())
        self._connect()
        self.refresh()

    def _build_label(self) -> QLabel:
        label = QLabel(self)
        label.setWordWrap(True)
        label.setBuddy(self.editor.control())
        label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        label.setContentsMargins(0, 5, 0, 0)
        if self.editor.has_own_label:
            return label
        text = Text("{label} *", label=self.spec.label) if self.spec.required else self.spec.label
        say(label, "setText", text)
        if self.spec.required:
            say(label, "setToolTip", Text("Required"))
        return label

    def _build_layout(self, label: QLabel) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        line: QLayout = QHBoxLayout()
        if not self.editor.is_wide and self.spec.kind in _WITH_SUGGESTIONS:
            line = BesideLayout(10, 2)
            self.fact.setWordWrap(True)  # where the window is narrow
            for widget in (self.editor, self.fact, self.suggestion):
                line.addWidget(widget)
        else:
            line.addWidget(self.editor)
            set_shown(self.fact, False)
        if self.editor.is_wide:
            grid.addWidget(label, 0, 0, 1, 2)
            grid.addLayout(line, 1, 0, 1, 2)
            grid.addWidget(self.note, 2, 0, 1, 2)
            return
        grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        grid.setColumnStretch(1, 1)
        label.setFixedWidth(LABEL_WIDTH)
        grid.addWidget(label, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(line, 0, 1)
        grid.addWidget(self.note, 1, 1)

    def _connect(self) -> None:
        self.editor.typed.connect(self._on_typed)
        self.editor.left.connect(self._on_left)
        self.editor.refused.connect(self._show)
        self.note.fix_asked.connect(self._on_fix)
        self.suggestion.clicked.connect(self._on_suggestion)
        self._model.replaced.connect(self.refresh)
        self._model.findings_changed.connect(self.show_findings)
        if self.spec.is_secret:
            self._model.secret_changed.connect(self._on_other_value)
        else:
            self._model.value_changed.connect(self._on_other_value)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer the default beside the field; the editor itself has a menu of its own."""
        menu = QMenu(self)
        restore = menu.addAction(str(Text("Restore default")))
        key = self.spec.key
        restore.setEnabled(not self.spec.is_secret and self._model.value(key) != self.spec.default)
        restore.triggered.connect(self.restore_default)
        menu.exec(event.globalPos())

    def restore_default(self) -> None:
        """Give the field the value a new profile has."""
        if not self.spec.is_secret and self.editor.isEnabled():
            self._model.set_value(self.spec.key, self.spec.default)

    def refresh(self) -> None:
        """Show value, visibility, derived facts and problems of now."""
        if isinstance(self.editor, SecretEditor):
            secrets = self._model.secrets
            typed = self._model.has_typed(self.spec.name)
            self.editor.show_value(getattr(secrets, self.spec.name) if typed else "")
            self.editor.show_stored(
                self._model.has_stored(self.spec.name), self._model.is_remembered(self.spec.name)
            )
        else:
            self.editor.show_value(self._model.value(self.spec.key))
        self._show_context()
        self.show_findings()

    def _show_context(self) -> None:
        self._show_if_it_counts()
        if self.spec.kind not in _WITH_FACTS or self.editor.is_wide:
            return
        profile = self._model.profile
        fact = derived(self.spec, profile)
        if isinstance(self.editor, InventoryEditor):
            self.editor.show_default(fact)
            fact = None
        say(self.fact, "setText", fact)
        guess = suggested(self.spec, profile)
        self.editor.show_suggestion(guess)
        set_shown(self.suggestion, bool(guess))
        set_shown(self.fact, fact is not None)
        if guess:
            say(self.suggestion, "setText", Text("Suggested: {value}", value=guess))
            name(
                self.suggestion,
                Text("Use the suggestion {value} for {field}", value=guess, field=self.spec.label),
                Text("Puts the suggested value in."),
            )

    def _show_if_it_counts(self) -> None:
        """Hide a field that makes no difference, unless something in it has to be put right."""
        if "." in self.spec.key and not self.spec.is_secret:
            is_asked_for = self._model.is_to_be_corrected(self.spec.key)
            set_shown(self, is_asked_for or self._model.is_visible(self.spec))

    def show_findings(self) -> None:
        """Show the problem of now, or the help."""
        problem = worst(self._model.findings_of(self.spec.key))
        if problem is not None and problem.code == WRONG_TYPE.code and problem.fix is None:
            problem = replace(problem, fix=self._what_stands())
        self._show(problem)
        self._show_if_it_counts()

    def _what_stands(self) -> Fix | None:
        """The default in a field whose value could not be read, to be agreed to where it is one."""
        if self.spec.kind not in _WITH_A_DEFAULT:
            return None
        return Fix(self.spec.key, self._model.value(self.spec.key))

    def _show(self, finding: Finding | None) -> None:
        self.note.show_finding(finding)
        self.editor.set_problem(finding is not None and finding.is_error)
        if finding is None:
            required = Text("Required. {help}", help=self.spec.help)
            self.editor.describe(required if self.spec.required else self.spec.help)
        else:
            word = WORDS[finding.severity]
            self.editor.describe(
                Text("{severity}: {sentence}", severity=word, sentence=sentence(finding))
            )

    def set_locked(self, locked: bool) -> None:
        """Let nothing be changed while a deployment runs."""
        self.editor.set_locked(locked)
        self.suggestion.setEnabled(not locked)
        self.note.fix.setEnabled(not locked)
        self.note.action.setEnabled(not locked)

    def _on_typed(self, value: object) -> None:
        self._model.start_typing(self.spec.key)
        if self.spec.is_secret:
            self._model.set_secret(self.spec.name, str(value))
        else:
            self._model.set_value(self.spec.key, value)

    def _on_left(self) -> None:
        self._model.leave(self.spec.key)

    def _on_fix(self, fix: Fix) -> None:
        for one in (fix, *fix.also):
            self._model.set_value(one.field, one.value)
        self._model.check_now()

    def _on_suggestion(self) -> None:
        from core.profile.values import parse_value

        guess = suggested(self.spec, self._model.profile)
        if guess:
            self._model.set_value(self.spec.key, parse_value(self.spec, guess))
            self.editor.setFocus()

    def _on_other_value(self, key: str) -> None:
        if key == self.spec.key:
            self.refresh()
        else:
            self._show_context()


_WITH_SUGGESTIONS = frozenset(
    (Kind.ADDRESS, Kind.INTERFACE, Kind.CIDR, Kind.CIDR_LIST, Kind.ADDRESS_LIST)
)
_WITH_A_DEFAULT = frozenset((Kind.INTEGER, Kind.PORT, Kind.FLAG, Kind.CHOICE))
_WITH_FACTS = _WITH_SUGGESTIONS | {Kind.INVENTORY}
