"""Every colour of the window, in a light and a dark set, and the style made from them.

Widgets use palette roles; the signal colours, which Qt has no roles for, are asked from here.
No other file holds a colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

import resources

if TYPE_CHECKING:
    from gui.restyling import Restyling

LIGHT, DARK = "light", "dark"


@dataclass(frozen=True, slots=True)  # what a dataclass needs PySide6 has loaded; see core.structs
class Colours:
    """One set; the names are roles, not hues."""

    window: str
    base: str
    raised: str
    text: str
    muted: str
    line: str
    control: str
    accent: str
    on_accent: str
    link: str
    good: str
    warning: str
    problem: str
    problem_ground: str
    good_ground: str
    warning_ground: str
    accent_ground: str
    tooltip: str
    scroll: str
    check: str


SETS = {
    LIGHT: Colours(
        window="#f4f5f7", base="#ffffff", raised="#ffffff", text="#1c2127", muted="#59626d",
        line="#d3d8de", control="#eceef1", accent="#0b5cc4", on_accent="#ffffff",
        link="#0b5cc4", good="#17703a", warning="#815300", problem="#b3261e",
        problem_ground="#fdecea", good_ground="#e6f4ea", warning_ground="#fdf3dc",
        accent_ground="#e4eefb", tooltip="#22272e",
        scroll="#a9b1bb",
        check="check-light",
    ),
    DARK: Colours(
        window="#1d2025", base="#15171b", raised="#24282e", text="#e7eaee", muted="#a5adb8",
        line="#3a4049", control="#2c3138", accent="#6fb1ff", on_accent="#0c1a2b",
        link="#83bdff", good="#67c98a", warning="#e3b34f", problem="#ff9189",
        problem_ground="#3c2422", good_ground="#1f3528", warning_ground="#3a3120",
        accent_ground="#1f3149", tooltip="#30363e",
        scroll="#59616c",
        check="check-dark",
    ),
}  # fmt: skip


class Theme(QObject):
    """Which set is shown.

    Signals:
        changed: another set is shown; whoever paints with colours from here does so again.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.name = LIGHT
        self._choice = ""
        self._is_settled = False
        self._restyling: Restyling | None = None

    @property
    def is_shown_throughout(self) -> bool:
        """Whether hidden pages have the colours too; so some time after a change."""
        return self._restyling is None or self._restyling.is_done

    @property
    def colours(self) -> Colours:
        """The set that is shown."""
        return SETS[self.name]

    def colour(self, role: str) -> QColor:
        """One colour of the set, such as ``problem``."""
        return QColor(getattr(self.colours, role))

    def use(self, choice: str, *, gently: bool = False) -> None:
        """Show a set; empty means the one the system prefers.

        ``gently`` while somebody works with the window: bit by bit, because with all pages built
        it takes 50 ms.
        """
        self._choice = choice if choice in SETS else ""
        self._show(self._choice or self._preferred())
        if self._restyling is not None and not gently:
            self._restyling.finish()

    def settle(self) -> None:
        """Once the window is painted: ask the system itself what it prefers, and follow it."""
        if self._is_settled:
            return
        self._is_settled = True
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)
        self._follow()

    def _follow(self, *_scheme: object) -> None:
        if not self._choice and self._preferred() != self.name:
            self._show(self._preferred())

    def _preferred(self) -> str:
        """The first time as the palette tells: the other way takes 20 ms before the first paint."""
        return system_theme() if self._is_settled else theme_of_palette()

    def _show(self, name: str) -> None:
        app = QGuiApplication.instance()
        has_sheet = isinstance(app, QApplication) and bool(app.styleSheet())
        if has_sheet and name == self.name:
            return
        self.name = name
        if isinstance(app, QApplication):
            made, sheet = palette(SETS[name]), style_sheet(SETS[name])
            if has_sheet:
                self._restyle(app, made, sheet)
            else:
                app.setPalette(made)
                app.setStyleSheet(sheet)
        self.changed.emit()

    def _restyle(self, app: QApplication, made: QPalette, sheet: str) -> None:
        if self._restyling is None:
            from gui.restyling import Restyling  # not before the first paint

            self._restyling = Restyling(self)
        self._restyling.use(app, made, sheet)


THEME = Theme()


def system_theme() -> str:
    """What the system prefers, light where it does not say."""
    from PySide6.QtCore import Qt  # makes a hundred types; not before the first paint

    scheme = QGuiApplication.styleHints().colorScheme()
    return DARK if scheme == Qt.ColorScheme.Dark else LIGHT


def theme_of_palette() -> str:
    """The same read off the palette that Qt starts with; ours must not be set yet."""
    return DARK if QGuiApplication.palette().window().color().lightness() < 128 else LIGHT


