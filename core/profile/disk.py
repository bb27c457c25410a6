"""Profile files on disk: text in with clear errors, text out in one piece or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import time
from pathlib import Path

from core.errors import FileError
from core.text import Text, listed

SIZE_LIMIT = 1024 * 1024
_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_STALE_S = 60.0
"""Older ones are nobody's: writing a file takes no minute."""
_tidied: dict[Path, float] = {}
"""When this process last looked for stale files of a file that is rewritten often."""


def read_bytes(path: Path) -> bytes:
    """The content of a profile file, as long as it can be one.

    Raises:
        FileError: It is missing, a folder, unreadable or larger than a profile can be.
    """
    try:
        # O_NONBLOCK: opening a named pipe must not wait for a writer.
        descriptor = os.open(
            path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        )
        with open(descriptor, "rb") as stream:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise _not_a_file(path)
            content = stream.read(SIZE_LIMIT + 1)
    except FileNotFoundError:
        raise _missing(path) from None
    except IsADirectoryError:
        raise _not_a_file(path) from None
    except PermissionError as error:
        if path.is_dir():  # Windows says "permission denied" for folders
            raise _not_a_file(path) from None
        raise FileError(
            Text("{path} cannot be read: permission denied.", path=path),
            Text("Ask for read access to the file, or copy it to a folder of yours."),
        ) from error
    except (OSError, ValueError) as error:
        raise FileError(
            Text("{path} cannot be read: {reason}.", path=path, reason=_reason(error)),
            Text("Check the path and the disk it is on."),
        ) from error
    if len(content) > SIZE_LIMIT:
        raise FileError(
            Text("{path} is larger than 1 MiB, so it is not a profile.", path=path),
            Text("Choose the profile's YAML file."),
        )
    return content


def decoded(content: bytes, path: Path) -> str:
    """The text of a profile file with plain line ends, without a byte order mark.

    Raises:
        FileError: The bytes are no UTF-8 text.
    """
    if content.startswith(_UTF16_BOMS):
        raise FileError(
            Text("{path} is saved as UTF-16.", path=path),
            Text("Save it as UTF-8 (in Windows Notepad: Save as, Encoding UTF-8)."),
        )
    content = content.removeprefix(_UTF8_BOM)
    if b"\0" in content:
        raise FileError(
            Text("{path} is a binary file, not a profile.", path=path),
            Text("Choose the profile's YAML file."),
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        # Not chained: the exception carries the whole content.
        raise FileError(
            Text("{path} is not UTF-8 text: see line {line}.", path=path, line=line),
            Text("Save the file as UTF-8."),
        ) from None
    return text.replace("\r\n", "\n")


def write_atomically(path: Path, content: bytes, *, is_rewritten_often: bool = False) -> None:
    """Replace ``path`` with ``content``, or leave it as it was.

    Of a file that ``is_rewritten_often`` a power cut may leave the content before the last one.

    A new file can be read by its owner only; an existing one keeps its mode, so that a profile
    shared in a team stays shared. What a run that was killed in here has left is removed by the
    next one that writes the same file.

    Raises:
        FileError: The folder or the file cannot be written.
    """
    before = _status(path)
    if before is not None and not stat.S_ISREG(before.st_mode):
        raise FileError(  # a device must not be replaced by a file
            Text("{path} is not a file.", path=path), Text("Give the name of a file.")
        )
    # A link stays a link; one among the folders is in nobody's way.
    target = Path(os.path.realpath(path)) if os.path.islink(path) else path
    if not (is_rewritten_often and _is_tidied(target)):
        _remove_stale(target)
    temporary = ""
    try:
        descriptor, temporary = _opened_beside(target)
        with open(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(descriptor)
            mode = stat.S_IMODE(os.fstat(descriptor).st_mode)
        if before is not None and mode != stat.S_IMODE(before.st_mode):
            os.chmod(temporary, stat.S_IMODE(before.st_mode))
        os.replace(temporary, target)
    except OSError as error:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        raise _not_writable(path, error) from error
    except BaseException:  # Ctrl-C: nothing half-written stays behind
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        raise
    if before is None or not is_rewritten_often:
        _sync_folder(target.parent)


def is_taken(path: Path) -> bool:
    """Whether there is something of that name already.

    Raises:
        FileError: No file can have that name, or its folder cannot be looked into.
    """
    return _status(path) is not None


def _status(path: Path) -> os.stat_result | None:
    try:
        return os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise _not_writable(path, error) from error


def _opened_beside(target: Path) -> tuple[int, str]:
    """A new file for what will be ``target``, its owner's only.

    As ``tempfile.mkstemp`` makes them, which takes milliseconds to import.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    while True:
        name = os.path.join(target.parent, f".{target.name}.{os.urandom(4).hex()}.tmp")
        with contextlib.suppress(FileExistsError):
            return os.open(name, flags, 0o600), name


def _is_tidied(target: Path) -> bool:
    """Whether this process has looked for stale files within the time that makes a file one."""
    now = time.monotonic()
    if now - _tidied.get(target, -_STALE_S) < _STALE_S:
        return True
    _tidied[target] = now
    return False


def _remove_stale(target: Path) -> None:
    """Remove what a SIGKILL left of earlier writes; another process's may be in use."""
    ours = re.compile(rf"\.{re.escape(target.name)}\.[a-z0-9_]+\.tmp")
    with contextlib.suppress(OSError), os.scandir(target.parent) as entries:
        for entry in entries:
            if not ours.fullmatch(entry.name) or not entry.is_file(follow_symlinks=False):
                continue
            with contextlib.suppress(OSError):
                if time.time() - entry.stat(follow_symlinks=False).st_mtime > _STALE_S:
                    os.unlink(entry.path)


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power cut; Windows cannot and need not."""
    with contextlib.suppress(OSError, AttributeError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _reason(error: Exception) -> str | Text:
    if isinstance(error, ValueError):  # Python's own words for a NUL or half a character
        return Text("no file can have this name")
    return getattr(error, "strerror", None) or type(error).__name__


def _not_writable(path: Path, error: Exception) -> FileError:
    return FileError(
        Text("{path} cannot be written: {reason}.", path=path, reason=_reason(error)),
        Text("Check that the folder exists, has room and lets you write."),
    )


def _not_a_file(path: Path) -> FileError:
    return FileError(
        Text("{path} is not a file.", path=path), Text("Give the path of the profile's YAML file.")
    )


def _missing(path: Path) -> FileError:
    import difflib

    try:
        names = sorted(p.name for p in path.parent.iterdir() if p.suffix in (".yaml", ".yml"))
    except OSError:
        return FileError(
            Text("There is no file {path}: its folder does not exist.", path=path),
            Text("Check the path."),
        )
    near = difflib.get_close_matches(path.name, names, n=3, cutoff=0.4) or names[:5]
    if near:
        advice = Text("YAML files in that folder: {names}.", names=listed(near))
    else:
        advice = Text("Make one with: haproxy-setup new --output {name}", name=path.name)
    return FileError(Text("There is no file {path}.", path=path), advice)
