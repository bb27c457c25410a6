"""A profile file that is open: its values, what is wrong with how it is written, and saving.

The text of the file stays as its author wrote it; see ``core.profile.yaml_edit``.
"""

from __future__ import annotations

import copy
import hashlib
import os
import uuid
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from core.errors import FileChanged, FileError, InvalidInput
from core.findings import Finding
from core.profile import disk, plain
from core.profile.migrations import migrate
from core.profile.model import FIELDS, SCHEMA_VERSION, Profile
from core.profile.rules import NO_ID, NO_SCHEMA
from core.profile.values import refuse_half_characters
from core.text import Text

KEYS: tuple[str, ...] = ("id", *FIELDS, "properties")
"""Every key that ``ProfileDocument.set`` takes."""


def load_profile(path: str | os.PathLike[str]) -> ProfileDocument:
    """Open a profile file.

    Raises:
        FileError: It cannot be read, is no YAML mapping, or was written by a newer version.
    """
    where = Path(os.path.abspath(path))
    content = disk.read_bytes(where)
    return ProfileDocument(disk.decoded(content, where), where, content)


class ProfileDocument:
    """One open profile. Wrong values do not keep it from opening: see ``findings``."""

    def __init__(self, text: str, path: Path | None = None, content: bytes | None = None) -> None:
        """Read ``text``; ``content`` is what the file ``path`` held when it was read.

        Raises:
            FileError: The text is no YAML mapping, or was written by a newer version.
        """
        from core.profile.yaml_tree import parse

        self.path = path
        self._content = content
        self._line_end = b"\r\n" if content is not None and b"\r\n" in content else b"\n"
        self._text = text if text.endswith("\n") else f"{text}\n"
        written = parse(self._text, path or Text("The profile")).plain
        version, findings = _schema(written, path)
        self._is_migrated = version < SCHEMA_VERSION
        self._data = copy.deepcopy(written)
        migrate(self._data, version)
        profile, more = plain.read_profile(self._data, str(path.parent) if path else "")
        if not profile.id:
            profile = replace(profile, id=_derived_id(path))
            if not any("id" in finding.fields for finding in more):
                findings.append(NO_ID.found("id", what=Text("The profile has no id.")))
        self._profile = self._saved = profile
        self._read_findings = (*findings, *more)
        self._mended: set[str] = set()
        self._is_recovered = False

    @property
    def profile(self) -> Profile:
        """The values as they are now."""
        return self._profile

    @property
    def profile_before(self) -> Profile:
        """The values as they were opened or saved: what ``revert`` goes back to."""
        return self._saved

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was wrong with how the file was written; a field set since is no longer in it."""
        return tuple(
            f for f in self._read_findings if not (f.is_error and self._mended.issuperset(f.fields))
        )

    @property
    def is_changed(self) -> bool:
        """Whether there are values that were not saved."""
        return bool(self._is_recovered or self._profile != self._saved or self._put_right)

    @property
    def misread(self) -> frozenset[str]:
        """The keys whose value in the file is of no use, so that the default stands for it."""
        return frozenset(key for f in self.findings if f.is_error for key in f.fields)

    @property
    def _put_right(self) -> set[str]:
        """What the file is wrong in and was given a value since, be it the default."""
        wrong = {key for f in self._read_findings if f.is_error for key in f.fields}
        return wrong.intersection(self._mended, KEYS)

    def mark_recovered(self) -> None:
        """Count as unsaved work although nothing was set: no file holds these values.

        A document that was read from a file knows by itself what is not saved.
        """
        self._is_recovered = self._content is None

    @property
    def text_before(self) -> str:
        """The YAML text as it was opened or saved: what ``revert`` goes back to."""
        return self._text

    @property
    def text(self) -> str:
        """The YAML text with the values as they are now."""
        return self._edited(self._current_data()) if self.is_changed else self._text

    def set(self, key: str, value: Any) -> None:
        """Give the field ``key`` (or ``id``, ``properties``) a value.

        Raises:
            InvalidInput: The value is a secret; those belong in the secret store. Or it cannot
                be written, such as a path that is no text.
        """
        spec = plain.spec_of(key)
        plain.refuse_secrets(spec, value)
        if isinstance(value, str):
            refuse_half_characters(spec, value)
        self._profile = plain.with_value(self._profile, key, value)
        self._mended.add(key)

    def set_profile(self, profile: Profile) -> None:
        """Give every field the value it has in ``profile``; the folder stays the file's.

        Raises:
            InvalidInput: A value is a secret. Nothing is changed then.
        """
        changes = [(key, _value(profile, key)) for key in KEYS]
        changes = [(key, value) for key, value in changes if value != _value(self._profile, key)]
        problems: list[Finding] = []
        for key, value in changes:
            try:
                plain.refuse_secrets(plain.spec_of(key), value)
            except InvalidInput as error:
                problems += error.findings
        if problems:
            raise InvalidInput(problems)
        for key, value in changes:
            self.set(key, value)

    def revert(self) -> None:
        """Take back every change since opening or saving."""
        self._profile = self._saved
        self._is_recovered = False
        self._mended.clear()

    def save(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> None:
        """Write the file; nothing is written when nothing changed.

        With ``path``, that file becomes this document's; relative paths in it then still lead to
        the same files. ``overwrite``: although somebody else changed the file since it was read,
        or the other file exists. A copy that is to live beside this one needs an ``id`` of its own.

        Raises:
            FileError: The file cannot be written, or ``overwrite`` is needed.
        """
        target = Path(os.path.abspath(path)) if path is not None else self.path
        if target is None:
            raise ValueError("a new document needs a path")
        if target == self.path:
            if not self.is_changed and disk.is_taken(target):
                return
            if not overwrite:
                self._check_unchanged(target)
        elif not overwrite and disk.is_taken(target):
            raise FileError(
                Text("{path} exists already.", path=target), Text("Choose another name.")
            )
        else:
            self._move_to(target.parent)
        data = self._current_data()
        text = self._edited(data)
        content = text.encode("utf-8").replace(b"\n", self._line_end)
        if self._is_migrated and target == self.path and self._content is not None:
            disk.write_atomically(target.with_name(f"{target.name}.old"), self._content)
        disk.write_atomically(target, content)
        self._data = data
        self._text, self._content, self._is_migrated = text, content, False
        self._is_recovered = False
        self._read_findings = self.findings
        self._mended.clear()
        self.path = target
        self._profile = self._saved = replace(self._profile, folder=str(target.parent))

    def _check_unchanged(self, target: Path) -> None:
        if self._content is None or not disk.is_taken(target):
            return
        now, then = (hashlib.sha256(c).digest() for c in (disk.read_bytes(target), self._content))
        if now != then:
            raise FileChanged(
                Text("{path} was changed by another program since it was opened.", path=target),
                Text("Save under another name, or open it again and repeat your changes."),
            )

    def _move_to(self, folder: Path) -> None:
        """Keep relative paths pointing to the same files when the profile moves elsewhere."""
        old = self._profile.folder
        if not old or Path(old) == folder:
            return
        for key in ("ova.file", "appliance.ca_key_file", "appliance.ca_certificate"):
            value = self._profile.value(key)
            if not value or "\n" in value or len(value) > 1024 or os.path.isabs(value):
                continue
            if os.path.exists(os.path.join(old, value)) and not (folder / value).exists():
                self.set(key, _relative(os.path.join(old, value), folder))

    def _current_data(self) -> dict[str, Any]:
        """What the file has to say: as it was, but for what was changed."""
        data: dict[str, Any] = copy.deepcopy(self._data)
        for key in KEYS:
            value = _value(self._profile, key)
            if value != _value(self._saved, key) or key in self._put_right:
                _put(data, key, value)
        data.setdefault("schema", SCHEMA_VERSION)
        if not data.get("id"):
            data["id"] = self._profile.id
        return data

    def _edited(self, data: dict[str, Any]) -> str:
        from core.profile.yaml_edit import edited

        return edited(self._text, data)


def _value(profile: Profile, key: str) -> Any:
    return profile.value(key) if "." in key else getattr(profile, key)


def _put(data: dict[str, Any], key: str, value: Any) -> None:
    spec = plain.spec_of(key)
    place, name = data, key
    if spec.name:
        name = spec.name
        if not isinstance(data.get(spec.section), dict):
            data[spec.section] = {}
        place = data[spec.section]
    place[name] = plain.plain_value(spec, value, place.get(name))


def _schema(data: dict[str, Any], path: Path | None) -> tuple[int, list[Finding]]:
    """The schema number in a file; without one it is the first, which had no successor then."""
    name = path or Text("The profile")
    version = data.get("schema")
    if version is None:
        what = Text("The profile does not say which schema it is written in; 1 is assumed.")
        return 1, [NO_SCHEMA.found("schema", what=what)]
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise FileError(
            Text("{file}: schema is {found}; expected is a whole number, 1 or higher.", file=name,
                 found=plain.described(version)),
            Text("Write “schema: {version}”.", version=SCHEMA_VERSION),
        )  # fmt: skip
    if version > SCHEMA_VERSION:
        raise FileError(
            Text(
                "{file} was written by a newer version: it has schema {found}, this version knows "
                "{known}.", file=name, found=version, known=SCHEMA_VERSION,
            ),
            Text("Open it with that version, or update this one."),
        )  # fmt: skip
    return version, []


def _derived_id(path: Path | None) -> str:
    """An id for a file without one: the same at every start, as long as the file stays there."""
    if path is None:
        return uuid.uuid4().hex[:16]
    return uuid.uuid5(uuid.NAMESPACE_URL, path.as_uri()).hex[:16]


def _relative(target: str, folder: Path) -> str:
    try:
        return os.path.relpath(target, folder)
    except ValueError:  # another drive of Windows
        return os.path.abspath(target)
