"""A password or key: hidden, can be revealed, remembered in the keyring if wanted."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QCheckBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from core.fields import FieldSpec
from core.text import Text
from gui.form.editor import Editor, width_of
from gui.icons import icon
from gui.showing import set_shown
from gui.theme import THEME
from gui.wording import name, say


class SecretEditor(Editor):
    """A password field. It never shows a stored secret, only that there is one.

    Signals:
        remember_changed: whether the secret is to be kept in the keyring.
    """

    remember_changed = Signal(bool)

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.edit = QLineEdit(self)
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.reveal = QAction(self)
        self.reveal.setCheckable(True)
        self.edit.addAction(self.reveal, QLineEdit.ActionPosition.TrailingPosition)
        say(self.reveal, "setText", Text("Show what is typed"))
        self.remember = QCheckBox(self)
        self.remember.setObjectName(f"{spec.key}.remember")
        say(self.remember, "setText", Text("Remember in the keyring"))
        name(
            self.remember,
            Text("Remember in the keyring: {field}", field=spec.label),
            Text("Passwords are kept by the operating system, never in the profile."),
        )
        self.caps = QLabel(self)
        self.caps.setProperty("look", "warning")
        say(self.caps, "setText", Text("Caps Lock is on."))
        set_shown(self.caps, False)
        self.edit.installEventFilter(self)
        # Inside the line edit the button takes no focus; the keyboard needs a way too.
        self.reveal.setShortcut("Ctrl+H")
        self.reveal.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._build_layout()
        self.edit.textEdited.connect(self._on_edited)
        self.edit.editingFinished.connect(self.left)
        self.reveal.toggled.connect(self._on_revealed)
        self.remember.clicked.connect(self.remember_changed)
        THEME.changed.connect(self._tint)
        self._tint()
        self.finish()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Caps Lock shows itself by letters that are large without Shift, or small with it."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            letter = event.text()
            if len(letter) == 1 and letter.isalpha() and letter.lower() != letter.upper():
                shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                set_shown(self.caps, letter.isupper() != shift)
        elif event.type() == QEvent.Type.FocusOut:
            set_shown(self.caps, False)
        return super().eventFilter(watched, event)

    def _build_layout(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.edit)
        layout.addWidget(self.caps)
        layout.addWidget(self.remember)

    def control(self) -> QWidget:
        """The line edit."""
        return self.edit

    def fit(self) -> None:
        """Wide enough for a long password."""
        self.edit.setFixedWidth(width_of(self.edit, self.spec.width, 40))

    def show_value(self, value: Any) -> None:
        """Show what was typed in this session."""
        if value != self.edit.text():
            self.edit.setText(value)

    def show_stored(self, is_stored: bool, is_remembered: bool) -> None:
        """Say whether there is one already, and whether it is in the keyring."""
        self.remember.setChecked(is_remembered or self.remember.isChecked())
        text = Text("Saved. Leave empty to keep it.") if is_stored else None
        say(self.edit, "setPlaceholderText", text)

    def set_locked(self, locked: bool) -> None:
        """Nothing can be typed or forgotten."""
        self.edit.setReadOnly(locked)
        self.remember.setEnabled(not locked)

    def _on_edited(self, text: str) -> None:
        self.typed.emit(text)

    def _on_revealed(self, revealed: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if revealed else QLineEdit.EchoMode.Password
        self.edit.setEchoMode(mode)
        say(self.reveal, "setText", Text("Hide what is typed") if revealed else
            Text("Show what is typed"))  # fmt: skip
        self._tint()

    def _tint(self) -> None:
        self.reveal.setIcon(icon("conceal" if self.reveal.isChecked() else "reveal", "muted"))
