"""Picking one of a few: radio buttons for two, a list for more; and yes or no."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from core.fields import Choice, FieldSpec
from core.text import Text
from gui.form.boxes import ComboBox
from gui.form.editor import Editor
from gui.wording import WORDING, name, say


class RadioEditor(Editor):
    """Radio buttons, side by side or, where the choices need explaining, below each other."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.group = QButtonGroup(self)
        self._buttons: dict[str, QRadioButton] = {}
        explained = any(choice.help for choice in spec.choices)
        layout = QVBoxLayout(self) if explained else QHBoxLayout(self)
        layout.setContentsMargins(0, 3, 0, 3)
        layout.setSpacing(2 if explained else 16)
        for choice in spec.choices:
            layout.addWidget(self._build_button(choice))
            if choice.help:
                layout.addWidget(self._build_help(choice.help))
        layout.addStretch()
        self.group.buttonClicked.connect(self._on_clicked)
        self.finish()
        for choice in spec.choices:
            button = self._buttons[choice.value]
            named = Text("{field}: {choice}", field=spec.label, choice=choice.label)
            name(button, named, choice.help or spec.help)

    def _build_button(self, choice: Choice) -> QRadioButton:
        button = QRadioButton(self)
        say(button, "setText", choice.label)
        self.group.addButton(button)
        self._buttons[choice.value] = button
        button.setObjectName(f"{self.spec.key}.{choice.value}")
        return button

    def _build_help(self, text: Text) -> QLabel:
        label = QLabel(self)
        label.setProperty("look", "muted")
        label.setWordWrap(True)
        label.setContentsMargins(24, 0, 0, 4)
        say(label, "setText", text)
        return label

    def button(self, value: str) -> QRadioButton:
        """The button of one choice."""
        return self._buttons[value]

    def control(self) -> QWidget:
        """The button that is checked, else the first."""
        return self.group.checkedButton() or next(iter(self._buttons.values()))

    def describe(self, description: Text) -> None:
        """The buttons name field and choice; the description goes to the checked one."""
        say(self.control(), "setAccessibleDescription", description)

    def finish(self) -> None:
        """The editor itself carries the key, its buttons the choices."""
        self.setObjectName(self.spec.key)

    def setFocus(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:  # type: ignore[override]
        """Go to the button that is checked."""
        self.control().setFocus(reason)

    def show_value(self, value: Any) -> None:
        """Check the button of a value."""
        button = self._buttons.get(value)
        if button is not None:
            button.setChecked(True)
        elif (checked := self.group.checkedButton()) is not None:
            self.group.setExclusive(False)
            checked.setChecked(False)
            self.group.setExclusive(True)

    def _on_clicked(self, button: QRadioButton) -> None:
        value = next(v for v, b in self._buttons.items() if b is button)
        self.typed.emit(value)
        self.left.emit()


class ListEditor(Editor):
    """A combo box for three choices and more."""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.box = ComboBox(self)
        for choice in spec.choices:
            self.box.addItem("", choice.value)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box)
        layout.addStretch()
        self.box.activated.connect(self._on_activated)
        WORDING.changed.connect(self._render)
        self._render()
        self.finish()

    def control(self) -> QWidget:
        """The combo box."""
        return self.box

    def _render(self) -> None:
        for index, choice in enumerate(self.spec.choices):
            self.box.setItemText(index, str(choice.label))

    def show_value(self, value: Any) -> None:
        """Select a value."""
        self.box.setCurrentIndex(self.box.findData(value))

    def _on_activated(self, index: int) -> None:
        self.typed.emit(self.box.itemData(index))
        self.left.emit()


class FlagEditor(Editor):
    """A check box with the field's label on it."""

    has_own_label = True

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(spec, parent)
        self.box = QCheckBox(self)
        say(self.box, "setText", spec.label)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 3, 0, 3)
        layout.addWidget(self.box)
        layout.addStretch()
        self.box.clicked.connect(self._on_clicked)
        self.finish()

    def control(self) -> QWidget:
        """The check box."""
        return self.box

    def show_value(self, value: Any) -> None:
        """Check the box or not."""
        self.box.setChecked(bool(value))

    def _on_clicked(self, checked: bool) -> None:
        self.typed.emit(checked)
        self.left.emit()
