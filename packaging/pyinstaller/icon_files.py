"""Draws the application icon in every size: PNG for Linux, .ico for Windows, .icns for macOS.

    python packaging/pyinstaller/icon_files.py FOLDER

Runs with the interpreter the application is frozen with: Qt draws the SVG, so nothing else has to
be installed. Both container formats are written here. Apple's takes PNG as they are; Windows' does
for the largest size, while some programs want plain pixels for the others.
"""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

ICONS = Path(__file__).resolve().parents[2] / "resources" / "icons"
SIZES = (16, 22, 24, 32, 48, 64, 96, 128, 256, 512)
ICO_SIZES = (16, 20, 24, 32, 40, 48, 64, 256)
# Apple's names of entries that hold PNG, and their sizes in pixels.
ICNS = {
    b"icp4": 16, b"icp5": 32, b"ic07": 128, b"ic08": 256, b"ic09": 512, b"ic10": 1024,
    b"ic11": 32, b"ic12": 64, b"ic13": 256, b"ic14": 512,
}  # fmt: skip


def png(source: Path, size: int) -> bytes:
    """A drawing as PNG."""
    from PySide6.QtCore import QBuffer, QByteArray
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(source)).render(painter)
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    if not image.save(buffer, "PNG"):
        raise OSError(f"{source} could not be drawn")
    return bytes(data.data())


def pixels(source: Path, size: int) -> bytes:
    """A drawing as Windows keeps small ones: a header, rows from the bottom up, a mask."""
    from PySide6.QtGui import QImage

    image = QImage.fromData(png(source, size)).convertToFormat(QImage.Format.Format_ARGB32)
    # In memory a pixel of this format is blue, green, red, alpha, as is wanted.
    data, length = bytes(image.constBits()), image.bytesPerLine()
    rows = [data[start : start + size * 4] for start in range(0, size * length, length)]
    # One bit for each pixel, rows of whole 32 bits; empty, since the alpha says it all.
    mask = bytes((size + 31) // 32 * 4 * size)
    header = struct.pack("<3I2H6I", 40, size, size * 2, 1, 32, 0, size * size * 4, 0, 0, 0, 0)
    return header + b"".join(reversed(rows)) + mask


def ico(images: dict[int, bytes]) -> bytes:
    """A Windows icon file."""
    entries, bodies = b"", b""
    offset = 6 + 16 * len(images)
    for size, data in sorted(images.items()):
        side = 0 if size >= 256 else size
        entries += struct.pack("<4B2H2I", side, side, 0, 0, 1, 32, len(data), offset + len(bodies))
        bodies += data
    return struct.pack("<3H", 0, 1, len(images)) + entries + bodies


def icns(images: dict[bytes, bytes]) -> bytes:
    """A macOS icon file."""
    body = b"".join(kind + struct.pack(">I", len(data) + 8) + data for kind, data in images.items())
    return b"icns" + struct.pack(">I", len(body) + 8) + body


def write(folder: Path) -> None:
    """Write everything into a folder."""
    from PySide6.QtGui import QGuiApplication

    app = QGuiApplication.instance() or QGuiApplication([])
    app_svg, profile_svg = ICONS / "app.svg", ICONS / "app-profile.svg"
    folder.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        (folder / f"app-{size}.png").write_bytes(png(app_svg, size))
        (folder / f"profile-{size}.png").write_bytes(png(profile_svg, size))
    for name, source in (("haproxy-setup", app_svg), ("profile", profile_svg)):
        drawn = {size: (png if size >= 256 else pixels)(source, size) for size in ICO_SIZES}
        (folder / f"{name}.ico").write_bytes(ico(drawn))
        apple = {kind: png(source, size) for kind, size in ICNS.items()}
        (folder / f"{name}.icns").write_bytes(icns(apple))
    del app


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    write(Path(sys.argv[1]))