def palette(colours: Colours) -> QPalette:
    """The palette for the Fusion style."""
    made = QPalette()
    roles = {
        QPalette.ColorRole.Window: colours.window,
        QPalette.ColorRole.WindowText: colours.text,
        QPalette.ColorRole.Base: colours.base,
        QPalette.ColorRole.AlternateBase: colours.control,
        QPalette.ColorRole.Text: colours.text,
        QPalette.ColorRole.PlaceholderText: colours.muted,
        QPalette.ColorRole.Button: colours.control,
        QPalette.ColorRole.ButtonText: colours.text,
        QPalette.ColorRole.BrightText: colours.problem,
        QPalette.ColorRole.Highlight: colours.accent,
        QPalette.ColorRole.HighlightedText: colours.on_accent,
        QPalette.ColorRole.Accent: colours.accent,
        QPalette.ColorRole.Link: colours.link,
        QPalette.ColorRole.LinkVisited: colours.link,
        QPalette.ColorRole.ToolTipBase: colours.tooltip,
        QPalette.ColorRole.ToolTipText: SETS[DARK].text,
        QPalette.ColorRole.Light: colours.raised,
        QPalette.ColorRole.Midlight: colours.line,
        QPalette.ColorRole.Mid: colours.line,
        QPalette.ColorRole.Dark: colours.line,
        QPalette.ColorRole.Shadow: colours.line,
    }
    for role, colour in roles.items():
        made.setColor(role, QColor(colour))
    for role in (
        QPalette.ColorRole.Text,
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.ButtonText,
    ):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.muted))
    disabled = QPalette.ColorGroup.Disabled
    made.setColor(disabled, QPalette.ColorRole.Highlight, QColor(colours.line))
    made.setColor(disabled, QPalette.ColorRole.HighlightedText, QColor(colours.text))
    return made


