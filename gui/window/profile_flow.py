"""What a window does with profile files: new, open, save, duplicate, revert, import, export."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QInputDialog, QWidget

from core.background.drafts import DraftPlace
from core.controller import Controller
from core.errors import AppError, FileChanged, FileError
from core.text import Text
from gui.dialogs.question import Question
from gui.dialogs.save_path import ask_save_path
from gui.messages import show_error
from gui.profile_model import ProfileModel

if TYPE_CHECKING:
    from core.background.drafts import Draft
    from core.background.profile_files import Deleted
    from core.profile.document import ProfileDocument
    from core.profile.model import Profile

_FILTER = Text("Profiles (*.yaml *.yml);;All files (*)")
DRAFT_EVERY_MS = 30_000


class _Write(Struct, frozen=True):
    """A document on its way to disk, and what is done once it is there."""

    document: ProfileDocument
    start: Callable[..., object]
    then: Callable[[], None] | None = None
    renames: bool = False


class ProfileFlow(QObject):
    """Asks, then lets the controller do it.

    Signals:
        opened: another document is shown.
        saved: the path the profile was saved at.
        saved_apart: the path of a profile that was saved but is shown no more.
        missing: a path that could not be opened.
        not_opened: it was said why a file could not be opened.
        deleted: the path of a profile that is gone; none is shown any more.
    """

    opened = Signal()
    saved = Signal(str)
    saved_apart = Signal(str)
    missing = Signal(str)
    not_opened = Signal()
    deleted = Signal(str)

    def __init__(self, window: QWidget, model: ProfileModel, controller: Controller) -> None:
        super().__init__(window)
        self._window, self._model, self._controller = window, model, controller
        self.folder = ""
        self.known: Callable[[], tuple[str, ...]] = tuple  # the profiles opened lately
        self._writing: _Write | None = None
        self._waiting: list[_Write] = []
        self._opening = Path()
        self._given_up: Profile | None = None  # the values that were not to be saved
        self._place = DraftPlace()
        self._drafted: set[str] = set()  # ids of the profiles with a draft there
        self._timer = QTimer(self)
        self._timer.setInterval(DRAFT_EVERY_MS)
        self._timer.timeout.connect(self.keep_draft)
        self._timer.start()

    @property
    def path(self) -> Path | None:
        """The file of the profile, None for a new one."""
        document = self._model.document
        return document.path if document is not None else None

    # Opening

    def new(self, topology: str) -> None:
        """Start with an empty profile, after asking about unsaved work."""
        self.when_settled(
            partial(self._controller.new_profile, topology, self._show, self._show_error)
        )

    def ask_open(self) -> None:
        """Ask for a file and open it."""
        path, _ = QFileDialog.getOpenFileName(
            self._window, str(Text("Open a profile")), self.folder, str(_FILTER)
        )
        if path:
            self.open(Path(path))

    def open(self, path: Path) -> None:
        """Open a file, after asking about unsaved work."""
        self.when_settled(partial(self._open, path))

    def _open(self, path: Path) -> None:
        self._opening = path
        self._controller.load_profile(path, self._show, self._on_open_failed)

    def _on_open_failed(self, error: Exception) -> None:
        self.missing.emit(str(self._opening))
        self._show_error(error)
        self.not_opened.emit()

    def open_text(
        self, text: str, path: Path | None, then: Callable[[], None] | None = None
    ) -> None:
        """Show a text, such as a sample; ``then`` is called once it is shown."""
        self._controller.parse_profile(text, path, partial(self._show, then=then), self._show_error)

    def recover(self, draft: Draft) -> None:
        """Show a draft that a crash left; it stays unsaved work until it is saved."""

        def adopt() -> None:
            document = self._model.document
            if document is not None:
                self._drafted.add(document.profile.id)
                self._controller.adopt_draft(document, draft, self._place)

        shown = partial(self._show, then=adopt)
        self._controller.recover_profile(draft, shown, self._show_error)

    def open_sample(self, topology: str) -> None:
        """Show sample values."""
        self.when_settled(
            partial(self._controller.sample_profile, topology, self._show, self._show_error)
        )

    def _show(self, document: ProfileDocument, then: Callable[[], None] | None = None) -> None:
        """Show it; what was typed since it was asked for is asked about first."""
        if self._model.is_changed and self._model.profile != self._given_up:
            self.when_settled(partial(self._show, document, then))
            return
        self._given_up = None
        self._model.show(document)
        self.opened.emit()
        if then is not None:
            then()

    # Saving

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Save where it was opened; a new profile asks where."""
        is_being_saved = self._writing and self._writing.document is self._model.document
        if self.path is None and not is_being_saved:  # else it will have a path by then
            self.save_as(then)
            return
        self._save(None, overwrite=False, then=then)

    def save_as(self, then: Callable[[], None] | None = None) -> None:
        """Ask for a file and save there."""
        path = self._ask_where(Text("Save the profile"))
        if path is not None:
            self._save(path, overwrite=True, then=then)

    def _ask_where(self, title: Text) -> Path | None:
        name = f"{self._model.profile.vm.name or 'haproxy'}.haproxy.yaml"
        start = str(self.path or Path(self.folder) / name)
        return ask_save_path(
            self._window, title, start, _FILTER, ".haproxy.yaml", (".yaml", ".yml")
        )

    def _save(
        self, path: Path | None, *, overwrite: bool, then: Callable[[], None] | None = None
    ) -> None:
        if self._model.document is not None:
            start = partial(self._controller.save_profile, path=path, overwrite=overwrite)
            self._write(_Write(self._model.document, start, then))

    def _write(self, write: _Write) -> None:
        """Start a write, or let it wait for the answer to the one that runs.

        Two at once would each find the file "changed by another program".
        """
        if self._writing is not None:
            self._waiting.append(write)
            return
        self._writing = write
        given = copy.copy(write.document)  # typing goes on meanwhile
        write.start(
            given,
            done=partial(self._on_saved, write, given.profile),
            failed=partial(self._on_save_failed, write),
        )

    def _write_next(self) -> None:
        """Start the next write that waits; not one of a document that is shown no more."""
        while self._waiting and self._writing is None:
            write = self._waiting.pop(0)
            if write.document is self._model.document:
                self._write(write)

    def _on_saved(self, write: _Write, given: Profile, saved: ProfileDocument) -> None:
        self._writing = None
        if write.renames and write.document.path is not None:
            self.missing.emit(str(write.document.path))
        if self._model.document is not write.document:  # another one was opened meanwhile
            if saved.profile.id != self._model.profile.id:
                self._drop_draft(saved.profile.id)
            self.saved_apart.emit(str(saved.path))
            self._write_next()
            return
        self._waiting = [
            replace(one, document=saved) if one.document is write.document else one
            for one in self._waiting
        ]
        self._model.take_saved(saved, given)
        self._drop_draft(saved.profile.id)
        self.saved.emit(str(saved.path))
        self._write_next()
        if write.then is not None:
            write.then()

    def _on_save_failed(self, write: _Write, error: Exception) -> None:
        self._writing = None
        self._forget_waiting(write.document)  # they would fail alike
        self._write_next()
        is_shown = self._model.document is write.document
        if not is_shown or write.renames or not isinstance(error, FileError) or self.path is None:
            self._show_error(error)
            return
        answers = (("other", Text("Save as…")), ("cancel", Text("Cancel")))
        if isinstance(error, FileChanged):
            answers = (("overwrite", Text("Overwrite")), *answers)
        answer = Question.ask(self._window, Text("Save"), error.what, error.advice, answers)
        if self._model.document is not write.document:
            return  # opened while that was asked
        if answer == "overwrite":
            self._save(None, overwrite=True)
        elif answer == "other":
            self.save_as()

    def _forget_waiting(self, document: ProfileDocument | None) -> None:
        self._waiting = [write for write in self._waiting if write.document is not document]

    def duplicate(self) -> None:
        """Go on with a copy under another id and no file; passwords stay with the first."""
        document = self._model.document
        if document is not None:
            self.when_settled(partial(self._duplicate, document.text, document.profile.folder))

    def _duplicate(self, text: str, folder: str) -> None:
        self.folder = folder or self.folder
        self._controller.duplicate_profile(text, self._show, self._show_error)

    def revert(self) -> None:
        """Take back every change, after asking."""
        if self._model.is_changed and Question.ask(
            self._window, Text("Revert"), Text("Take back every change since saving?"), None,
            (("revert", Text("Revert")), ("cancel", Text("Cancel"))),
        ) == "revert":  # fmt: skip
            self._model.revert()

    def rename(self) -> None:
        """Ask for another name in the same folder; unsaved work goes along."""
        path, document = self.path, self._model.document
        if path is None or document is None:
            self.save()
            return
        caption = Text("New name of {name}", name=path.name)
        name, agreed = QInputDialog.getText(
            self._window, str(Text("Rename")), str(caption), text=path.stem
        )
        stem = name.strip()
        if agreed and stem and stem != path.stem:
            other = path.parent / f"{stem}{path.suffix}"
            start = partial(self._controller.rename_profile, path=other)
            self._write(_Write(document, start, renames=True))

    def delete(self) -> None:
        """Delete the file and the saved passwords, after naming both."""
        path, document = self.path, self._model.document
        if path is None or document is None:
            return
        answer = Question.ask(
            self._window, Text("Delete"), Text("Delete the profile {name}?", name=path.name),
            Text("Its saved passwords are deleted from the keyring too, but the vCenter password "
                 "only if no other profile opened lately uses it. What was deployed with it stays "
                 "as it is."),
            (("delete", Text("Delete")), ("cancel", Text("Keep it"))),
        )  # fmt: skip
        if answer == "delete":
            self._controller.delete_profile(
                document.profile, path, self.known(), self._on_deleted, self._show_error
            )

    def _on_deleted(self, gone: Deleted) -> None:
        if self.path != gone.path:  # another one was opened meanwhile
            self.missing.emit(str(gone.path))
            return
        self._drop_draft(self._model.profile.id)
        self._model.close(shares_account=gone.shares_account)
        self.deleted.emit(str(gone.path))

    def ask_import(self) -> None:
        """Ask for a file, show what would change, and take it over."""
        path, _ = QFileDialog.getOpenFileName(
            self._window, str(Text("Import a profile")), self.folder, str(_FILTER)
        )
        if path:
            self.import_from(Path(path))

    def import_from(self, path: Path) -> None:
        """Show what a file would change, and take it over when agreed to."""
        self._controller.load_profile(path, self._on_import, self._show_error)

    def _on_import(self, document: ProfileDocument) -> None:
        from gui.dialogs.import_preview import ImportPreview

        if ImportPreview.ask(self._window, self._model.profile, document):
            own = self._model.profile
            self._model.take_profile(replace(document.profile, id=own.id, folder=own.folder))

    def export(self) -> None:
        """Write a copy; the window stays with its own file."""
        document = self._model.document
        path = self._ask_where(Text("Export a copy of the profile"))
        if path is not None and document is not None:
            self._controller.export_text(path, document.text, _ignore, self._show_error)

    # Unsaved work

    def when_settled(self, then: Callable[[], object]) -> None:
        """Do something that ends the work on this profile, once unsaved work is settled."""
        self._given_up = None
        if not self._model.is_changed:
            self._drop_draft(self._model.profile.id)  # all was taken back, perhaps
            then()
            return
        answer = Question.ask(
            self._window,
            Text("Unsaved changes"),
            Text("Save the changes to {name}?", name=self.title),
            Text("Without saving they are lost."),
            (("save", Text("Save")), ("discard", Text("Discard")), ("cancel", Text("Cancel"))),
        )
        if answer == "save":
            self.save(partial(self.when_settled, then))  # who typed meanwhile is asked again
        elif answer == "discard":
            self._forget_waiting(self._model.document)
            self._drop_draft(self._model.profile.id)
            self._given_up = self._model.profile
            then()

    def forget(self) -> None:
        """Take unsaved work back without asking; it was asked for."""
        self._model.revert()

    @property
    def title(self) -> Text:
        """The name of the profile."""
        if self.path is not None:
            return Text("{name}", name=self.path.stem)
        return Text("New profile")

    def keep_draft(self) -> None:
        """Write unsaved work where a crash does not reach it; nothing where there is none."""
        document = self._model.document
        if document is None:
            return
        if document.is_changed and document.profile != self._given_up:
            self._drafted.add(document.profile.id)
            self._controller.keep_draft(document, self._place)
        else:
            self._drop_draft(document.profile.id)

    def _drop_draft(self, profile_id: str) -> None:
        if profile_id in self._drafted:
            self._drafted.remove(profile_id)
            self._controller.drop_draft(profile_id, self._place)

    def _show_error(self, error: Exception) -> None:
        self._given_up = None
        if isinstance(error, AppError):
            show_error(self._window, error)
        else:
            raise error


def _ignore(_result: object) -> None:
    pass
