"""The tabs with icon, name and the count of problems."""

from __future__ import annotations

from PySide6.QtWidgets import QTabBar, QToolButton, QWidget

from core.text import Text
from gui.icons import icon
from gui.pages.page import Page
from gui.theme import THEME
from gui.wording import WORDING, name


class PageTabs(QTabBar):
    """One tab per page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pages")
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setUsesScrollButtons(True)
        name(self, Text("Pages"), Text("Pages in the order of thinking; every one can be opened."))
        self._name_arrows()
        self._pages: list[Page] = []
        self._counts: list[tuple[int, bool]] = []
        self._problems: list[tuple[Text, ...]] = []
        WORDING.changed.connect(self.render_tabs)
        THEME.changed.connect(self.render_tabs)

    def _name_arrows(self) -> None:
        """Qt's own buttons, shown where there is no room for all tabs."""
        texts = (Text("Show the tabs before"), Text("Show the tabs behind"))
        for button, text in zip(self.findChildren(QToolButton), texts, strict=True):
            name(button, text, Text("The window has no room for all tabs."))

    def add_page(self, page: Page) -> None:
        """A tab for a page."""
        self._pages.append(page)
        self._counts.append((0, False))
        self._problems.append(())
        self.addTab("")
        self.render_tabs()

    def show_problems(self, place: int, problems: tuple[Text, ...], is_error: bool) -> None:
        """Tell how many problems a page has."""
        self._counts[place] = (len(problems), is_error)
        self._problems[place] = problems
        self._render_tab(place)

    def render_tabs(self) -> None:
        """Show texts and icons of now."""
        for place in range(len(self._pages)):
            self._render_tab(place)

    def _render_tab(self, place: int) -> None:
        page, (count, is_error) = self._pages[place], self._counts[place]
        title = page.title
        text = said = title
        if count:
            text = Text("{page} ({count})", page=title, count=count)
            said = Text("{page}, {count} problem", "{page}, {count} problems",
                        page=title, count=count)  # fmt: skip
        self.setTabText(place, str(text))
        self.setAccessibleTabName(place, str(said))
        self.setTabToolTip(place, "\n".join(map(str, self._problems[place][:12])))
        role = ("problem" if is_error else "warning") if count else "muted"
        self.setTabIcon(place, icon(role if count else page.icon, role))
