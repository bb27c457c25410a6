"""Every action of the window, declared once: text, status tip, shortcut, menu."""

from __future__ import annotations

import sys

from msgspec import Struct
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow

from core.text import Text
from gui.window.menu_bar import DEPLOY, FILE, HELP, VCENTER, VIEW
from gui.wording import say

Key = QKeySequence.StandardKey
Shortcut = Key | str | None
_TAB = "Meta+Tab" if sys.platform == "darwin" else "Ctrl+Tab"
"""The key Control on each; on macOS Qt's Ctrl is Command, and that with Tab is the system's."""


class ActionSpec(Struct, frozen=True):
    """One action; ``is_last`` draws a line below it in its menu."""

    key: str
    menu: str
    text: Text
    tip: Text
    shortcut: Shortcut = None
    is_last: bool = False


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("new", FILE, Text("&New profile…"), Text("Start another deployment."), Key.New),
    ActionSpec("open", FILE, Text("&Open…"), Text("Open a profile."), Key.Open),
    ActionSpec("recent", FILE, Text("Open &recent"), Text("Profiles opened lately.")),
    ActionSpec("new_window", FILE, Text("New &window"),
               Text("Work on another profile in a window of its own."), "Ctrl+Shift+N", True),
    ActionSpec("save", FILE, Text("&Save"), Text("Save the profile."), Key.Save),
    ActionSpec("save_as", FILE, Text("Save &as…"), Text("Save the profile in another file."),
               "Ctrl+Shift+S"),
    ActionSpec("duplicate", FILE, Text("&Duplicate"),
               Text("Go on with a copy; passwords are not copied.")),
    ActionSpec("rename", FILE, Text("Rena&me…"), Text("Give the profile's file another name.")),
    ActionSpec("delete", FILE, Text("Dele&te…"),
               Text("Delete the profile's file and its saved passwords.")),
    ActionSpec("pin", FILE, Text("&Pin"),
               Text("Keep the profile at the head of the ones opened lately.")),
    ActionSpec("revert", FILE, Text("Re&vert"), Text("Take back every change since saving."),
               None, True),
    ActionSpec("import", FILE, Text("&Import…"),
               Text("Take values over from another profile, after looking at them.")),
    ActionSpec("export", FILE, Text("&Export…"),
               Text("Write a copy of the profile; secrets are never in it."), None, True),
    ActionSpec("close", FILE, Text("&Close window"), Text("Close this window."), Key.Close),
    ActionSpec("quit", FILE, Text("&Quit"), Text("Close every window."), Key.Quit),
    ActionSpec("page_1", VIEW, Text("Connection"), Text("Go to the page Connection."), "Ctrl+1"),
    ActionSpec("page_2", VIEW, Text("Switch"), Text("Go to the page Switch."), "Ctrl+2"),
    ActionSpec("page_3", VIEW, Text("OVA source"), Text("Go to the page OVA source."), "Ctrl+3"),
    ActionSpec("page_4", VIEW, Text("HAProxy settings"),
               Text("Go to the page HAProxy settings."), "Ctrl+4"),
    ActionSpec("page_5", VIEW, Text("Review"), Text("Go to the page Review."), "Ctrl+5"),
    ActionSpec("page_6", VIEW, Text("Deploy"), Text("Go to the page Deploy."), "Ctrl+6", True),
    ActionSpec("page_next", VIEW, Text("Ne&xt page"), Text("Go to the page behind this one."),
               _TAB),
    ActionSpec("page_before", VIEW, Text("Pre&vious page"),
               Text("Go to the page before this one."), _TAB.replace("+", "+Shift+"), True),
    ActionSpec("next_problem", VIEW, Text("Next &problem"),
               Text("Go to the next field with a problem."), "F8", True),
    ActionSpec("picture", VIEW, Text("&Network picture"),
               Text("Show or hide the picture of the network."), "Ctrl+P"),
    ActionSpec("copy_picture", VIEW, Text("&Copy picture"),
               Text("Put the picture of the network on the clipboard.")),
    ActionSpec("save_picture", VIEW, Text("&Save picture…"),
               Text("Save the picture of the network as SVG or PNG.")),
    ActionSpec("log", VIEW, Text("&Log"), Text("Show or hide the log."), "Ctrl+L", True),
    ActionSpec("theme", VIEW, Text("&Theme"), Text("Light, dark, or as the system has it.")),
    ActionSpec("language", VIEW, Text("L&anguage"), Text("The language of the window.")),
    ActionSpec("reset_layout", VIEW, Text("&Reset layout"),
               Text("Give window and picture their first sizes.")),
    ActionSpec("connect", VCENTER, Text("&Test connection"),
               Text("Log in and read what there is to choose from."), "Ctrl+T"),
    ActionSpec("refresh", VCENTER, Text("&Refresh"), Text("Read the inventory again."), "F5"),
    ActionSpec("disconnect", VCENTER, Text("&Disconnect"),
               Text("Go on offline; names are not checked any more.")),
    ActionSpec("primary", DEPLOY, Text("&Press the page's main button"),
               Text("Do what the page is for."), "Ctrl+Return"),
    ActionSpec("review", DEPLOY, Text("&Review"), Text("Check everything."), "Ctrl+R"),
    ActionSpec("deploy", DEPLOY, Text("&Deploy"), Text("Carry the plan out.")),
    ActionSpec("verify", DEPLOY, Text("&Verify"),
               Text("Prove that the deployed load balancer works, and say what has changed.")),
    ActionSpec("handoff", DEPLOY, Text("Save &hand-off sheet…"),
               Text("Write what enabling the Supervisor asks for: PDF, HTML, Markdown, scripts.")),
    ActionSpec("cancel", DEPLOY, Text("&Cancel what is running"),
               Text("Stop at the next chance; what is done so far stays."), "Ctrl+.", True),
    ActionSpec("redeploy", DEPLOY, Text("Redepl&oy…"),
               Text("Replace the appliance by a new one with the same settings.")),
    ActionSpec("accept", DEPLOY, Text("&Accept the new one…"),
               Text("After a redeployment: remove the old appliance for good.")),
    ActionSpec("roll_back", DEPLOY, Text("Roll &back…"),
               Text("After a redeployment: put the old appliance back, remove the new one.")),
    ActionSpec("undo", DEPLOY, Text("&Undo…"),
               Text("Take the deployment back: remove what it made and nobody else uses.")),
    ActionSpec("manual", HELP, Text("&Manual"),
               Text("Open the manual at the field or page one is at."), "F1"),
    ActionSpec("shortcuts", HELP, Text("&Keyboard shortcuts"), Text("List every shortcut."),
               "Ctrl+/"),
    ActionSpec("log_folder", HELP, Text("Open log &folder"),
               Text("Show the log files of this program."), None, True),
    ActionSpec("about", HELP, Text("&About"), Text("Versions, folders, licence.")),
)  # fmt: skip

TEXTS = {spec.key: spec.text for spec in ACTIONS}
"""What each is called, with the letter to press."""
TIPS = {spec.key: spec.tip for spec in ACTIONS}
"""What each does, for buttons that do the same."""


def build_actions(window: QMainWindow) -> dict[str, QAction]:
    """The actions of a window, texts following the language."""
    made: dict[str, QAction] = {}
    for spec in ACTIONS:
        action = QAction(window)
        action.setObjectName(spec.key)
        say(action, "setText", spec.text)
        say(action, "setStatusTip", spec.tip)
        say(action, "setToolTip", spec.tip)
        if spec.shortcut is not None:
            sequences = (
                QKeySequence.keyBindings(spec.shortcut)
                if isinstance(spec.shortcut, Key)
                else [QKeySequence(spec.shortcut)]
            )
            action.setShortcuts(sequences or [QKeySequence(_FALLBACKS.get(spec.key, ""))])
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        window.addAction(action)
        made[spec.key] = action
    return made


_FALLBACKS = {"quit": "Ctrl+Q", "close": "Ctrl+W"}
