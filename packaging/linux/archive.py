"""Packs the application for Linuxes without a package of ours: one archive, with an installer."""

from __future__ import annotations

import lzma
import shutil
import subprocess
import tarfile
from pathlib import Path

import places
import share_tree

HERE = Path(__file__).resolve().parent


def build() -> Path:
    """Make the archive, compressed with zstd where that is installed, else with xz."""
    name = f"{places.COMMAND}-{places.VERSION}-linux-{places.machine()}"
    tree = places.WORK / "archive" / name
    shutil.rmtree(tree.parent, ignore_errors=True)
    shutil.copytree(places.FOLDER, tree / "app", symlinks=True)
    share_tree.fill_share(tree / "share")
    for script in ("install.sh", "uninstall.sh"):
        shutil.copy(HERE / script, tree / script)
    for text in ("LICENSE", "README.md", "README.ja.md", "CHANGELOG.md"):
        if (places.ROOT / text).is_file():
            shutil.copyfile(places.ROOT / text, tree / text)
    plain = places.WORK / f"{name}.tar"
    pack(tree, plain, name)
    places.DIST.mkdir(exist_ok=True)
    return compress(plain, places.DIST)


def pack(tree: Path, target: Path, name: str, date: int | None = None) -> None:
    """A tar archive that is the same for the same files: order, owner, date and modes are fixed."""
    stamp = places.source_date() if date is None else date

    def plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
        info.uid = info.gid = 0
        info.uname = info.gname = "root"
        info.mtime = stamp
        is_program = info.isdir() or info.issym() or bool(info.mode & 0o100)
        info.mode = 0o755 if is_program else 0o644
        return info

    with tarfile.open(target, "w", format=tarfile.GNU_FORMAT) as archive:
        archive.add(tree, name, recursive=False, filter=plain)
        for path in sorted(tree.rglob("*")):
            inner = f"{name}/{path.relative_to(tree).as_posix()}"
            archive.add(path, inner, recursive=False, filter=plain)


def compress(plain: Path, folder: Path) -> Path:
    """Compress a file into a folder, and remove it."""
    if shutil.which("zstd"):
        target = folder / f"{plain.name}.zst"
        subprocess.run(
            ["zstd", "-q", "-f", "-19", "-T0", "--rm", str(plain), "-o", str(target)], check=True
        )
        return target
    target = folder / f"{plain.name}.xz"
    with plain.open("rb") as source, lzma.open(target, "wb", preset=9) as packed:
        shutil.copyfileobj(source, packed)
    plain.unlink()
    return target
