"""The folders of the operating system in which this application keeps its own files."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from platformdirs import PlatformDirs

APP_FOLDER = "haproxy-setup"


@cache
def _folders() -> PlatformDirs:
    from platformdirs import PlatformDirs

    return PlatformDirs(APP_FOLDER, appauthor=False, roaming=False)


def config_folder() -> Path:
    """Where ``settings.json`` is."""
    return Path(_folders().user_config_dir)


def state_folder() -> Path:
    """Where drafts and the marks of running deployments are."""
    return Path(_folders().user_state_dir)


def log_folder() -> Path:
    """Where the log files are."""
    return Path(_folders().user_log_dir)


def ensure_folder(folder: Path) -> Path:
    """Make ``folder`` if it is missing, for its owner only."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
