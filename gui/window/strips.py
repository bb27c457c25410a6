"""The strip above the tabs and the one below the page."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from core.text import Text
from gui.actions import TIPS
from gui.icons import icon
from gui.showing import set_shown
from gui.theme import THEME
from gui.vcenter_state import State
from gui.wording import name, say

FLASH_MS = 6000


class TopStrip(QFrame):
    """Profile name, state of the connection, language and theme."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "strip")
        self.profile = QLabel(self)
        font = self.profile.font()
        font.setPointSizeF(font.pointSizeF() * 1.2)
        font.setBold(True)
        self.profile.setFont(font)
        self.unsaved = QLabel(self)
        self.unsaved.setProperty("look", "muted")
        self.pill = QLabel(self)
        self.language = self._menu_button(Text("Language"), Text("The language of the window."))
        self.theme = self._menu_button(Text("Theme"), Text("Light, dark, or as the system has it."))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(24, 8, 12, 8)
        layout.setSpacing(12)
        layout.addWidget(self.profile)
        layout.addWidget(self.unsaved)
        layout.addWidget(self.pill)
        layout.addStretch(1)
        layout.addWidget(self.language)
        layout.addWidget(self.theme)
        THEME.changed.connect(self._tint)
        self._tint()

    def _menu_button(self, text: Text, help_text: Text) -> QToolButton:
        button = QToolButton(self)
        button.setAutoRaise(True)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolButtonStyle(button.toolButtonStyle().ToolButtonTextBesideIcon)
        say(button, "setText", text)
        say(button, "setToolTip", help_text)
        name(button, text, help_text)
        return button

    def show_profile(self, title: Text | None, is_changed: bool) -> None:
        """Show the profile's name and whether there is unsaved work."""
        say(self.profile, "setText", title)
        say(self.unsaved, "setText", Text("unsaved changes") if is_changed else None)

    def show_state(self, state: State, host: str, is_practice: bool) -> None:
        """Show where the connection stands."""
        if state is State.CONNECTING:
            kind, text = "offline", Text("Connecting…")
        elif state is State.OFFLINE:
            kind, text = "offline", Text("Offline")
        elif is_practice:
            kind, text = "practice", Text("Practice vCenter")
        else:
            kind, text = "connected", Text("Connected to {host}", host=host)
        if is_practice and state is State.OFFLINE:
            kind, text = "practice", Text("Practice, offline")
        self.pill.setProperty("pill", kind)
        self.pill.style().unpolish(self.pill)
        self.pill.style().polish(self.pill)
        say(self.pill, "setText", text)

    def _tint(self) -> None:
        self.language.setIcon(icon("language", "muted"))
        self.theme.setIcon(icon("theme", "muted"))


class Foot(QFrame):
    """One sentence, Back and Next, the page's primary button.

    Signals:
        back: go to the page before.
        forth: go to the next page.
        pressed: the primary button.
        cancelled: the Cancel beside it.
    """

    back = Signal()
    forth = Signal()
    pressed = Signal()
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "foot")
        self.sentence = QLabel(self)
        self.sentence.setWordWrap(True)
        self.sentence.setProperty("look", "muted")
        self._usual: Text | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(FLASH_MS)
        self._timer.timeout.connect(self._end_flash)
        self.back_button = self._button("back", Text("Back"), Text("Go to the page before."))
        self.next_button = self._button("next", Text("Next"), Text("Go to the next page."))
        self.cancel_button = self._button("cancel_page", Text("Cancel"), TIPS["cancel"])
        set_shown(self.cancel_button, False)
        self.primary = QPushButton(self)
        self.primary.setObjectName("primary_button")
        self.primary.setProperty("look", "primary")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(24, 10, 16, 10)
        layout.setSpacing(8)
        layout.addWidget(self.sentence, 1)
        for button in (self.back_button, self.next_button, self.cancel_button, self.primary):
            layout.addWidget(button)
        self.back_button.clicked.connect(self.back)
        self.next_button.clicked.connect(self.forth)
        self.primary.clicked.connect(self.pressed)
        self.cancel_button.clicked.connect(self.cancelled)

    def _button(self, key: str, text: Text, help_text: Text) -> QPushButton:
        button = QPushButton(self)
        button.setObjectName(key)
        say(button, "setText", text)
        name(button, text, help_text)
        return button

    def show_sentence(self, text: Text) -> None:
        """Say what is wrong or comes next, unless a message is to be read first."""
        self._usual = text
        if not self._timer.isActive():
            say(self.sentence, "setText", text)

    def flash(self, text: Text) -> None:
        """Say what has just happened, for some seconds."""
        say(self.sentence, "setText", text)
        self._timer.start()

    def _end_flash(self) -> None:
        say(self.sentence, "setText", self._usual)

    def show_page(
        self,
        primary: Text | None,
        reason: Text | None,
        cancel: Text | None,
        *,
        is_first: bool,
        is_last: bool,
    ) -> None:
        """Show what can be done on a page; ``reason`` says why the primary button cannot.

        ``cancel`` says what the Cancel beside it would end. The focus goes from the one that
        cannot be pressed any more to the other.
        """
        if cancel is not None:
            name(self.cancel_button, cancel, TIPS["cancel"])
            say(self.cancel_button, "setToolTip", cancel)
            set_shown(self.cancel_button, True)
            if self.primary.hasFocus():
                self.cancel_button.setFocus()
        set_shown(self.primary, primary is not None)
        if primary is not None:
            say(self.primary, "setText", primary)
            name(self.primary, primary, reason or primary)
        self.primary.setEnabled(reason is None)
        say(self.primary, "setToolTip", reason)
        if cancel is None:
            if self.cancel_button.hasFocus():
                self.primary.setFocus()
            set_shown(self.cancel_button, False)
        self.back_button.setEnabled(not is_first)
        self.next_button.setEnabled(not is_last)
