"""What the application remembers between two runs: looks, window, recent profiles."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from core import paths

FILE_NAME = "settings.json"
SCHEMA = 1
RECENT_LIMIT = 8
_ANY_PATH = "surrogatepass"
"""Paths may hold bytes that are no text; Python keeps those as lone surrogates."""


@dataclass(frozen=True, slots=True)  # what a dataclass needs PySide6 has loaded; see core.structs
class Settings:
    """``language`` and ``theme`` are empty for "as the system has it"."""

    language: str = ""
    theme: str = ""
    geometry: str = ""
    splitter: str = ""
    shows_picture: bool = True
    shows_log: bool = False
    folder: str = ""
    recent: tuple[str, ...] = ()
    pinned: tuple[str, ...] = ()
    pages: dict[str, str] = field(default_factory=dict)
    """The page one was at last, by the path of the profile."""

    def with_recent(self, path: str) -> Settings:
        """The settings with a profile at the head of the recent ones."""
        rest = [one for one in self.recent if one != path]
        return replace(self, recent=(path, *rest)[:RECENT_LIMIT], folder=str(Path(path).parent))

    def without_recent(self, path: str) -> Settings:
        """The settings without a profile that is gone."""
        return replace(
            self,
            recent=tuple(one for one in self.recent if one != path),
            pinned=tuple(one for one in self.pinned if one != path),
            pages={one: page for one, page in self.pages.items() if one != path},
        )

    def with_page(self, path: str, page: str) -> Settings:
        """The settings with the page one is at; only of profiles that are still offered."""
        kept = {one: there for one, there in self.pages.items() if one in self.listed}
        return replace(self, pages=kept | {path: page})

    def with_pin(self, path: str, *, is_pinned: bool) -> Settings:
        """The settings with a profile pinned, or not any more."""
        rest = tuple(one for one in self.pinned if one != path)
        return replace(self, pinned=((path, *rest) if is_pinned else rest)[:RECENT_LIMIT])

    @property
    def listed(self) -> tuple[str, ...]:
        """The profiles to offer: pinned ones first."""
        return tuple(dict.fromkeys((*self.pinned, *self.recent)))[:RECENT_LIMIT]


def settings_path() -> Path:
    """Where the settings are kept."""
    return paths.config_folder() / FILE_NAME


def read_settings() -> Settings:
    """The settings, or the defaults where the file is missing or makes no sense."""
    if not settings_path().is_file():
        return Settings()  # a first start, which json would hold up
    import json

    try:
        data = json.loads(settings_path().read_text(encoding="utf-8", errors=_ANY_PATH))
    except (OSError, ValueError):
        return Settings()
    return _read(data) if isinstance(data, dict) else Settings()


def write_settings(settings: Settings) -> None:
    """Write the settings in one piece.

    Raises:
        FileError: they cannot be written.
    """
    import json

    from core.profile.disk import write_atomically  # neither before the first paint

    path = settings_path()
    paths.ensure_folder(path.parent)
    text = json.dumps({"schema": SCHEMA, **asdict(settings)}, indent=2, ensure_ascii=False)
    write_atomically(path, f"{text}\n".encode("utf-8", _ANY_PATH))


def _read(data: dict[str, Any]) -> Settings:
    defaults = Settings()
    values: dict[str, Any] = {}
    for one in fields(Settings):
        value, default = data.get(one.name), getattr(defaults, one.name)
        if isinstance(default, tuple):
            if isinstance(value, list):
                values[one.name] = tuple(str(entry) for entry in value)[:RECENT_LIMIT]
        elif isinstance(default, dict):
            if isinstance(value, dict):
                values[one.name] = {str(key): str(entry) for key, entry in value.items()}
        elif type(value) is type(default):
            values[one.name] = value
    return Settings(**values)
