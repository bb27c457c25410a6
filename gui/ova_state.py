"""What is known of the OVA in the form: read at once, verified in the background."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from core.background.ova_reading import OvaFacts, VerifiedOva
from core.controller import Controller, Job
from core.errors import AppError
from core.findings import Finding, Severity
from core.jobs import Progress
from core.profile.model import FILE
from core.text import Text
from gui.profile_model import ProfileModel

READ_DELAY_MS = 250
LICENCE = "ova.licence"
"""Where the licence is accepted; no field of the profile, which must not remember that."""
_NOT_ACCEPTED = Finding(
    Severity.WARNING,  # it stops the deployment, but neither the plan nor a comparison
    "licence-not-accepted",
    (LICENCE,),
    Text("The licence agreement of the appliance was not accepted."),
    Text("Read and accept it on the page OVA source."),
)


class OvaState(QObject):
    """Follows ``ova.file`` of the model.

    Signals:
        changed: another file, or more is known of it.
        progressed: a ``Progress`` of the verification.
    """

    changed = Signal()
    progressed = Signal(object)

    def __init__(
        self, model: ProfileModel, controller: Controller, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._model, self._controller = model, controller
        self.path: Path | None = None
        self.facts: OvaFacts | None = None
        self.verified: VerifiedOva | None = None
        self.error: AppError | None = None
        self.accepted: set[str] = set()
        self._of_library: tuple[str, ...] = ()
        self._verification: Job | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(READ_DELAY_MS)
        self._timer.timeout.connect(self.read_now)
        model.replaced.connect(self._on_replaced)
        model.value_changed.connect(self._on_value_changed)

    @property
    def licence_accepted(self) -> bool:
        """Whether the licence of what will be deployed was accepted in this session."""
        if self.facts is None and not self._of_library:
            return False
        return self.accepted.issuperset(self.licences)

    @property
    def licences(self) -> tuple[str, ...]:
        """The texts to accept: of the file, else of the library item once that was read."""
        if self.facts is not None:
            return tuple(one.text for one in self.facts.descriptor.licences)
        return self._of_library

    def accept(self, accepted: bool) -> None:
        """Remember that the licence was accepted, or not any more."""
        change = self.accepted.update if accepted else self.accepted.difference_update
        change(self.licences)
        self._tell()

    def know_library(self, licences: tuple[str, ...]) -> None:
        """Take the texts that the plan found in the library item."""
        if self._model.profile.ova.source != FILE and licences != self._of_library:
            self._of_library = licences
            self._tell()

    def _tell(self) -> None:
        """What is known of the OVA and its licence, as problems and to who shows them."""
        found = self.facts.findings if self.facts else ()
        if self.verified is not None:
            found = (*found, *self.verified.findings)
        if self.error is not None:
            code, what, advice = self.error.code, self.error.what, self.error.advice
            found = (Finding(Severity.ERROR, code, ("ova.file",), what, advice),)
        is_open = not self.accepted.issuperset(self.licences)
        self._model.set_more("ova", (*found, _NOT_ACCEPTED) if is_open else found)
        self.changed.emit()

    def _on_replaced(self) -> None:
        self._of_library = ()
        self.read_now()
        self._tell()  # the model forgot what it was told of a file that is the same

    def read_now(self) -> None:
        """Read the file that is in the form, if there is one and it is another one."""
        self._timer.stop()
        profile = self._model.profile
        path = Path(profile.folder) / profile.ova.file if profile.ova.file else None
        if profile.ova.source != FILE:
            path = None
        if path == self.path and (self.facts is not None or path is None):
            return
        self._forget()
        self.path = path
        self._tell()
        if path is not None:
            self._controller.read_ova(path, self._on_read, self._on_failed)

    def _forget(self) -> None:
        if self._verification is not None:
            self._verification.cancel()
            self._verification = None
        self.facts = self.verified = self.error = None
        self._of_library = ()

    def _on_value_changed(self, key: str) -> None:
        if key in ("ova.file", "ova.source"):
            self._timer.start()
        elif key in ("ova.library", "ova.item"):
            self._of_library = ()
            self._tell()

    def _on_read(self, facts: OvaFacts) -> None:
        if facts.path != self.path:
            return
        self.facts = facts
        self._tell()
        self._verification = self._controller.verify_ova(
            facts.path, self._on_verified, self._on_failed, self._on_progress
        )

    def _on_verified(self, verified: VerifiedOva) -> None:
        if verified.path != self.path or self.facts is None:
            return
        self._verification = None
        self.verified = verified
        self._tell()

    def _on_progress(self, progress: Progress) -> None:
        self.progressed.emit(progress)

    def _on_failed(self, error: Exception) -> None:
        self._verification = None
        if not isinstance(error, AppError):
            raise error
        if self.path is None:  # about a file that is not wanted any more
            return
        self.error = error
        self._model.visited.add("ova.file")
        self._tell()
