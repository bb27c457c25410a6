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
from gui.profile_model import ProfileModel

READ_DELAY_MS = 250


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
        self._verification: Job | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(READ_DELAY_MS)
        self._timer.timeout.connect(self.read_now)
        model.replaced.connect(self.read_now)
        model.value_changed.connect(self._on_value_changed)

    @property
    def licence_accepted(self) -> bool:
        """Whether the licence of what will be deployed was accepted in this session."""
        licences = self.facts.descriptor.licences if self.facts else ()
        if self.facts is None:
            return "library" in self.accepted
        return all(one.text in self.accepted for one in licences)

    def accept(self, accepted: bool) -> None:
        """Remember that the licence was accepted, or not any more."""
        texts = [one.text for one in self.facts.descriptor.licences] if self.facts else ["library"]
        for text in texts:
            (self.accepted.add if accepted else self.accepted.discard)(text)
        self.changed.emit()

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
        self.changed.emit()
        if path is not None:
            self._controller.read_ova(path, self._on_read, self._on_failed)

    def _forget(self) -> None:
        if self._verification is not None:
            self._verification.cancel()
            self._verification = None
        self.facts = self.verified = self.error = None
        self._model.set_more("ova", ())

    def _on_value_changed(self, key: str) -> None:
        if key in ("ova.file", "ova.source"):
            self._timer.start()

    def _on_read(self, facts: OvaFacts) -> None:
        if facts.path != self.path:
            return
        self.facts = facts
        self._model.set_more("ova", facts.findings)
        self.changed.emit()
        self._verification = self._controller.verify_ova(
            facts.path, self._on_verified, self._on_failed, self._on_progress
        )

    def _on_verified(self, verified: VerifiedOva) -> None:
        if verified.path != self.path or self.facts is None:
            return
        self._verification = None
        self.verified = verified
        self._model.set_more("ova", (*self.facts.findings, *verified.findings))
        self.changed.emit()

    def _on_progress(self, progress: Progress) -> None:
        self.progressed.emit(progress)

    def _on_failed(self, error: Exception) -> None:
        self._verification = None
        if not isinstance(error, AppError):
            raise error
        self.error = error
        finding = Finding(Severity.ERROR, error.code, ("ova.file",), error.what, error.advice)
        self._model.visited.add("ova.file")
        self._model.set_more("ova", (finding,))
        self.changed.emit()
