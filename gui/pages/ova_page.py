"""Where the appliance comes from, and what is in the OVA: all of it known offline."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QGridLayout,
    QLabel,
    QPlainTextEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from core.background.ova_reading import OvaFacts
from core.jobs import Progress
from core.profile.model import FILE
from core.text import Text, listed
from gui.form.file_editors import FileEditor, dropped_path, is_kept
from gui.form.note import set_look
from gui.form.section import FormSection
from gui.ova_state import LICENCE, OvaState
from gui.pages.page import FormPage, Services
from gui.profile_model import fields_of
from gui.showing import set_shown
from gui.sizes import size_text, transfer_text
from gui.wording import WORDING, name, say


class OvaPage(FormPage):
    """The source, what was found in the file, and its licence."""

    key = "ova"
    title = Text("OVA source")
    icon = "ova"

    def __init__(self, services: Services, ova: OvaState, parent: QWidget | None = None) -> None:
        super().__init__(services, parent)
        self._ova = ova

    def field_keys(self) -> tuple[str, ...]:
        """The OVA's fields."""
        return tuple(spec.key for spec in fields_of("ova"))

    def places(self) -> tuple[str, ...]:
        """The fields and the licence."""
        return (*self.field_keys(), LICENCE)

    def focus_field(self, key: str) -> bool:
        """Go to a field, or to the box that accepts the licence."""
        if key != LICENCE:
            return super().focus_field(key)
        self.scroll.ensureWidgetVisible(self.accept_box, 0, 40)
        self.accept_box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def set_locked(self, locked: bool) -> None:
        """See ``Page.set_locked``; a licence is agreed to before, not meanwhile."""
        super().set_locked(locked)
        self.accept_box.setEnabled(not locked)

    def build_sections(self) -> Iterator[None]:
        """Source, content, licence."""
        self.add_section(Text("OVA source"), fields_of("ova"))
        yield
        self._build_content()
        self._build_licence()
        self.setAcceptDrops(True)
        self._ova.changed.connect(self._render)
        self._ova.progressed.connect(self._on_progress)
        WORDING.changed.connect(self._render)
        self.services.model.value_changed.connect(self._on_value_changed)
        self.services.model.replaced.connect(self._render)
        self._render()

    def _build_content(self) -> None:
        self.found = FormSection(Text("In the OVA"), self)
        card = QFrame(self)
        # No form layout: it is as high as its lines, but hands that height out by what they would
        # like, and cuts the ones that wrap (Qt 6.11).
        facts = QGridLayout(card)
        facts.setContentsMargins(0, 0, 0, 0)
        facts.setHorizontalSpacing(16)
        facts.setVerticalSpacing(6)
        facts.setColumnStretch(1, 1)
        self._values: dict[str, QLabel] = {}
        for row, (key, caption) in enumerate(_FACTS.items()):
            label = QLabel(card)
            label.setProperty("look", "muted")
            say(label, "setText", caption)
            value = QLabel(card)
            value.setWordWrap(True)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._values[key] = value
            facts.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            facts.addWidget(value, row, 1)
        self.bar = QProgressBar(card)
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        name(self.bar, Text("Verification of the OVA"))
        self.progress_label = QLabel(card)
        self.progress_label.setProperty("look", "muted")
        line = QVBoxLayout()
        line.setSpacing(2)
        line.addWidget(self.bar)
        line.addWidget(self.progress_label)
        facts.addLayout(line, len(_FACTS), 1)
        self.found.add(card)
        self.content.addWidget(self.found)

    def _build_licence(self) -> None:
        self.licence = FormSection(Text("Licence agreement"), self)
        self.licence_text = QPlainTextEdit(self)
        self.licence_text.setReadOnly(True)
        self.licence_text.setTabChangesFocus(True)
        self.licence_text.setFixedHeight(140)
        name(
            self.licence_text,
            Text("Licence agreement"),
            Text("The text as it is in the OVA. It can be read and copied."),
        )
        self.accept_box = QCheckBox(self)
        self.accept_box.setObjectName(LICENCE)
        say(self.accept_box, "setText", Text("I accept the licence agreement"))
        name(
            self.accept_box,
            Text("I accept the licence agreement"),
            Text("Needed before the appliance can be deployed."),
        )
        self.library_note = QLabel(self)
        self.library_note.setWordWrap(True)
        self.library_note.setProperty("look", "muted")
        say(
            self.library_note,
            "setText",
            Text(
                "The licence is in the library item. It is shown here once the page Review has "
                "compared with the vCenter."
            ),
        )
        self.accept_box.clicked.connect(self._ova.accept)
        self.licence.add(self.licence_text)
        self.licence.add(self.library_note)
        self.licence.add(self.accept_box)
        self.content.addWidget(self.licence)

    def _on_value_changed(self, key: str) -> None:
        if key == "ova.source":
            self._render()

    def _render(self) -> None:
        facts = self._ova.facts
        from_file = self.services.model.profile.ova.source == FILE
        set_shown(self.found, facts is not None)
        set_shown(
            self.licence,
            not from_file or bool(self._ova.licences),
        )
        licences = self._ova.licences
        set_shown(self.library_note, not from_file and not licences)
        for widget in (self.licence_text, self.accept_box):
            set_shown(widget, bool(licences))
        text = "\n\n".join(licences)
        if text != self.licence_text.toPlainText():
            self.licence_text.setPlainText(text)
        self.accept_box.setChecked(self._ova.licence_accepted)
        if facts is not None:
            self._render_facts(facts)

    def _render_facts(self, facts: OvaFacts) -> None:
        descriptor, product = facts.descriptor, facts.descriptor.product
        texts = {
            "product": product.name,
            "version": product.version,
            "size": size_text(facts.size),
            "configurations": listed(c.label or c.id for c in descriptor.configurations),
            "networks": listed(network.name for network in descriptor.networks),
            "further": listed(one.key for one in facts.unknown) or str(Text("none")),
        }
        for key, text in texts.items():
            self._values[key].setText(text)
        self._render_verification(facts)

    def _render_verification(self, facts: OvaFacts) -> None:
        verified = self._ova.verified
        is_running = verified is None and self._ova.error is None
        set_shown(self.bar, is_running)
        set_shown(self.progress_label, is_running)
        manifest = self._values["manifest"]
        if verified is None:
            set_look(manifest, "problem" if self._ova.error else "muted")
            text = self._ova.error.what if self._ova.error else Text("being verified")
        elif not facts.has_manifest:
            set_look(manifest, "warning")
            text = Text("There is no manifest; nothing could be compared.")
        else:
            set_look(manifest, "good")
            text = Text("Every file is as the manifest says.")
        say(manifest, "setText", text)
        origin = self._values["origin"]
        if verified is None:
            say(origin, "setText", None)
        elif verified.verification.published is not None:
            set_look(origin, "good")
            version = verified.verification.published.version
            say(origin, "setText", Text("The published release {version}.", version=version))
        else:
            set_look(origin, "muted")
            say(origin, "setText", Text("Not a release whose checksum was published."))

    def _on_progress(self, progress: Progress) -> None:
        self.bar.setValue(int((progress.fraction or 0.0) * 1000))
        say(self.progress_label, "setText",
            transfer_text(progress.bytes_done, progress.bytes_total, progress.bytes_per_second,
                          progress.seconds_left))  # fmt: skip

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take an OVA anywhere on the page."""
        if not self.is_locked and dropped_path(event).lower().endswith(".ova"):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Put its path in, and choose the local file as the source."""
        editor = self.rows["ova.file"].editor
        path = dropped_path(event)
        if self.is_locked:  # since the file came over the page
            return
        if isinstance(editor, FileEditor) and is_kept(editor, path):
            self.services.model.set_value("ova.source", FILE)
            editor.take(path)


_FACTS = {
    "product": Text("Product"),
    "version": Text("Version"),
    "size": Text("Size"),
    "configurations": Text("Configurations"),
    "networks": Text("Networks"),
    "further": Text("Further properties"),
    "origin": Text("Origin"),
    "manifest": Text("Manifest"),
}
