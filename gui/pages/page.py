"""What all pages share, and the scrolling form most of them are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from msgspec import Struct
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

from core.controller import Controller
from core.fields import FieldSpec
from core.text import Text
from gui.form.row import FieldRow
from gui.form.scroll import FormScroll, Scrolled
from gui.form.section import GRID, FormSection
from gui.pages.banner import Banner
from gui.profile_model import ProfileModel
from gui.vcenter_state import VCenterState

FORM_WIDTH = 660


class Services(Struct, frozen=True):
    """What pages work with."""

    model: ProfileModel
    vcenter: VCenterState
    controller: Controller


class Page(QWidget):
    """A page behind a tab.

    Signals:
        go_to: open another page, or a field by its key.
        help_asked: open a place of the manual.
    """

    go_to = Signal(str)
    help_asked = Signal(str)

    key = ""
    title = Text("")
    icon = ""
    primary: Text | None = None
    """The verb on the page's one primary button."""
    has_picture = True
    lock_banner: Banner | None = None
    is_locked = False
    form_width = FORM_WIDTH

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.services = services
        self.setObjectName(f"page.{self.key}")
        self.rows: dict[str, FieldRow] = {}

    def field_keys(self) -> tuple[str, ...]:
        """The keys of the fields on this page."""
        return ()

    def places(self) -> tuple[str, ...]:
        """The keys of everything on this page that one can be led to."""
        return self.field_keys()

    def build(self) -> Iterator[None]:
        """Make the widgets, before the page is first shown; yields where it can be interrupted."""
        yield

    def enter(self) -> None:
        """The page is shown."""

    def press_primary(self) -> None:
        """The primary button was pressed."""

    def can_press(self) -> Text | None:
        """Why the primary button cannot be pressed now; None if it can."""
        return None

    def outcome_text(self) -> Text | None:
        """How what was done here has ended: more than that the profile has no problems."""
        return None

    def can_cancel(self) -> Text | None:
        """What a Cancel beside the primary button would end now; None while there is nothing."""
        return None

    def cancel(self) -> None:
        """That Cancel was pressed."""

    def focus_field(self, key: str) -> bool:
        """Go to a field; says whether it is here."""
        row = self.rows.get(key)
        if row is None:
            return False
        row.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def focus_first(self) -> None:
        """Go to the first field."""
        for row in self.rows.values():
            if row.isVisibleTo(self):
                row.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return
        for child in self.findChildren(QWidget):
            takes = child.focusPolicy() & Qt.FocusPolicy.TabFocus
            if takes and child.isEnabled() and child.isVisibleTo(self):
                child.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return

    def park_focus(self) -> None:
        """Take the focus from the field one is in; whoever turns the page has it come along."""

    def rest(self) -> None:
        """Be shown from the top, with the focus in no field."""

    def set_locked(self, locked: bool) -> None:
        """Let nothing be changed while a deployment runs."""
        self.is_locked = locked
        for row in self.rows.values():
            row.set_locked(locked)
        if self.lock_banner is not None:
            if locked:
                self.lock_banner.show_text(
                    "note",
                    Text("Nothing can be changed here until what runs on the page Deploy ends."),
                    None,
                    ((Text("Go to Deploy"), partial(self.go_to.emit, "deploy")),),
                )
            else:
                self.lock_banner.hide()


class FormPage(Page):
    """A page of sections with rows made from field descriptions."""

    def build(self) -> Iterator[None]:
        """Make the sections inside a scroll area."""
        self.scroll = FormScroll(self)
        self.scroll.setWidgetResizable(True)
        self.scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content = Scrolled()
        content.setObjectName("scrolled")
        content.setMaximumWidth(self.form_width)
        self.content = QVBoxLayout(content)
        self.content.setContentsMargins(3 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        self.content.setSpacing(2 * GRID)
        if self.has_picture:  # the pages one can change something on
            self.lock_banner = Banner(content)
            self.content.addWidget(self.lock_banner)
        # In their place before they are filled: moving finished widgets costs as much again.
        self.scroll.setWidget(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.scroll)
        yield from self.build_sections()
        if any(row.spec.required for row in self.rows.values()):
            section = self.findChild(FormSection)
            if section is not None:
                section.add_legend()
        self.content.addStretch(1)

    def build_sections(self) -> Iterator[None]:
        """Add the sections; for each kind of page."""
        yield

    def add_section(self, title: Text, specs: Sequence[FieldSpec]) -> FormSection:
        """A section with a row per field."""
        section = FormSection(title, self.scroll.widget())
        self.content.addWidget(section)
        for spec in specs:
            section.add(self.build_row(spec, section))
        return section

    def build_row(self, spec: FieldSpec, parent: QWidget) -> FieldRow:
        """The row of a field."""
        model = self.services.model
        row = FieldRow(spec, model, self.services.vcenter, parent)
        self.rows[spec.key] = row
        return row

    def focus_first(self) -> None:
        """Go to the first field, at the top."""
        super().focus_first()
        self.scroll.verticalScrollBar().setValue(0)

    def park_focus(self) -> None:
        """See ``Page.park_focus``: Qt hands it on to the next page only from within this one."""
        focused = QApplication.focusWidget()
        if focused is not None and self.isAncestorOf(focused):
            self.scroll.setFocus()

    def rest(self) -> None:
        """See ``Page.rest``."""
        self.scroll.setFocus()
        self.scroll.verticalScrollBar().setValue(0)

    def focus_field(self, key: str) -> bool:
        """Go to a field and scroll to it."""
        found = super().focus_field(key)
        if found:
            self.scroll.ensureWidgetVisible(self.rows[key], 0, 40)
        return found
