"""What can be done with an appliance once it is deployed: verify, undo, redeploy and its ends."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from core.background.agreement import agreed_steps
from core.background.deploying import PlanView
from core.plan.exchange import Exchange
from core.text import Text
from gui.dialogs.plan_dialog import PlanDialog, PlanQuestion
from gui.operations.exchange import SWAPS
from gui.operations.operation import Operation
from gui.operations.proof import Proof
from gui.operations.undo import Undo

if TYPE_CHECKING:
    from gui.window.main_window import MainWindow


class Upkeep(QObject):
    """Shows what would be done, asks, and has the page Deploy carry it out."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._page = window.deploy_page
        self.dialog: PlanDialog | None = None
        self._exchange = Exchange.REDEPLOY

    def verify(self) -> None:
        """Prove on any day that it works; changes nothing, so nothing is asked."""
        if self._may_begin():
            self._begin(Proof())

    def undo(self) -> None:
        """Remove what the deployment made."""
        if not self._may_begin():
            return
        name = self._window.model.profile.vm.name
        dialog = self._open(
            PlanQuestion(
                Text("Undo"),
                Text("Remove what was made for {name}?", name=name),
                Text("Only what this program made is removed, and only what nobody else uses. "
                     "If Workload Management uses the load balancer, disable it first."),
                Text("Remove"),
                Text("There is nothing to remove: nothing that this program made for {name} is "
                     "left.", name=name),
                Text("Power the appliance off and remove it"),
                "undo-machine-runs",
            )
        )  # fmt: skip
        dialog.agreed.connect(self._on_undo_agreed)
        controller, request = self._window.application.controller, self._page.request()
        dialog.look(partial(controller.plan_undo, request, power_off=False))

    def redeploy(self) -> None:
        """Replace the appliance by a new one."""
        self._change_places(Exchange.REDEPLOY)

    def accept(self) -> None:
        """Remove the appliance that was replaced."""
        self._change_places(Exchange.ACCEPT)

    def roll_back(self) -> None:
        """Put the appliance that was replaced back."""
        self._change_places(Exchange.ROLL_BACK)

    def _change_places(self, exchange: Exchange) -> None:
        if not self._may_begin(needs_licence=exchange is Exchange.REDEPLOY):
            return
        self._exchange = exchange
        dialog = self._open(_words(exchange, self._window.model.profile.vm.name))
        dialog.agreed.connect(self._on_exchange_agreed)
        controller, request = self._window.application.controller, self._page.request()
        dialog.look(partial(controller.plan_exchange, request, exchange=exchange))

    def _may_begin(self, *, needs_licence: bool = False) -> bool:
        """Go to the page; what is missing is said there."""
        window, page = self._window, self._page
        if window.model.document is None or page.phase.is_busy:
            return False
        window.leave_field()
        window.builder.build(page)  # a small one
        window.go_to(page.key)
        missing = page.find_missing(needs_licence=needs_licence)
        if missing is not None:
            page.show_missing(missing)
        return missing is None

    def _open(self, words: PlanQuestion) -> PlanDialog:
        if self.dialog is not None:
            self.dialog.reject()
        self.dialog = PlanDialog(self._window, words)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.findings.help_asked.connect(self._on_help)
        return self.dialog

    def _on_finished(self, _result: int) -> None:
        self.dialog = None

    def _on_help(self, place: str) -> None:
        if self.dialog is not None:
            self.dialog.reject()  # the manual could not be used beside a modal dialog
        self._window.commands.show_manual(place)

    def _on_undo_agreed(self, plan: PlanView, power_off: bool) -> None:
        self._begin(Undo(agreed_steps(plan), power_off=power_off))

    def _on_exchange_agreed(self, plan: PlanView, _consent: bool) -> None:
        self._page.know_licences(plan)
        missing = self._page.find_missing(needs_licence=plan.deploys)
        if missing is not None:
            self._page.show_missing(missing)
            return
        self._begin(SWAPS[self._exchange](agreed_steps(plan)))

    def _begin(self, operation: Operation) -> None:
        self._window.builder.build(self._page)
        self._window.go_to(self._page.key)
        self._page.begin(operation)


def _words(exchange: Exchange, name: str) -> PlanQuestion:
    if exchange is Exchange.REDEPLOY:
        return PlanQuestion(
            Text("Redeploy"),
            Text("Replace {name} by a new appliance with the same settings?", name=name),
            Text("The new one is made beside it. Then they change places: for some minutes there "
                 "is no load balancer. The old one is kept, powered off, until you accept the new "
                 "one."),
            Text("Redeploy"),
            Text("{name} has been replaced already. Accept the new one, or roll back.", name=name),
        )  # fmt: skip
    if exchange is Exchange.ACCEPT:
        return PlanQuestion(
            Text("Accept"),
            Text("Accept the new {name} and remove the old one?", name=name),
            Text("The old appliance cannot be put back afterwards. Verify the new one first."),
            Text("Accept"),
            Text("There is no old appliance of {name} that was put aside.", name=name),
        )
    return PlanQuestion(
        Text("Roll back"),
        Text("Put the old {name} back and remove the new one?", name=name),
        Text("While they change places there is no load balancer for some minutes."),
        Text("Roll back"),
        Text("There is no old appliance of {name} that could be put back.", name=name),
    )
