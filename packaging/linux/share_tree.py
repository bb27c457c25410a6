"""What a Linux desktop wants beside the application: entry, icons, MIME type, manual, texts."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import changes
import places

HERE = Path(__file__).resolve().parent
DESKTOP_ID = f"{places.COMMAND}.desktop"
COMPONENT_ID = "local.haproxy_setup.HAProxySetup"
MIME_ICON = places.MIME_TYPE.replace("/", "-")


def fill_share(share: Path) -> None:
    """Put everything below a ``share`` folder."""
    date = places.source_date()
    releases = changes.read_changes(places.ROOT / "CHANGELOG.md")
    _copy(HERE / "haproxy-setup.desktop", share / "applications" / DESKTOP_ID)
    _copy(HERE / "haproxy-setup.mime.xml", share / "mime" / "packages" / f"{places.COMMAND}.xml")
    metainfo = places.fill(
        HERE / "haproxy-setup.metainfo.xml.in",
        {
            "ID": COMPONENT_ID,
            "PRODUCT": places.PRODUCT,
            "RELEASES": changes.as_metainfo(releases, date),
        },
    )
    _write(share / "metainfo" / f"{COMPONENT_ID}.metainfo.xml", metainfo)
    _fill_icons(share / "icons" / "hicolor")
    for language, folder in (("en", "man1"), ("ja", "ja/man1")):
        page = (places.WORK / "man" / f"{places.COMMAND}.{language}.1").read_bytes()
        target = share / "man" / folder / f"{places.COMMAND}.1.gz"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(gzip.compress(page, 9, mtime=0))


def _fill_icons(icons: Path) -> None:
    for path in sorted(places.RENDERED.glob("*.png")):
        name, size = path.stem.rsplit("-", 1)
        folder = icons / f"{size}x{size}"
        if name == "app":
            _copy(path, folder / "apps" / f"{places.COMMAND}.png")
        else:
            _copy(path, folder / "mimetypes" / f"{MIME_ICON}.png")
    scalable, symbolic = icons / "scalable", icons / "symbolic"
    _copy(places.ICONS / "app.svg", scalable / "apps" / f"{places.COMMAND}.svg")
    _copy(places.ICONS / "app-profile.svg", scalable / "mimetypes" / f"{MIME_ICON}.svg")
    name = f"{places.COMMAND}-symbolic.svg"
    _copy(places.ICONS / "app-symbolic.svg", symbolic / "apps" / name)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _write(target: Path, text: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, "utf-8")
