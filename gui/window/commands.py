"""What the window's actions do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from core.background.deploying import Request
from core.background.handing_off import FORMATS
from core.errors import AppError
from core.findings import Severity
from core.profile.model import DEFAULT, FRONTEND
from core.text import Text
from gui.dialogs.question import Question
from gui.dialogs.save_path import ask_save_path
from gui.messages import show_error
from gui.pages.page import Page
from gui.pages.phase import Phase
from gui.vcenter_state import State

if TYPE_CHECKING:
    from core.background.describing import ProgramFacts
    from gui.window.main_window import MainWindow
    from gui.window.manual import Manual
    from gui.window.upkeep import Upkeep

_HANDOFF_FILTER = Text(
    "PDF (*.pdf);;Web page (*.html);;Markdown (*.md);;JSON (*.json);;govc script (*.sh);;"
    "PowerCLI script (*.ps1)"
)


class WindowCommands(QObject):
    """Connects each action with what it does, and enables those that make sense."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._upkeep: Upkeep | None = None
        self._manual: Manual | None = None
        for key, slot in self._slots().items():
            window.actions_by_key[key].triggered.connect(slot)
        for key in ("picture", "log", "pin"):
            window.actions_by_key[key].setCheckable(True)
        window.actions_by_key["picture"].setChecked(window.application.settings.shows_picture)

    def _slots(self) -> dict[str, Callable[..., object]]:
        window, flow, vcenter = self._window, self._window.flow, self._window.vcenter
        pages = {f"page_{n + 1}": (lambda *_, n=n: window.go_to_page(n)) for n in range(6)}
        return pages | {
            "new": lambda *_: self._show_start(),
            "open": lambda *_: flow.ask_open(),
            "new_window": lambda *_: window.application.open_window(),
            "save": lambda *_: self._save(),
            "save_as": lambda *_: flow.save_as(),
            "duplicate": lambda *_: flow.duplicate(),
            "rename": lambda *_: flow.rename(),
            "delete": lambda *_: flow.delete(),
            "pin": lambda on: window.application.pin(str(flow.path), on),
            "revert": lambda *_: flow.revert(),
            "import": lambda *_: flow.ask_import(),
            "export": lambda *_: flow.export(),
            "close": lambda *_: window.close(),
            "quit": lambda *_: window.application.quit(),
            "page_next": lambda *_: self._turn(1),
            "page_before": lambda *_: self._turn(-1),
            "next_problem": lambda *_: self.next_problem(),
            "picture": window.show_picture,
            "copy_picture": lambda *_: self._copy_picture(),
            "save_picture": lambda *_: self._save_picture(),
            "log": self.show_log,
            "reset_layout": lambda *_: self._reset_layout(),
            "connect": lambda *_: vcenter.connect_now(),
            "refresh": lambda *_: vcenter.connect_now(),
            "disconnect": lambda *_: vcenter.disconnect_now(),
            "primary": lambda *_: window.press_primary(),
            "review": lambda *_: window.go_to("review"),
            "deploy": lambda *_: self._deploy(),
            "verify": lambda *_: self.upkeep.verify(),
            "handoff": lambda *_: self.save_handoff(),
            "cancel": lambda *_: self._cancel(),
            "redeploy": lambda *_: self.upkeep.redeploy(),
            "accept": lambda *_: self.upkeep.accept(),
            "roll_back": lambda *_: self.upkeep.roll_back(),
            "undo": lambda *_: self.upkeep.undo(),
            "manual": lambda *_: self.show_manual(self._place()),
            "shortcuts": lambda *_: self._show_shortcuts(),
            "log_folder": lambda *_: open_log_folder(),
            "about": lambda *_: self._show_about(),
        }

    @property
    def upkeep(self) -> Upkeep:
        """What can be done with a deployed appliance; made when it is first asked for."""
        if self._upkeep is None:
            from gui.window.upkeep import Upkeep

            self._upkeep = Upkeep(self._window)
        return self._upkeep

    def enable(self) -> None:
        """Enable what makes sense now."""
        window = self._window
        has, actions = window.model.document is not None, window.actions_by_key
        deploy = window.deploy_page
        busy = deploy.phase.is_busy
        with_profile = (
            "copy_picture", "save_picture", "save", "save_as", "export", "review", "handoff",
            "next_problem", "primary", "page_next", "page_before",
            *(f"page_{n}" for n in range(1, 7)),
        )  # fmt: skip
        for key in with_profile:
            actions[key].setEnabled(has)
        for key in ("new", "open", "recent"):
            actions[key].setEnabled(not busy)
        for key in ("duplicate", "import", "revert"):
            actions[key].setEnabled(has and not busy)
        path = window.flow.path if has else None
        for key in ("rename", "delete", "pin"):
            actions[key].setEnabled(path is not None and not busy)
        actions["pin"].setChecked(str(path) in window.application.settings.pinned)
        connected = window.vcenter.state is State.CONNECTED
        connecting = window.vcenter.state is State.CONNECTING
        actions["connect"].setEnabled(has and not busy and not connecting)
        actions["refresh"].setEnabled(connected and not busy)
        actions["disconnect"].setEnabled(connected and not busy)
        for key in ("deploy", "verify", "redeploy", "accept", "roll_back", "undo"):
            actions[key].setEnabled(has and not busy)
        actions["cancel"].setEnabled(busy or connecting)

    def foot_sentence(self, page: Page, reason: Text | None) -> Text:
        """What is wrong, or what comes next."""
        window = self._window
        shown = window.model.shown_findings
        errors = [f for f in shown if f.is_error]
        warnings = [f for f in shown if f.severity is Severity.WARNING]
        if reason is not None and page.primary is not None:
            return reason
        if not errors and (outcome := page.outcome_text()) is not None:
            return outcome
        if errors and warnings:
            return Text(
                "{problems}, {warnings}. F8 goes to the next one.",
                problems=Text("{count} problem", "{count} problems", count=len(errors)),
                warnings=Text("{count} warning", "{count} warnings", count=len(warnings)),
            )
        if errors:
            return Text(
                "{count} problem. F8 goes to it.",
                "{count} problems. F8 goes to the next one.",
                count=len(errors),
            )
        if warnings:
            return Text(
                "No problems, {count} warning. F8 goes to it.",
                "No problems, {count} warnings. F8 goes to the next one.",
                count=len(warnings),
            )
        if window.vcenter.state is State.OFFLINE:
            return Text("Offline: everything can be prepared and saved; names are checked later.")
        return Text("No problems so far.")

    def _turn(self, by: int) -> None:
        """To the next page or the one before, round and round."""
        window = self._window
        window.go_to_page((window.tabs.currentIndex() + by) % len(window.pages))

    def next_problem(self) -> None:
        """Go to the next field with a problem, round and round."""
        window = self._window
        window.model.review()
        keys = [f.fields[0] for f in window.model.findings if f.fields]
        here = {key for page in window.pages for key in page.places()}
        keys = [key for key in dict.fromkeys(keys) if key in here]
        if not keys:
            window.foot.flash(Text("There is no problem."))
            return
        focused = QApplication.focusWidget()
        current = focused.objectName() if focused is not None else ""
        current = window.headed_for or current
        place = keys.index(current) + 1 if current in keys else 0
        window.go_to(keys[place % len(keys)])

    def show_manual(self, place: str) -> None:
        """Open the manual beside the window."""
        if self._manual is None:
            from gui.window.manual import Manual

            self._manual = Manual(self._window)
        self._manual.show_place(place)
        self._manual.show()
        self._manual.activateWindow()
        self._manual.show_place(place)  # once more: an anchor is found when the page is laid out

    def _place(self) -> str:
        """The place of the manual for the problem, field or page one is at."""
        from gui.window.manual import PAGES

        window = self._window
        if window.model.document is None:
            return PAGES["start"]
        focused = QApplication.focusWidget()
        key = focused.objectName() if focused is not None else ""
        if key in window.page.field_keys():
            found = window.model.findings_of(key)
            return f"findings.md#{found[0].code}" if found else f"fields.md#{key}"
        return PAGES[window.page.key]

    def open_path(self, path: str) -> None:
        """Open a profile by its path."""
        self._window.flow.open(Path(path))

    def try_sample(self) -> None:
        """A practice vCenter where there is one, else sample values offline."""
        self._window.application.practise(self._window)

    def _show_start(self) -> None:
        flow = self._window.flow
        answer = Question.ask(
            self._window,
            Text("New profile"),
            Text("How many networks shall the appliance have?"),
            Text("Two: management and workload. Three: with a frontend network for clients."),
            ((DEFAULT, Text("Two networks")), (FRONTEND, Text("Three networks")),
             ("cancel", Text("Cancel"))),
        )  # fmt: skip
        if answer != "cancel":
            flow.new(answer)

    def show_log(self, shows: bool) -> None:
        """Show or hide the log."""
        window = self._window
        if window.log_pane is None:
            from gui.window.log_pane import LogPane

            pane = LogPane(window.application.log_lines, window)
            window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, pane)
            pane.visibilityChanged.connect(window.actions_by_key["log"].setChecked)
            pane.closed.connect(lambda: self.show_log(False))
            window.log_pane = pane
        window.log_pane.setVisible(shows)
        window.actions_by_key["log"].setChecked(shows)
        window.application.change(shows_log=shows)

    def _save(self) -> None:
        self._window.leave_field()
        self._window.flow.save()

    def save_handoff(self) -> None:
        """Ask for a file and write the hand-off; the vCenter is asked when connected."""
        window = self._window
        target = ask_save_path(
            window,
            Text("Save the hand-off sheet"),
            str(Path(window.flow.folder) / f"{window.model.profile.vm.name}-handoff.pdf"),
            _HANDOFF_FILTER,
            ".pdf",
            tuple(FORMATS),
        )
        if target is not None:
            request = Request(window.model.profile, window.model.secrets)
            window.application.controller.hand_off(
                request,
                target,
                self._on_handed_off,
                self._show_failure,
                offline=not window.vcenter.is_connected,
            )

    def _on_handed_off(self, path: object) -> None:
        self._window.foot.flash(Text("Saved: {path}", path=path))

    def _copy_picture(self) -> None:
        if self._window.display.picture is not None:
            self._window.display.picture.copy_to_clipboard()
            self._window.foot.flash(Text("The picture is on the clipboard."))

    def _save_picture(self) -> None:
        picture = self._window.display.picture
        if picture is None:
            return
        target = ask_save_path(
            self._window,
            Text("Save the picture"),
            str(Path(self._window.flow.folder) / "network.svg"),
            Text("Pictures (*.svg *.png)"),
            ".svg",
            (".png",),
        )
        if target is not None:
            try:
                picture.save(str(target))
            except AppError as error:
                show_error(self._window, error)

    def _reset_layout(self) -> None:
        from gui.window.main_window import DEFAULT_SIZE

        self._window.showNormal()
        self._window.resize(*DEFAULT_SIZE)
        self._window.show_picture(True)
        self._window.splitter.setSizes([660, DEFAULT_SIZE[0] - 660])
        self._window.actions_by_key["picture"].setChecked(True)
        self.show_log(False)

    def _deploy(self) -> None:
        self._window.builder.build(self._window.deploy_page)  # a small one
        self._window.go_to("deploy")
        self._window.press_primary()

    def _cancel(self) -> None:
        deploy = self._window.deploy_page
        if deploy.phase.is_busy:
            deploy.cancel()
        else:
            self._window.vcenter.cancel()

    def ask_to_stop(self) -> bool:
        """Ask whether to stop what is running and close; says whether that was wanted."""
        deploy = self._window.deploy_page
        running = deploy.operation
        answer = Question.ask(
            self._window,
            running.busy,
            running.question,
            running.kept_at_stop,
            (("stop", Text("Cancel it and close")), ("stay", Text("Keep running"))),
        )
        if answer == "stop":
            if deploy.phase is Phase.RUNNING:
                deploy.cancel()
            return True
        return False

    def _show_shortcuts(self) -> None:
        from gui.dialogs.shortcuts_dialog import ShortcutsDialog

        ShortcutsDialog.ask(self._window, self._window.actions_by_key)

    def _show_about(self) -> None:
        self._window.application.controller.describe_program(self._on_described, self._show_failure)

    def _on_described(self, facts: ProgramFacts) -> None:
        from gui.dialogs.about_dialog import AboutDialog

        AboutDialog.ask(self._window, facts)

    def _show_failure(self, error: Exception) -> None:
        show_error(self._window, error)


def open_log_folder() -> None:
    """Show the log files in the system's file manager."""
    from core import paths

    folder = paths.ensure_folder(paths.log_folder())
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