def style_sheet(c: Colours) -> str:
    """The few things a palette cannot say; selected by dynamic properties and object names."""
    return f"""
    QLabel[look="muted"] {{ color: {c.muted}; }}
    QLabel[look="problem"] {{ color: {c.problem}; }}
    QLabel[look="warning"] {{ color: {c.warning}; }}
    QLabel[look="good"] {{ color: {c.good}; }}
    QFrame[look="rule"] {{ background: {c.line}; border: none; }}
    QFrame[look="card"] {{ background: {c.raised}; border: 1px solid {c.line};
        border-radius: 6px; }}
    QFrame[look="strip"] {{ background: {c.raised}; border: none;
        border-bottom: 1px solid {c.line}; }}
    QFrame[look="foot"] {{ background: {c.raised}; border: none; border-top: 1px solid {c.line}; }}
    QLabel[pill="offline"] {{ background: {c.control}; color: {c.text}; }}
    QLabel[pill="connected"] {{ background: {c.good_ground}; color: {c.good}; }}
    QLabel[pill="practice"] {{ background: {c.accent_ground}; color: {c.link}; }}
    QLabel[pill] {{ border-radius: 9px; padding: 2px 10px; }}
    QFrame[banner="problem"] {{ background: {c.problem_ground}; border-radius: 6px; }}
    QFrame[banner="warning"] {{ background: {c.warning_ground}; border-radius: 6px; }}
    QFrame[banner="good"] {{ background: {c.good_ground}; border-radius: 6px; }}
    QFrame[banner="note"] {{ background: {c.accent_ground}; border-radius: 6px; }}
    QPushButton {{ background: {c.control}; color: {c.text}; border: 1px solid {c.line};
        border-radius: 4px; padding: 5px 14px; }}
    QPushButton:hover {{ border-color: {c.muted}; }}
    QPushButton:focus {{ border: 2px solid {c.accent}; padding: 4px 13px; }}
    QPushButton:pressed {{ background: {c.line}; }}
    QPushButton:disabled {{ color: {c.muted}; }}
    QPushButton[look="primary"] {{ background: {c.accent}; color: {c.on_accent};
        border: 1px solid {c.accent}; font-weight: 600; }}
    QPushButton[look="primary"]:focus {{ border: 2px solid {c.text}; }}
    QPushButton[look="primary"]:disabled {{ background: {c.control}; color: {c.muted};
        border-color: {c.line}; }}
    QPushButton[look="link"] {{ background: transparent; color: {c.link}; border: none;
        padding: 2px 1px; text-align: left; text-decoration: underline; }}
    QPushButton[look="link"]:focus {{ border: 1px solid {c.accent}; padding: 1px 0; }}
    QPushButton[look="link"]:disabled {{ color: {c.muted}; text-decoration: none; }}
    QPushButton[look="choice"] {{ text-align: left; padding: 14px 18px; background: {c.raised}; }}
    QPushButton[look="choice"]:focus {{ padding: 13px 17px; }}
    QLineEdit, QPlainTextEdit, QSpinBox, QComboBox {{ background: {c.base}; color: {c.text};
        border: 1px solid {c.line}; border-radius: 4px; padding: 3px 6px;
        selection-background-color: {c.accent}; selection-color: {c.on_accent};
        placeholder-text-color: {c.muted}; }}
    QLineEdit:focus, QPlainTextEdit:focus, QSpinBox:focus, QComboBox:focus {{
        border: 2px solid {c.accent}; padding: 2px 5px; }}
    QLineEdit[problem="true"], QSpinBox[problem="true"], QComboBox[problem="true"],
    QPlainTextEdit[problem="true"] {{ border-color: {c.problem}; }}
    QLineEdit:read-only, QPlainTextEdit:read-only, QSpinBox[readOnly="true"] {{
        background: {c.control}; }}
    QLineEdit:disabled, QSpinBox:disabled, QComboBox:disabled {{ background: {c.control};
        color: {c.muted}; }}
    QComboBox QLineEdit, QSpinBox QLineEdit,
    QComboBox QLineEdit:focus, QSpinBox QLineEdit:focus {{ border: none; padding: 0;
        background: transparent; }}
    QSpinBox QLineEdit, QSpinBox QLineEdit:focus {{ padding-left: 5px; }}
    QComboBox::drop-down {{ border: none; width: 20px; }}
    QComboBox::down-arrow, QSpinBox::down-arrow {{ image: url({_drawing("arrow-down")});
        width: 10px; height: 10px; }}
    QSpinBox::up-arrow {{ image: url({_drawing("arrow-up")}); width: 10px; height: 10px; }}
    QSpinBox[readOnly="true"]::up-arrow, QSpinBox[readOnly="true"]::down-arrow {{ image: none; }}
    QSpinBox::up-button, QSpinBox::down-button {{ border: none; background: transparent;
        width: 18px; }}
    QRadioButton::indicator, QCheckBox::indicator {{ width: 14px; height: 14px;
        border: 1px solid {c.muted}; background: {c.base}; }}
    QRadioButton::indicator {{ border-radius: 8px; }}
    QCheckBox::indicator {{ border-radius: 3px; }}
    QRadioButton::indicator:checked {{ border: 5px solid {c.accent}; width: 6px; height: 6px; }}
    QCheckBox::indicator:checked {{ background: {c.accent}; border-color: {c.accent};
        image: url({_drawing(c.check)}); }}
    QRadioButton:focus, QCheckBox:focus {{ color: {c.link}; text-decoration: underline; }}
    QRadioButton::indicator:disabled, QCheckBox::indicator:disabled {{ background: {c.control};
        border-color: {c.line}; }}
    QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
    QScrollBar::handle {{ background: {c.scroll}; border-radius: 4px; margin: 2px; }}
    QScrollBar::handle:vertical {{ min-height: 28px; }}
    QScrollBar::handle:horizontal {{ min-width: 28px; }}
    QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
        background: transparent; border: none; width: 0; height: 0; }}
    QToolButton::menu-indicator {{ image: none; }}
    QTabBar#pages {{ background: {c.raised}; }}
    QTabBar#pages::tab {{ background: transparent; color: {c.text}; padding: 9px 14px;
        border: none; border-bottom: 3px solid transparent; }}
    QTabBar#pages::tab:selected {{ border-bottom: 3px solid {c.accent}; font-weight: 600; }}
    QTabBar#pages::tab:hover {{ background: {c.control}; }}
    QTabBar#pages::tab:selected:focus {{ background: {c.accent_ground}; }}
    QTableView {{ background: {c.base}; border: 1px solid {c.line}; border-radius: 4px;
        gridline-color: {c.line}; }}
    QTableView::item {{ padding: 0 5px; }}
    QTableView[look="lines"]::item {{ padding: 6px 5px; }}
    QHeaderView::section {{ background: {c.control}; color: {c.text}; border: none;
        border-right: 1px solid {c.line}; border-bottom: 1px solid {c.line}; padding: 4px 8px; }}
    QScrollArea, QScrollArea > QWidget > QWidget#scrolled {{ background: transparent;
        border: none; }}
    QProgressBar {{ background: {c.control}; border: 1px solid {c.line}; border-radius: 4px;
        min-height: 8px; max-height: 8px; }}
    QProgressBar::chunk {{ background: {c.accent}; border-radius: 3px; }}
    QSplitter::handle {{ background: {c.line}; }}
    QToolTip {{ background: {c.tooltip}; color: {SETS[DARK].text}; border: none; padding: 4px; }}
    """


def _drawing(name: str) -> str:
    return (Path(str(resources.__file__)).parent / "icons" / f"{name}.svg").as_posix()


def fixed_font() -> QFont:
    """The face for addresses: figures line up."""
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)


def contrast(one: str, other: str) -> float:
    """The WCAG contrast of two colours, 1 to 21."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
