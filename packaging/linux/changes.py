"""Reads CHANGELOG.md: the one list of changes, for everything that wants it in its own form."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

_HEAD = re.compile(r"^## \[?(\d+(?:\.\d+)+)\]?(.*)$")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(slots=True)
class Release:
    """One version: its date in seconds, None as long as it is not released, and its changes."""

    version: str
    date: int | None
    changes: list[str] = field(default_factory=list)


def read_changes(path: Path) -> list[Release]:
    """The releases, the newest first."""
    releases: list[Release] = []
    for line in path.read_text("utf-8").splitlines():
        head = _HEAD.match(line)
        if head:
            found = _DATE.search(head[2])
            day = datetime.fromisoformat(found[0]).replace(tzinfo=UTC) if found else None
            releases.append(Release(head[1], int(day.timestamp()) if day else None))
        elif line.startswith(("- ", "* ")) and releases:
            releases[-1].changes.append(line[2:].strip())
        elif line.startswith("  ") and line.strip() and releases and releases[-1].changes:
            releases[-1].changes[-1] += " " + line.strip()
    return releases


def _plain(text: str) -> str:
    return text.replace("`", "").replace("**", "")


def as_metainfo(releases: list[Release], date: int) -> str:
    """The ``release`` elements of AppStream metadata."""
    rows = []
    for release in releases:
        day = datetime.fromtimestamp(release.date or date, UTC).date().isoformat()
        items = "".join(f"\n          <li>{escape(_plain(one))}</li>" for one in release.changes)
        rows.append(
            f'    <release version="{release.version}" date="{day}">\n      <description>\n'
            f"        <ul>{items}\n        </ul>\n      </description>\n    </release>"
        )
    return "\n".join(rows)


def as_debian(releases: list[Release], date: int, package: str, maintainer: str) -> str:
    """A Debian changelog."""
    import textwrap
    from email.utils import format_datetime

    blocks = []
    for release in releases:
        day = format_datetime(datetime.fromtimestamp(release.date or date, UTC))
        rows = [
            textwrap.fill(_plain(one), 78, initial_indent="  * ", subsequent_indent="    ")
            for one in release.changes
        ]
        body = "\n".join(rows) or "  * Changes are listed elsewhere."
        head = f"{package} ({release.version}-1) unstable; urgency=medium"
        blocks.append(f"{head}\n\n{body}\n\n -- {maintainer}  {day}\n")
    return "\n".join(blocks)
